"""One rule in one environment: its verdict on a subject, and its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from itertools import islice
from pathlib import PurePath
from traceback import walk_tb
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from auditor.model.digests import begun, continued
from auditor.model.drift import Comparison, Drift, Existence
from auditor.model.facts import Default, Fact
from auditor.model.results import Evidence, Finding, Status, Subject
from auditor.model.rule import Condition, DriftSelector, Rule
from auditor.model.values import FALSE, TRUE, UNKNOWN, Reason, Truth, Unknown, Value, unknowns
from auditor.policy import drifts
from auditor.policy.conditions import SUBJECT, Compiled, compiled
from auditor.policy.messages import GENERAL, OF_DRIFT, clean, fact_text, fact_words, pieces, placeholders, words

if TYPE_CHECKING:
    from hashlib import _Hash

MOST_EVIDENCE: Final = 50
"""Facts that one finding shows."""


Others = Callable[[Comparison], Iterable[DriftSelector]]
Verdict = tuple[Status, tuple[Finding, ...]]
PASS: Final[Verdict] = (Status.PASS, ())
NOT_APPLICABLE: Final[Verdict] = (Status.NOT_APPLICABLE, ())
_FAIL: Final = Status.FAIL
_UNKNOWN: Final = Status.UNKNOWN
_BOTH: Final = Existence.BOTH
Words = Callable[[Finding], str]


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
    found = _Found(rule, params, environment, tier)
    drift = rule.drift
    judge = _by_condition(rule, params, found) if drift is None else _by_drift(drift, others, found)

    def verdict(subject: Subject) -> Verdict:
        try:
            return judge(subject)
        except Exception as caught:  # noqa: BLE001 - a defect on one subject must cost neither the run nor its own trace
            return Status.ERROR, (found.defect(caught, subject),)

    return verdict


def _by_condition(rule: Rule, params: Mapping[str, Value], found: _Found) -> Callable[[Subject], Verdict]:
    when = compiled(rule.when, params) if rule.when is not None else None
    required = compiled(_given(rule.condition), params)
    message = found.words  # bound once, not for each finding

    def judge(subject: Subject) -> Verdict:
        values = subject.facts.plain
        if when is not None:
            applies = when.truth(values)
            if applies is FALSE:
                return NOT_APPLICABLE
            if applies is UNKNOWN:
                return finding(applies, when, subject, _undecided)
        holds = required.truth(values)
        return PASS if holds is TRUE else finding(holds, required, subject, message)

    def finding(truth: Truth, deciding: Compiled, subject: Subject, words: Words) -> Verdict:
        evidence = tuple(islice(deciding.evidence(subject.facts, SUBJECT, truth), MOST_EVIDENCE))
        path = rule.attribute or attribute_path(evidence[0].path)
        status = _FAIL if truth is FALSE else _UNKNOWN
        return status, (found.finding(status, path, evidence, subject, words),)

    return judge


def _undecided(finding: Finding) -> str:
    """Of a subject to which the rule may not apply nothing is told that the rule would have to look at."""
    open_facts = (f"{one.path} is {fact_words(one.fact)}" for one in finding.evidence if unknowns(one.fact.value))
    why = finding.causes[0].detail
    told = ": ".join(each for each in (next(open_facts, ""), clean(why)) if each)
    return f"{clean(finding.subject)}: it is not known whether this applies; {told}"


def _given(condition: Condition | None) -> Condition:
    if condition is None:
        raise ValueError("a rule has either a condition or a drift selector")
    return condition


def _by_drift(selector: DriftSelector, others: Others, found: _Found) -> Callable[[Subject], Verdict]:
    def judge(subject: Subject) -> Verdict:
        comparison = subject.comparison
        if comparison is None or not drifts.of_kind(selector, comparison):
            return NOT_APPLICABLE
        if selector.existence or comparison.existence is not _BOTH:
            return whole(subject, comparison)
        reported = comparison.drifts and [
            of_drift(_FAIL if truth is TRUE else _UNKNOWN, drift, subject, comparison)
            for drift, truth in drifts.selected(selector, comparison)
            if not (selector.unselected and drifts.reported_by(others(comparison), drift, comparison))
        ]
        if reported:
            return min((finding.status for finding in reported), key=_WORST.index), tuple(reported)
        return NOT_APPLICABLE if drifts.left_out(selector, comparison) else PASS

    def whole(subject: Subject, comparison: Comparison) -> Verdict:
        """The resource as a whole; attributes of one that is not on both sides can't be compared."""
        truth = drifts.reported_existence(selector, comparison)
        if selector.unselected and drifts.existence_reported_by(others(comparison), comparison):
            return NOT_APPLICABLE
        if truth is FALSE:
            return PASS if comparison.existence is _BOTH else NOT_APPLICABLE
        status = _FAIL if truth is TRUE else _UNKNOWN
        return status, (of_existence(status, subject, comparison),)

    def of_drift(status: Status, drift: Drift, subject: Subject, comparison: Comparison) -> Finding:
        words = partial(found.words, told=partial(_told_of_drift, drift, comparison))
        return found.finding(status, drift.path, drifts.evidence(drift), subject, words)

    def of_existence(status: Status, subject: Subject, comparison: Comparison) -> Finding:
        words = partial(found.words, told=partial(_told_of_existence, comparison))
        return found.finding(status, "", drifts.existence_evidence(comparison), subject, words)

    return judge


def _told_of_drift(drift: Drift, comparison: Comparison) -> Mapping[str, str]:
    return {
        "drift.path": drift.path or "the resource",
        "drift.declared": fact_words(drift.declared),
        "drift.live": fact_words(drift.live),
        "drift.plan": drift.plan,
        "drift.note": drift.note,
        "drift.existence": comparison.existence,
    }


def _told_of_existence(comparison: Comparison) -> Mapping[str, str]:
    declared, live = _sides(comparison)
    return {
        "drift.path": "the resource",
        "drift.declared": declared,
        "drift.live": live,
        "drift.plan": comparison.plan,
        "drift.note": comparison.note,
        "drift.existence": comparison.existence,
    }


_WORST: Final = (_FAIL, _UNKNOWN)
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


class _Found(Struct, frozen=True, dict=True):
    """What the findings of a rule in an environment share: how grave they are, how they are known, their words."""

    rule: Rule
    params: Mapping[str, Value]
    environment: str
    tier: str

    @cached_property
    def _known_by(self) -> _Hash:
        return begun(self.rule.id, self.environment)

    @cached_property
    def _parts(self) -> tuple[str | _Asked, ...]:
        """What the message is made of: texts, which are the same for every subject, and what to ask it for."""
        fixed = {"environment": clean(self.environment), "tier": clean(self.tier)}
        fixed |= {f"param.{name}": words(value) for name, value in self.params.items()}
        return tuple(
            fixed[text] if named and text in fixed else _asked(text) if named else text
            for named, text in pieces(self.rule.message)
        )

    @cached_property
    def _facts(self) -> tuple[str, ...]:
        """The facts that the message tells."""
        general = {*GENERAL, *OF_DRIFT, *(f"param.{name}" for name in self.params)}
        return tuple(name for name in placeholders(self.rule.message) if name not in general)

    def finding(
        self, status: Status, path: str, evidence: tuple[Evidence, ...], subject: Subject, words: Words
    ) -> Finding:
        """A finding on one subject.

        Facts that its words will tell are worked out here, where what goes wrong with them costs this finding alone.
        """
        for name in self._facts:
            subject.facts.plain[name]
        known_by = continued(self._known_by, subject.identity or subject.address, path)
        return Finding(self.rule.id, subject, status, self.rule.severity[self.tier], path, evidence, known_by, words)

    def words(self, finding: Finding, told: Callable[[], Mapping[str, str]] = dict) -> str:
        """The message of a finding; `told` gives the placeholders of a drift."""
        of_drift = told()
        return "".join([part if isinstance(part, str) else part(finding.about, of_drift) for part in self._parts])

    def defect(self, caught: Exception, subject: Subject) -> Finding:
        """A defect as a finding of its own, with the last places in our code that it came from."""
        frames = [f"{PurePath(frame.f_code.co_filename).stem}:{line}" for frame, line in walk_tb(caught.__traceback__)]
        text = f"{clean(f'{type(caught).__name__}: {caught}')} ({' > '.join(frames[-3:])})"
        evidence = Evidence("rule", Fact(Unknown(Reason.FAILED, text), Default("the auditor")), "can be applied")
        known_by = continued(self._known_by, subject.identity or subject.address, "")
        severity = self.rule.severity[self.tier]
        return Finding(self.rule.id, subject, Status.ERROR, severity, "", (evidence,), known_by, _not_applied)


def _not_applied(finding: Finding) -> str:
    return f"The rule could not be applied: {finding.causes[0].detail}"


_Asked = Callable[[Subject, Mapping[str, str]], str]
"""The words for a placeholder, from the subject and what is told of a drift."""


def _asked(name: str) -> _Asked:
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
