"""Functions that convert values, and those that ask for or change marks."""

from __future__ import annotations

from typing import Final

from auditor.hcl import types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.guards import UNGUARDED, is_guarded
from auditor.hcl.types import BOOL, NUMBER, STRING, ListType, MapType, SetType, Type
from auditor.hcl.values import EPHEMERAL, SENSITIVE, Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

_V: Final = Parameter("v", null=True, unknown=True, parts=True)
_VALUE: Final = Parameter("value", null=True, unknown=True, marked=True)

_ALLOWED: Final = {
    BOOL: 'only the strings "true" or "false" are allowed',
    NUMBER: "given string must be a decimal representation of a number",
}


def _register(name: str, wanted: Type) -> None:
    @_function(name, _V, result=wanted)
    def _converted(value: Value) -> Value:
        try:
            return convert(value, wanted)
        except ConversionError as error:
            raise FunctionError(_complaint(value, wanted), "v") from error


def _complaint(value: Value, wanted: Type) -> str:
    constraint = types.friendly_constraint(wanted)
    if values.marks_deep(value):
        return f"cannot convert this sensitive {types.friendly(value.type)} to {constraint}"
    if isinstance(value.content, str) and wanted in _ALLOWED:
        return f'cannot convert "{value.content}" to {constraint}; {_ALLOWED[wanted]}'
    return f"cannot convert {types.friendly(value.type)} to {constraint}"


for _name, _type in (
    ("tobool", BOOL),
    ("tolist", ListType(types.DYNAMIC)),
    ("tomap", MapType(types.DYNAMIC)),
    ("tonumber", NUMBER),
    ("toset", SetType(types.DYNAMIC)),
    ("tostring", STRING),
):
    _register(_name, _type)


@_function("sensitive", _VALUE)
def _sensitive(value: Value) -> Value:
    return value.marked(frozenset({SENSITIVE}))


@_function("nonsensitive", _VALUE)
def _nonsensitive(value: Value) -> Value:
    return Value(value.content, value.type, value.marks - {SENSITIVE, UNGUARDED}, value.origin)


@_function("issensitive", _VALUE, result=BOOL)
def _issensitive(value: Value) -> Value:
    if isinstance(value.content, Undecided) and not is_guarded(value.marks):
        return values.unknown(BOOL, value.content.cause, not_null=True)
    return values.boolean(is_guarded(value.marks))


@_function("ephemeralasnull", _VALUE)
def _ephemeralasnull(value: Value) -> Value:
    content = value.content
    if EPHEMERAL in value.marks:
        left = content if isinstance(content, Undecided) else None
        return Value(left, value.type, value.marks - {EPHEMERAL}, value.origin)
    if isinstance(content, tuple):
        return Value(tuple(map(_ephemeralasnull, content)), value.type, value.marks, value.origin)
    if isinstance(content, dict):
        attributes = {name: _ephemeralasnull(item) for name, item in content.items()}
        return Value(attributes, value.type, value.marks, value.origin)
    return value
