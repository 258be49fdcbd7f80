"""Subjects of rules: what a rule judges, with its facts; one module for each type, found by discovery.

material   comparisons, live resources, answers, other environments' code, the run
facts      `catalogue()`, `build(material)`, `needed_apis(rules)`
"""
