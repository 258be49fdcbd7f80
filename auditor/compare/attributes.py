"""The attributes of one resource on both sides: what plan would do, and what is true.

Three values meet at each path: the planned one (declared, after `ignore_changes`), the stored one (what the provider
would have kept of the live resource; plan sees only this) and the live one itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from auditor.compare.overrides import LeftOut
from auditor.compare.sameness import filled, same
from auditor.model.drift import Drift, Plan, Reality, Risk
from auditor.model.facts import Default, Fact, Origin, Resource
from auditor.model.kind import Attribute, Dormant, Shape
from auditor.model.values import NOT_APPLICABLE, Truth, Unknown, Value, all_of, any_of, equal, unknowns

PROVIDER: Final = Default("provider hashicorp/aws 5.100")

_FALSE: Final = Truth.FALSE
_TRUE: Final = Truth.TRUE
_UNKNOWN: Final = Truth.UNKNOWN
_PLAIN: Final = frozenset({str, int, bool})
_NOTHING: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attribute stands, and what is around it."""

    path: str
    replaces: bool
    """Whether a change here replaces the resource."""
    written: bool = True
    """Whether the block around it is declared."""


@dataclass(slots=True)
class Walk:
    """One resource, attribute by attribute."""

    declared: Resource
    live: Resource
    planned: Mapping[str, Value]
    stored: Mapping[str, Value]
    """A name left out keeps what is written in code."""
    left_out: LeftOut
    aliases: Mapping[str, str]
    """Target key's ARN by alias ARN."""
    drifts: list[Drift] = field(default_factory=list)
    defaults: Mapping[str, Value] = field(default_factory=dict)

    def over(self, attributes: Iterable[Attribute]) -> None:
        """Compare all attributes; tags have a comparison of their own."""
        planned, live, stored = self.planned, self.live.values, self.stored
        for attribute in attributes:
            name = attribute.name
            if not attribute.compared or name == "tags":
                continue
            wanted, actual = planned.get(name), live.get(name)
            before = stored.get(name, wanted)
            kind = type(wanted)
            if kind in _PLAIN and kind is type(actual) and wanted == actual and before == actual:
                continue
            self._attribute(attribute, Place(name, attribute.replaces), wanted, actual, before)

    def _attribute(self, attribute: Attribute, place: Place, wanted: Value, actual: Value, before: Value) -> None:
        """Compare one attribute of any shape."""
        if attribute.shape is Shape.BLOCK:
            self._block(attribute, place, wanted, actual, before)
        elif attribute.shape is Shape.BLOCKS:
            self._blocks(attribute, place, wanted, actual, before)
        else:
            differs = planned_change(attribute, wanted, before)
            self._add(
                attribute, place, differs, self._reality(attribute, place, wanted, actual, before), wanted, actual
            )

    # Single blocks.

    def _block(self, attribute: Attribute, place: Place, wanted: Value, actual: Value, before: Value) -> None:
        if isinstance(wanted, Unknown):
            self._add(attribute, place, _UNKNOWN, Reality.UNDETERMINED, wanted, actual)
            return
        if wanted is None and attribute.computed:
            self._children(attribute, Place(place.path, place.replaces, written=False), _NOTHING, actual, actual)
            return
        if (wanted is None) is not (before is None) and not isinstance(before, Unknown):
            realities = self._realities(attribute, wanted, actual)
            self._add(attribute, place, _TRUE, realities, wanted, actual)
            return
        if wanted is not None:
            self._children(attribute, place, wanted, actual, before)

    def _children(self, attribute: Attribute, place: Place, wanted: Value, actual: Value, before: Value) -> None:
        ours = wanted if isinstance(wanted, Mapping) else _NOTHING
        for child in attribute.children:
            if not child.compared:
                continue
            inner = Place(f"{place.path}.{child.name}", place.replaces or child.replaces, place.written)
            value, now, kept = ours.get(child.name), _of(actual, child.name), _of(before, child.name)
            asleep = _dormant(child, ours, kept) if place.written else _FALSE
            if asleep is _TRUE:
                continue
            if child.shape in (Shape.BLOCK, Shape.BLOCKS):
                self._attribute(child, inner, value, now, kept)
                continue
            differs = planned_change(child, value, kept) if place.written else _FALSE
            reality = self._reality(child, inner, value, now, kept)
            if asleep is _UNKNOWN:
                differs, reality = all_of((differs, _UNKNOWN)), _weakened(reality)
            self._add(child, inner, differs, reality, value, now)

    def _realities(self, attribute: Attribute, wanted: Value, actual: Value) -> Reality:
        """The reality of a block that plan sees on one side only: equal where none of its children differs."""
        parts = [
            ~same(child, _of(wanted, child.name), _of(actual, child.name))
            for child in attribute.children
            if child.compared and child.shape is not Shape.BLOCK
        ]
        return _REALITIES[any_of(parts)]

    # Sets of blocks.

    def _blocks(self, attribute: Attribute, place: Place, wanted: Value, actual: Value, before: Value) -> None:
        if isinstance(wanted, Unknown) or isinstance(actual, Unknown):
            omitted = wanted is None and attribute.computed
            self._add(attribute, place, _FALSE if omitted else _UNKNOWN, Reality.UNDETERMINED, wanted, actual)
            return
        if wanted is None and attribute.computed:
            reality = Reality.UNDECLARED if actual else Reality.EQUAL
            self._add(attribute, place, _FALSE, reality, wanted, actual)
            return
        ours, theirs, kept = (side if isinstance(side, Mapping) else _NOTHING for side in (wanted, actual, before))
        for key in [*ours, *(key for key in {**theirs, **kept} if key not in ours)]:
            inner = Place(f'{place.path}["{key}"]', place.replaces)
            self._element(attribute, inner, key, ours.get(key), theirs.get(key), kept.get(key))

    def _element(
        self, attribute: Attribute, place: Place, key: str, wanted: Value, actual: Value, before: Value
    ) -> None:
        if isinstance(wanted, Unknown):
            self._add(attribute, place, _UNKNOWN, Reality.UNDETERMINED, wanted, actual)
            return
        if wanted is None or before is None:
            reality = _REALITIES[Truth.of((wanted is None) is not (actual is None))]
            if attribute.own_region_apart and key == self.live.identity.region:
                reality = Reality.EQUAL
            differs = Truth.of((wanted is None) is not (before is None))
            self._add(attribute, place, differs, reality, wanted, actual)
            return
        if not isinstance(wanted, Mapping):
            return
        matched = _TRUE if attribute.names_only else _matches(attribute, wanted, before)
        for child in attribute.children:
            if not child.compared:
                continue
            inner = Place(f"{place.path}.{child.name}", place.replaces)
            value, now, kept = wanted.get(child.name), _of(actual, child.name), _of(before, child.name)
            differs = all_of((~matched, element_change(child, value, kept)))
            if child.shape is Shape.BLOCK:
                reality = self._realities(child, value, now)
            else:
                reality = self._reality(child, inner, value, now, kept)
            self._add(child, inner, differs, reality, value, now)

    # What is true.

    def _reality(self, attribute: Attribute, place: Place, wanted: Value, actual: Value, before: Value) -> Reality:
        if actual is NOT_APPLICABLE or not self._has_effect(attribute):
            return Reality.EQUAL
        omitted = wanted is None or (wanted == "" and attribute.computed)
        if omitted and attribute.key_reference:
            return self._default_key(attribute, place, before)
        if omitted and attribute.computed or not place.written:
            return _undeclared(attribute, actual)
        if isinstance(actual, str) and attribute.service_made and attribute.service_made in actual:
            return Reality.EQUAL
        if attribute.key_reference and isinstance(wanted, str):
            wanted = self.aliases.get(wanted, wanted)
        differs = ~same(attribute, attribute.default if wanted is None else wanted, actual)
        if differs is _TRUE and attribute.autoscaled and not omitted:
            differs = ~_within(self.live.facts.get("bounds"), place.path, actual)
        return _REALITIES[differs]

    def _has_effect(self, attribute: Attribute) -> bool:
        if attribute.needs is None:
            return True
        name, value = attribute.needs
        sibling = self.planned.get(name)
        return isinstance(sibling, Unknown) or (self.defaults.get(name) if sibling is None else sibling) == value

    def _default_key(self, attribute: Attribute, place: Place, stored: Value) -> Reality:
        """No key is the account's default key, which the provider stores as none."""
        differs = ~same(attribute, None, stored)
        if differs is _TRUE and not place.written:
            return Reality.UNDECLARED
        return _REALITIES[differs]

    # Drifts.

    def _add(
        self, attribute: Attribute, place: Place, differs: Truth, reality: Reality, wanted: Value, actual: Value
    ) -> None:
        if (differs is _FALSE and reality is Reality.EQUAL) or self.left_out.covers(place.path):
            return
        plan = Plan.NO_OP if differs is _FALSE else Plan.UNDETERMINED
        if differs is _TRUE:
            plan = Plan.REPLACE if place.replaces else Plan.UPDATE
        if reality is Reality.EQUAL and plan is Plan.UNDETERMINED:
            reality = Reality.UNDETERMINED
        risk = self._risk(attribute, place, plan, reality, wanted, actual)
        self.drifts.append(
            Drift(
                path=place.path,
                plan=plan,
                reality=reality,
                declared=self._declared(attribute, place, wanted),
                live=Fact(actual, self.live.origin(place.path)),
                risk=risk,
                note=_note(plan, reality, risk),
            )
        )

    def _declared(self, attribute: Attribute, place: Place, wanted: Value) -> Fact:
        if wanted is None and place.written and not attribute.computed:
            return Fact(attribute.default, PROVIDER)
        origin: Origin = PROVIDER if wanted is None else self.declared.origin(place.path)
        return Fact(wanted, origin, any(place.path.startswith(path) for path in self.declared.sensitive))

    def _risk(
        self, attribute: Attribute, place: Place, plan: Plan, reality: Reality, wanted: Value, actual: Value
    ) -> Risk | None:
        if plan is Plan.REPLACE:
            return Risk.REPLACES
        if plan is not Plan.UPDATE:
            return None
        changing = self.live.facts.get("in_transition")
        if reality is Reality.EQUAL and not (isinstance(changing, tuple) and place.path in changing):
            return Risk.NEVER_CONVERGES
        if attribute.protects is not None and actual == attribute.protects:
            return Risk.REMOVES_PROTECTION
        return None


_REALITIES: Final = {
    Truth.TRUE: Reality.DIFFERENT,
    Truth.FALSE: Reality.EQUAL,
    Truth.UNKNOWN: Reality.UNDETERMINED,
}


def planned_change(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Whether plan would change an attribute that does not stand inside a set of blocks."""
    if attribute.computed and (wanted is None or (wanted == "" and attribute.shape is Shape.STRING)):
        return _FALSE
    return ~same(attribute, attribute.default if wanted is None else wanted, before)


def element_change(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Whether a child of an element of a set differs: an omitted one counts as zero, computed or not."""
    if attribute.shape is not Shape.BLOCK:
        wanted = attribute.default if wanted is None else wanted
        return ~equal_or_zero(attribute, wanted, before)
    if wanted is None or before is None:
        return Truth.of((wanted is None) is not (before is None))
    return any_of(
        element_change(child, _of(wanted, child.name), _of(before, child.name)) for child in attribute.children
    )


def equal_or_zero(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Equality inside sets, where no other text or number means the same."""
    if isinstance(wanted, tuple) and attribute.shape is Shape.SET:
        return same(attribute, wanted, before)
    return equal(filled(attribute, wanted), filled(attribute, before))


def _matches(attribute: Attribute, wanted: Mapping[str, Value], before: Value) -> Truth:
    """Whether Terraform finds the stored element that a declared one speaks of, so that omitted parts stay as they are.

    It does where every written argument is equal, and every other one is computed: it tells absent from empty.
    """
    return all_of(
        _found(child, wanted.get(child.name), _of(before, child.name))
        for child in attribute.children
        if child.compared or wanted.get(child.name) is None
    )


def _found(child: Attribute, wanted: Value, before: Value) -> Truth:
    if child.shape is Shape.BLOCK and (wanted is None or before is None):
        return Truth.of((wanted is None) is (before is None))
    if child.shape is Shape.BLOCK:
        return all_of(_found(inner, _of(wanted, inner.name), _of(before, inner.name)) for inner in child.children)
    if wanted is None:
        return Truth.of(child.computed)
    return equal_or_zero(child, wanted, before)


def _of(block: Value, name: str) -> Value:
    """A child of a block; what is unknown or not applicable as a whole is so in each part."""
    return block.get(name) if isinstance(block, Mapping) else block


def _dormant(child: Attribute, block: Mapping[str, Value], before: Value) -> Truth:
    """Whether a child has no effect because its block is not declared enabled."""
    if child.dormant is None:
        return _FALSE
    enabled = block.get("enabled")
    asleep = _UNKNOWN if isinstance(enabled, Unknown) else Truth.of(enabled is not True)
    if child.dormant is Dormant.DISABLED_AND_UNSET:
        asleep = all_of((asleep, same(child, None, before)))
    return asleep


def _weakened(reality: Reality) -> Reality:
    return reality if reality is Reality.EQUAL else Reality.UNDETERMINED


def _undeclared(attribute: Attribute, actual: Value) -> Reality:
    """An omitted attribute: equal where live is what AWS takes by itself."""
    if isinstance(actual, Unknown) or unknowns(actual):
        return Reality.UNDETERMINED
    by_itself = any(same(attribute, value, actual) is _TRUE for value in (None, attribute.aws_default))
    return Reality.EQUAL if by_itself else Reality.UNDECLARED


def _within(bounds: Value, path: str, actual: Value) -> Truth:
    """Whether autoscaling may have moved a capacity to where it is."""
    if isinstance(bounds, Unknown):
        return _UNKNOWN
    found = bounds.get(path) if isinstance(bounds, Mapping) else None
    if not isinstance(found, tuple) or not isinstance(actual, int):
        return _FALSE
    least, most = found
    return Truth.of(isinstance(least, int) and isinstance(most, int) and least <= actual <= most)


def _note(plan: Plan, reality: Reality, risk: Risk | None) -> str:
    if risk is Risk.NEVER_CONVERGES:
        return "AWS already has what the code says, yet every plan changes it again"
    if risk is Risk.REMOVES_PROTECTION:
        return "the next apply would switch this protection off"
    if risk is Risk.REPLACES:
        return "the next apply would destroy and create the resource"
    if plan is Plan.NO_OP and reality is Reality.DIFFERENT:
        return "plan does not see this difference"
    if reality is Reality.UNDECLARED:
        return "the code does not say this, so plan leaves it as it is"
    return ""
