"""Functions of YAML, with the readings of scalars that Terraform has: 1.2 for numbers, 1.1 for `yes` and `on`."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from calendar import monthrange
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from auditor.hcl import numbers, types, values
from auditor.hcl.convert import ConversionError, primitive_text
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.numbers import Float
from auditor.hcl.types import STRING
from auditor.hcl.values import Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final = getattr(yaml, "CDumper", None)
"""libyaml's, from which Terraform's own stems; PyYAML's breaks long lines elsewhere."""
_MISSING: Final = values.not_evaluable("YAML is written with libyaml, without which this PyYAML was built")
_WIDTH: Final = 80
_END: Final = "...\n"
_VERSION: Final = (1, 1)
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
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|(?P<local> +))(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?(local)|(?P<zone>Z|[+-]\d\d:\d\d)))?",
    re.ASCII,
)
_MONTHS: Final = 12
_HOURS: Final = 24
_SIXTY: Final = 60
_QUOTES: Final = ("'", '"')
_BLOCKS: Final = ("|", ">")
_NUMERIC: Final = frozenset("+-.0123456789")
_HINTS: Final = _NUMERIC | set("yYnNtTfFoO~")
_OWN_TAGS: Final = frozenset(_TAG + kind for kind in ("null", "bool", "int", "float", "timestamp", "str", "binary"))


@_function("yamldecode", Parameter("src", STRING))
def _yamldecode(text: str) -> Value:
    try:
        return _Document(yaml.parse(text, Loader=_LOADER)).value()
    except yaml.MarkedYAMLError as error:
        raise FunctionError(f"{_place_of(error)}{error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        raise FunctionError(error.reason) from error
    except (yaml.YAMLError, ConversionError) as error:
        raise FunctionError(str(error).partition("\n")[0]) from error
    except RecursionError as error:
        raise FunctionLimit("the text is nested too deeply") from error


def _place_of(error: yaml.MarkedYAMLError) -> str:
    """Where Terraform says that text is not YAML: nowhere in the first line, and at the begin of a line if it can."""
    mark = error.problem_mark
    if not (mark and mark.line):
        return ""
    if isinstance(error, yaml.scanner.ScannerError):
        return f"on line {mark.line + 1}, column 1: "
    return f"on line {mark.line}, column {mark.column + 1}: "


class _Document:
    """One document, built from the parser's events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.open: set[str] = set()
        self.nodes = 0

    def value(self) -> Value:
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            raise FunctionError(f"on line {max(_line(start), 1)}, column 1: missing start of document")
        if start.version not in (None, _VERSION):
            raise FunctionError("found incompatible YAML document")
        value = self._node(next(self.events), 0)
        next(self.events)
        if not isinstance(end := next(self.events), yaml.StreamEndEvent):
            raise FunctionError(f"{_place(end)}unexpected extra content after value")
        return value

    def _node(self, event: Any, depth: int) -> Value:  # noqa: ANN401 - PyYAML's events
        if depth > _DEEPEST:
            raise FunctionLimit(f"the text is nested more than {_DEEPEST} levels deep")
        before = self.nodes
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self.open:
                raise FunctionError(
                    f'{_place(event)}cannot refer to anchor "{event.anchor}" from inside its own definition'
                )
            if event.anchor not in self.anchors:
                raise FunctionError(f'{_place(event)}reference to undefined anchor "{event.anchor}"')
            value, size = self.anchors[event.anchor]
            self.nodes += size
        elif isinstance(event, yaml.ScalarEvent):
            try:
                value = _scalar(event)
            except FunctionError as error:
                raise FunctionError(f"{_place(event)}{error}") from error
        else:
            value = self._collection(event, depth)
        if self.nodes > _LARGEST:
            raise FunctionLimit(f"the document has more than {_LARGEST:,} nodes")
        if event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            self.anchors[event.anchor] = value, self.nodes - before
        return value

    def _collection(self, event: Any, depth: int) -> Value:  # noqa: ANN401 - PyYAML's events
        what, kind = ("sequence", "seq") if isinstance(event, yaml.SequenceStartEvent) else ("mapping", "map")
        if event.tag not in (None, _TAG + kind):
            raise FunctionError(f"{_place(event)}can't interpret {what} as {event.tag}")
        self.open.add(event.anchor)
        value = values.sequence(self._items(depth)) if kind == "seq" else values.mapping(self._mapping(depth))
        self.open.discard(event.anchor)
        return value

    def _items(self, depth: int) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise FunctionError(f"{_place(event)}only strings are allowed as mapping keys")
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if event.tag is None and event.value == "<<":
                if not isinstance(value.content, Mapping):
                    raise FunctionError(f"{_place(event)}cannot merge {types.friendly(value.type)} into mapping")
                found |= value.content
                continue
            if key.is_null:
                raise FunctionError(f"{_place(event)}mapping key cannot be null")
            found[values.normalized(primitive_text(key))] = value
        return found


def _line(event: Any) -> int:  # noqa: ANN401 - PyYAML's events
    return int(event.start_mark.line)


def _place(event: Any) -> str:  # noqa: ANN401 - PyYAML's events
    """Where Terraform says that a node is at fault: nowhere in the first line, else one line too high."""
    mark = event.start_mark
    return f"on line {mark.line}, column {mark.column + 1}: " if mark.line else ""


def _scalar(event: Any) -> Value:  # noqa: ANN401 - PyYAML's events
    text, tag = event.value, event.tag
    if tag is None:
        if event.style in _BLOCKS and not text:
            return Value(None, STRING)
        return values.string(text) if event.style else _plain(text)
    if tag not in _OWN_TAGS:
        raise FunctionError(f'unsupported tag "{tag}"')
    kind = tag.removeprefix(_TAG)
    if kind == "binary":
        try:
            b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
        except binascii.Error as error:
            raise FunctionError(f'cannot parse "{text}" as {tag}: not valid base64') from error
    if kind in ("str", "binary"):
        return values.string(text)
    if (value := _tagged(event, kind)) is not None:
        return value
    if kind == "null":
        return Value(None)
    raise FunctionError(f'cannot parse "{text}" as {tag}')


def _tagged(event: Any, kind: str) -> Value | None:  # noqa: ANN401 - PyYAML's events
    """A scalar that means something by its first character, whichever of the tags it has, or a number."""
    text = event.value
    if not text or text[0] in _HINTS:
        if event.style in _QUOTES:
            return values.string(text)
        if text in _WORDS:
            return Value(_WORDS[text])
        if kind == "timestamp" and (moment := _timestamp(text)) is not None:
            return values.string(moment)
        if (number := _number(text)) is not None:
            return number
    return _of_number(text) if kind in ("int", "float") else None


def _plain(text: str) -> Value:
    """A scalar without quotes: a word with a meaning, a date, a number, or else a string."""
    if text in _WORDS:
        return Value(_WORDS[text])
    if text in _NOT_NUMBERS:
        raise FunctionError("floating point NaN is not supported")
    if text[0] in _NUMERIC and (moment := _timestamp(text)) is not None:
        return values.string(moment)
    return _number(text) or values.string(text)


def _number(text: str) -> Value | None:
    if text[:1] in _NUMERIC and "_" not in text and (number := numbers.parse(text)) is not None:
        return values.number(number)
    return _based(text, text) if _BASED_WITHOUT_TAG.fullmatch(text) else None


def _of_number(text: str) -> Value | None:
    """A number as a tag asks for it, in more forms than without one."""
    bare = text.replace("_", "")
    if bare[:1] in _NUMERIC and (number := numbers.parse(bare)) is not None:
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
    year, month, day, hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3, 5, 6, 7))
    if not (0 < month <= _MONTHS and 0 < day <= monthrange(year, month)[1]):
        return None
    if not (hour < _HOURS and minute < _SIXTY and second < _SIXTY):
        return None
    zone = "Z" if (match["zone"] or "Z")[1:] in ("", "00:00") else match["zone"]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"


@_function("yamlencode", Parameter("value", null=True), result=STRING)
def _yamlencode(value: Value) -> str | Value:
    if _DUMPER is None:
        return values.unknown(STRING, _MISSING, not_null=True)
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_events(value),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    written: str = yaml.emit(events, Dumper=_DUMPER, allow_unicode=True, width=_WIDTH)
    # Terraform marks the end of a document after a word or number alone, libyaml after texts that end in empty lines.
    written = written.removesuffix(_END)
    return f"{written}{_END}" if not isinstance(value.content, str | tuple | Mapping) else written


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
