"""Functions of maps and objects, and `length`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.hcl import types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions import result_types, strings
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.types import NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType, Type
from auditor.hcl.values import Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

_LONGEST_LOOKUP: Final = 3


@_function("keys", Parameter("inputMap", unknown=True, parts=True))
def _keys(mapping: Value) -> Value:
    type_, content = mapping.type, mapping.content
    if isinstance(type_, ObjectType):
        return values.sequence(
            values.string(name, content[name].origin if isinstance(content, Mapping) else None)
            for name in sorted(type_.attributes)
        )
    if isinstance(content, Undecided):
        if isinstance(type_, MapType):
            undecided = Undecided(content.cause, not_null=True, minimum=content.minimum, maximum=content.maximum)
            return Value(undecided, ListType(STRING))
        if type_ is types.DYNAMIC:
            return values.unknown(types.DYNAMIC, content.cause, not_null=True)
    if not isinstance(type_, MapType):
        raise FunctionError("must have map or object type", "inputMap")
    return values.list_of(STRING, (key for key, _ in values.entries(mapping)))


@_function("values", Parameter("mapping", parts=True), result=result_types.of_values, not_null=True)
def _values(mapping: Value) -> Value:
    made = result_types.of_values([mapping])
    items = values.items(mapping)
    return values.list_of(made.element, items) if isinstance(made, ListType) else values.sequence(items)


@_function("length", Parameter("value", unknown=True, parts=True), result=NUMBER)
def _length(value: Value) -> Value:
    type_, content = value.type, value.content
    if isinstance(type_, TupleType):
        return values.count(len(type_.elements))
    if isinstance(type_, ObjectType):
        return values.count(len(type_.attributes))
    if type_ == STRING:
        return strings.length(value)
    if isinstance(type_, SetType) and isinstance(content, tuple) and len(content) > 1:
        causes = list(values.causes_of(value))
        if causes:
            return values.unknown(NUMBER, values.merged(causes), not_null=True, minimum=1, maximum=len(content))
    if isinstance(content, tuple | Mapping):
        return values.count(len(content))
    if isinstance(content, Undecided) and (type_ is types.DYNAMIC or isinstance(type_, ListType | SetType | MapType)):
        if content.minimum is not None and content.minimum == content.maximum:
            return values.count(content.minimum)
        minimum = content.minimum or 0
        return values.unknown(NUMBER, content.cause, not_null=True, minimum=minimum, maximum=content.maximum)
    raise FunctionError("argument must be a string, a collection type, or a structural type")


@_function(
    "lookup",
    Parameter("inputMap", parts=True),
    Parameter("key", STRING),
    variadic=Parameter("default", null=True, unknown=True, parts=True),
    result=result_types.of_lookup,
)
def _lookup(mapping: Value, key: str, *default: Value) -> Value:
    type_, content = mapping.type, mapping.content
    if 2 + len(default) > _LONGEST_LOOKUP:
        raise FunctionError(f"lookup() takes two or three arguments, got {2 + len(default)}")
    if not isinstance(type_, MapType | ObjectType) or not isinstance(content, Mapping):
        raise FunctionError("lookup() requires a map as the first argument", "inputMap")
    fallback = default[0] if default else None
    if isinstance(type_, MapType) and fallback is not None:
        try:
            fallback = convert(fallback, type_.element)
        except ConversionError as error:
            complaint = "the default value must have the same type as the map elements"
            raise FunctionError(complaint, "default") from error
    found = content.get(key, fallback)
    if found is not None:
        return found
    if isinstance(type_, ObjectType):
        raise FunctionError(f'the given object has no attribute "{key}"', "inputMap")
    raise FunctionError(f'lookup failed to find key "{key}"')


@_function("merge", variadic=Parameter("maps", null=True, parts=True), result=result_types.of_merge)
def _merge(*given: Value) -> Value:
    merged: dict[str, Value] = {}
    result_types.demand_maps(given)
    for value in given:
        if isinstance(value.content, Mapping):
            merged.update(value.content)
    kinds = {value.type for value in given}
    only = kinds.pop() if len(kinds) == 1 else None
    if isinstance(only, MapType):
        return values.map_of(only.element, merged)
    return values.mapping(merged)


@_function("transpose", Parameter("values", MapType(ListType(STRING))), result=MapType(ListType(STRING)))
def _transpose(mapping: Value) -> Value:
    found: dict[str, list[Value]] = {}
    for key, items in values.entries(mapping):
        for item in values.items(items):
            if not isinstance(item.content, str):
                raise FunctionError("input must not contain null string")
            found.setdefault(item.content, []).append(key)
    element: Type = ListType(STRING)
    return values.map_of(element, {name: values.list_of(STRING, keys) for name, keys in sorted(found.items())})


@_function(
    "zipmap", Parameter("keys", ListType(STRING)), Parameter("values", parts=True), result=result_types.of_zipmap
)
def _zipmap(keys: Value, given: Value) -> Value:
    result_types.of_zipmap([keys, given])
    names, items = values.items(keys), values.items(given)
    if len(names) != len(items):
        raise FunctionError(f"number of keys ({len(names)}) does not match number of values ({len(items)})")
    zipped: dict[str, Value] = {}
    for index, (name, item) in enumerate(zip(names, items, strict=True)):
        if not isinstance(name.content, str):
            raise FunctionError(f"keys list has null value at index {index}")
        zipped[name.content] = item
    return values.map_of(given.type.element, zipped) if isinstance(given.type, ListType) else values.mapping(zipped)
