"""Which tables of the project's environments are one table to an application."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from auditor.model.facts import Resource
from auditor.model.values import Unknown
from auditor.subjects.material import DeclaredEnvironment, Material
from auditor.subjects.sides import TABLE


class LogicalTable(Struct, frozen=True):
    """One logical table, with its declarations by environment."""

    name: str
    environment: str
    """The audited environment."""
    tiers: Mapping[str, str]
    """By environment."""
    declared: Mapping[str, Resource | Unknown | None]
    """By environment: None where the code does not declare it, Unknown where that can't be told."""

    @property
    def here(self) -> Resource | Unknown | None:
        """Its declaration in the audited environment."""
        return self.declared.get(self.environment)


def logical_name(name: str, environment: DeclaredEnvironment) -> str:
    """A table's name without its environment's, which is a part of it, or what a pattern of the scope begins with."""
    parts = re.split(r"([-_./])", name)
    if environment.name in parts:
        at = parts.index(environment.name)
        rest = parts[:at] + parts[at + 2 :] if at + 1 < len(parts) else parts[: max(at - 1, 0)]
        return "".join(rest) or name
    for pattern in environment.patterns:
        before, star, _ = pattern.partition("*")
        if star and name.startswith(before) and name != before:
            return name[len(before) :]
    return name


def logical_tables(material: Material) -> Iterable[LogicalTable]:
    """All logical tables of the project, by name."""
    environments = (material.environment, *material.others)
    found: dict[str, dict[str, Resource | Unknown | None]] = {}
    gaps: dict[str, Unknown] = {}
    for environment in environments:
        if environment.failed is not None:
            gaps[environment.name] = environment.failed
        for resource in environment.resources:
            if resource.kind != TABLE:
                continue
            name = resource.identity.name
            if isinstance(name, Unknown):
                gaps.setdefault(environment.name, name)
            else:
                of_table = found.setdefault(logical_name(name, environment), {})
                of_table[environment.name] = resource if resource.undetermined is None else resource.undetermined
    tiers = {environment.name: environment.tier for environment in environments}
    for name in sorted(found):
        declared = {
            environment.name: found[name].get(environment.name, gaps.get(environment.name))
            for environment in environments
        }
        yield LogicalTable(name, material.environment.name, tiers, declared)
