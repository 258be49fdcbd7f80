"""Where else a resource may be: under another name, or in the code of another environment. Notes, not verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from auditor.model.drift import Comparison, Existence
from auditor.model.facts import Identity, Resource
from auditor.model.kind import Kind
from auditor.model.values import Value, unknowns


def renamed(comparisons: Iterable[Comparison], kinds: Mapping[str, Kind]) -> tuple[Comparison, ...]:
    """The comparisons; a missing resource and the one undeclared one that is built alike tell of each other.

    Only where neither fits any other: many tables have nothing but an `id`.
    """
    everything = tuple(comparisons)
    missing, unmanaged = (
        _by_build((each for each in everything if each.existence is existence), kinds)
        for existence in (Existence.MISSING, Existence.UNMANAGED)
    )
    pairs: dict[int, Comparison] = {}
    for build in missing.keys() & unmanaged.keys():
        if len(missing[build]) == len(unmanaged[build]) == 1:
            (one,), (other,) = missing[build], unmanaged[build]
            pairs |= {id(one): other, id(other): one}
    return tuple(
        each if (twin := pairs.get(id(each))) is None else _noted(each, _RENAMED.format(name=twin.identity.name))
        for each in everything
    )


_RENAMED: Final = "{name} is built alike: perhaps it was renamed"


def _by_build(comparisons: Iterable[Comparison], kinds: Mapping[str, Kind]) -> Mapping[Value, list[Comparison]]:
    """By kind and what they are built of; those of which that is not known are left out."""
    found: dict[Value, list[Comparison]] = {}
    for each in comparisons:
        side = each.declared if each.live is None else each.live
        parts = tuple(side.values.get(name) for name in sorted(kinds[each.kind].built_of)) if side is not None else ()
        if parts and not unknowns(parts):
            found.setdefault((each.kind, _frozen(parts)), []).append(each)
    return found


def _frozen(value: Value) -> Value:
    """A value that can be looked up; absent and empty are the same."""
    if isinstance(value, Mapping):
        return tuple((name, _frozen(value[name])) for name in sorted(value))
    return tuple(map(_frozen, value)) if isinstance(value, tuple) else value or ""


def shadowed(comparisons: Iterable[Comparison], others: Mapping[str, Iterable[Resource]]) -> tuple[Comparison, ...]:
    """The comparisons; one that the code of another environment declares as well tells where.

    So does a missing one of which such code declares a namesake in another account or Region.
    """
    same: dict[tuple[str, Identity], str] = {}
    namesakes: dict[tuple[str, str], str] = {}
    for name, resources in others.items():
        for each in resources:
            own, place = each.identity, each.place or each.address
            if isinstance(own.name, str) and own.account:
                same[each.kind, own] = f"environment {name} declares it too, at {place}"
                there = f"in {own.region} of account {own.account}"
                namesakes[each.kind, own.name] = f"environment {name} declares its namesake {there}, at {place}"
    return tuple(
        each if note is None else _noted(each, note)
        for each in comparisons
        for note in [
            same.get((each.kind, each.identity))
            or (namesakes.get((each.kind, str(each.identity.name))) if each.existence is Existence.MISSING else None)
        ]
    )


def _noted(comparison: Comparison, note: str) -> Comparison:
    return replace(comparison, note="; ".join(filter(None, (comparison.note, note))))
