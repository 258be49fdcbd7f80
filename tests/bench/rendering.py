"""Rendering: the report of 2,500 tables with up to 10,000 findings, as JSON and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from measuring import Row, Size, of_function, timed

if TYPE_CHECKING:
    from auditor.model.results import Audit

TABLES, FINDINGS, MEGABYTES = 2500, 10_000, 4.5
FORMATS = ("json", "html")


def audit_of(tables: int) -> Audit:
    """Judge so many tables; whole rules are switched off until no more findings than wanted are left."""
    from judging import TODAY, shipped_rules, subjects_of
    from many_tables import answered, sides
    from msgspec.structs import replace
    from sample_audit import sample_audit

    from auditor.judge import judge, rule_text

    rules, both = shipped_rules(), sides(*answered(tables))
    comparisons = both.compared()
    subjects = subjects_of(both, comparisons)
    judged = {"environment": "prod", "tier": "production", "today": TODAY}
    found = [result.rule for result in judge(rules, subjects, **judged).findings]
    off: dict[str, str] = {}
    for rule in sorted(rules, key=lambda rule: -found.count(rule.id)):
        if len(found) - sum(found.count(id_) for id_ in off) > FINDINGS:
            off[rule.id] = "left out of the benchmark"
    judgement = judge(rules, subjects, off=off, **judged)
    return replace(
        sample_audit(),
        comparisons=comparisons,
        subjects=subjects,
        rules=tuple(rule_text(rule, tier="production", parameters={}, off=off) for rule in rules),
        results=judgement.results,
        findings=judgement.findings,
        causes=judgement.causes,
        waivers=(),
        population={},
    )


def render(tables: int, name: str) -> dict[str, float]:
    """Render the report of so many tables."""
    from auditor.formats import formats
    from auditor.formats import json as report

    audit = audit_of(tables)
    with timed() as told:
        encoded = report.encode(report.document(audit))
        content = encoded if name == "json" else formats()[name].render(report.decode(encoded))
    return told | {"size": len(content) / 1e6, "findings": len(audit.findings)}


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures, without start-up; a page is rendered from the JSON, whose time is in its own."""
    tables = size.of(TABLES)
    for name in FORMATS:
        taken = of_function(Size(min(size.runs, 3), size.tiny), "rendering:render", tables, name)
        told = taken.told
        bound, holds = (f"< {MEGABYTES:g} MB long", told["size"] < MEGABYTES) if name == "html" else ("", None)
        note = f"{told['size']:.2f} MB long, {told['findings']:.0f} findings"
        yield Row(f"{name}, {tables} tables", None, told["cpu"], told["megabytes"], note, bound, holds)
