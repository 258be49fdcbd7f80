"""The typed catalogue of all facts that rules may speak about, and the building of all subjects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from auditor.discovery import constants
from auditor.model.catalogue import Catalogue, FactSpec
from auditor.model.results import Subject
from auditor.model.rule import Rule
from auditor.subjects.definition import SubjectType
from auditor.subjects.material import Material, index_of

_SHARED: Final = (
    "across_environments", "alarm_metrics", "capacity", "definition", "encryption", "environment_parity", "facts",
    "key_use", "material", "moments", "policy_conditions", "policy_statements", "sides", "table_alarms",
    "table_attributes", "table_copies", "table_placement", "table_policies", "table_recovery",
)  # fmt: skip
"""Modules of this package that hold what subjects share."""

KIND_READS: Final[Mapping[str, str]] = MappingProxyType({"aws_dynamodb_resource_policy": "dynamodb:GetResourcePolicy"})
"""Kind whose live side is only read where it is wanted -> the operation."""


@cache
def subject_types() -> tuple[SubjectType, ...]:
    """All subject types, by module name."""
    return constants("auditor.subjects", "SUBJECT", SubjectType, besides=_SHARED)


@cache
def catalogue() -> Catalogue:
    """Subject type -> path -> what the fact means."""
    return MappingProxyType(
        {one.type: MappingProxyType({spec.path: spec for spec in one.specs}) for one in subject_types()}
    )


def build(material: Material, types: Collection[str] = ()) -> Mapping[str, tuple[Subject, ...]]:
    """All subjects by type, or those of some types, ordered by name, identity and address."""
    index = index_of(material)
    return MappingProxyType(
        {
            one.type: tuple(
                sorted(
                    one.build(material, index), key=lambda subject: (subject.name, subject.identity, subject.address)
                )
            )
            for one in subject_types()
            if not types or one.type in types
        }
    )


def needed_apis(rules: Iterable[Rule]) -> frozenset[str]:
    """The operations that facts of these rules come from, those which are only read where they are wanted included."""
    apis: set[str] = set()
    for rule in rules:
        facts = catalogue()[rule.subject]
        apis.update(spec.api for path in rule.facts for spec in _with_children(facts[path]) if spec.api)
        apis.update(KIND_READS[kind] for kind in (rule.drift.kinds if rule.drift else ()) if kind in KIND_READS)
    return frozenset(apis)


def _with_children(spec: FactSpec) -> Iterable[FactSpec]:
    yield spec
    for child in spec.children:
        yield from _with_children(child)
