"""Functions of YAML, with the readings of scalars that Terraform has: 1.2 for numbers, 1.1 for `yes` and `on`."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from auditor.hcl import numbers, values
from auditor.hcl.convert import ConversionError, primitive_text
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.numbers import Float
from auditor.hcl.types import STRING
from auditor.hcl.values import Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

_DEEPEST: Final = 200
_LARGEST: Final = 1_000_000
"""Nodes a document may have, those behind aliases counted each time."""
_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final[Mapping[str, bool | Float | None]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), numbers.INFINITY),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), numbers.NEGATIVE_INFINITY),
}
_NOT_NUMBERS: Final = frozenset({".nan", ".NaN", ".NAN"})
_BASED: Final = re.compile(r"[+-]?0(?:b[01]+|o[0-7]+|x[0-9A-Fa-f]+)")
_BASED_WITHOUT_TAG: Final = re.compile(r"0o[0-7]+|0x[0-9A-Fa-f]+")
_LARGEST_BASED: Final = 2**64 - 1
_DATE: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]| +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)


@_function("yamldecode", Parameter("src", STRING))
def _yamldecode(text: str) -> Value:
    try:
        return _Document(yaml.parse(text, Loader=yaml.SafeLoader)).value()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"on line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise FunctionError(f"{place}{error.problem or error.context}") from error
    except (yaml.YAMLError, ConversionError) as error:
        raise FunctionError(str(error).partition("\n")[0]) from error
    except RecursionError as error:
        raise FunctionLimit("the text is nested too deeply") from error


class _Document:
    """One document, built from the parser's events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.nodes = 0

    def value(self) -> Value:
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            raise FunctionError("on line 1, column 1: missing start of document")
        value = self._node(next(self.events), 0)
        next(self.events)
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise FunctionError("on line 1, column 1: unexpected extra content after value")
        return value

    def _node(self, event: Any, depth: int) -> Value:  # noqa: ANN401 - PyYAML's events
        if depth > _DEEPEST:
            raise FunctionLimit(f"the text is nested more than {_DEEPEST} levels deep")
        before = self.nodes
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise FunctionError(f'{_place(event)}reference to undefined anchor "{event.anchor}"')
            value, size = self.anchors[event.anchor]
            self.nodes += size
        elif isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = values.sequence(self._items(depth))
        else:
            value = values.mapping(self._mapping(depth))
        if self.nodes > _LARGEST:
            raise FunctionLimit(f"the document has more than {_LARGEST:,} nodes")
        if event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            self.anchors[event.anchor] = value, self.nodes - before
        return value

    def _items(self, depth: int) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            is_merge = isinstance(event, yaml.ScalarEvent) and event.style is None and event.value == "<<"
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if is_merge:
                merged = _merged(event, value) | merged
                continue
            if key.is_null or isinstance(key.content, tuple | Mapping):
                raise FunctionError(f"{_place(event)}mapping key must be a string")
            found[values.normalized(primitive_text(key))] = value
        return merged | found


def _merged(event: Any, value: Value) -> dict[str, Value]:  # noqa: ANN401 - PyYAML's events
    """The attributes that `<<` brings in; of several mappings the first has the say."""
    sources = value.content if isinstance(value.content, tuple) else (value,)
    found: dict[str, Value] = {}
    for source in sources:
        if not isinstance(source.content, Mapping):
            raise FunctionError(f"{_place(event)}cannot merge {value.type} into mapping")
        found = {**source.content, **found}
    return found


def _place(event: Any) -> str:  # noqa: ANN401 - PyYAML's events
    return f"on line {event.start_mark.line + 1}, column {event.start_mark.column + 1}: "


def _scalar(event: Any) -> Value:  # noqa: ANN401 - PyYAML's events
    text, tag = event.value, event.tag
    if tag is None or tag == "!":
        return _plain(text) if event.style is None and tag is None else values.string(text)
    kind = tag.removeprefix(_TAG)
    if kind == "str":
        return values.string(text)
    if kind == "binary":
        try:
            return values.string(b64decode("".join(text.split()), validate=True).decode())
        except (binascii.Error, UnicodeDecodeError) as error:
            raise FunctionError(f"{_place(event)}cannot parse base64 text of !!binary") from error
    value = _of_number(text) or _plain(text)
    wanted: Mapping[str, tuple[type, ...]] = {
        "null": (type(None),),
        "bool": (bool,),
        "int": (int, Float),
        "float": (int, Float),
        "timestamp": (str,),
    }
    if kind not in wanted:
        raise FunctionError(f'{_place(event)}unsupported tag "{tag}"')
    if not isinstance(value.content, wanted[kind]) or (kind != "bool" and isinstance(value.content, bool)):
        raise FunctionError(f'cannot parse "{text}" as {tag}')
    return value


def _plain(text: str) -> Value:
    """A scalar without quotes: a word with a meaning, a date, a number, or else a string."""
    if text in _WORDS:
        return Value(_WORDS[text])
    if text in _NOT_NUMBERS:
        raise FunctionError("floating point NaN is not supported")
    if text[0] in "+-.0123456789":
        if (moment := _timestamp(text)) is not None:
            return values.string(moment)
        if "_" not in text and (number := numbers.parse(text)) is not None:
            return values.number(number)
        if _BASED_WITHOUT_TAG.fullmatch(text):
            return _based(text, text)
    return values.string(text)


def _of_number(text: str) -> Value | None:
    """A number as a tag asks for it, in more forms than without one."""
    bare = text.replace("_", "")
    if bare[:1] in "+-.0123456789" and (number := numbers.parse(bare)) is not None:
        return values.number(number)
    return _based(bare, text) if _BASED.fullmatch(bare) else None


def _based(digits: str, text: str) -> Value:
    if (number := int(digits, 0)) > _LARGEST_BASED:
        raise FunctionError(f'cannot parse "{text}" as {_TAG}int')
    return values.number(number)


def _timestamp(text: str) -> str | None:
    """The RFC 3339 text of a date, or of a date and a time."""
    if (match := _DATE.fullmatch(text)) is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    date = f"{year}-{int(month):02}-{int(day):02}"
    return f"{date}T{int(hour or 0):02}:{int(minute or 0):02}:{int(second or 0):02}{zone or 'Z'}"


@_function("yamlencode", Parameter("value", null=True), result=STRING)
def _yamlencode(value: Value) -> str:
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_events(value),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    written: str = yaml.emit(events, allow_unicode=True, width=2**31)
    # Unlike the library's, Terraform's block texts at the top are not ended by a mark.
    return written.removesuffix("...\n") if isinstance(value.content, str) else written


def _events(value: Value) -> Iterator[Any]:
    content = value.content
    if isinstance(content, Undecided):
        raise FunctionError("cannot serialize unknown values as YAML")
    if isinstance(content, Mapping):
        yield yaml.MappingStartEvent(anchor=None, tag=None, implicit=True, flow_style=not content)
        for name in sorted(content):
            yield _string(name)
            yield from _events(content[name])
        yield yaml.MappingEndEvent()
    elif isinstance(content, tuple):
        yield yaml.SequenceStartEvent(anchor=None, tag=None, implicit=True, flow_style=not content)
        for item in content:
            yield from _events(item)
        yield yaml.SequenceEndEvent()
    elif isinstance(content, str):
        yield _string(content)
    else:
        yield yaml.ScalarEvent(anchor=None, tag=None, implicit=(True, False), value=_scalar_text(value))


def _scalar_text(value: Value) -> str:
    if value.is_null:
        return "null"
    if value.content is numbers.INFINITY or value.content is numbers.NEGATIVE_INFINITY:
        return ".inf" if value.content is numbers.INFINITY else "-.inf"
    return primitive_text(value)


def _string(text: str) -> Any:  # noqa: ANN401 - PyYAML's events
    style = "|" if "\n" in text else '"'
    return yaml.ScalarEvent(anchor=None, tag=None, implicit=(True, True), value=text, style=style)
