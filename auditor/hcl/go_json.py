"""JSON texts as the provider writes them: Go's escapes, and the two ways in which it rewrites what users wrote."""

from __future__ import annotations

import json
from typing import Any, Final

_ESCAPES: Final = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})
_VERSION: Final = "2012-10-17"


def go_json(value: Any, indent: int | None = None, *, sort_keys: bool = False) -> str:  # noqa: ANN401 - a JSON value
    """The text of a JSON value."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, indent=indent, ensure_ascii=False, separators=separators, sort_keys=sort_keys)
    return text.translate(_ESCAPES)


def normalized(text: str, how: str) -> str:
    """A text the provider has rewritten: `json` sorts keys, `policy` sorts them behind the version."""
    try:
        given = json.loads(text)
        made = go_json(given, sort_keys=True)
    except (ValueError, RecursionError):
        return text
    if how == "policy" and isinstance(given, dict) and given.get("Version") == _VERSION:
        rest = {name: json.loads(go_json(given[name], sort_keys=True)) for name in sorted(given) if name != "Version"}
        return go_json({"Version": _VERSION, **rest})
    return made
