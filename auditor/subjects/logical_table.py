"""The subject `logical_table`: what is one table to an application, declared once in each environment.

Environments have accounts and names of their own; `koneksi-prod-users` and `koneksi-uat-users` are one logical table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.results import Subject
from auditor.model.rule import TIERS
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value
from auditor.subjects import encryption
from auditor.subjects.across_environments import LogicalTable, logical_tables
from auditor.subjects.definition import (
    Definition,
    LazyFacts,
    SubjectType,
    analysed,
    at_path,
    decided,
    lifted,
    makers_of,
    names_of,
    spec,
)
from auditor.subjects.material import Index, Material
from auditor.subjects.sides import TABLE, hidden, identity_text


def _missing_in(table: LogicalTable) -> Value:
    """Environments that lack it; an Unknown stands for one of which this can't be told."""
    return decided(
        side if isinstance(side, Unknown) else environment
        for environment, side in sorted(table.declared.items())
        if not isinstance(side, Resource)
    )


def same(values: Iterable[Value]) -> Value:
    """Whether known values are all the same; two that differ decide, whatever is unknown."""
    known: list[Value] = []
    unknown: list[Unknown] = []
    for value in values:
        if isinstance(value, Unknown):
            unknown.append(value)
        elif value not in known:
            known.append(value)
    if len(known) > 1:
        return False
    return unknown[0] if unknown else True


def _declarations(table: LogicalTable) -> Mapping[str, Resource]:
    return {name: side for name, side in sorted(table.declared.items()) if isinstance(side, Resource)}


def _of_several(value: Callable[[LogicalTable], Value]) -> Callable[[LogicalTable], Value]:
    """Parity needs two; of one that is declared once there is nothing to compare."""

    def of(table: LogicalTable) -> Value:
        declared = [side for side in table.declared.values() if side is not None]
        return value(table) if len(declared) > 1 else NOT_APPLICABLE

    return of


def _encryption_modes(table: LogicalTable) -> Value:
    return {name: encryption.declared_mode(declared) for name, declared in _declarations(table).items()}


@_of_several
def _encryption_same(table: LogicalTable) -> Value:
    modes = [encryption.declared_mode(declared) for declared in _declarations(table).values()]
    gaps = [side for side in table.declared.values() if isinstance(side, Unknown)]
    return same([*modes, *gaps])


_KEYS: Final = ("hash_key", "range_key")


@_of_several
def _keys_same(table: LogicalTable) -> Value:
    gaps = [side for side in table.declared.values() if isinstance(side, Unknown)]
    found = (same([*(one.values.get(key) for one in _declarations(table).values()), *gaps]) for key in _KEYS)
    return _worst(found)


@_of_several
def _indexes_same(table: LogicalTable) -> Value:
    gaps = [side for side in table.declared.values() if isinstance(side, Unknown)]
    names = (names_of(one.values.get("global_secondary_index")) for one in _declarations(table).values())
    return same([*names, *gaps])


def _worst(found: Iterable[Value]) -> Value:
    values = list(found)
    if False in values:
        return False
    return next((value for value in values if isinstance(value, Unknown)), True)


PROTECTIONS: Final[Mapping[str, Callable[[Resource], Value]]] = MappingProxyType(
    {
        "deletion_protection_enabled": lambda table: _strength(at_path(table.values, ("deletion_protection_enabled",))),
        "point_in_time_recovery.enabled": lambda table: _strength(
            at_path(table.values, ("point_in_time_recovery", "enabled"))
        ),
        "server_side_encryption.kms_key_arn": lambda table: lifted(
            encryption.declared_mode(table), lambda mode: encryption.MODES.index(str(mode))
        ),
    }
)
"""Attribute -> how strong the code makes it: a number, or Unknown."""


def _strength(value: Value) -> Value:
    return value if isinstance(value, Unknown) else int(value is True)


@_of_several
def _weaker(table: LogicalTable) -> Value:
    """Protections that a tier nearer to production has weaker than one farther from it, as `ATTRIBUTE: prod < uat`."""
    found: list[Value] = []
    pairs = [
        (nearer, farther)
        for nearer in table.declared
        for farther in table.declared
        if TIERS.index(table.tiers[nearer]) < TIERS.index(table.tiers[farther])
    ]
    for attribute, strength in PROTECTIONS.items():
        for nearer, farther in pairs:
            here, there = (_strength_in(table.declared[name], strength) for name in (nearer, farther))
            if isinstance(here, int) and isinstance(there, int):
                if here < there:
                    found.append(f"{attribute}: {nearer} < {farther}")
            elif isinstance(unknown := here if isinstance(here, Unknown) else there, Unknown):
                found.append(unknown)
    return decided(found)


def _strength_in(side: Resource | Unknown | None, strength: Callable[[Resource], Value]) -> Value:
    """Absent where the environment does not declare the table: that is missing, not weak."""
    return strength(side) if isinstance(side, Resource) else side


_SENSITIVE: Final = Unknown(Reason.NOT_SUPPORTED, "the code marks it sensitive, so it is not compared")
EXISTENCE: Final = "exists"
"""Stands among the settings for whether the code declares the table at all."""


def _written(name: str, default: str | None = None) -> Callable[[Resource], Value]:
    return lambda table: default if (value := table.values.get(name)) is None else value


def _switch(*names: str) -> Callable[[Resource], Value]:
    def text(table: Resource) -> Value:
        value = at_path(table.values, names)
        return value if isinstance(value, Unknown) else "true" if value is True else "false"

    return text


def _named(name: str) -> Callable[[Resource], Value]:
    return lambda table: lifted(names_of(table.values.get(name)), _joined)


def _joined(names: Value) -> Value:
    return ", ".join(map(str, names)) if isinstance(names, tuple) and names else None


SETTINGS: Final[Mapping[str, Callable[[Resource], Value]]] = MappingProxyType(
    {
        "billing_mode": _written("billing_mode", "PROVISIONED"),
        "deletion_protection_enabled": _switch("deletion_protection_enabled"),
        "global_secondary_index": _named("global_secondary_index"),
        "hash_key": _written("hash_key"),
        "local_secondary_index": _named("local_secondary_index"),
        "point_in_time_recovery.enabled": _switch("point_in_time_recovery", "enabled"),
        "range_key": _written("range_key"),
        "server_side_encryption.kms_key_arn": encryption.declared_mode,
        "stream_enabled": _switch("stream_enabled"),
        "table_class": _written("table_class", "STANDARD"),
        "ttl.attribute_name": lambda table: at_path(table.values, ("ttl", "attribute_name")),
        "ttl.enabled": _switch("ttl", "enabled"),
    }
)
"""Attribute -> what the code makes of it, as a text that can be set beside another environment's; None: left out."""


def _settings(table: LogicalTable) -> Value:
    """Whether each environment declares the table, and every setting in those that do."""
    existence = [
        (EXISTENCE, name, side if isinstance(side, Unknown) else "declared" if side else "not declared")
        for name, side in table.declared.items()
    ]
    settings = [
        (setting, name, _shown(declared, setting))
        for setting in SETTINGS
        for name, declared in _declarations(table).items()
    ]
    return tuple(
        {"setting": setting, "environment": name, "value": value} for setting, name, value in (*existence, *settings)
    )


_OF_OTHER_RULES: Final = frozenset(
    {"global_secondary_index", "hash_key", "range_key", "server_side_encryption.kms_key_arn"}
)
"""Settings that have parity facts of their own."""


def _differences(table: LogicalTable) -> Value:
    """Settings in which the audited environment differs from another one; an Unknown stands for any that might be."""
    here, found = table.here, list[Value]()
    if not isinstance(here, Resource):
        return NOT_APPLICABLE if here is None else here
    others = [side for name, side in table.declared.items() if name != table.environment and side is not None]
    if not others:
        return NOT_APPLICABLE
    for setting in SETTINGS.keys() - _OF_OTHER_RULES:
        values = [_shown(side, setting) for side in (here, *others)]
        alike = same(values)
        if alike is not True:
            found.append(setting if alike is False else alike)
    known = sorted(setting for setting in found if isinstance(setting, str))
    return decided([*known, *(one for one in found if isinstance(one, Unknown))][: len(known) + 1])


def _shown(side: Resource | Unknown, setting: str) -> Value:
    if isinstance(side, Unknown):
        return side
    return _SENSITIVE if hidden(side, setting) else SETTINGS[setting](side)


_CODE: Final = "declared tables of all environments"
DEFINITIONS: Final[tuple[Definition[LogicalTable], ...]] = (
    analysed(spec("parity.name", FactType.STRING, "Name without the environment.", _CODE), lambda table: table.name),
    analysed(
        spec("parity.environments", FactType.STRINGS, "Environments whose code declares it.", _CODE),
        lambda table: tuple(_declarations(table)),
    ),
    analysed(
        spec("parity.missing_in", FactType.STRINGS, "Environments whose code does not declare it.", _CODE), _missing_in
    ),
    analysed(
        spec("parity.declared_here", FactType.BOOL, "Whether the audited environment declares it.", _CODE),
        lambda table: table.here if isinstance(table.here, Unknown) else table.here is not None,
    ),
    analysed(
        spec("parity.encryption_modes", FactType.MAP, "Whose key the code asks for, by environment.", _CODE),
        _encryption_modes,
    ),
    analysed(
        spec(
            "parity.same_encryption_mode",
            FactType.BOOL,
            "Whether all ask for the same kind of key.",
            _CODE,
            absence="declared in one environment only",
        ),
        _encryption_same,
    ),
    analysed(
        spec(
            "parity.weaker",
            FactType.STRINGS,
            "Protections that are weaker in a tier nearer to production than in one farther from it.",
            _CODE,
            absence="declared in one environment only",
        ),
        _weaker,
    ),
    analysed(
        spec(
            "parity.same_keys",
            FactType.BOOL,
            "Whether partition and sort key are the same.",
            _CODE,
            absence="declared in one environment only",
        ),
        _keys_same,
    ),
    analysed(
        spec(
            "parity.same_indexes",
            FactType.BOOL,
            "Whether the names of global secondary indexes are the same.",
            _CODE,
            absence="declared in one environment only",
        ),
        _indexes_same,
    ),
    analysed(
        spec(
            "parity.differences",
            FactType.STRINGS,
            "Settings, besides keys, indexes and encryption, in which another environment's code differs.",
            _CODE,
            absence="not declared here, or in no other environment",
        ),
        _differences,
    ),
    analysed(
        spec(
            "parity.settings",
            FactType.RECORDS,
            "What the code of each environment makes of each setting; `exists` is whether it declares the table.",
            _CODE,
            children=(
                spec("setting", FactType.STRING, "Path of the attribute.", _CODE),
                spec("environment", FactType.STRING, "Environment whose code this is.", _CODE),
                spec(
                    "value",
                    FactType.STRING,
                    "Value as text; names of indexes joined by commas; of the key, whose it is.",
                    _CODE,
                    absence="the code leaves it out",
                ),
            ),
        ),
        _settings,
    ),
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:  # noqa: ARG001 - all subject types are built alike
    """One for each logical table; it shares the identity of the table it is in the audited environment."""
    for table in logical_tables(material):
        here = table.here
        identity = identity_text(TABLE, here.identity) if isinstance(here, Resource) else ""
        yield Subject(
            type="logical_table",
            name=table.name,
            identity=identity or f"logical table/{table.name}",
            facts=LazyFacts(_MAKERS, table),
            address=here.address if isinstance(here, Resource) else "",
            place=here.place if isinstance(here, Resource) else None,
        )


SUBJECT = SubjectType("logical_table", tuple(definition.spec for definition in DEFINITIONS), build)
