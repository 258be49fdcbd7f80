"""Values, facts and their origins as typed JSON: nothing is lost, nothing sensitive is told.

- `null, true, 42, "text", [...], {...}`: as themselves
- `{"unknown": reason, "detail": ...}`: not determined, and why
- `{"not_applicable": true}`: the question does not arise
- `{"sensitive": true}`: there is a value; nothing of it is told, no digest either: what can be guessed has one
- `{"number": "0.1000000000000000055511"}`: a number that JSON readers would round
- `{"map": {...}}`: a mapping that has one of these words among its keys
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from auditor.model.facts import ApiField, Default, Fact, Origin, SourceRange, Written
from auditor.model.values import NotApplicable, Unknown, Value

CodeLine = Callable[[SourceRange], str]
"""Gives the text of the line at a place, or nothing."""

RESERVED: Final = frozenset({"unknown", "not_applicable", "sensitive", "number", "map"})
_LONGEST_LINE: Final = 240
_EXACT: Final = 2**53
_LARGEST: Final = Decimal(10) ** 300


def no_code(_: SourceRange) -> str:
    """The text of no line at all."""
    return ""


def encode_value(value: Value) -> Any:  # noqa: ANN401 - JSON has no type of its own
    """A value as typed JSON."""
    match value:
        case Unknown():
            return encode_unknown(value)
        case NotApplicable():
            return {"not_applicable": True}
        case tuple():
            return [encode_value(item) for item in value]
        case Mapping():
            encoded = {str(key): encode_value(item) for key, item in value.items()}
            return encoded if RESERVED.isdisjoint(encoded) else {"map": encoded}
        case Decimal() | int() if not isinstance(value, bool):
            return _number(Decimal(value))
        case _:
            return value


def _number(value: Decimal) -> int | float | dict[str, str]:
    if value.is_finite():
        if abs(value) <= _EXACT and value == int(value):
            return int(value)
        if abs(value) < _LARGEST and Decimal(repr(float(value))) == value:
            return float(value)
    return {"number": str(value)}


def encode_unknown(unknown: Unknown) -> dict[str, Any]:
    """Why a value is unknown; what is not known about that is left out."""
    told = {
        "detail": unknown.detail,
        "api": unknown.api,
        "code": unknown.code,
        "action": unknown.action,
        "references": list(unknown.references),
    }
    return {"unknown": unknown.reason.value, **{name: part for name, part in told.items() if part}}


def encode_fact(fact: Fact, code: CodeLine = no_code) -> dict[str, Any]:
    """A fact: its value and where it comes from; of a sensitive one neither the value nor a line of code."""
    if fact.sensitive and not isinstance(fact.value, Unknown):
        return {"value": {"sensitive": True}, "origin": encode_origin(fact.origin, no_code)}
    return {"value": encode_value(fact.value), "origin": encode_origin(fact.origin, code)}


def encode_origin(origin: Origin, code: CodeLine = no_code) -> dict[str, Any]:
    """Where a value comes from: `written` in code, read from an `api`, or a `default`."""
    match origin:
        case Written(chain):
            return {"from": "written", "chain": [encode_place(place, code) for place in chain]}
        case ApiField(api, path, at, request_id):
            told = {"from": "api", "api": api, "field": path, "at": at, "request_id": request_id}
            return {name: part for name, part in told.items() if part}
        case Default(of):
            return {"from": "default", "of": of}


def encode_place(place: SourceRange, code: CodeLine = no_code) -> dict[str, Any]:
    """A place in code, with the text of its line where that is known."""
    encoded: dict[str, Any] = {"file": place.file, "line": place.line, "column": place.column}
    text = code(place).strip()[:_LONGEST_LINE]
    if text:
        encoded["code"] = text
    return encoded
