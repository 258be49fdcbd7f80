"""When values are the same, and the order of a set's elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from auditor.hcl import numbers
from auditor.hcl.numbers import Float
from auditor.hcl.types import TupleType

if TYPE_CHECKING:
    from auditor.hcl.values import Value

_MAPPINGS: Final = (dict, MappingProxyType)


def key_of(value: Value) -> object:
    """A key equal for values that are the same: type and content, whatever their marks and origins."""
    return value.type, _content_key(value)


def _content_key(value: Value) -> object:
    content = value.content
    if isinstance(content, _MAPPINGS):
        return tuple((name, _content_key(content[name])) for name in sorted(content))
    if isinstance(content, tuple):
        return tuple(_content_key(item) for item in content)
    if isinstance(content, bool | str) or content is None:
        return type(content), content
    return ("number", numbers.order(content)) if isinstance(content, int | Float) else content


def same(left: Value, right: Value) -> bool:
    """Whether two values have one type and one content."""
    return left is right or key_of(left) == key_of(right)


def in_order(items: Iterable[Value], is_settled: Callable[[Value], bool]) -> list[Value]:
    """The elements of a set in order, each once; of those that are not settled nobody knows if they are the same."""
    ordered: list[Value] = []
    before: object = None
    alike: list[Value] = []
    for order, item in sorted(((set_order(item), item) for item in items), key=itemgetter(0)):
        if order != before:
            before, alike = order, []
        elif is_settled(item) and any(same(item, other) for other in alike):
            continue
        alike.append(item)
        ordered.append(item)
    return ordered


def set_order(value: Value) -> tuple[int, object]:
    """Sets are ordered by value, structures by a serialization; what is unknown and then null come last."""
    content = value.content
    if content is None:
        return 2, ""
    if not value.is_known:
        return 1, ""
    if isinstance(content, str | bool):
        return 0, content
    if isinstance(content, int | Float):
        return 0, numbers.order(content)
    return 0, _serialized(value)


def _serialized(value: Value) -> str:
    content = value.content
    if content is None:
        return "~"
    if isinstance(content, bool):
        return "T" if content else "F"
    if isinstance(content, str):
        return f'"{content}"'
    if isinstance(content, int | Float):
        return numbers.text(content)
    if isinstance(content, tuple):
        inner = "".join([f"{_serialized(item)};" for item in content])
        return f"<{inner}>" if isinstance(value.type, TupleType) else f"[{inner}]"
    if isinstance(content, _MAPPINGS):
        if value.is_map:
            return "{" + "".join([f'"{name}":{_serialized(content[name])};' for name in sorted(content)]) + "}"
        return "<" + "".join([f"{_serialized(content[name])};" for name in sorted(content)]) + ">"
    return "?"
