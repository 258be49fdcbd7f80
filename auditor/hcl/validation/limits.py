"""What the provider refuses unplanned: values out of range, texts of another form, blocks too many or too few."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from auditor.hcl import types, values
from auditor.hcl.ast import Block
from auditor.hcl.numbers import Float
from auditor.hcl.resource_instance import DATA, ResourceInstance
from auditor.hcl.schema import Schema, data_schema, resource_schema
from auditor.hcl.source import SourceFile
from auditor.hcl.validation.complaint import Complaint, Complaints
from auditor.hcl.values import Undecided, Value

_FILE: Final = Path(__file__).with_name("limits.json")
_DATA: Final = "data."
_FRACTIONS: Final = frozenset({"threshold", "target_value"})
"""The arguments of described types that take other numbers than whole ones."""
_INT64: Final = range(-(2**63), 2**63)

Place = tuple[SourceFile, int]
Found = Iterator[tuple[str, Place]]
"""What is wrong, with where it stands."""
Wrong = Callable[[Value], str]
"""What is wrong with one known value; empty where nothing is."""
Faults = Iterable[tuple[str, Value | None]]
"""What is wrong with an argument or a type of blocks in its body, each with the value at fault, where it is there."""
Amiss = Callable[[str, Any, Mapping[str, Value]], Faults]


class _Limits(Struct):
    """The limits that hold in one body."""

    alone: dict[str, list[Wrong]] = field(default_factory=dict)
    """By argument, on each of its values alone."""
    together: list[tuple[Amiss, str, Any]] = field(default_factory=list)
    """On arguments and types of blocks beside others, each with its bound."""
    nested: dict[str, _Limits] = field(default_factory=dict)
    """Of nested blocks, by type."""


@cache
def _document() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """By type and path: what the provider 5.100 says of a wrong value of each argument, and its counts of blocks."""
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def _limits(type_: str) -> _Limits:
    """The limits of one type."""
    found = _Limits()
    for path, limits in _document().get(type_, {}).items():
        *outer, name = path.split(".")
        within = found
        for block in outer:
            within = within.nested.setdefault(block, _Limits())
        for kind, bound in limits.items():
            if kind in _ALONE:
                within.alone.setdefault(name, []).append(_ALONE[kind](name, bound))
            else:
                within.together.append((_TOGETHER[kind], name, bound))
    schema = data_schema(type_.removeprefix(_DATA)) if type_.startswith(_DATA) else resource_schema(type_)
    return _with_whole_numbers(found, schema) if schema is not None else found


def _with_whole_numbers(limits: _Limits, schema: Schema) -> _Limits:
    """The limits, and that numbers are whole, which neither the schema nor its documents tell from others."""
    for name, attribute in schema.attributes.items():
        if attribute.type is types.NUMBER and attribute.configurable and name not in _FRACTIONS:
            limits.alone.setdefault(name, []).append(_whole(name))
    for name, block in schema.blocks.items():
        inside = _with_whole_numbers(limits.nested.get(name) or _Limits(), block.schema)
        if inside.alone or inside.together or inside.nested:
            limits.nested[name] = inside
    return limits


def rivals(type_: str, name: str) -> tuple[str, ...]:
    """The arguments of a type's body that the provider refuses beside one of its arguments or blocks."""
    return tuple(each for amiss, each, bound in _limits(type_).together if amiss is _not_with and name in bound)


def of_instance(resource: ResourceInstance) -> Complaints:
    """The complaints about the known values of one resource or data source; unknown ones are left open."""
    return of_written(resource.block, resource.written)


def of_written(block: Block, written: Mapping[str, Value]) -> Complaints:
    """The same of what is written in a block."""
    type_ = f"{_DATA}{block.labels[0]}" if block.type == DATA else block.labels[0]
    for detail, at in _of_body(written, _limits(type_), (block.source, block.offset)):
        yield Complaint("Value that the provider refuses", detail, *at)


def _of_body(body: Mapping[str, Value], limits: _Limits, place: Place) -> Found:
    """What is wrong in a body that stands at a place, and in the blocks inside."""
    for amiss, name, bound in limits.together:
        for detail, at in amiss(name, bound, body):
            yield detail, _place(at) or place
    for name, value in body.items():
        for wrong in limits.alone.get(name, ()):
            for item in _known(value):
                if detail := wrong(item):
                    yield detail, _place(item) or _place(value) or place
        if (inside := limits.nested.get(name)) is not None:
            for item in _known(value):
                if isinstance(item.content, values.MAPPINGS):
                    yield from _of_body(item.content, inside, _place(item) or place)


def _place(value: Value | None) -> Place | None:
    origin = value.origin if value is not None else None
    return (origin.source, origin.offset) if origin is not None and isinstance(origin.source, SourceFile) else None


def _known(value: Value) -> Sequence[Value]:
    """The value, or its elements, as far as they are known and not null."""
    if value.content is None or isinstance(value.content, Undecided):
        return ()
    if not isinstance(value.content, tuple):
        return (value,)
    elements = [item.marked(value.marks) for item in value.content] if value.marks else value.content
    return [item for item in elements if item.content is not None and not isinstance(item.content, Undecided)]


def _absent(value: Value | None) -> bool:
    return value is None or value.content is None


# -- on each value alone ----------------------------------------------------------------------------------------------


def _one_of(name: str, bound: Any) -> Wrong:  # noqa: ANN401 - JSON
    def wrong(value: Value) -> str:
        if value.content in bound:
            return ""
        shown = "(sensitive)" if value.sensitive else value.content
        return f"{name} is one of {', '.join(map(repr, bound))}, not {shown!r}."

    return wrong


def _from_to(name: str, bound: Any) -> Wrong:  # noqa: ANN401 - JSON
    least, most = bound
    reach = f"from {least} to {most}" if most is not None else f"{least} at least"

    def wrong(value: Value) -> str:
        number = value.content
        within = not isinstance(number, int) or (number >= least and (most is None or number <= most))
        return "" if within else f"{name} is {reach}."

    return wrong


def _whole(name: str) -> Wrong:
    def wrong(value: Value) -> str:
        number = value.content
        fraction = isinstance(number, Float) or (isinstance(number, int) and int(number) not in _INT64)
        return f"{name} is a whole number." if fraction else ""

    return wrong


def _multiple(name: str, bound: Any) -> Wrong:  # noqa: ANN401 - JSON
    step, *others = bound
    detail = f"{name} is a multiple of {step}, or one of {', '.join(map(str, others))}."

    def wrong(value: Value) -> str:
        number = value.content
        return detail if isinstance(number, int) and number % step and number not in others else ""

    return wrong


def _of_text(fits: Callable[[str], object], detail: str) -> Wrong:
    def wrong(value: Value) -> str:
        return detail if isinstance(value.content, str) and not fits(value.content) else ""

    return wrong


def _json(name: str, _: object) -> Wrong:
    return _of_text(_is_json, f"{name} is not valid JSON.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text or "{}")
    except (ValueError, RecursionError):
        return False
    return True


def _length(name: str, bound: Any) -> Wrong:  # noqa: ANN401 - JSON
    least, most = bound
    detail = f"{name} has from {least} to {most} characters." if most else f"{name} is empty."
    return _of_text(lambda text: least <= len(text.encode()) <= (most or math.inf), detail)


def _match(name: str, bound: Any) -> Wrong:  # noqa: ANN401 - JSON
    return _of_text(re.compile(bound, re.ASCII).fullmatch, f"{name} is of the form {bound}.")


def _arn(name: str, bound: Any) -> Wrong:  # noqa: ANN401 - JSON
    other = re.compile(bound, re.ASCII).fullmatch if bound else re.compile("").fullmatch
    return _of_text(lambda text: not text or _ARN.fullmatch(text) or other(text), f"{name} is not an ARN.")


_ARN: Final = re.compile(
    r"arn:aws(-[a-z]+)*:[^:]*:([a-z]{2}(-[a-z]+)+-\d{1,2})?"
    r":(aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})?:(?s:.+)",
    re.ASCII,
)


def _time(name: str, _: object) -> Wrong:
    return _of_text(
        lambda text: _RFC3339.fullmatch(text) and _is_date(text[:10]), f"{name} is a time as 2006-01-02T15:04:05Z."
    )


_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\dT([01]?\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]\d\d:[0-5]\d)", re.ASCII
)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_ALONE: Final[Mapping[str, Callable[[str, Any], Wrong]]] = {
    "one_of": _one_of,
    "from_to": _from_to,
    "multiple": _multiple,
    "json": _json,
    "length": _length,
    "match": _match,
    "arn": _arn,
    "time": _time,
}


# -- beside others ----------------------------------------------------------------------------------------------------


def _most(name: str, bound: Any, body: Mapping[str, Value]) -> Faults:  # noqa: ANN401 - JSON
    content = body[name].content if name in body else ()
    if isinstance(content, tuple) and len(content) > bound:
        return ((f'No more than {bound} "{name}" are allowed.', content[bound]),)
    return ()


def _least(name: str, bound: Any, body: Mapping[str, Value]) -> Faults:  # noqa: ANN401 - JSON
    content = body[name].content if name in body else ()
    if content is None or (isinstance(content, tuple) and len(content) < bound):
        return ((f'At least {bound} "{name}" blocks are required.', None),)
    return ()


def _not_with(name: str, bound: Any, body: Mapping[str, Value]) -> Faults:  # noqa: ANN401 - JSON
    if name not in body or not (beside := [each for each in bound if each in body]) or not _known(body[name]):
        return ()
    return [(f'"{name}" conflicts with "{each}".', body[name]) for each in beside if _known(body[each])]


def _with(name: str, bound: Any, body: Mapping[str, Value]) -> Faults:  # noqa: ANN401 - JSON
    if name not in body or not _known(body[name]):
        return ()
    return [(f"{name} needs {each}.", body[name]) for each in bound if _absent(body.get(each))]


def _or(name: str, bound: Any, body: Mapping[str, Value]) -> Faults:  # noqa: ANN401 - JSON
    missing = _absent(body.get(name)) and _absent(body.get(bound))
    return ((f"One of {name} and {bound} is needed.", None),) if missing else ()


def _queue(name: str, _: object, body: Mapping[str, Value]) -> Faults:
    """A queue's name, or what begins one that the provider generates, by whether it is a FIFO queue."""
    fifo = body[name].content if name in body else None
    if isinstance(fifo, Undecided):
        return
    deduplicated = body.get("content_based_deduplication")
    if not fifo and deduplicated is not None and deduplicated.content is True:
        yield "content_based_deduplication is for FIFO queues.", None
    form, end = (_FIFO, ".fifo") if fifo else (_QUEUE, "")
    for given, rest in (("name", ""), ("name_prefix", _GENERATED + end)):
        text = body[given].content if given in body else None
        if isinstance(text, str) and text and not (form.fullmatch(text + rest) and len(text + rest) <= _LONGEST_QUEUE):
            detail = f"{given} is of letters, digits, - and _, {_LONGEST_QUEUE} at most"
            yield f"{detail}, the end .fifo of a FIFO queue among them.", None


_QUEUE: Final = re.compile(r"[\w-]+", re.ASCII)
_FIFO: Final = re.compile(r"[\w-]+\.fifo", re.ASCII)
_LONGEST_QUEUE: Final = 80
_GENERATED: Final = "0" * 26
"""What the provider adds to a prefix."""


_TOGETHER: Final[Mapping[str, Amiss]] = {
    "most": _most,
    "least": _least,
    "not_with": _not_with,
    "with": _with,
    "or": _or,
    "queue": _queue,
}
