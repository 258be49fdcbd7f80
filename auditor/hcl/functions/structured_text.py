"""Functions of JSON and CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from auditor.hcl import numbers, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.json_text import json_text
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.types import STRING, ListType, MapType, ObjectType, SetType, TupleType
from auditor.hcl.values import Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

_STR: Final = Parameter("str", STRING)
_DEEPEST: Final = 200
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@_function("jsonencode", Parameter("val", null=True, unknown=True, parts=True), result=STRING)
def _jsonencode(value: Value) -> Value:
    plain, marks = values.unmark_deep(value)
    causes = list(values.causes_of(plain))
    if causes:
        unknown = values.unknown(STRING, values.merged(causes), not_null=True, prefix=_first_character(plain))
        named = _with_references(plain)
        return unknown.told(json_text(named) if named is not None else "").marked(marks)
    return values.string(json_text(plain)).marked(marks)


def _with_references(value: Value) -> Value | None:
    """The value with each reference to what AWS decides as text; None where something else is not known."""
    content = value.content
    if isinstance(content, Undecided):
        return values.string(content.as_text) if value.type == STRING and content.as_text else None
    if isinstance(content, Mapping):
        members = {name: _with_references(item) for name, item in content.items()}
        named = {name: item for name, item in members.items() if item is not None}
        return values.mapping(named) if len(named) == len(members) else None
    if isinstance(content, tuple):
        items = [item for each in content if (item := _with_references(each)) is not None]
        return values.sequence(items) if len(items) == len(content) else None
    return value


def _first_character(value: Value) -> str:
    """What the JSON text of a value that is not wholly known starts with for certain."""
    content, type_ = value.content, value.type
    if isinstance(content, Undecided) and not content.not_null:
        return ""
    if isinstance(type_, MapType | ObjectType):
        return "{"
    if isinstance(type_, ListType | SetType | TupleType):
        return "["
    return '"' if type_ == STRING else ""


@_function("jsondecode", _STR)
def _jsondecode(text: str) -> Value:
    try:
        decoded = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise FunctionError(_complaint(text, error)) from error
    except RecursionError as error:
        raise FunctionLimit("the text is nested too deeply") from error
    return _from_json(decoded, 0)


class _Number:
    """A number of a JSON text, so that it is not taken for a plain value."""

    __slots__ = ("number",)

    def __init__(self, number: numbers.Number) -> None:
        self.number = number


def _number(text: str) -> _Number:
    return _Number(numbers.parse(text) or 0)


def _no_constant(text: str) -> NoReturn:
    raise json.JSONDecodeError(f"invalid character '{text[0]}'", text, 0)


def _from_json(decoded: Any, depth: int) -> Value:  # noqa: ANN401 - whatever a JSON text says
    if depth > _DEEPEST:
        raise FunctionLimit(f"the text is nested more than {_DEEPEST} levels deep")
    if isinstance(decoded, dict):
        return values.mapping({_text(name): _from_json(item, depth + 1) for name, item in decoded.items()})
    if isinstance(decoded, list):
        return values.sequence([_from_json(item, depth + 1) for item in decoded])
    if isinstance(decoded, _Number):
        return values.number(decoded.number)
    if isinstance(decoded, str):
        return values.string(_text(decoded))
    return Value(decoded)


def _text(text: str) -> str:
    return values.normalized(text if text.isascii() else _SURROGATES.sub("\ufffd", text))


def _complaint(text: str, error: json.JSONDecodeError) -> str:
    """What Go's decoder says about the place at which ours gave up."""
    rest = text[error.pos :].lstrip(" \t\r\n")
    if not rest:
        return "EOF"
    if error.msg == "Extra data":
        return "extraneous data after JSON object"
    before = text[: len(text) - len(rest)].rstrip()
    if rest[0] == "," and error.msg.startswith("Illegal trailing comma"):
        rest = rest[1:].lstrip()
    where = " looking for beginning of value" if rest[0] in "]}," or before[-1:] in ("[", ",", ":") else ""
    return f"invalid character '{rest[0]}'{where}"


@_function("csvdecode", _STR)
def _csvdecode(text: str) -> Value:
    rows = _csv_rows(text)
    header = next(rows, None)
    if header is None:
        raise FunctionError("missing header line")
    _, names = header
    for position, name in enumerate(names):
        if name in names[:position]:
            raise FunctionError(f'duplicate column name "{name}"')
    found: list[Value] = []
    for line, fields in rows:
        if len(fields) != len(names):
            raise FunctionError(f"CSV parse error on line {line}: wrong number of fields")
        pairs = zip(map(values.normalized, names), map(values.string, fields), strict=True)
        found.append(values.mapping(dict(pairs)))
    element = ObjectType(dict.fromkeys(sorted(map(values.normalized, names)), STRING))
    return values.list_of(element, found)


_FIELD: Final = re.compile(r'"(?P<quoted>(?:[^"]|"")*)"(?=,|\n|\Z)|(?P<bare>[^",\n]*)(?=,|\n|\Z)')


def _csv_rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The line number and fields of each record that is not empty; a quote inside a bare field is refused."""
    text = text.replace("\r\n", "\n")
    position, line = 0, 1
    while position < len(text):
        if text[position] == "\n":
            position, line = position + 1, line + 1
            continue
        start, fields = line, []
        while True:
            field = _FIELD.match(text, position)
            if field is None:
                quote = '"'
                place = f"CSV parse error on line {line}"
                if text[position] == quote:
                    raise FunctionError(f"{place}: extraneous or missing {quote} in quoted-field")
                raise FunctionError(f"{place}: bare {quote} in non-quoted-field")
            quoted = field["quoted"]
            fields.append(field["bare"] if quoted is None else quoted.replace('""', '"'))
            line += field[0].count("\n")
            position = field.end()
            if position >= len(text) or text[position] == "\n":
                break
            position += 1
        position, line = position + 1, line + 1
        yield start, fields
