"""Conditions compiled once to closures: three-valued truth for every subject, evidence for those that need it.

Truth is Kleene's. Evidence are the leaves that decided it: of a false `all` the false ones, of an unknown one the
unknown ones. A value of another type than the catalogue says is unknown, and asking for evidence raises MistypedFact.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from auditor.model.catalogue import FactType
from auditor.model.facts import Default, Fact
from auditor.model.results import Evidence
from auditor.model.rule import All, Any, Condition, IfThen, Literal, Not, OtherFact, Parameter, Some, Term
from auditor.model.values import FALSE, TRUE, UNKNOWN, NotApplicable, Reason, Truth, Unknown, Value, all_of, any_of
from auditor.policy.messages import words
from auditor.policy.operators import OPERATORS, SCALAR_TYPES, Operator, absent, fits
from auditor.policy.wording import expected, sentence

Values = Mapping[str, Value]
"""By path: the bare values of a subject, or of a record."""
Facts = typing.Any
"""By path: `model.facts.Facts` of a subject, or the bare values of a record."""


class MistypedFact(TypeError):
    """A fact's value is not of the type that the catalogue says: a defect of the auditor."""


class Where(Struct, frozen=True):
    """The part of a subject that a condition looks at: all of it, or one record."""

    prefix: str = ""
    """What makes a record's paths whole, as `live.alarms["errors"].`."""
    parent: Fact | None = None
    """The fact that holds the record."""

    def values(self, facts: Facts) -> Values:
        """The values alone."""
        found: Values = facts.plain if self.parent is None else facts
        return found

    def fact(self, facts: Facts, path: str) -> Fact:
        """The fact of a path, with its origin."""
        if self.parent is None:
            found: Fact = facts[path]
            return found
        return Fact(facts[path], self.parent.origin, self.parent.sensitive)


SUBJECT: Final = Where()


class Compiled(Struct, frozen=True):
    """A condition with one environment's parameters put in."""

    truth: Callable[[Values], Truth]
    evidence: Callable[[Facts, Where, Truth], Iterable[Evidence]]
    """The leaves that decided the truth, which is given, in order."""


def compiled(condition: Condition, params: Mapping[str, Value]) -> Compiled:
    """A condition on subjects, with the values of its parameters."""
    return _Compiler(params).of(condition)


class _Compiler(Struct, frozen=True):
    params: Mapping[str, Value]

    def of(self, condition: Condition) -> Compiled:
        match condition:
            case Term():
                return self._term(condition)
            case All(parts):
                return _joined(FALSE, tuple(map(self.of, parts)))
            case Any(parts):
                return _joined(TRUE, tuple(map(self.of, parts)))
            case Not(part):
                return _negated(self.of(part))
            case IfThen(premise, consequence):
                return _implied(self.of(premise), self.of(consequence))
            case _:
                wanted = sentence(condition) if isinstance(condition, Some) else ""
                return _quantified(condition.fact, self.of(condition.condition), wanted)

    def _term(self, term: Term) -> Compiled:
        operator = OPERATORS[term.operator]
        match term.operand:
            case Literal(right):
                return self._against_value(term, operator, right)
            case Parameter(name) if self.params[name] is None:
                return _unset(name)
            case Parameter(name):
                return self._against_value(term, operator, self.params[name])
            case other:
                return self._against_fact(term, operator, other)

    def _against_value(self, term: Term, operator: Operator, right: Value) -> Compiled:
        path, type_ = term.fact, term.type
        decide = operator.decide
        # What repeats from subject to subject is decided once: absent values, and scalars.
        repeating = _ABSENT | SCALAR_TYPES.get(type_, frozenset())
        remembered = lru_cache(maxsize=1024)(lambda value: decide(None if absent(value) else value, right))

        def truth(values: Values) -> Truth:
            value = values[path]
            given = type(value)
            if given in repeating:
                return remembered(value)
            if given is Unknown:
                return UNKNOWN
            return decide(value, right) if fits(value, type_) else UNKNOWN

        wanted = operator.words.format(words(right))

        def evidence(facts: Facts, where: Where, _: Truth) -> Iterable[Evidence]:
            fact, whole = where.fact(facts, path), where.prefix + path
            _typed(whole, fact.value, type_)
            return (Evidence(whole, fact, wanted),)

        return Compiled(truth, evidence)

    def _against_fact(self, term: Term, operator: Operator, other: OtherFact) -> Compiled:
        def truth(values: Values) -> Truth:
            left, right = values[term.fact], values[other.path]
            if not (_told(left, term.type) and _told(right, other.type)):
                return UNKNOWN
            return operator.decide(None if absent(left) else left, None if absent(right) else right)

        wanted = expected(term)

        def evidence(facts: Facts, where: Where, _: Truth) -> Iterator[Evidence]:
            for path, type_, words_ in ((term.fact, term.type, wanted), (other.path, other.type, "")):
                fact = where.fact(facts, path)
                _typed(where.prefix + path, fact.value, type_)
                yield Evidence(where.prefix + path, fact, words_)

        return Compiled(truth, evidence)


_ABSENT: Final = frozenset({type(None), NotApplicable})
_RECORDS: Final = FactType.RECORDS


def _told(value: Value, type_: FactType) -> bool:
    """Whether a value is known, and of its type if it is there."""
    return absent(value) or (type(value) is not Unknown and fits(value, type_))


def _typed(path: str, value: Value, type_: FactType) -> None:
    if not (type(value) is Unknown or absent(value) or fits(value, type_)):
        raise MistypedFact(f"{path} is {type(value).__name__}, and the catalogue says {type_}")


def _unset(name: str) -> Compiled:
    """A leaf whose parameter has no value."""
    value = Unknown(Reason.NOT_READ, f"parameter {name} is not set in audit.toml")
    evidence = Evidence(f"param.{name}", Fact(value, Default("the rule")), "is set")
    return Compiled(lambda _: UNKNOWN, lambda *_: (evidence,))


def _joined(absorbing: Truth, parts: tuple[Compiled, ...]) -> Compiled:
    """Kleene's conjunction, whose absorbing truth is FALSE, or disjunction, whose is TRUE."""
    truths, neutral = tuple(part.truth for part in parts), ~absorbing

    def truth(values: Values) -> Truth:
        whole = neutral
        for part in truths:
            decided = part(values)
            if decided is absorbing:
                return decided
            if decided is UNKNOWN:
                whole = decided
        return whole

    def evidence(facts: Facts, where: Where, whole: Truth) -> Iterator[Evidence]:
        values = where.values(facts)
        for part in parts:
            if part.truth(values) is whole:
                yield from part.evidence(facts, where, whole)

    return Compiled(truth, evidence)


def _negated(part: Compiled) -> Compiled:
    return Compiled(
        lambda values: ~part.truth(values),
        lambda facts, where, whole: (
            Evidence(one.path, one.fact, f"not: {one.expected}") for one in part.evidence(facts, where, ~whole)
        ),
    )


def _implied(premise: Compiled, consequence: Compiled) -> Compiled:
    joined = _joined(TRUE, (_negated(premise), consequence))

    def evidence(facts: Facts, where: Where, whole: Truth) -> Iterable[Evidence]:
        # That the premise holds is no fault; the consequence that does not is.
        return (consequence if whole is FALSE else joined).evidence(facts, where, whole)

    return Compiled(joined.truth, evidence)


def _quantified(path: str, inner: Compiled, wanted: str) -> Compiled:
    """`each` over records; with words of what is wanted, `some`."""
    join = any_of if wanted else all_of

    def of_record(record: Value) -> Truth:
        return UNKNOWN if isinstance(record, Unknown) else inner.truth(typing.cast("Values", record))

    def truth(values: Values) -> Truth:
        value = values[path]
        if absent(value):
            return join(())
        if isinstance(value, Unknown) or not fits(value, _RECORDS):
            return UNKNOWN
        return join(map(of_record, typing.cast("tuple[Value, ...]", value)))

    def evidence(facts: Facts, where: Where, whole: Truth) -> Iterator[Evidence]:
        fact = where.fact(facts, path)
        _typed(where.prefix + path, fact.value, _RECORDS)
        deciding = UNKNOWN if wanted else FALSE
        if not isinstance(fact.value, tuple) or whole not in {UNKNOWN, deciding}:
            yield Evidence(where.prefix + path, fact, wanted)
            return
        for number, record in enumerate(fact.value):
            if of_record(record) is not whole:
                continue
            at = f"{where.prefix}{path}[{_key(record, number)}]"
            if isinstance(record, Unknown):
                yield Evidence(at, Fact(record, fact.origin, fact.sensitive))
            else:
                yield from inner.evidence(record, Where(at + ".", fact), whole)

    return Compiled(truth, evidence)


def _key(record: Value, number: int) -> str:
    """What a reader finds a record by: its name or id, else its number."""
    members = record if isinstance(record, Mapping) else {}
    called = (members.get(key) for key in ("name", "id"))
    return next((f'"{words(name)}"' for name in called if isinstance(name, str)), str(number))
