"""Functions of sets."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Final

from auditor.hcl import types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions import result_types
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.identity import key_of
from auditor.hcl.types import ListType, SetType, TupleType, Type
from auditor.hcl.unify import unify
from auditor.hcl.values import Value

FAMILY: Final = Family()
_function = FAMILY.function

_ANY_SET: Final = SetType(types.DYNAMIC)
_FIRST: Final = Parameter("first_set", _ANY_SET)
_OTHERS: Final = Parameter("other_sets", _ANY_SET)
_LARGEST_PRODUCT: Final = 1_000_000


def _common_type(given: Sequence[Value]) -> Type:
    """The element type of the result; empty sets without a type have no say."""
    elements = [
        value.type.element
        for value in given
        if isinstance(value.type, SetType) and not (value.content == () and value.type.element is types.DYNAMIC)
    ]
    if not elements:
        return types.DYNAMIC
    common = unify(elements)
    if common is None:
        raise FunctionError("given sets must all have compatible element types")
    return common


def _result_type(given: Sequence[Value]) -> Type:
    return SetType(_common_type(given))


def _combined(given: Sequence[Value], keep: Callable[[set[object], set[object]], set[object]]) -> Value:
    """The elements whose identities an operation of sets, taken from left to right, leaves over."""
    element = _common_type(given)
    found: dict[object, Value] = {}
    kept: set[object] | None = None
    for value in given:
        members = {key_of(item): item for item in values.items(convert(value, SetType(element)))}
        found = members | found
        kept = set(members) if kept is None else keep(kept, set(members))
    return values.set_of(element, (item for key, item in found.items() if key in (kept or ())))


@_function("setintersection", _FIRST, variadic=_OTHERS, result=_result_type, not_null=True)
def _setintersection(*given: Value) -> Value:
    return _combined(given, set.intersection)


@_function(
    "setunion",
    Parameter("first_set", _ANY_SET, parts=True),
    variadic=Parameter("other_sets", _ANY_SET, parts=True),
    result=_result_type,
    not_null=True,
)
def _setunion(*given: Value) -> Value:
    return _combined(given, set.union)


@_function("setsubtract", Parameter("a", _ANY_SET), Parameter("b", _ANY_SET), result=_result_type, not_null=True)
def _setsubtract(*given: Value) -> Value:
    return _combined(given, set.difference)


@_function("setproduct", variadic=Parameter("sets", parts=True), result=result_types.of_setproduct)
def _setproduct(*given: Value) -> Value:
    if len(given) < 2:  # noqa: PLR2004 - a product has two factors
        raise FunctionError("at least two arguments are required")
    made = result_types.of_setproduct(given)
    factors = [_factor(value) for value in given]
    size = math.prod(len(values.items(factor)) for factor in factors)
    if size > _LARGEST_PRODUCT:
        raise FunctionLimit(f"the product has {size} elements, more than {_LARGEST_PRODUCT}")
    element = TupleType(tuple(factor.type.element for factor in factors if isinstance(factor.type, ListType | SetType)))
    rows = [values.sequence(row) for row in product(*map(values.items, factors))]
    return values.set_of(element, rows) if isinstance(made, SetType) else values.list_of(element, rows)


def _factor(value: Value) -> Value:
    """The argument as a list or set of one type."""
    if isinstance(value.type, ListType | SetType):
        return value
    try:
        return convert(value, ListType(types.DYNAMIC))
    except ConversionError as error:
        raise FunctionError("all elements must be of the same type", "sets") from error
