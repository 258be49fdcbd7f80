"""Values as Terraform's native syntax writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from auditor.hcl.lexer import IDENTIFIER
from auditor.model.values import Value

_BARE: Final = re.compile(IDENTIFIER).fullmatch
_WORDS: Final = frozenset({"for", "null", "true", "false"})
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_WIDEST: Final = 80
_STEP: Final = "  "


def quoted(text: str) -> str:
    """A text as a quoted string without templates."""
    plain = "".join(_ESCAPES.get(character) or _visible(character) for character in text)
    return '"' + plain.replace("${", "$${").replace("%{", "%%{") + '"'


def _visible(character: str) -> str:
    """A character, or its number where it would not be seen."""
    if character.isprintable() or character == " ":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits


def key(name: str) -> str:
    """A name as the key of an object: bare where Terraform takes it so."""
    return name if name.isascii() and _BARE(name) and name not in _WORDS else quoted(name)


def expression(value: Value, indentation: str = "") -> str:
    """A known value as an expression; lines after the first begin with the indentation.

    Raises:
        TypeError: where the value, or a part of it, is not known.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return format(value, "f") if isinstance(value, Decimal) else str(value)
        case str():
            return quoted(value)
        case tuple():
            return _list([expression(item, indentation + _STEP) for item in value], indentation)
        case Mapping():
            pairs = {key(name): expression(item, indentation + _STEP) for name, item in value.items()}
            return _object(pairs, indentation)
        case _:
            raise TypeError(f"{value!r} can't be written")


def _on_one_line(line: str) -> bool:
    return len(line) <= _WIDEST and "\n" not in line


def _list(items: list[str], indentation: str) -> str:
    line = f"[{', '.join(items)}]"
    if _on_one_line(line):
        return line
    return "[\n" + "".join(f"{indentation}{_STEP}{item},\n" for item in items) + f"{indentation}]"


def _object(pairs: Mapping[str, str], indentation: str) -> str:
    if not pairs:
        return "{}"
    line = f"{{ {', '.join(f'{name} = {text}' for name, text in pairs.items())} }}"
    if _on_one_line(line):
        return line
    width = max(map(len, pairs))
    rows = "".join(f"{indentation}{_STEP}{name:<{width}} = {text}\n" for name, text in pairs.items())
    return f"{{\n{rows}{indentation}}}"


def arguments(values: Mapping[str, Value], indentation: str) -> str:
    """Arguments of a body on lines of their own, aligned; mappings that are blocks are not among them."""
    width = max(map(len, values), default=0)
    rows = ((name, expression(value, indentation)) for name, value in values.items())
    return "".join(f"{indentation}{name:<{width}} = {text}\n" for name, text in rows)
