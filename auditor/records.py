"""Frozen records as JSON and back, by the types that they declare: what settings and a state are kept as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

Record = TypeVar("Record")


def written(value: Any, shown: Callable[[Path], str], left_out: Mapping[type[Any], frozenset[str]]) -> Any:  # noqa: ANN401 - any part of a record
    """A record, or a part of one, as JSON: paths as they are `shown`, without the fields `left_out` by class."""
    match value:
        case Path():
            return shown(value)
        case Mapping():
            return {str(key): written(item, shown, left_out) for key, item in value.items()}
        case tuple() | list():
            return [written(item, shown, left_out) for item in value]
        case None | bool() | int() | float():
            return value
    if not isinstance(value, Struct):
        return str(value)
    besides = left_out.get(type(value), frozenset())
    kept = (name for name in value.__struct_fields__ if name not in besides)
    return {name: written(getattr(value, name), shown, left_out) for name in kept}


def restored(type_: type[Record], told: Mapping[str, Any], placed: Callable[[str], Path]) -> Record:
    """The record that was written; `placed` finds the place of a path.

    Errors: TypeError, ValueError or KeyError where it is not one of this type.
    """
    record: Record = _restored(type_, told, placed)
    return record


def _restored(type_: Any, told: Any, placed: Callable[[str], Path]) -> Any:  # noqa: ANN401 - types are values here
    origin, parts = get_origin(type_), get_args(type_)
    if origin in (Union, UnionType):
        if told is None and NoneType in parts:
            return None
        others = [part for part in parts if part is not NoneType]
        return _restored(others[0], told, placed) if len(others) == 1 else told
    if isinstance(type_, type) and issubclass(type_, Struct):
        hints = get_type_hints(type_)
        return type_(**{name: _restored(hints[name], item, placed) for name, item in told.items()})
    if type_ is Path:
        return placed(told)
    if isinstance(type_, type) and issubclass(type_, StrEnum):
        return type_(told)
    if origin is tuple:
        each = parts[0] if parts else Any
        return tuple(_restored(each, item, placed) for item in told)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return MappingProxyType({key: _restored(parts[1], item, placed) for key, item in told.items()})
    if type_ in (str, int, bool, float) and type(told) is not type_:
        raise TypeError(f"{type_.__name__} was expected")
    return told
