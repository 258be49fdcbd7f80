"""Rules applied to subjects: one status for each pair, findings, causes and the states of waivers; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.model.drift import Comparison
from auditor.model.garbage import without_collection
from auditor.model.results import LETTERS, Cause, Finding, RuleResults, RuleText, Status, Subject, Waiver
from auditor.model.rule import DriftSelector, Rule
from auditor.policy import waivers as waiving
from auditor.policy.parameters import in_force
from auditor.policy.verdicts import Verdict, verdicts

_ORDER: Final = (Status.ERROR, Status.FAIL, Status.UNKNOWN)
_WITHIN_A_RULE: Final = attrgetter("about.name", "about.identity", "path")


class Judgement(Struct, frozen=True):
    """What the rules found."""

    results: tuple[RuleResults, ...]
    """One for each rule, in the order of the rules."""
    findings: tuple[Finding, ...]
    """Ordered: severity, error before fail before unknown, rule, subject, path."""
    causes: tuple[Cause, ...]
    """Ordered as their worst findings; findings that a waiver holds for are left out."""
    waivers: tuple[tuple[Waiver, waiving.State], ...]
    """Each with its state, in the order of the file."""


_CODES: Final = {status: ord(letter) for status, letter in LETTERS.items()}
_TOGETHER: Final = 128
"""Subjects that every rule judges before the next ones: their facts stay in the processor's caches, and in ours."""
Judge = Callable[[Subject], Verdict]
RUN: Final = "run"
"""The type of the subject that rules judge last."""
Late = Callable[[Mapping[str, waiving.State]], Mapping[str, Sequence[Subject]]]
"""States of waivers by id -> subjects by type."""


@without_collection()
def judge(
    rules: Sequence[Rule],
    subjects: Mapping[str, Sequence[Subject]],
    *,
    environment: str,
    tier: str,
    today: date,
    parameters: Mapping[str, Any] = MappingProxyType({}),
    waivers: Sequence[Waiver] = (),
    off: Mapping[str, str] = MappingProxyType({}),
    late: Late = lambda _: {},
) -> Judgement:
    """Apply every rule to every subject of its type.

    `parameters` are those of audit.toml, verified; `off` the rules that are not on here, with the reason; `late` the
    subjects, in place of those given before, whose facts are what waivers came to. Whatever a rule raises on a
    subject is the status `error` of that pair.
    """
    dated = tuple((waiver, _dated(waiver, today, rules, subjects)) for waiver in waivers)
    on = {rule.id: rule for rule in rules if rule.id not in off and tier in rule.tiers}
    others = _selectors(on.values(), subjects)
    results: dict[str, RuleResults] = {}
    findings: list[Finding] = []

    def apply(chosen: Sequence[Rule], subjects: Mapping[str, Sequence[Subject]]) -> None:
        by_type: dict[str, dict[str, Judge]] = {}
        for rule in chosen:
            judges = by_type.setdefault(rule.subject, {})
            if rule.id in on:
                params = in_force(rule, tier, parameters)
                judges[rule.id] = verdicts(rule, params, environment=environment, tier=tier, others=others)
        told = {
            id_: each for type_ in by_type for id_, each in _applied(subjects.get(type_, ()), by_type[type_]).items()
        }
        for rule in chosen:
            none = LETTERS[Status.NOT_APPLICABLE] * len(subjects.get(rule.subject, ())), list[Finding]()
            statuses, found = told.get(rule.id, none)
            results[rule.id] = RuleResults(rule.id, rule.subject, statuses)
            findings.extend(_covered(finding, dated) for finding in found) if dated else findings.extend(found)

    apply([rule for rule in rules if rule.subject != RUN], subjects)
    # What waivers came to is a fact of the run, so that rules about the run come last.
    states = {waiver.id: _final(waiver, state, findings, rules, on) for waiver, state in dated}
    apply([rule for rule in rules if rule.subject == RUN], {**subjects, **late(states)})
    ordered = _ordered(findings)
    return Judgement(
        results=tuple(results[rule.id] for rule in rules),
        findings=ordered,
        causes=causes(ordered),
        waivers=tuple((waiver, states[waiver.id]) for waiver, _ in dated),
    )


def _dated(
    waiver: Waiver, today: date, rules: Iterable[Rule], subjects: Mapping[str, Sequence[Subject]]
) -> waiving.State:
    """What a waiver is worth before judging: one of several rules on all that they judge covers too much."""
    state = waiving.state(waiver, today)
    if state not in waiving.HOLDING or "*" not in waiver.rule:
        return state
    types = {rule.subject for rule in rules if waiving.speaks_of(waiver, rule.id)} - {RUN, "environment"}
    every = [subjects.get(type_, ()) for type_ in types]
    whole = any(
        len(own) > 1 and all(waiving.speaks_about(waiver, one.name, one.address, one.identity) for one in own)
        for own in every
    )
    return waiving.State.TOO_BROAD if whole else state


def _selectors(
    rules: Iterable[Rule], subjects: Mapping[str, Sequence[Subject]]
) -> Callable[[Comparison], tuple[DriftSelector, ...]]:
    """What the rules about drift, without the catch-all, select of a comparison that they get to judge.

    A comparison may be judged as several subjects, as a table and as a resource; it is told by being the same object.
    """
    selectors: dict[str, list[DriftSelector]] = {}
    for rule in rules:
        if rule.drift is not None and not rule.drift.unselected:
            selectors.setdefault(rule.subject, []).append(rule.drift)
    judged = {
        type_: frozenset(
            id(subject.comparison) for subject in subjects.get(type_, ()) if subject.comparison is not None
        )
        for type_ in selectors
    }

    def of(comparison: Comparison) -> tuple[DriftSelector, ...]:
        return tuple(
            selector for type_, own in selectors.items() if id(comparison) in judged[type_] for selector in own
        )

    return of


def _applied(subjects: Sequence[Subject], judges: Mapping[str, Judge]) -> Mapping[str, tuple[str, list[Finding]]]:
    """The statuses and the findings of each of several rules, by its id, on the subjects of their type."""
    letters = {id_: bytearray() for id_ in judges}
    findings: dict[str, list[Finding]] = {id_: [] for id_ in judges}
    for start in range(0, len(subjects), _TOGETHER):
        block = subjects[start : start + _TOGETHER]
        for id_, judge_ in judges.items():
            told, found = letters[id_], findings[id_]
            for subject in block:
                status, more = judge_(subject)
                told.append(_CODES[status])
                found += more
    return {id_: (letters[id_].decode(), findings[id_]) for id_ in judges}


def _covered(finding: Finding, waivers: Iterable[tuple[Waiver, waiving.State]]) -> Finding:
    found = waiving.covering(waivers, finding)
    return replace(finding, waiver=found[0].id, waived=found[1] in waiving.HOLDING) if found else finding


def _final(
    waiver: Waiver, state: waiving.State, findings: Iterable[Finding], rules: Iterable[Rule], on: Collection[str]
) -> waiving.State:
    """The state of a waiver after judging: unmatched where it is certain that it covers no fail.

    It is not where one of its rules is not on here or is about the run, or where what it speaks about is undecided.
    """
    if state not in waiving.HOLDING:
        return state
    spoken_of = [rule for rule in rules if waiving.speaks_of(waiver, rule.id)]
    if any(rule.id not in on or rule.subject == RUN for rule in spoken_of):
        return state
    if any(finding.waiver == waiver.id or waiving.may_apply(waiver, finding) for finding in findings):
        return state
    return waiving.State.UNMATCHED


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By severity, status, rule, subject and path; the findings of a rule, which have one severity, come together."""
    groups: dict[tuple[int, int, str], list[Finding]] = {}
    for rule, own in groupby(findings, attrgetter("rule")):
        of_rule = sorted(own, key=_WITHIN_A_RULE)
        for rank, status in enumerate(_ORDER):
            if of_status := [finding for finding in of_rule if finding.status is status]:
                groups.setdefault((of_status[0].severity.rank, rank, rule), []).extend(of_status)
    return tuple(chain.from_iterable(groups[key] for key in sorted(groups)))


def causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """What happened, each with everything it broke: ordered findings that share subject and attribute."""
    groups: dict[tuple[str, str], tuple[Finding, ...]] = {}
    for finding in findings:
        if not finding.waived:
            key = finding.about.identity or finding.about.address, attribute(finding.path)
            groups[key] = (*groups.get(key, ()), finding)
    return tuple(Cause(path, group) for (_, path), group in groups.items())


_ONE_THING: Final = frozenset({"metric_query"})
"""Blocks that mean something all together only: the terms of one alarm's expression."""


@lru_cache(maxsize=4096)
def attribute(path: str) -> str:
    """The attribute or keyed block that a path lies in: what is set by one line or one block of code."""
    if "[" not in path:
        return path.partition(".")[0]
    quoted = False
    for place, character in enumerate(path):
        if character == '"':
            quoted = not quoted
        elif character == "]" and not quoted:
            name = path.partition("[")[0]
            return name if name in _ONE_THING else path[: place + 1]
        elif character == "." and not quoted:
            return path[:place]
    return path


def rule_text(rule: Rule, *, tier: str, parameters: Mapping[str, Any], off: Mapping[str, str]) -> RuleText:
    """What a report says about a rule in an environment."""
    reason = off.get(rule.id, "")
    return RuleText(
        id=rule.id,
        title=rule.title,
        family=rule.family,
        subject=rule.subject,
        severity=rule.severity[tier],
        why=rule.why,
        tested=rule.tested,
        remediation=rule.remediation,
        frameworks=rule.frameworks,
        references=rule.references,
        parameters=in_force(rule, tier, parameters),
        enabled=not reason,
        reason=reason,
        digest=rule.digest,
        counts=rule.counts,
    )
