"""A rule as data: what it judges, its condition tree or its selection of drifts, its words and its examples."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from auditor.model.catalogue import FactType
from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.facts import SourceRange
from auditor.model.results import Severity, Status
from auditor.model.values import Value

TIERS = ("production", "preproduction", "development")
"""What an environment is for; audit.toml maps each environment to one."""


class Literal(Struct, frozen=True):
    """An operand that is written in the rule."""

    value: Value


class Parameter(Struct, frozen=True):
    """An operand that is a parameter of the rule: `{param: max_days}`."""

    name: str


class OtherFact(Struct, frozen=True):
    """An operand that is a fact of the same subject or record: the operators ending in `_fact`."""

    path: str
    type: FactType


Operand = Literal | Parameter | OtherFact


class Term(Struct, frozen=True):
    """A leaf: `{fact: PATH, OPERATOR: OPERAND}`."""

    fact: str
    """Path of the subject type's catalogue; inside `each` and `some` relative to the record."""
    type: FactType
    """The fact's, by the catalogue."""
    operator: str
    """Without the ending `_fact`."""
    operand: Operand


class All(Struct, frozen=True):
    """True where every condition is true."""

    conditions: tuple[Condition, ...]


class Any(Struct, frozen=True):
    """True where at least one condition is true."""

    conditions: tuple[Condition, ...]


class Not(Struct, frozen=True):
    """True where the condition is false."""

    condition: Condition


class IfThen(Struct, frozen=True):
    """True where the premise is false or the consequence is true."""

    premise: Condition
    consequence: Condition


class Each(Struct, frozen=True):
    """True where the condition holds for every record of a fact; true where there is none."""

    fact: str
    condition: Condition


class Some(Struct, frozen=True):
    """True where the condition holds for at least one record of a fact; false where there is none."""

    fact: str
    condition: Condition


Condition = Term | All | Any | Not | IfThen | Each | Some


def children(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly under one."""
    match condition:
        case Term():
            return ()
        case All() | Any():
            return condition.conditions
        case IfThen():
            return (condition.premise, condition.consequence)
        case _:
            return (condition.condition,)


def terms(condition: Condition) -> Iterator[Term]:
    """All leaves of a condition, in order."""
    if isinstance(condition, Term):
        yield condition
    for child in children(condition):
        yield from terms(child)


def fact_paths(condition: Condition) -> frozenset[str]:
    """The catalogue paths of the subject that a condition reads; of a list of records, the list's own path."""
    match condition:
        case Term(fact, operand=OtherFact(path)):
            return frozenset((fact, path))
        case Term(fact):
            return frozenset((fact,))
        case Each(fact) | Some(fact):
            return frozenset((fact,))
        case _:
            return frozenset(path for child in children(condition) for path in fact_paths(child))


class Profile(StrEnum):
    """When a rule is on by default."""

    FIRST = "first"
    """Always."""
    STRICT = "strict"
    """Only where the strict profile is asked for."""


class DriftSelector(Struct, frozen=True):
    """Which drifts of a subject a rule speaks about; an empty tuple does not narrow.

    Without `existence`, drifts of attributes are selected, of resources that exist on both sides. With it, the
    resource as a whole.
    """

    kinds: tuple[str, ...] = ()
    """Terraform types."""
    paths: tuple[str, ...] = ()
    """Globs over the keyed path, `*` standing for anything; a pattern also covers everything below it,
    unless it ends with `$`: `global_secondary_index["*"]$` is an index as a whole."""
    reality: tuple[Reality, ...] = ()
    """Empty: `different`, and `undeclared` where it carries a risk."""
    plan: tuple[Plan, ...] = ()
    risk: tuple[Risk, ...] = ()
    existence: tuple[Existence, ...] = ()
    """`missing` or `unmanaged`."""
    unselected: bool = False
    """The catch-all: what no other rule that is on here reports, missing and unmanaged resources included."""


class ExampleDrift(Struct, frozen=True):
    """A drift that an embedded test supposes."""

    path: str
    plan: Plan
    reality: Reality
    risk: Risk | None
    declared: Value
    live: Value


class Example(Struct, frozen=True):
    """An embedded test of a rule: suppose these facts or drifts, expect this status."""

    name: str
    tier: str
    """Empty: the rule's first tier."""
    expect: Status
    facts: Mapping[str, Value]
    """By catalogue path; a fact that is not given is unknown."""
    drifts: tuple[ExampleDrift, ...] = ()
    existence: Existence = Existence.BOTH
    kind: str = ""
    """Terraform type of the subject's comparison."""
    params: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    """Parameters as audit.toml would set them."""
    message: str = ""
    """A part of the first finding's message, if it matters."""
    place: SourceRange | None = None


class Rule(Struct, frozen=True):
    """A requirement of ours on one type of subject, with why it matters and how to meet it."""

    id: str
    """As `SEC-001`; never reused, never changes its meaning."""
    title: str
    """The requirement, as a statement that holds where the rule passes."""
    family: str
    """First part of the id, as `SEC`."""
    subject: str
    """Subject type, as `table`."""
    severity: Mapping[str, Severity]
    """By tier, every tier present."""
    tiers: tuple[str, ...]
    """Where it applies; elsewhere it is not applicable."""
    params: Mapping[str, Mapping[str, Value]]
    """Name -> tier -> default; absent: it must be set in audit.toml, else what depends on it is unknown."""
    when: Condition | None
    """False: not applicable; unknown: unknown."""
    condition: Condition | None
    """What must hold (`assert`); None for rules that select drifts."""
    drift: DriftSelector | None
    message: str
    """Template of a finding's message."""
    attribute: str
    """Terraform attribute path that findings point at; empty: taken from the deciding fact or drift."""
    why: str
    tested: str
    """What exactly is looked at, in a reader's words."""
    remediation: Mapping[str, str]
    """By tool: `terraform`, `aws_cli`."""
    references: tuple[str, ...]
    frameworks: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Framework -> basis (`sourced`, `judgement`) -> ids."""
    history: tuple[str, ...]
    """What was changed in it and why, newest first."""
    examples: tuple[Example, ...]
    profile: Profile
    counts: bool
    """False: its findings tell about completeness and never count for the exit code."""
    place: SourceRange
    digest: str
    """sha256 of the rule file."""

    @property
    def facts(self) -> frozenset[str]:
        """The catalogue paths that the rule reads of its subject."""
        return frozenset().union(*(fact_paths(part) for part in (self.when, self.condition) if part is not None))


class Layer(Struct, frozen=True):
    """What one part of audit.toml says about rules: all environments, those of a tier, or one."""

    path: tuple[str, ...] = ()
    """The keys that lead to it, as env and prod."""
    rules: Mapping[str, Mapping[str, typing.Any]] = field(default_factory=lambda: MappingProxyType({}))
    """By rule id: enabled, reason, severity."""
    parameters: Mapping[str, typing.Any] = field(default_factory=lambda: MappingProxyType({}))
    """By parameter name; by rule id those of one rule, which win inside of the layer."""
