"""What plan would do about one attribute: declared against what the provider has stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from auditor.compare.sameness import filled, same
from auditor.model.kind import Attribute, Dormant, Equivalence, Shape
from auditor.model.values import Truth, Unknown, Value, all_of, any_of, equal


class Sides(NamedTuple):
    """The three values at a path; a named tuple, because there are very many."""

    planned: Value
    live: Value
    stored: Value

    def child(self, name: str) -> Sides:
        """The three values of a child of a block."""
        return Sides(of(self.planned, name), of(self.live, name), of(self.stored, name))


def of(block: Value, name: str) -> Value:
    """A child of a block; what is unknown or not applicable as a whole is so in each part."""
    if type(block) is dict or isinstance(block, Mapping):  # the first is quicker, and nearly always enough
        return block.get(name)
    return block


def planned_change(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Whether plan would change an attribute that does not stand inside a set of blocks."""
    if attribute.computed and (wanted is None or (wanted == "" and attribute.shape is Shape.STRING)):
        return Truth.FALSE
    if attribute.by_text or attribute.equivalence is Equivalence.KEY_ID_STORED_BARE:
        return ~equal(wanted, before)
    if attribute.apart_from_null and before is None:
        return Truth.TRUE
    if attribute.equivalence is Equivalence.NO_MAXIMUM and wanted == 0:
        return ~equal(wanted, filled(attribute, before))
    return ~same(attribute, attribute.default if wanted is None else wanted, before)


def dormant(child: Attribute, block: Value, before: Value) -> Truth:
    """Whether a child has no effect because its block is not declared enabled."""
    if child.dormant is None:
        return Truth.FALSE
    enabled = of(block, "enabled")
    asleep = Truth.UNKNOWN if isinstance(enabled, Unknown) else Truth.of(enabled is not True)
    if child.dormant is Dormant.DISABLED_AND_UNSET:
        asleep = all_of((asleep, same(child, None, before)))
    return asleep


# Elements of sets of blocks. An argument that is left out there counts as zero, computed or not, unless Terraform finds
# the stored element that the declared one speaks of.


def element_change(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Whether a child of a declared element differs from the stored one, an omitted child counting as zero."""
    if attribute.shape is Shape.BLOCKS:
        return _elements_change(attribute, filled(attribute, wanted), filled(attribute, before))
    if attribute.shape is not Shape.BLOCK:
        return ~_equal(attribute, attribute.default if wanted is None else wanted, before)
    if wanted is None or before is None:
        return Truth.of((wanted is None) is not (before is None))
    return any_of(element_change(child, of(wanted, child.name), of(before, child.name)) for child in attribute.children)


def _elements_change(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """The same of a set of blocks inside an element."""
    if not isinstance(wanted, Mapping) or not isinstance(before, Mapping):
        return ~equal(wanted, before)
    if wanted.keys() != before.keys():
        return Truth.TRUE
    return any_of(
        element_change(child, of(wanted[key], child.name), of(before[key], child.name))
        for key in wanted
        for child in attribute.children
    )


def matches(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Whether Terraform finds a stored element for a declared one, so that its omitted parts stay as they are.

    It does where every written argument is equal and every other one is computed: it tells absent from empty.
    """
    return all_of(
        _found(child, of(wanted, child.name), of(before, child.name))
        for child in attribute.children
        if child.compared or of(wanted, child.name) is None or of(before, child.name) is not None
    )


def _found(child: Attribute, wanted: Value, before: Value) -> Truth:
    if child.shape is Shape.BLOCK:
        if wanted is None or before is None:
            return Truth.of((wanted is None) is (before is None))
        return all_of(_found(inner, of(wanted, inner.name), of(before, inner.name)) for inner in child.children)
    if wanted is None:
        return Truth.of(child.computed)
    if child.shape is Shape.BLOCKS:
        return ~_elements_change(child, wanted, filled(child, before))
    return _equal(child, wanted, before)


def _equal(attribute: Attribute, wanted: Value, before: Value) -> Truth:
    """Equality inside sets, where no other text or number means the same."""
    if attribute.shape is Shape.SET:
        return same(attribute, wanted, before)
    return equal(filled(attribute, wanted), filled(attribute, before))
