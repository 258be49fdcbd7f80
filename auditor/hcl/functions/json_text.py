"""JSON as Terraform writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from auditor.hcl import numbers
from auditor.hcl.errors import FunctionError
from auditor.hcl.numbers import Float
from auditor.hcl.values import Undecided, Value

_ESCAPED: Final = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029]')
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


def json_string(text: str) -> str:
    """A string as a JSON text, with the escapes of Go's encoder."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def json_text(value: Value) -> str:
    """A wholly known value as JSON without white space, names sorted.

    Raises:
        FunctionError: where a number is infinite.
    """
    parts: list[str] = []
    _append(value, parts)
    return "".join(parts)


def _append(value: Value, parts: list[str]) -> None:
    content = value.content
    if content is None:
        parts.append("null")
    elif isinstance(content, str):
        parts.append(json_string(content))
    elif isinstance(content, bool):
        parts.append("true" if content else "false")
    elif isinstance(content, int | Float):
        if not numbers.is_finite(content):
            raise FunctionError("cannot serialize infinity as JSON")
        parts.append(numbers.text(content))
    elif isinstance(content, Undecided):
        raise FunctionError("cannot serialize unknown values as JSON")
    elif isinstance(content, Mapping):
        for index, name in enumerate(sorted(content)):
            parts.append(f"{',' if index else '{'}{json_string(name)}:")
            _append(content[name], parts)
        parts.append("}" if content else "{}")
    else:
        for index, item in enumerate(content):
            parts.append("," if index else "[")
            _append(item, parts)
        parts.append("]" if content else "[]")
