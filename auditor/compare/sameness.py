"""Whether two values of an attribute mean the same thing, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from auditor.compare.policy_documents import equivalent
from auditor.model.kind import Attribute, Equivalence, Shape
from auditor.model.values import Truth, Unknown, Value, all_of, equal

ZEROS: Final[Mapping[Shape, Value]] = {
    Shape.STRING: "",
    Shape.BOOL: False,
    Shape.NUMBER: 0,
    Shape.MAP: {},
    Shape.SET: (),
    Shape.LIST: (),
    Shape.JSON: "",
    Shape.BLOCK: None,
    Shape.BLOCKS: {},
}
"""What Terraform's provider takes for an absent value of each shape."""


def filled(attribute: Attribute, value: Value) -> Value:
    """The value, or the zero value of its shape where it is absent."""
    return ZEROS[attribute.shape] if value is None else value


def same(attribute: Attribute, one: Value, other: Value) -> Truth:
    """Whether two values of an attribute mean the same; absent counts as the zero value."""
    one, other = filled(attribute, one), filled(attribute, other)
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return Truth.UNKNOWN
    if attribute.equivalence is not None and _EQUIVALENCES[attribute.equivalence](one, other):
        return Truth.TRUE
    if attribute.shape is Shape.JSON:
        return Truth.of(equivalent(str(one), str(other)))
    if attribute.shape is Shape.SET and isinstance(one, tuple) and isinstance(other, tuple):
        return _same_set(one, other)
    if attribute.shape is Shape.MAP and isinstance(one, Mapping) and isinstance(other, Mapping):
        return equal(_without_nulls(one), _without_nulls(other))
    if attribute.shape is Shape.BLOCKS and isinstance(one, Mapping) and isinstance(other, Mapping):
        if one.keys() != other.keys():
            return Truth.FALSE
        return all_of(_same_block(attribute, one[key], other[key]) for key in one)
    return equal(one, other)


def _same_block(attribute: Attribute, one: Value, other: Value) -> Truth:
    """Whether two blocks mean the same, child by child; one that is left out counts as its default."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return equal(one, other)
    return all_of(
        _same_block(child, one.get(child.name), other.get(child.name))
        if child.shape is Shape.BLOCK
        else same(child, one.get(child.name, child.default), other.get(child.name, child.default))
        for child in attribute.children
    )


def truly_same(attribute: Attribute, one: Value, other: Value) -> Truth:
    """The same without what the provider is blind to: the principals of a policy."""
    found = same(attribute, one, other)
    if found is Truth.TRUE and attribute.shape is Shape.JSON:
        texts = (str(filled(attribute, value)) for value in (one, other))
        return Truth.of(equivalent(*texts, blind=False))
    return found


def _same_set(one: tuple[Value, ...], other: tuple[Value, ...]) -> Truth:
    """Unknown elements may be any: a set with some is certainly another one only where no choice makes them fit."""
    left, right = ({item for item in side if not isinstance(item, Unknown)} for side in (one, other))
    open_left, open_right = len(one) > len(left), len(other) > len(right)
    if not open_left and not open_right:
        return Truth.of(left == right)
    if len(right - left) > len(one) - len(left) or len(left - right) > len(other) - len(right):
        return Truth.FALSE
    return Truth.UNKNOWN


def _without_nulls(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return {key: value for key, value in values.items() if value is not None}


def _no_maximum(one: Value, other: Value) -> bool:
    return one in (-1, 0) and other in (-1, 0)


def _key_id(one: Value, other: Value) -> bool:
    return str(one).rpartition("key/")[2] == str(other).rpartition("key/")[2]


_EQUIVALENCES: Final[Mapping[Equivalence, Callable[[Value, Value], bool]]] = {
    Equivalence.NO_MAXIMUM: _no_maximum,
    Equivalence.KEY_ID: _key_id,
    Equivalence.KEY_ID_STORED_BARE: _key_id,
}
