"""The attributes of one resource on both sides: what plan would do, and what is true.

Three values meet at each path: the planned one (declared, after `ignore_changes`), the stored one (what the provider
would have kept of the live resource; plan sees only this) and the live one itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from msgspec import Struct, field

from auditor.compare.overrides import LeftOut
from auditor.compare.planning import Sides, dormant, element_change, matches, of, planned_change
from auditor.compare.sameness import filled, same, truly_same
from auditor.model.drift import Drift, Plan, Reality, Risk
from auditor.model.facts import Default, Fact, Origin, Resource
from auditor.model.kind import Attribute, Equivalence, Replaced, Shape
from auditor.model.values import NOT_APPLICABLE, Truth, Unknown, Value, all_of, any_of, equal, unknowns

_FALSE: Final = Truth.FALSE
_TRUE: Final = Truth.TRUE
_UNKNOWN: Final = Truth.UNKNOWN
_PLAIN: Final = frozenset({str, int, bool})
_EMPTIES: Final = frozenset({str, int, bool, tuple, dict})
_NOTHING: Final[Mapping[str, Value]] = {}
_PLANS: Final = {Truth.TRUE: Plan.UPDATE, Truth.FALSE: Plan.NO_OP, Truth.UNKNOWN: Plan.UNDETERMINED}
_REALITIES: Final = {
    Truth.TRUE: Reality.DIFFERENT,
    Truth.FALSE: Reality.EQUAL,
    Truth.UNKNOWN: Reality.UNDETERMINED,
}


class Place(Struct, frozen=True):
    """Where an attribute stands, and what is around it."""

    path: str
    replaces: bool
    """Whether a change here replaces the resource."""
    written: bool = True
    """Whether the block around it is declared."""
    by_name: bool = False
    """Whether plan compares the blocks around it by their names alone."""


class Walk(Struct):
    """One resource, attribute by attribute."""

    declared: Resource
    live: Resource
    planned: Mapping[str, Value]
    stored: Mapping[str, Value]
    """A name left out keeps what is written in code."""
    left_out: LeftOut
    aliases: Mapping[str, str]
    """Target key's ARN by alias ARN."""
    defaults: Mapping[str, Value]
    """The provider's, by top-level attribute."""
    provider: Default
    """Whose those are."""
    drifts: list[Drift] = field(default_factory=list)

    def over(self, attributes: Iterable[Attribute]) -> None:
        """Compare all attributes; tags have a comparison of their own."""
        left_out = self.planned.keys() - self.stored.keys()
        stored = {**self.stored, **{name: self.planned[name] for name in left_out}} if left_out else self.stored
        for attribute, sides in unsettled(attributes, Sides(self.planned, self.live.values, stored)):
            name = attribute.name
            if name != "tags" and _looked_at(attribute, self.stored):
                self._attribute(attribute, Place(name, _replaces(attribute, sides.planned)), sides)

    def _attribute(self, attribute: Attribute, place: Place, sides: Sides) -> None:
        """Compare one attribute of any shape."""
        if attribute.shape is Shape.BLOCK:
            self._block(attribute, place, sides)
        elif attribute.shape is Shape.BLOCKS:
            self._blocks(attribute, place, sides)
        else:
            differs = planned_change(attribute, sides.planned, sides.stored) if place.written else _FALSE
            self._add(attribute, place, sides, differs, self._reality(attribute, place, sides))

    # Single blocks.

    def _block(self, attribute: Attribute, place: Place, sides: Sides) -> None:
        wanted, before = sides.planned, sides.stored
        if isinstance(wanted, Unknown) or (isinstance(before, Unknown) and wanted is None and not attribute.computed):
            self._add(attribute, place, sides, _UNKNOWN, Reality.UNDETERMINED)
        elif wanted is None and attribute.computed:
            undeclared = Place(place.path, place.replaces, written=False)
            self._children(attribute, undeclared, Sides(_NOTHING, sides.live, before))
        elif isinstance(before, Unknown) or (wanted is None) is (before is None):
            self._children(attribute, place, sides)
        else:
            self._add(attribute, place, sides, _TRUE, _block_reality(attribute, sides))

    def _children(self, attribute: Attribute, place: Place, sides: Sides) -> None:
        all_replace = place.replaces and attribute.replaced is not Replaced.COMES_OR_GOES
        for child, three in unsettled(attribute.children, sides):
            inner = Place(f"{place.path}.{child.name}", all_replace or child.replaces, place.written)
            asleep = dormant(child, sides.planned, three.stored) if place.written else _FALSE
            if asleep is _FALSE:
                self._attribute(child, inner, three)
            elif asleep is _UNKNOWN:
                self._perhaps(child, inner, three)

    def _perhaps(self, child: Attribute, place: Place, sides: Sides) -> None:
        """A child of which it is unknown whether it has any effect: what would differ, may differ."""
        reality = self._reality(child, place, sides)
        differs = all_of((_UNKNOWN, planned_change(child, sides.planned, sides.stored)))
        self._add(child, place, sides, differs, reality if reality is Reality.EQUAL else Reality.UNDETERMINED)

    # Sets of blocks.

    def _blocks(self, attribute: Attribute, place: Place, sides: Sides) -> None:
        wanted, actual = sides.planned, sides.live
        omitted = wanted is None and (attribute.computed or not place.written)
        if wanted == actual and sides.stored is actual and not unknowns(actual):
            return
        if isinstance(wanted, Unknown) or isinstance(actual, Unknown):
            self._add(attribute, place, sides, _FALSE if omitted else _UNKNOWN, Reality.UNDETERMINED)
            return
        if omitted:
            self._add(attribute, place, sides, _FALSE, Reality.UNDECLARED if actual else Reality.EQUAL)
            return
        ours, theirs, kept = (
            side if isinstance(side, Mapping) else _NOTHING for side in (wanted, actual, sides.stored)
        )
        for key in dict.fromkeys((*ours, *theirs, *kept)):
            three = Sides(ours.get(key), theirs.get(key), kept.get(key))
            self._element(attribute, Place(f'{place.path}["{key}"]', place.replaces), key, three)

    def _element(self, attribute: Attribute, place: Place, key: str, sides: Sides) -> None:
        if isinstance(sides.planned, Unknown):
            self._add(attribute, place, sides, _UNKNOWN, Reality.UNDETERMINED)
            return
        if sides.planned is None or sides.stored is None:
            wanted, actual, before = (value is not None for value in sides)
            own = attribute.own_region_apart and key == self.live.identity.region
            reality = Reality.EQUAL if own or wanted is actual else Reality.DIFFERENT
            self._add(attribute, place, sides, Truth.of(wanted is not before), reality)
            return
        matched: Truth | None = _TRUE if attribute.names_only else None
        for child, three in unsettled(attribute.children, sides):
            inner = Place(f"{place.path}.{child.name}", place.replaces, by_name=attribute.names_only)
            if matched is None:
                matched = matches(attribute, sides.planned, sides.stored)
            differs = all_of((~matched, element_change(child, three.planned, three.stored)))
            single = child.shape is Shape.BLOCK
            reality = _block_reality(child, three) if single else self._reality(child, inner, three)
            self._add(child, inner, three, differs, reality)

    # What is true.

    def _reality(self, attribute: Attribute, place: Place, sides: Sides) -> Reality:
        effect = self._effect(attribute)
        if effect is _FALSE or sides.live is NOT_APPLICABLE or attribute.kept:
            return Reality.EQUAL
        reality = self._reality_in_effect(attribute, place, sides)
        return Reality.UNDETERMINED if effect is _UNKNOWN and reality is not Reality.EQUAL else reality

    def _reality_in_effect(self, attribute: Attribute, place: Place, sides: Sides) -> Reality:
        wanted, actual = sides.planned, sides.live
        omitted = wanted is None or (wanted == "" and attribute.computed)
        if omitted and attribute.key_reference:
            return _default_key(attribute, place, self._key_of_its_own(sides.stored))
        if isinstance(actual, str) and attribute.service_made and attribute.service_made in actual:
            return Reality.EQUAL
        if not place.written or (omitted and attribute.computed):
            return _undeclared(attribute, actual, self.live.identity.account)
        if attribute.key_reference and isinstance(wanted, str):
            wanted = self.aliases.get(wanted, wanted)
        target = self.live.facts.get("target_key_arn") if attribute.equivalence is Equivalence.KEY_ID else None
        if isinstance(target, str) and isinstance(wanted, str) and wanted.startswith("arn:"):
            return _REALITIES[~equal(wanted, target)]
        differs = ~truly_same(attribute, attribute.default if wanted is None else wanted, actual)
        if differs is _TRUE and attribute.autoscaled:
            differs = ~_within(self.live.facts.get("bounds"), place.path, actual)
        return _REALITIES[differs]

    def _key_of_its_own(self, stored: Value) -> Value:
        """The stored key; none where a fact tells that it is the account's default one."""
        default = self.live.facts.get("default_key")
        if isinstance(default, Unknown):
            return default
        return None if default is True else stored

    def _effect(self, attribute: Attribute) -> Truth:
        """Whether what is declared has any effect in AWS, given the sibling that it needs."""
        if attribute.needs is None:
            return _TRUE
        name, value = attribute.needs
        sibling = self.planned.get(name)
        return equal(self.defaults.get(name) if sibling is None else sibling, value)

    # Drifts.

    def _add(self, attribute: Attribute, place: Place, sides: Sides, differs: Truth, reality: Reality) -> None:
        if (differs is _FALSE and reality is Reality.EQUAL) or self.left_out.covers(place.path):
            return
        plan = Plan.REPLACE if differs is _TRUE and place.replaces else _PLANS[differs]
        risk = self._risk(attribute, place, sides.live, plan, reality)
        declared = self._declared(attribute, place, sides.planned)
        hidden = declared.sensitive and sides.live not in (None, NOT_APPLICABLE)
        self.drifts.append(
            Drift(
                path=place.path,
                plan=plan,
                reality=reality,
                declared=declared,
                live=Fact(sides.live, self.live.origin(place.path), hidden),
                risk=risk,
                note=_note(risk) or _blindness(attribute, place, plan, reality),
            )
        )

    def _declared(self, attribute: Attribute, place: Place, wanted: Value) -> Fact:
        if wanted is None and place.written and not attribute.computed:
            return Fact(attribute.default, self.provider)
        origin: Origin = self.provider if wanted is None else self.declared.origin(place.path)
        return Fact(wanted, origin, any(place.path.startswith(path) for path in self.declared.sensitive))

    def _risk(self, attribute: Attribute, place: Place, actual: Value, plan: Plan, reality: Reality) -> Risk | None:
        if plan is Plan.REPLACE:
            return Risk.REPLACES
        if plan is not Plan.UPDATE:
            return None
        changing = self.live.facts.get("in_transition")
        settles = actual is NOT_APPLICABLE or (isinstance(changing, tuple) and place.path in changing)
        if attribute.kept or (attribute.by_text and reality is Reality.EQUAL):
            return None
        if reality is Reality.EQUAL and not settles:
            return Risk.NEVER_CONVERGES
        if attribute.protects is not None and actual == attribute.protects:
            return Risk.REMOVES_PROTECTION
        return None


def _looked_at(attribute: Attribute, stored: Value) -> bool:
    """Whether plan compares an attribute; one that AWS does not tell, where the state has it."""
    return attribute.compared or (attribute.kept and isinstance(stored, Mapping) and attribute.name in stored)


def _replaces(attribute: Attribute, wanted: Value) -> bool:
    """Whether a difference of a top-level attribute replaces the resource."""
    return attribute.replaces and (attribute.replaced is not Replaced.WRITTEN or bool(filled(attribute, wanted)))


def unsettled(attributes: Iterable[Attribute], sides: Sides) -> list[tuple[Attribute, Sides]]:
    """The attributes that plan looks at and that are not plainly the same on all sides, with their values: few.

    This is done for every attribute of every resource, and next to nothing else is; hence one loop without calls.
    """
    planned, live, stored = [side.get if type(side) is dict else partial(of, side) for side in sides]
    found = []
    for attribute in attributes:
        name = attribute.name
        wanted, actual, before = planned(name), live(name), stored(name)
        said = attribute.default if wanted is None and not attribute.computed else wanted
        kind = type(said)
        if said is None:
            if (actual is None or _empty(actual)) and (before is actual or _empty(before)):
                continue
        elif kind in _PLAIN and kind is type(actual) and said == actual and (before is actual or before == actual):
            continue
        if _looked_at(attribute, sides.stored):
            found.append((attribute, Sides(wanted, actual, before)))
    return found


def _empty(value: Value) -> bool:
    return value is None or value is NOT_APPLICABLE or (type(value) in _EMPTIES and not value)


def _block_reality(attribute: Attribute, sides: Sides) -> Reality:
    """The reality of a block as a whole: equal where none of its children differs, absent ones counting as zero."""
    children = (child for child in attribute.children if child.compared and child.shape is not Shape.BLOCK)
    three = ((child, sides.child(child.name)) for child in children)
    return _REALITIES[any_of(~same(child, each.planned, each.live) for child, each in three)]


def _default_key(attribute: Attribute, place: Place, stored: Value) -> Reality:
    """No key is the account's default key, which the provider stores as none."""
    differs = ~same(attribute, None, stored)
    if differs is _TRUE and not place.written:
        return Reality.UNDECLARED
    return _REALITIES[differs]


def _undeclared(attribute: Attribute, actual: Value, account: str) -> Reality:
    """An omitted attribute: equal where live is what AWS takes by itself."""
    if unknowns(actual):
        return Reality.UNDETERMINED
    default = attribute.aws_default
    by_aws = default.replace("{account}", account) if isinstance(default, str) else default
    by_itself = same(attribute, by_aws, actual) is _TRUE or same(attribute, None, actual) is _TRUE
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


def _note(risk: Risk | None) -> str:
    if risk is Risk.NEVER_CONVERGES:
        return "AWS already has what the code says, yet every plan changes it again"
    if risk is Risk.REMOVES_PROTECTION:
        return "the next apply would switch this protection off"
    if risk is Risk.REPLACES:
        return "the next apply would destroy and create the resource"
    return ""


def _blindness(attribute: Attribute, place: Place, plan: Plan, reality: Reality) -> str:
    """Why plan is blind to what is true here."""
    if attribute.kept and plan is not Plan.NO_OP:
        return "AWS does not tell this: plan compares the code with what was last applied"
    if attribute.by_text and plan is Plan.UPDATE and reality is Reality.EQUAL:
        return "both say the same in other words: plan compares the text of the code with the one last applied"
    if reality is Reality.UNDECLARED:
        if not place.written:
            return "the code leaves this block out, so plan takes whatever AWS has and never changes it"
        return "the code does not say this, so plan leaves it as it is"
    if plan is not Plan.NO_OP or reality is not Reality.DIFFERENT:
        return ""
    if place.by_name:
        return "plan compares these blocks by their names alone, so it does not see what is in them"
    if attribute.shape is Shape.JSON:
        return "plan takes a principal in plain text, as *, for equal to any other or to none"
    if attribute.key_reference:
        return "the code names no key, so plan takes any key for the right one"
    if attribute.equivalence is Equivalence.KEY_ID:
        return "plan compares the key's id alone, not its account and Region"
    return "AWS tells nothing of this now, so plan goes on with what the state has"
