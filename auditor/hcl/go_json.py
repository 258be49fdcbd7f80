"""JSON texts as the provider writes them: Go's escapes, and the ways in which it rewrites what users wrote."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

_ESCAPES: Final = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})
_VERSION: Final = "2012-10-17"
_EXPONENT_FROM: Final = 1e21
NORMALIZED: Final = frozenset({"json", "policy", "unescaped"})


def go_json(value: Any, indent: int | None = None, *, sort_keys: bool = False) -> str:  # noqa: ANN401 - a JSON value
    """The text of a JSON value."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, indent=indent, ensure_ascii=False, separators=separators, sort_keys=sort_keys)
    return text.translate(_ESCAPES)


def normalized(text: str, how: str) -> str:
    """A text the provider has rewritten: `json` sorts keys, `policy` sorts them behind the version.

    `unescaped` is `json` without Go's escapes. Numbers become those of 64 bits on the way.
    """
    try:
        given = json.loads(text, parse_int=_number, parse_float=_number)
        made = go_json(given, sort_keys=True)
    except (ValueError, RecursionError):
        return text
    if how == "unescaped":
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if how == "policy" and isinstance(given, dict) and given.get("Version") == _VERSION:
        rest = {name: json.loads(go_json(given[name], sort_keys=True)) for name in sorted(given) if name != "Version"}
        return go_json({"Version": _VERSION, **rest})
    return made


def _number(text: str) -> int | float:
    """A number of 64 bits, whole where it is: Go writes no point behind it."""
    number = float(text)
    if not number.is_integer() or abs(number) >= _EXPONENT_FROM:
        return number
    return int(Decimal(repr(number)))
