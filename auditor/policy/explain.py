"""The page of `audit explain RULE`: everything a rule's file says, as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from auditor.model.catalogue import Catalogue, FactSpec
from auditor.model.rule import Rule
from auditor.policy.messages import words
from auditor.policy.wording import selection, sentence

_WIDTH = 88
_LABEL = 14


def explain(rule: Rule, catalogue: Catalogue) -> str:
    """The page of one rule; ends with a newline."""
    return "\n".join(_page(rule, catalogue[rule.subject])) + "\n"


def _page(rule: Rule, facts: Mapping[str, FactSpec]) -> Iterator[str]:
    yield f"{rule.id}  {rule.title}"
    yield ""
    yield from _head(rule)
    yield from _section("Why", rule.why)
    yield from _section("What is tested", rule.tested)
    yield from _requirement(rule, facts)
    yield from _section("How to fix: Terraform", rule.remediation["terraform"], code=True)
    yield from _section("How to fix: AWS CLI", rule.remediation["aws_cli"], code=True)
    yield from _backing(rule)


def _head(rule: Rule) -> Iterator[str]:
    yield from _entry("severity", _by_tier(rule.severity))
    yield from _entry("judges", f"every {rule.subject}, in {', '.join(rule.tiers)}")
    yield from _entry("profile", rule.profile if rule.counts else f"{rule.profile}; does not count for the exit code")
    for name, by_tier in rule.params.items():
        told = {tier: "must be set" if value is None else words(value) for tier, value in by_tier.items()}
        yield from _entry("parameter", f"{name} = {_by_tier(told)}")
    yield from _entry("file", f"{rule.place.file}  sha256 {rule.digest[:16]}")


def _requirement(rule: Rule, facts: Mapping[str, FactSpec]) -> Iterator[str]:
    if rule.when is not None:
        yield from _section("Applies where", sentence(rule.when))
    if rule.condition is not None:
        yield from _section("Holds where", sentence(rule.condition))
    if rule.drift is not None:
        yield from _section("Reports", selection(rule.drift))
    if rule.facts:
        yield from ("", "Facts")
        for path in sorted(rule.facts):
            yield from _fact(facts[path])


def _backing(rule: Rule) -> Iterator[str]:
    if rule.frameworks:
        yield from ("", "Controls it serves")
        for name, bases in rule.frameworks.items():
            for basis, ids in bases.items():
                yield from _entry(name, f"{', '.join(ids)} ({basis})", label=22)
    yield from ("", "References", *(f"  {reference}" for reference in rule.references))
    yield from ("", "Examples")
    for example in rule.examples:
        tier = f" ({example.tier})" if example.tier else ""
        yield from _entry(example.expect, example.name + tier, label=16)
    if rule.history:
        yield from ("", "History")
        for line in rule.history:
            yield from _entry("-", line, label=2)


def _by_tier(values: Mapping[str, str]) -> str:
    """One value where all tiers agree, else each with its tier."""
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    return ", ".join(f"{values[tier]} in {tier}" for tier in values)


def _fact(spec: FactSpec) -> Iterator[str]:
    unit = f", {spec.unit}" if spec.unit else ""
    yield f"  {spec.path} ({spec.type}{unit})"
    source = " ".join(part for part in (spec.api, spec.field) if part)
    for text in (spec.doc, f"from {source}" if source else "", f"absent: {spec.absence}" if spec.absence else ""):
        yield from textwrap.wrap(text, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _entry(name: str, text: str, *, label: int = _LABEL) -> Iterator[str]:
    indent = " " * (label + 2)
    lines = textwrap.wrap(text, _WIDTH - label, break_on_hyphens=False) or [""]
    yield f"  {name:<{label}}{lines[0]}".rstrip()
    yield from (f"{indent}{line}" for line in lines[1:])


def _section(title: str, text: str, *, code: bool = False) -> Iterator[str]:
    yield from ("", title)
    for line in text.splitlines():
        if code:
            yield f"  {line}".rstrip()
        else:
            yield from textwrap.wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="  ")
