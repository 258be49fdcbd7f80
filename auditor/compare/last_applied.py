"""What Terraform last applied, as its state tells: whether a difference comes from the code or was made in AWS.

What the state says is never taken for what is live: it only tells which of both sides moved since the last apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from auditor.compare.overrides import steps
from auditor.compare.sameness import same
from auditor.model.drift import Comparison, Drift, Moved, Plan, Reality, Risk
from auditor.model.facts import Default, Fact, Resource
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import Truth, Value

Applied = Mapping[str, Mapping[str, Any]]
"""By address: the attributes of managed resources that are not sensitive, in the JSON of a state."""

_MOVED: Final = {(True, False): Moved.CODE, (False, True): Moved.LIVE, (True, True): Moved.BOTH}


@dataclass(frozen=True, slots=True)
class LastApplied:
    """One resource as Terraform left it."""

    kind: Kind
    values: Mapping[str, Value]
    """As a declared resource has them; an attribute that is left out is not known."""

    @classmethod
    def of(cls, kind: Kind, attributes: Mapping[str, Any]) -> LastApplied:
        """Read a resource's attributes out of a state."""
        known = (attribute for attribute in kind.attributes if attribute.name in attributes)
        return cls(kind, {each.name: _value(each, attributes[each.name]) for each in known})

    def passengers(self, declared: Resource, *, changing: bool) -> Iterator[Drift]:
        """Arguments that only the state keeps, and that replace the resource.

        One that is true on one side does so by itself; `false` where the state has nothing does as soon as plan changes
        anything else (`changing`).
        """
        for attribute in (each for each in self.kind.attributes if each.passenger):
            name = attribute.name
            wanted, before = declared.values.get(name), self.values.get(name)
            alone = isinstance(wanted, bool | None) and bool(wanted) is not (before is True)
            if alone or (changing and wanted is False and before is None):
                fact = Fact(before, Default("Terraform's state"))
                yield Drift(
                    name,
                    Plan.REPLACE,
                    Reality.EQUAL,
                    Fact(wanted, declared.origin(name)),
                    fact,
                    Risk.REPLACES,
                    _PASSENGER,
                )

    def dated(self, drifts: Iterable[Drift], stored: Mapping[str, Value]) -> tuple[Drift, ...]:
        """The drifts with the side that moved; `stored`: what the provider would have read of the live resource now."""
        told = tuple(drifts)
        replacing = {drift.path for drift in told if drift.risk is Risk.REPLACES}
        settled = {each.name for each in self.kind.attributes if each.passenger and self._kept(each.name)} | replacing
        return tuple(
            replace(drift, moved=self._moved(drift, stored))
            for drift in told
            if drift.risk is not Risk.TRAP or drift.path not in settled
        )

    def _kept(self, name: str) -> bool:
        """Whether the state has had it since the resource was made."""
        return self.values.get(name) is not None

    def _moved(self, drift: Drift, stored: Mapping[str, Value]) -> Moved | None:
        names = steps(drift.path)
        if not names or names[0] not in self.values or drift.reality not in _MOVING:
            return None
        attribute = _attribute(self.kind.attributes, names)
        before, now = _at(self.values, names), _at(stored, names) if names[0] in stored else _at(self.values, names)
        wanted = drift.declared.value
        silent = drift.reality is Reality.UNDECLARED or (wanted is None and drift.plan is Plan.NO_OP)
        by_code = Truth.FALSE if silent else _differs(attribute, wanted, before)
        by_hand = _differs(attribute, before, now)
        if Truth.UNKNOWN in (by_code, by_hand):
            return None
        return _MOVED.get((by_code is Truth.TRUE, by_hand is Truth.TRUE))


_PASSENGER: Final = "plan takes this argument for new, which replaces the resource, although AWS knows nothing of it"
_MOVING: Final = (Reality.DIFFERENT, Reality.UNDECLARED)


def of_missing(missing: Comparison, applied: Applied) -> Comparison:
    """A missing resource was deleted where the state knows it, and not made yet where it does not."""
    return replace(missing, moved=Moved.LIVE if missing.address in applied else Moved.CODE)


def _value(attribute: Attribute, told: Any) -> Value:  # noqa: ANN401 - decoded JSON
    """A value of a state as both sides have it: the one block of a list, blocks by their identity, sets in order."""
    match attribute.shape:
        case Shape.BLOCK if isinstance(told, list):
            return _block(attribute, told[0]) if told else None
        case Shape.BLOCKS if isinstance(told, list):
            blocks = [_block(attribute, each) for each in told]
            return {str(each.get(attribute.identity)): each for each in blocks}
        case Shape.SET | Shape.LIST if isinstance(told, list):
            return tuple(sorted(map(str, told)) if attribute.shape is Shape.SET else told)
        case _:
            value: Value = told
            return value


def _block(attribute: Attribute, told: Any) -> Mapping[str, Value]:  # noqa: ANN401 - decoded JSON
    """A block; what is none in a state that somebody made has nothing in it."""
    written = told if isinstance(told, Mapping) else {}
    return {child.name: _value(child, written.get(child.name)) for child in attribute.children}


def _attribute(attributes: Iterable[Attribute], names: Sequence[str]) -> Attribute | None:
    """The attribute at a path; None where the path ends at a block or at a key of a map."""
    name, *rest = names
    found = next(each for each in attributes if each.name == name)
    if not found.children:
        return None if rest else found
    inner = rest[1:] if found.shape is Shape.BLOCKS else rest
    return _attribute(found.children, inner) if inner else None


def _at(values: Mapping[str, Value], names: Iterable[str]) -> Value:
    value: Value = values
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _differs(attribute: Attribute | None, one: Value, other: Value) -> Truth:
    """Whether two values differ; of blocks as a whole, whether one of them is there and the other is not."""
    if attribute is not None:
        return ~same(attribute, one, other)
    blocks = isinstance(one, Mapping) and isinstance(other, Mapping)
    return Truth.of(not blocks and one != other)
