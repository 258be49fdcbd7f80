"""What the code declares, as the JSON document of `audit declared`."""

from __future__ import annotations

from typing import Any

from auditor.hcl.configuration import Configuration, DeclaredResource
from auditor.hcl.hints import REMOVED, Hint
from auditor.hcl.plan_shape import PlanShape, written
from auditor.hcl.provenance import Provenance


def declared_document(configuration: Configuration, *, reveal_sensitive: bool = False) -> dict[str, Any]:
    """What the code declares, as JSON: values as Terraform plans them, unknown ones by path, origins by path."""
    chains: dict[Provenance, list[str]] = {}
    return {
        "resources": [_resource_document(resource, reveal_sensitive, chains) for resource in configuration.resources],
        "hints": [_hint_document(hint) for hint in configuration.hints],
        "diagnostics": [
            {
                "severity": str(diagnostic.severity),
                "summary": diagnostic.summary,
                "detail": diagnostic.detail,
                "place": str(diagnostic.place) if diagnostic.place else None,
            }
            for diagnostic in configuration.diagnostics
        ],
    }


def _hint_document(hint: Hint) -> dict[str, Any]:
    told = {"kind": hint.kind, "from": hint.former, "to": hint.address}
    said: dict[str, Any] = {name: text for name, text in told.items() if text}
    if isinstance(hint.id, str):
        said["id"] = hint.id
    if hint.kind == REMOVED:
        said["destroys"] = hint.destroys
    return said | {"place": str(hint.place)}


def _resource_document(
    resource: DeclaredResource, reveal_sensitive: bool, chains: dict[Provenance, list[str]]
) -> dict[str, Any]:
    shape = PlanShape(reveal_sensitive=reveal_sensitive)
    document = {
        "address": resource.address,
        "type": resource.type,
        "values": shape.of(resource.planned) or {},
        "unknown": list(shape.unknown),
        "references": {path: list(cause.references) for path, cause in shape.unknown.items() if cause.references},
        "sensitive": shape.sensitive,
        "origins": {path: _chain(origin, chains) for path, origin in shape.origins.items()},
        "place": str(resource.place),
    }
    if resource.ignore_changes:
        document["ignore_changes"] = list(resource.ignore_changes)
    if resource.undetermined is not None:
        document["undetermined"] = resource.undetermined.detail
    return document


def _chain(origin: Provenance, chains: dict[Provenance, list[str]]) -> list[str]:
    """The places of a chain, which instances of one block have in common mostly."""
    found = chains.get(origin)
    if found is None:
        found = chains[origin] = [str(place) for place in written(origin).chain]
    return found
