"""One rule in one environment: its verdict on a subject, and the hits that become findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import PurePath
from traceback import walk_tb
from types import MappingProxyType
from typing import Final, NamedTuple

from auditor.model.drift import Comparison, Drift, Existence
from auditor.model.facts import Default, Fact, SourceRange, Written
from auditor.model.results import Evidence, Status, Subject
from auditor.model.rule import Condition, DriftSelector, Rule
from auditor.model.values import Reason, Truth, Unknown, Value, unknowns
from auditor.policy import drifts
from auditor.policy.conditions import SUBJECT, Compiled, compiled
from auditor.policy.messages import OF_DRIFT, clean, fact_text, fact_words, pieces, words

MOST_EVIDENCE: Final = 50
"""Facts that one hit shows."""


class Hit(NamedTuple):
    """What a rule found on a subject, if it is not a pass."""

    status: Status
    path: str
    """The attribute at fault, keyed; empty: the subject as a whole."""
    message: str
    evidence: tuple[Evidence, ...]
    causes: tuple[Unknown, ...]
    place: SourceRange | None


Others = Callable[[Comparison], Iterable[DriftSelector]]
Verdict = tuple[Status, tuple[Hit, ...]]
PASS: Final[Verdict] = (Status.PASS, ())
NOT_APPLICABLE: Final[Verdict] = (Status.NOT_APPLICABLE, ())


def verdicts(
    rule: Rule,
    params: Mapping[str, Value],
    *,
    environment: str,
    tier: str,
    others: Others = lambda _: (),
) -> Callable[[Subject], Verdict]:
    """The rule as a function of subjects; what it raises is the verdict `error`.

    `params` are the values in force; `others` the selectors of the other rules that judge a comparison, for the
    catch-all.
    """
    words_of = _Words(rule, params, environment, tier)
    drift = rule.drift
    judge = _by_condition(rule, params, words_of) if drift is None else _by_drift(drift, others, words_of)

    def verdict(subject: Subject) -> Verdict:
        try:
            return judge(subject)
        except Exception as caught:  # noqa: BLE001 - a defect on one subject must cost neither the run nor its own trace
            return Status.ERROR, (_defect(caught),)

    return verdict


def _by_condition(rule: Rule, params: Mapping[str, Value], words_of: _Words) -> Callable[[Subject], Verdict]:
    when = compiled(rule.when, params) if rule.when is not None else None
    required = compiled(_given(rule.condition), params)

    def judge(subject: Subject) -> Verdict:
        values = subject.facts.plain
        if when is not None:
            applies = when.truth(values)
            if applies is Truth.FALSE:
                return NOT_APPLICABLE
            if applies is Truth.UNKNOWN:
                return Status.UNKNOWN, (undecided(when, subject),)
        holds = required.truth(values)
        if holds is Truth.TRUE:
            return PASS
        status = Status.FAIL if holds is Truth.FALSE else Status.UNKNOWN
        return status, (hit(status, required, subject),)

    def hit(status: Status, deciding: Compiled, subject: Subject) -> Hit:
        evidence = tuple(islice(deciding.evidence(subject.facts, SUBJECT), MOST_EVIDENCE))
        return words_of.hit(status, rule.attribute or attribute_path(evidence[0].path), evidence, subject, {})

    def undecided(when: Compiled, subject: Subject) -> Hit:
        """Of a subject to which the rule may not apply nothing is told that the rule would have to look at."""
        found = hit(Status.UNKNOWN, when, subject)
        open_facts = (f"{one.path} is {fact_words(one.fact)}" for one in found.evidence if unknowns(one.fact.value))
        why = found.causes[0].detail
        told = ": ".join(each for each in (next(open_facts, ""), clean(why)) if each)
        return found._replace(message=f"{clean(subject.name)}: it is not known whether this applies; {told}")

    return judge


def _given(condition: Condition | None) -> Condition:
    if condition is None:
        raise ValueError("a rule has either a condition or a drift selector")
    return condition


def _by_drift(selector: DriftSelector, others: Others, words_of: _Words) -> Callable[[Subject], Verdict]:
    def judge(subject: Subject) -> Verdict:
        comparison = subject.comparison
        if comparison is None or not drifts.of_kind(selector, comparison):
            return NOT_APPLICABLE
        if selector.existence or comparison.existence is not Existence.BOTH:
            return whole(subject, comparison)
        hits = [
            of_drift(Status.FAIL if truth is Truth.TRUE else Status.UNKNOWN, drift, subject, comparison)
            for drift, truth in drifts.selected(selector, comparison)
            if not (selector.unselected and drifts.reported_by(others(comparison), drift, comparison))
        ]
        if hits:
            return min((hit.status for hit in hits), key=_WORST.index), tuple(hits)
        return NOT_APPLICABLE if drifts.left_out(selector, comparison) else PASS

    def whole(subject: Subject, comparison: Comparison) -> Verdict:
        """The resource as a whole; attributes of one that is not on both sides can't be compared."""
        truth = drifts.reported_existence(selector, comparison)
        if selector.unselected and drifts.existence_reported_by(others(comparison), comparison):
            return NOT_APPLICABLE
        if truth is Truth.FALSE:
            return PASS if comparison.existence is Existence.BOTH else NOT_APPLICABLE
        status = Status.FAIL if truth is Truth.TRUE else Status.UNKNOWN
        return status, (of_existence(status, subject, comparison),)

    def of_drift(status: Status, drift: Drift, subject: Subject, comparison: Comparison) -> Hit:
        told = {
            "drift.path": drift.path or "the resource",
            "drift.declared": fact_words(drift.declared),
            "drift.live": fact_words(drift.live),
            "drift.plan": drift.plan,
            "drift.note": drift.note,
            "drift.existence": comparison.existence,
        }
        return words_of.hit(status, drift.path, drifts.evidence(drift), subject, told)

    def of_existence(status: Status, subject: Subject, comparison: Comparison) -> Hit:
        declared, live = _sides(comparison)
        told = {
            "drift.path": "the resource",
            "drift.declared": declared,
            "drift.live": live,
            "drift.plan": comparison.plan,
            "drift.note": comparison.note,
            "drift.existence": comparison.existence,
        }
        return words_of.hit(status, "", drifts.existence_evidence(comparison), subject, told)

    return judge


_WORST: Final = (Status.FAIL, Status.UNKNOWN)
_SIDES: Final = {
    Existence.BOTH: ("present", "present"),
    Existence.MISSING: ("present", "absent"),
    Existence.UNMANAGED: ("absent", "present"),
}


def _sides(comparison: Comparison) -> tuple[str, str]:
    """Where the resource is, in words: in the code, in AWS; a side that is known is told where the other is not."""
    if comparison.existence is not Existence.UNDETERMINED:
        return _SIDES[comparison.existence]
    declared = comparison.declared is not None and comparison.declared.undetermined is None
    return (
        "present" if declared else "undetermined",
        "present" if comparison.live is not None else "undetermined",
    )


@dataclass(frozen=True)
class _Words:
    """The rule's message template and what fills it."""

    rule: Rule
    params: Mapping[str, Value]
    environment: str
    tier: str

    @cached_property
    def _parts(self) -> tuple[str | Callable[[Subject, Mapping[str, str]], str], ...]:
        """What the message is made of: texts, which are the same for every subject, and what to ask it for."""
        fixed = {"environment": clean(self.environment), "tier": clean(self.tier)}
        fixed |= {f"param.{name}": words(value) for name, value in self.params.items()}
        return tuple(
            fixed[text] if named and text in fixed else _asked(text) if named else text
            for named, text in pieces(self.rule.message)
        )

    def hit(
        self,
        status: Status,
        path: str,
        evidence: tuple[Evidence, ...],
        subject: Subject,
        told: Mapping[str, str],
    ) -> Hit:
        """A hit on one subject; `told` are the placeholders of a drift."""
        return Hit(
            status=status,
            path=path,
            message=self._message(subject, told),
            evidence=evidence,
            causes=_causes(evidence) if status is Status.UNKNOWN else (),
            place=_deciding_place(evidence, subject),
        )

    def _message(self, subject: Subject, told: Mapping[str, str]) -> str:
        return "".join([part if isinstance(part, str) else part(subject, told) for part in self._parts])


def _asked(name: str) -> Callable[[Subject, Mapping[str, str]], str]:
    """What fills a placeholder: a word about the drift, about the subject, or one of its facts."""
    if name in OF_DRIFT:
        return lambda _, told: clean(told[name])
    of_subject = _OF_SUBJECT.get(name)
    if of_subject is None:
        return lambda subject, _: fact_text(subject.facts, name)
    return lambda subject, _: clean(of_subject(subject))


_OF_SUBJECT: Final[Mapping[str, Callable[[Subject], str]]] = MappingProxyType(
    {
        "subject.name": lambda subject: subject.name,
        "subject.identity": lambda subject: subject.identity,
        "subject.address": lambda subject: subject.address or "(not declared)",
    }
)


def attribute_path(path: str) -> str:
    """A fact's path without its side: drift and requirement name the same attribute alike."""
    return path.removeprefix("declared.").removeprefix("live.")


def _deciding_place(evidence: tuple[Evidence, ...], subject: Subject) -> SourceRange | None:
    """Where the code decides the first written fact, else where the subject stands in code."""
    origins = (one.fact.origin for one in evidence)
    return next((origin.deciding for origin in origins if isinstance(origin, Written) and origin.chain), subject.place)


def _causes(evidence: tuple[Evidence, ...]) -> tuple[Unknown, ...]:
    """Why it is unknown: the unknown parts of the evidence, each once."""
    found = dict.fromkeys(cause for one in evidence for cause in unknowns(one.fact.value))
    return tuple(found) or (Unknown(Reason.NOT_SUPPORTED, f"{evidence[0].path} has a value that can't be decided"),)


def _defect(caught: Exception) -> Hit:
    """A defect as a hit of its own, with the last places in our code that it came from."""
    frames = [f"{PurePath(frame.f_code.co_filename).stem}:{line}" for frame, line in walk_tb(caught.__traceback__)]
    text = f"{clean(f'{type(caught).__name__}: {caught}')} ({' > '.join(frames[-3:])})"
    cause = Unknown(Reason.FAILED, text)
    evidence = Evidence("rule", Fact(cause, Default("the auditor")), "can be applied")
    return Hit(Status.ERROR, "", f"The rule could not be applied: {text}", (evidence,), (cause,), None)
