"""What differs between two snapshots: the facts of every live resource, path by path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from auditor.kinds import kinds
from auditor.model.answers import Snapshot
from auditor.model.facts import Resource
from auditor.model.values import Value

MOVING: Final = frozenset(
    {
        "item_count",
        "point_in_time_recovery_earliest",
        "point_in_time_recovery_latest",
        "recovery_points",
        "size_bytes",
        "state",
        "state_updated",
    }
)
"""Facts that change by themselves, so that they tell nothing of what somebody changed."""


class Difference(Struct, frozen=True):
    """One fact of which two readings tell different things."""

    kind: str
    name: str
    path: str
    """Empty where the resource as a whole is in one of the readings only."""
    before: Value
    after: Value


def differences(before: Snapshot, after: Snapshot, *, moving: bool = False) -> tuple[Difference, ...]:
    """The differences, by kind, name and path; `moving`: those that come by themselves as well."""
    left, right = _resources(before), _resources(after)
    return tuple(
        difference
        for kind, name in sorted(left.keys() | right.keys())
        for difference in _of(kind, name, left.get((kind, name)), right.get((kind, name)), moving=moving)
    )


def _resources(snapshot: Snapshot) -> dict[tuple[str, str], Resource]:
    read = (resource for kind in kinds() for resource in kind.read(snapshot.answers, snapshot.scope))
    return {(resource.kind, str(resource.identity.name)): resource for resource in read}


def _of(kind: str, name: str, before: Resource | None, after: Resource | None, *, moving: bool) -> Iterator[Difference]:
    if before is None or after is None:
        told: tuple[Value, Value] = ("absent", "there") if before is None else ("there", "absent")
        yield Difference(kind, name, "", *told)
        return
    left, right = dict(_paths(before, moving=moving)), dict(_paths(after, moving=moving))
    for path in sorted(left.keys() | right.keys()):
        if left.get(path) != right.get(path):
            yield Difference(kind, name, path, left.get(path), right.get(path))


def _paths(resource: Resource, *, moving: bool) -> Iterator[tuple[str, Value]]:
    yield from _flat(resource.values.items())
    facts = ((name, fact) for name, fact in resource.facts.items() if moving or name not in MOVING)
    yield from _flat((f"facts.{name}", fact) for name, fact in facts)


def _flat(items: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    """Leaves by path; an empty map is one, so that it differs from none."""
    for path, value in items:
        if isinstance(value, Mapping) and value:
            yield from _flat((f'{path}["{key}"]', item) for key, item in value.items())
        else:
            yield path, value
