"""The subject `resource`: every resource with two sides, of whatever kind, so that no drift lies outside all rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.results import Subject
from auditor.subjects.definition import SubjectType, makers_of, spec
from auditor.subjects.material import Index, Material
from auditor.subjects.sides import SURROUNDINGS, Definitions, declared_exists, live_exists, of_sides, subjects_of

DEFINITIONS: Final[Definitions] = (
    of_sides(
        spec("resource.kind", FactType.STRING, "Terraform type.", "comparison"), lambda sides: sides.comparison.kind
    ),
    of_sides(spec("declared.exists", FactType.BOOL, "Whether the code declares it.", "comparison"), declared_exists),
    of_sides(spec("live.exists", FactType.BOOL, "Whether AWS has it.", "comparison"), live_exists),
    *SURROUNDINGS,
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:
    """One for each comparison."""
    return subjects_of("resource", (), material, _MAKERS, index)


SUBJECT = SubjectType("resource", tuple(definition.spec for definition in DEFINITIONS), build)
