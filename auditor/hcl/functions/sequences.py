"""Functions of lists, tuples and sets."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from auditor.hcl import numbers, types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions import result_types
from auditor.hcl.functions.specification import Family, Parameter, whole
from auditor.hcl.identity import key_of
from auditor.hcl.numbers import Number
from auditor.hcl.operators import equal
from auditor.hcl.types import BOOL, NUMBER, STRING, ListType, SetType, TupleType, Type
from auditor.hcl.unify import unify
from auditor.hcl.values import Value
from auditor.model.values import Truth

FAMILY: Final = Family()
_function = FAMILY.function

_BOOLS: Final = Parameter("list", ListType(BOOL), parts=True)
_STRINGS: Final = Parameter("list", ListType(STRING))
_LIST: Final = Parameter("list", ListType(types.DYNAMIC))
_ANY: Final = Parameter("list", parts=True)
_MOST_IN_RANGE: Final = 1024


def _unknown_of(type_: Type, *given: Value) -> Value:
    causes = [cause for value in given for cause in values.causes_of(value)]
    return values.unknown(type_, values.merged(causes), not_null=True)


def rebuilt(original: Value, items: Iterable[Value]) -> Value:
    """A list for a list or set, a tuple for a tuple, of some of its elements."""
    if isinstance(original.type, ListType | SetType):
        return values.list_of(original.type.element, items)
    return values.sequence(items)


@_function("alltrue", _BOOLS, result=BOOL)
def _alltrue(collection: Value) -> Value:
    return _reduced(collection, deciding=False)


@_function("anytrue", _BOOLS, result=BOOL)
def _anytrue(collection: Value) -> Value:
    return _reduced(collection, deciding=True)


def _reduced(collection: Value, *, deciding: bool) -> Value:
    """The deciding truth value if an element has it (null counts as false), unknown if one might."""
    items = values.items(collection)
    marks = values.marks_deep(collection)
    if any(item.is_known and bool(item.content) is deciding for item in items):
        return values.boolean(deciding).marked(marks)
    if not values.is_wholly_known(collection):
        return _unknown_of(BOOL, collection).marked(marks)
    return values.boolean(not deciding).marked(marks)


@_function(
    "chunklist",
    Parameter("list", ListType(types.DYNAMIC), parts=True),
    Parameter("size", NUMBER),
    result=ListType(ListType(types.DYNAMIC)),
)
def _chunklist(collection: Value, size: Number) -> Value:
    try:
        width = whole(size)
    except FunctionError as error:
        raise FunctionError(f"invalid size: {error}") from error
    if width < 0:
        raise FunctionError("the size argument must be positive")
    items = values.items(collection)
    width = width or len(items)
    chunks = [rebuilt(collection, items[start : start + width]) for start in range(0, len(items), width or 1)]
    return values.list_of(collection.type, chunks)


@_function("coalesce", variadic=Parameter("vals", null=True, unknown=True, parts=True))
def _coalesce(*given: Value) -> Value:
    common = unify([value.type for value in given])
    if common is None:
        raise FunctionError("all arguments must have the same type")
    for value in given:
        try:
            converted = convert(value, common)
        except ConversionError:  # which Terraform takes for null
            continue
        if not converted.is_known:
            return _unknown_of(common, converted)
        if not converted.is_null and not (common is STRING and converted.content == ""):
            return converted
    raise FunctionError("no non-null, non-empty-string arguments")


@_function("coalescelist", variadic=Parameter("vals", null=True, unknown=True, parts=True))
def _coalescelist(*given: Value) -> Value:
    if not given:
        raise FunctionError("at least one argument is required")
    for value in given:
        if value.is_known and not isinstance(value.type, ListType | TupleType):
            raise FunctionError("coalescelist arguments must be lists or tuples")
    kinds = {value.type for value in given}
    for value in given:
        if not value.is_known:
            return _unknown_of(kinds.pop() if len(kinds) == 1 else types.DYNAMIC, value)
        if not value.is_null and values.items(value):
            return value
    raise FunctionError("no non-null arguments")


@_function("compact", _STRINGS, result=ListType(STRING))
def _compact(collection: Value) -> Value:
    return values.list_of(STRING, (item for item in values.items(collection) if item.content not in (None, "")))


@_function("concat", variadic=Parameter("seqs", parts=True), result=result_types.of_concat, not_null=True)
def _concat(*given: Value) -> Value:
    if not given:
        raise FunctionError("at least one argument is required")
    result_types.demand_sequences(given)
    common = (
        unify([value.type for value in given]) if all(isinstance(value.type, ListType) for value in given) else None
    )
    if isinstance(common, ListType):
        items = [item for value in given for item in values.items(convert(value, common))]
        return values.list_of(common.element, items)
    return values.sequence(item for value in given for item in values.items(value))


@_function("contains", _ANY, Parameter("value", parts=True), result=result_types.if_typed(BOOL), not_null=True)
def _contains(collection: Value, wanted: Value) -> Value:
    if not isinstance(collection.type, ListType | SetType | TupleType):
        raise FunctionError("argument must be list, tuple, or set")
    marks = values.marks_deep(collection) | values.marks_deep(wanted)
    truths = [equal(wanted, item) for item in values.items(collection)]
    if Truth.TRUE in truths:
        return values.TRUE.marked(marks)
    if Truth.UNKNOWN in truths:
        return _unknown_of(BOOL, collection, wanted).marked(marks)
    return values.FALSE.marked(marks)


@_function("distinct", _LIST, result=result_types.of_first, not_null=True)
def _distinct(collection: Value) -> Value:
    found: dict[object, Value] = {}
    for item in values.items(collection):
        found.setdefault(key_of(item), item)
    return rebuilt(collection, found.values())


@_function("element", _ANY, Parameter("index", NUMBER), result=result_types.of_element)
def _element(collection: Value, index: Number) -> Value:
    try:
        position = whole(index)
    except FunctionError as error:
        raise FunctionError(f"invalid index: {error}") from error
    result_types.of_element([collection, values.number(position)])
    items = values.items(collection)
    if not items:
        raise FunctionError("cannot use element function with an empty list")
    if position < 0 and position % len(items):
        if isinstance(collection.type, ListType):
            raise FunctionError("cannot use element function with a negative index")
        remainder = position % len(items) - len(items)
        raise FunctionError(f"panic in function implementation: runtime error: index out of range [{remainder}]")
    return items[position % len(items)]


@_function("flatten", _ANY)
def _flatten(collection: Value) -> Value:
    if not isinstance(collection.type, ListType | SetType | TupleType):
        if not values.is_wholly_known(collection):  # Terraform asks for that first
            return _unknown_of(types.DYNAMIC, collection).marked(values.marks_deep(collection))
        raise FunctionError("can only flatten lists, sets and tuples")
    found: list[Value] = []
    marks = _flatten_into(found, collection)
    if undecided := [item for item in found if not item.is_known and not _is_certain_leaf(item)]:
        return _unknown_of(types.DYNAMIC, *undecided).marked(marks)
    return values.sequence(found).marked(marks)


def _flatten_into(found: list[Value], collection: Value) -> frozenset[str]:
    """Append the leaves; the marks of the sequences that are gone."""
    marks = collection.marks
    for item in values.items(collection):
        if item.is_known and not item.is_null and isinstance(item.type, ListType | SetType | TupleType):
            marks |= _flatten_into(found, item)
        else:
            found.append(item)
    return marks


def _is_certain_leaf(item: Value) -> bool:
    return item.type is not types.DYNAMIC and not isinstance(item.type, ListType | SetType | TupleType)


@_function("index", _ANY, Parameter("value", parts=True), result=result_types.if_typed(NUMBER), not_null=True)
def _index(collection: Value, wanted: Value) -> Value:
    if not isinstance(collection.type, ListType | TupleType):
        raise FunctionError("argument must be a list or tuple")
    marks = values.marks_deep(collection) | values.marks_deep(wanted)
    if not values.items(collection):
        raise FunctionError("cannot search an empty list")
    for position, item in enumerate(values.items(collection)):
        truth = equal(item, wanted)
        if truth is Truth.UNKNOWN:
            return _unknown_of(NUMBER, item, wanted).marked(marks)
        if truth is Truth.TRUE:
            return values.count(position).marked(marks)
    raise FunctionError("item not found")


@_function(
    "matchkeys",
    Parameter("values", ListType(types.DYNAMIC)),
    Parameter("keys", ListType(types.DYNAMIC)),
    Parameter("searchset", ListType(types.DYNAMIC)),
    result=result_types.of_first,
    not_null=True,
)
def _matchkeys(given: Value, keys: Value, wanted: Value) -> Value:
    common = unify([keys.type, wanted.type])
    if common is None:
        raise FunctionError("keys and searchset must be of the same type")
    if len(values.items(given)) != len(values.items(keys)):
        raise FunctionError("length of keys and values should be equal")
    searched = {key_of(item) for item in values.items(convert(wanted, common))}
    pairs = zip(values.items(given), values.items(convert(keys, common)), strict=True)
    return rebuilt(given, [value for value, key in pairs if key_of(key) in searched])


@_function("one", _ANY, result=result_types.of_one)
def _one(collection: Value) -> Value:
    element, items = result_types.of_one([collection]), values.items(collection)
    if len(items) > 1:
        complaint = "must be a list, set, or tuple value with either zero or one elements"
        raise FunctionError(complaint, "list")
    return items[0] if items else values.null(element)


@_function("range", variadic=Parameter("params", NUMBER), result=ListType(NUMBER))
def _range(*given: Number) -> Value:
    if not 1 <= len(given) <= 3:  # noqa: PLR2004 - end, start, step
        raise FunctionError("must have one, two, or three arguments")
    start, end = (0, given[0]) if len(given) == 1 else given[:2]
    step: Number = given[2] if len(given) == 3 else (-1 if numbers.order(end) < numbers.order(start) else 1)  # noqa: PLR2004 - the step
    down = numbers.order(step) < 0
    if down and numbers.order(end) > numbers.order(start):
        raise FunctionError("end must be less than start when step is negative", "params")
    if not down and numbers.order(end) < numbers.order(start):
        raise FunctionError("end must be greater than start when step is positive", "params")
    found: list[Value] = []
    number: Number = start
    while numbers.order(number) > numbers.order(end) if down else numbers.order(number) < numbers.order(end):
        if len(found) == _MOST_IN_RANGE:
            raise FunctionError(
                f"more than {_MOST_IN_RANGE} values were generated; either decrease the difference between start and"
                " end or use a smaller step"
            )
        found.append(values.number(number))
        number = numbers.add(number, step)
    return values.list_of(NUMBER, found)


@_function("reverse", _ANY, result=result_types.of_reverse, not_null=True)
def _reverse(collection: Value) -> Value:
    result_types.of_reverse([collection])
    return rebuilt(collection, reversed(values.items(collection)))


@_function(
    "slice",
    _ANY,
    Parameter("start_index", NUMBER),
    Parameter("end_index", NUMBER),
    result=result_types.of_slice,
    not_null=True,
)
def _slice(collection: Value, start: Number, end: Number) -> Value:
    result_types.of_slice([collection, values.number(start), values.number(end)])
    first, last = whole(start), whole(end)
    items = values.items(collection)
    if first < 0:
        raise FunctionError("start index must not be less than zero", "start_index")
    if first > len(items):
        raise FunctionError("start index must not be greater than the length of the list", "start_index")
    if last > len(items):
        raise FunctionError("end index must not be greater than the length of the list", "end_index")
    if first > last:
        raise FunctionError("start index must not be greater than end index", "start_index")
    return rebuilt(collection, islice(items, first, last))


@_function("sort", Parameter("list", ListType(STRING), parts=True), result=ListType(STRING))
def _sort(collection: Value) -> Value:
    items = values.items(collection)
    for index, item in enumerate(items):
        if item.is_null:
            raise FunctionError(f"given list element {index} is null; a null string cannot be sorted")
    causes = list(values.causes_of(collection))
    if causes:
        return values.unknown(
            ListType(STRING), values.merged(causes), not_null=True, minimum=len(items), maximum=len(items)
        )
    return values.list_of(STRING, sorted(items, key=lambda item: str(item.content)))
