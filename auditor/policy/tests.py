"""Embedded tests of rules, run; and mutations of rules, each of which some test must notice."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from auditor.model.catalogue import Catalogue
from auditor.model.drift import Comparison, Drift, Existence, Plan
from auditor.model.facts import ApiField, Fact, Facts, Identity
from auditor.model.results import Status, Subject
from auditor.model.rule import All, Any, Condition, DriftSelector, Example, IfThen, Not, Rule, Term
from auditor.model.values import Reason, Unknown, Value
from auditor.policy.example_reader import NOT_GIVEN
from auditor.policy.parameters import in_force
from auditor.policy.verdicts import Verdict, verdicts
from auditor.policy.wording import sentence

NAME = "example"
_ORIGIN = ApiField("embedded:Test", "facts")
_NOT_GIVEN = Fact(NOT_GIVEN, _ORIGIN)
_PLANS = {Existence.MISSING: Plan.CREATE, Existence.UNMANAGED: Plan.NO_OP, Existence.UNDETERMINED: Plan.UNDETERMINED}


class ExampleResult(Struct, frozen=True):
    """What became of one embedded test."""

    rule: Rule
    example: Example
    status: Status
    message: str
    """Of the first finding."""

    @property
    def passed(self) -> bool:
        """Whether the test got what it expects."""
        return self.status is self.example.expect and self.example.message in self.message


def run_tests(rules: Iterable[Rule], catalogue: Catalogue) -> tuple[ExampleResult, ...]:
    """The results of all embedded tests, by rule and in the order of the file."""
    return tuple(result for rule in rules for result in _results(rule, catalogue))


def outcome_of_tests(rules: Iterable[Rule], catalogue: Catalogue) -> Mapping[str, typing.Any]:
    """How many of all embedded tests `passed`, and which `failed`, as an audit tells it: it runs them each time."""
    results = run_tests(rules, catalogue)
    failed = [f"{result.rule.id} {result.example.name!r}: {result.status}" for result in results if not result.passed]
    return {"passed": len(results) - len(failed), "failed": failed}


def _results(rule: Rule, catalogue: Catalogue) -> Iterator[ExampleResult]:
    def judge(tier: str, params: Mapping[str, Value]) -> Callable[[Subject], Verdict]:
        return verdicts(rule, in_force(rule, tier, params), environment=tier, tier=tier)

    usual = cache(lambda tier: judge(tier, {}))
    for example in rule.examples:
        tier = example.tier or rule.tiers[0]
        if tier not in rule.tiers:
            yield ExampleResult(rule, example, Status.NOT_APPLICABLE, "")
            continue
        verdict = judge(tier, example.params) if example.params else usual(tier)
        status, found = verdict(subject_of(rule, example, catalogue))
        yield ExampleResult(rule, example, status, found[0].message if found else "")


def subject_of(rule: Rule, example: Example, catalogue: Catalogue) -> Subject:
    """The subject that an embedded test supposes; every fact that it does not give is unknown."""
    identity = Identity("111122223333", "ap-southeast-1", NAME)
    given = {path: Fact(value, _ORIGIN) for path, value in example.facts.items()}
    facts = dict.fromkeys(catalogue[rule.subject], _NOT_GIVEN) | given
    comparison = None
    if rule.drift is not None:
        cause = Unknown(Reason.DENIED, "supposed by the test") if example.existence is Existence.UNDETERMINED else None
        comparison = Comparison(
            kind=example.kind or next(iter(rule.drift.kinds), ""),
            identity=identity,
            address=f"aws_example.{NAME}",
            existence=example.existence,
            plan=_PLANS.get(example.existence, Plan.UPDATE if example.drifts else Plan.NO_OP),
            declared=None,
            live=None,
            drifts=tuple(
                Drift(
                    path=drift.path,
                    plan=drift.plan,
                    reality=drift.reality,
                    declared=Fact(drift.declared, _ORIGIN),
                    live=Fact(drift.live, _ORIGIN),
                    risk=drift.risk,
                )
                for drift in example.drifts
            ),
            cause=cause,
        )
    return Subject(
        type=rule.subject,
        name=NAME,
        identity=str(identity),
        facts=Facts(facts),
        address=f"aws_example.{NAME}",
        comparison=comparison,
    )


class Mutant(Struct, frozen=True):
    """A rule with one thing in it changed, and what was changed."""

    rule: Rule
    change: str


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every rule that has one condition negated or dropped, `when` left out, or one word of its selector dropped."""
    if rule.when is not None:
        yield Mutant(replace(rule, when=None), "when left out")
        for condition, change in _changed(rule.when):
            yield Mutant(replace(rule, when=condition), f"when: {change}")
    if rule.condition is not None:
        for condition, change in _changed(rule.condition):
            yield Mutant(replace(rule, condition=condition), f"assert: {change}")
    if rule.drift is not None:
        yield from _changed_selector(rule, rule.drift)


def _changed_selector(rule: Rule, selector: DriftSelector) -> Iterator[Mutant]:
    """One list left out, one word of a list dropped, or the catch-all made an ordinary rule."""
    for name in selector.__struct_fields__:
        value = getattr(selector, name)
        smaller = [()] if value else []
        if isinstance(value, tuple) and len(value) > 1:
            smaller += [tuple(other for other in value if other != word) for word in value]
        for left in smaller:
            changed: dict[str, typing.Any] = {name: left}
            drift = replace(selector, **changed)
            yield Mutant(replace(rule, drift=drift), f"drift: {name} = {left or 'left out'}")


def survivors(rule: Rule, catalogue: Catalogue) -> tuple[str, ...]:
    """The changes of a rule that none of its tests notices."""
    return tuple(
        mutant.change
        for mutant in mutants(rule)
        if all(result.passed for result in run_tests((mutant.rule,), catalogue))
    )


def _changed(condition: Condition) -> Iterator[tuple[Condition, str]]:
    """The condition with one part negated or dropped."""
    yield Not(condition), f"negated {sentence(condition)}"
    yield from _changed_below(condition)


def _changed_below(condition: Condition) -> Iterator[tuple[Condition, str]]:
    match condition:
        case Term():
            return
        case All(parts) | Any(parts):
            whole = type(condition)
            for number, part in enumerate(parts):
                before, after = parts[:number], parts[number + 1 :]
                if len(parts) > 1:
                    yield whole((*before, *after)), f"dropped {sentence(part)}"
                for changed, change in _changed(part):
                    yield whole((*before, changed, *after)), change
        case IfThen(premise, consequence):
            yield consequence, f"dropped {sentence(premise)}"
            yield from ((IfThen(changed, consequence), change) for changed, change in _changed(premise))
            yield from ((IfThen(premise, changed), change) for changed, change in _changed(consequence))
        case Not(part):
            yield from ((Not(changed), change) for changed, change in _changed_below(part))
        case _:
            quantifier = type(condition)
            yield from (
                (quantifier(condition.fact, changed), change) for changed, change in _changed(condition.condition)
            )
