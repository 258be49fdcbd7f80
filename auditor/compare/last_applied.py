"""What Terraform last applied, as its state tells: whether a difference comes from the code or was made in AWS.

What the state says is never taken for what is live: it only tells which of both sides moved since the last apply.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.compare.overrides import LeftOut, steps
from auditor.compare.sameness import same
from auditor.model.drift import Comparison, Drift, Existence, Moved, Plan, Reality, Risk
from auditor.model.facts import Default, Fact, Identity, Resource
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import Reason, Truth, Unknown, Value

Applied = Mapping[str, Mapping[str, Any]]
"""By address: the attributes of managed resources that are not sensitive, in the JSON of a state; of what an `import`
block brings into it at the next apply, the `id` alone. A deposed object's address has `(deposed)` after it."""


def without_key(address: str) -> str:
    """The address of a resource without the key of its own instance."""
    return address.rpartition("[")[0] if address.endswith("]") else address


def bare(address: str) -> str:
    """The address of a resource without keys at all."""
    return _KEY.sub("", address)


_KEY: Final = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')


def names_in(applied: Applied, declared: Iterable[Resource], kinds: Mapping[str, Kind]) -> Mapping[str, str]:
    """By address of a declared resource: the name under which the state has it, where its attributes tell."""
    found = {}
    for resource in declared:
        attributes, kind = applied.get(resource.address), kinds.get(resource.kind)
        name = kind.noted_name(attributes, resource.identity.region) if attributes and kind is not None else None
        if name is not None:
            found[resource.address] = name
    return found


def left_behind(
    applied: Applied, declared: Iterable[Resource], kinds: Mapping[str, Kind]
) -> Mapping[tuple[str, str], str]:
    """By kind and name: the address of what the state has and the code no more; the next apply destroys it.

    Where it is unknown how many instances the code makes of a resource, none of them is told.
    """
    known = {resource.address for resource in declared}
    open_ones = {bare(resource.address) for resource in declared if resource.undetermined is not None}
    found = {}
    for address, attributes in applied.items():
        kind = kinds.get(_type(address))
        if address in known or bare(address) in open_ones or kind is None:
            continue
        name = kind.noted_name(attributes, "")
        if name is not None:
            found[kind.type, name] = address
    return found


def keeping_texts(
    texts: Iterable[Attribute], refreshed: Mapping[str, Value], said: Mapping[str, Value]
) -> Mapping[str, Value]:
    """What a refresh leaves of texts that mean what was last said; without a state, that is taken for the code."""
    kept = {
        each.name: said[each.name]
        for each in texts
        if each.name in said and same(each, said[each.name], refreshed.get(each.name)) is Truth.TRUE
    }
    return {**refreshed, **kept} if kept else refreshed


_MOVED: Final = {(True, False): Moved.CODE, (False, True): Moved.LIVE, (True, True): Moved.BOTH}


class LastApplied(Struct, frozen=True):
    """One resource as Terraform left it."""

    kind: Kind
    values: Mapping[str, Value]
    """As a declared resource has them; an attribute that is left out is not known."""
    imported: bool = False
    """The next apply brings it into the state: as AWS tells it, and without what AWS does not tell."""

    @classmethod
    def of(cls, kind: Kind, attributes: Mapping[str, Any]) -> LastApplied:
        """Read a resource's attributes out of a state."""
        if _imported(attributes):
            return cls(kind, {each.name: {} if _kept_inside(each) else None for each in kind.attributes}, imported=True)
        known = (attribute for attribute in kind.attributes if attribute.name in attributes)
        return cls(kind, {each.name: _value(each, attributes[each.name]) for each in known})

    def stored(self, refreshed: Mapping[str, Value]) -> Mapping[str, Value]:
        """What the provider has after a refresh: what AWS does not tell stays as the state has it."""
        found = dict(refreshed)
        for attribute in self.kind.attributes:
            name = attribute.name
            if name in self.values and name not in refreshed and (attribute.kept or attribute.compared):
                found[name] = self.values[name]
            inner = _kept_inside(attribute)
            if inner and name in self.values and isinstance(blocks := refreshed.get(name), Mapping):
                found[name] = {key: self._completed(name, key, block, inner) for key, block in blocks.items()}
        return found

    def _completed(self, name: str, key: str, block: Value, kept: Iterable[Attribute]) -> Value:
        """A block of a set with what only the state has of it."""
        if not isinstance(block, Mapping):
            return block
        before = _at(self.values, (name, key))
        told = before if isinstance(before, Mapping) else {}
        return {**block, **{each.name: told.get(each.name, each.default) for each in kept}}

    def passengers(self, declared: Resource, left_out: LeftOut, *, changing: bool) -> Iterator[Drift]:
        """Arguments of which `false` in the place of none replaces the resource, where plan changes anything else."""
        for attribute in (each for each in self.kind.attributes if each.passenger):
            name = attribute.name
            wanted, before = declared.values.get(name), self.values.get(name)
            if changing and wanted is False and before is None and not left_out.covers(name):
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
        settled = {each.name for each in self.kind.attributes if each.passenger and self._has(each.name)} | replacing
        return tuple(
            replace(drift, moved=self._moved(drift, stored))
            for drift in told
            if drift.risk is not Risk.TRAP or drift.path not in settled
        )

    def _has(self, name: str) -> bool:
        """Whether the state has had it since the resource was made."""
        return self.values.get(name) is not None

    def _moved(self, drift: Drift, stored: Mapping[str, Value]) -> Moved | None:
        names = steps(drift.path)
        if names and any(each.name == names[0] and _only_said(each, drift) for each in self.kind.attributes):
            return Moved.CODE
        if self.imported or not names or names[0] not in self.values or drift.reality not in _MOVING:
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


def _kept_inside(attribute: Attribute) -> Sequence[Attribute]:
    return [child for child in attribute.children if child.kept] if attribute.compared else []


def _only_said(attribute: Attribute, drift: Drift) -> bool:
    """Whether plan changes what the state says, and not what AWS has."""
    return attribute.kept or (attribute.by_text and drift.reality is Reality.EQUAL)


_PASSENGER: Final = "plan takes this argument for new, which replaces the resource, although AWS knows nothing of it"
_MOVING: Final = (Reality.DIFFERENT, Reality.UNDECLARED)


def of_missing(missing: Comparison, applied: Applied, known: str | None) -> Comparison:
    """A missing resource was deleted where the state knows it, and not made yet where it does not.

    One that the state has in another account or Region was not deleted, as far as anybody looked: the code moved.
    `known`: the name under which the state has it, or an import brings it there.
    """
    attributes = applied.get(missing.address)
    if attributes is not None and _imported(attributes):
        if known is not None:
            return replace(missing, plan=Plan.ERROR, note=_NOTHING_TO_IMPORT)
        cause = Unknown(Reason.NOT_READ, _IMPORTED_AS.format(id=attributes["id"] or "an id that is not known"))
        return replace(missing, existence=Existence.UNDETERMINED, plan=Plan.UNDETERMINED, note="", cause=cause)
    arn = (attributes or {}).get("arn")
    if isinstance(arn, str) and _lies_elsewhere(arn, missing.identity):
        note = "; ".join(filter(None, (missing.note, _ELSEWHERE.format(arn=arn))))
        return replace(missing, moved=Moved.CODE, note=note)
    return replace(missing, moved=Moved.CODE if attributes is None else Moved.LIVE)


def not_made(name: Unknown, applied: Applied | None, kinds: Collection[str]) -> bool:
    """Whether a name holds what AWS makes up for resources that a state does not have, so that nothing has it yet."""
    if applied is None:
        return False
    told_whole = bool(name.text) or (name.reason is Reason.COMPUTED_BY_AWS and len(name.references) == 1)
    addresses = [reference.rpartition(".")[0] for reference in name.references]
    return (
        told_whole
        and bool(addresses)
        and all(address not in applied and _type(address) in kinds for address in addresses)
    )


def _type(address: str) -> str:
    return bare(address).rpartition(".")[0].rpartition(".")[2]


def _imported(attributes: Mapping[str, Any]) -> bool:
    """Whether an `import` block alone tells of a resource."""
    return attributes.keys() == {"id"}


def _lies_elsewhere(arn: str, identity: Identity) -> bool:
    """Whether an ARN is certainly of another account or Region than a resource; parts that are empty tell nothing."""
    _, _, _, region, account, *_ = (*arn.split(":"), *[""] * 5)
    places = ((region, identity.region), (account, identity.account))
    return any(one and other and one != other for one, other in places)


def not_tracked(comparison: Comparison, missing: Comparison) -> Comparison:
    """The comparison of a live resource that the state does not have: the next apply would create it once more."""
    return replace(
        comparison,
        plan=missing.plan,
        drifts=tuple(
            replace(drift, plan=missing.plan, risk=None, note="")
            for drift in comparison.drifts
            if drift.reality is not Reality.EQUAL
        ),
        changed=(),
        forcing=(),
        note="; ".join(filter(None, (_NOT_TRACKED, missing.note))),
    )


_NOTHING_TO_IMPORT: Final = "the code imports it, and AWS has none: the next plan fails"
_IMPORTED_AS: Final = "the code imports it as {id}, which was not looked for"
_ELSEWHERE: Final = "the state has it as {arn}, which was not read"
_NOT_TRACKED: Final = (
    "not in the state, though AWS has it: the next apply would create it again, which AWS refuses for a name that is "
    "taken, and takes for an overwrite of what has none of its own; an import block takes it over"
)


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
