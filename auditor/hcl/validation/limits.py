"""What the provider refuses unplanned: values out of range, texts of another form, blocks too many or too few."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from auditor.hcl import values
from auditor.hcl.ast import Block
from auditor.hcl.numbers import Float
from auditor.hcl.resource_instance import DATA, ResourceInstance
from auditor.hcl.source import SourceFile
from auditor.hcl.validation.complaint import Complaint, Complaints
from auditor.hcl.values import Value

_FILE: Final = Path(__file__).with_name("limits.json")
_NEEDED: Final = ("least", "or")
"""The limits on what is not there."""

Place = tuple[SourceFile, int]
Found = Iterator[tuple[str, Place]]
"""What is wrong, with where it stands."""


@cache
def _document() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """By type and path: what the provider 5.100 says of a wrong value of each argument, and its counts of blocks."""
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def _limits(type_: str) -> Mapping[tuple[str, ...], list[tuple[str, str, Any]]]:
    """The limits of one type by the nested blocks they hold in: argument, kind of limit, and its bound."""
    found: dict[tuple[str, ...], list[tuple[str, str, Any]]] = {}
    for path, limit in _document().get(type_, {}).items():
        *outer, name = path.split(".")
        found.setdefault(tuple(outer), []).extend((name, kind, bound) for kind, bound in limit.items())
    return found


def of_instance(resource: ResourceInstance) -> Complaints:
    """The complaints about the known values of one resource or data source; unknown ones are left open."""
    return of_written(resource.block, resource.written)


def of_written(block: Block, written: Mapping[str, Value]) -> Complaints:
    """The same of what is written in a block."""
    type_ = f"data.{block.labels[0]}" if block.type == DATA else block.labels[0]
    for outer, limits in _limits(type_).items():
        for holder, place in _holders(written, (block.source, block.offset), outer):
            for name, kind, bound in limits:
                value = holder.get(name)
                if value is not None or kind in _NEEDED:
                    for detail, at in _CHECKS[kind](name, value, bound, holder, place):
                        yield Complaint("Value that the provider refuses", detail, *at)


def _holders(
    written: Mapping[str, Value], place: Place, path: tuple[str, ...]
) -> Iterator[tuple[Mapping[str, Value], Place]]:
    """The bodies that a path of nested blocks leads to, each with its place."""
    if not path:
        yield written, place
        return
    blocks = written.get(path[0])
    if blocks is None or blocks.content is None:
        return
    for item in (blocks,) if isinstance(blocks.content, Mapping) else values.items(blocks):
        if isinstance(item.content, Mapping):
            yield from _holders(item.content, _place(item) or place, path[1:])


def _place(value: Value | None) -> Place | None:
    origin = value.origin if value is not None else None
    return (origin.source, origin.offset) if origin is not None and isinstance(origin.source, SourceFile) else None


def _known(value: Value | None) -> Iterator[Value]:
    """The value, or its elements, as far as they are known and not null."""
    if value is None or value.is_null or not value.is_known:
        return
    for item in values.items(value) if isinstance(value.content, tuple) else (value,):
        if item.is_known and not item.is_null:
            yield item


def _one_of(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    for item in _known(value):
        if item.content not in bound:
            shown = "(sensitive)" if value is None or value.sensitive or item.sensitive else item.content
            yield f"{name} is one of {', '.join(map(repr, bound))}, not {shown!r}.", _place(value) or place


def _from_to(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    least, most = bound
    for item in _known(value):
        number = item.content
        if isinstance(number, Float):
            yield f"{name} is a whole number.", _place(value) or place
        elif isinstance(number, int) and (number < least or (most is not None and number > most)):
            reach = f"from {least} to {most}" if most is not None else f"{least} at least"
            yield f"{name} is {reach}.", _place(value) or place


def _json(name: str, value: Value | None, _bound: object, _: object, place: Place) -> Found:
    for item in _known(value):
        if isinstance(item.content, str) and item.content:
            try:
                json.loads(item.content)
            except (ValueError, RecursionError):
                yield f"{name} is not valid JSON.", _place(value) or place


def _most(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    items = list(values.items(value)) if value is not None and isinstance(value.content, tuple) else []
    if len(items) > bound:
        yield f'No more than {bound} "{name}" are allowed.', _place(items[bound]) or place


def _least(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    content = value.content if value is not None else ()
    if content is None or (isinstance(content, tuple) and len(content) < bound):
        yield f'At least {bound} "{name}" blocks are required.', place


def _not_with(name: str, value: Value | None, bound: Any, holder: Mapping[str, Value], place: Place) -> Found:  # noqa: ANN401 - JSON
    beside = [each for each in bound if each in holder]
    if not beside or not any(True for _ in _known(value)):
        return
    for each in beside:
        if any(True for _ in _known(holder.get(each))):
            yield f'"{name}" conflicts with "{each}".', _place(value) or place


def _texts(value: Value | None, place: Place) -> Iterator[tuple[str, Place]]:
    """The known texts of a value, each with its place."""
    for item in _known(value):
        if isinstance(item.content, str):
            yield item.content, _place(item) or _place(value) or place


def _length(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    least, most = bound
    for text, at in _texts(value, place):
        if len(text.encode()) < least or (most is not None and len(text.encode()) > most):
            yield f"{name} has from {least} to {most} characters." if most else f"{name} is empty.", at


def _match(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    for text, at in _texts(value, place):
        if not re.fullmatch(bound, text, re.ASCII):
            yield f"{name} is of the form {bound}.", at


def _arn(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    for text, at in _texts(value, place):
        if text and not _ARN.fullmatch(text) and not (bound and re.fullmatch(bound, text, re.ASCII)):
            yield f"{name} is not an ARN.", at


_ARN: Final = re.compile(
    r"arn:aws(-[a-z]+)*:[^:]*:([a-z]{2}(-[a-z]+)+-\d{1,2})?"
    r":(aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})?:(?s:.+)",
    re.ASCII,
)


def _time(name: str, value: Value | None, _bound: object, _: object, place: Place) -> Found:
    for text, at in _texts(value, place):
        if not _RFC3339.fullmatch(text) or not _is_date(text[:10]):
            yield f"{name} is a time as 2006-01-02T15:04:05Z.", at


_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\dT([01]?\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]\d\d:[0-5]\d)", re.ASCII
)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _multiple(name: str, value: Value | None, bound: Any, _: object, place: Place) -> Found:  # noqa: ANN401 - JSON
    step, *others = bound
    for item in _known(value):
        if isinstance(item.content, int) and item.content not in others and item.content % step:
            yield f"{name} is a multiple of {step}, or one of {', '.join(map(str, others))}.", _place(value) or place


def _with(name: str, value: Value | None, bound: Any, holder: Mapping[str, Value], place: Place) -> Found:  # noqa: ANN401 - JSON
    for each in bound:
        if any(True for _ in _known(value)) and _absent(holder.get(each)):
            yield f"{name} needs {each}.", _place(value) or place


def _or(name: str, value: Value | None, bound: Any, holder: Mapping[str, Value], place: Place) -> Found:  # noqa: ANN401 - JSON
    if _absent(value) and _absent(holder.get(bound)):
        yield f"One of {name} and {bound} is needed.", place


def _absent(value: Value | None) -> bool:
    return value is None or value.is_null


_CHECKS: Final[Mapping[str, Callable[[str, Value | None, Any, Mapping[str, Value], Place], Found]]] = {
    "one_of": _one_of,
    "from_to": _from_to,
    "json": _json,
    "most": _most,
    "least": _least,
    "not_with": _not_with,
    "length": _length,
    "match": _match,
    "arn": _arn,
    "time": _time,
    "multiple": _multiple,
    "with": _with,
    "or": _or,
}
