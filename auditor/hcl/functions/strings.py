"""Functions of strings."""

from __future__ import annotations

from typing import Final

from auditor.hcl import types, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.graphemes import clusters
from auditor.hcl.functions.specification import Family, Parameter, whole
from auditor.hcl.numbers import Number
from auditor.hcl.types import BOOL, NUMBER, STRING, ListType
from auditor.hcl.values import Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

LARGEST_TEXT: Final = 10_000_000
"""Characters a function may produce."""

_STR: Final = Parameter("str", STRING)
_WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


@_function("chomp", _STR, result=STRING)
def _chomp(text: str) -> str:
    return text.rstrip("\r\n")


@_function("endswith", _STR, Parameter("suffix", STRING), result=BOOL)
def _endswith(text: str, suffix: str) -> bool:
    return text.endswith(suffix)


@_function("startswith", Parameter("str", STRING, unknown=True), Parameter("prefix", STRING), result=BOOL)
def _startswith(text: Value, prefix: str) -> Value:
    content = text.content
    if isinstance(content, str):
        return values.boolean(content.startswith(prefix))
    if not isinstance(content, Undecided):
        raise TypeError("startswith() of something else than a string")
    if content.prefix.startswith(prefix):
        return values.TRUE
    if not prefix.startswith(content.prefix):
        return values.FALSE
    return values.unknown(BOOL, content.cause, not_null=True)


@_function("strcontains", _STR, Parameter("substr", STRING), result=BOOL)
def _strcontains(text: str, part: str) -> bool:
    return part in text


@_function("indent", Parameter("spaces", NUMBER), _STR, result=STRING)
def _indent(spaces: Number, text: str) -> str:
    width = whole(spaces)
    if width < 0:
        raise FunctionError("panic in function implementation: strings: negative Repeat count")
    if width * text.count("\n") > LARGEST_TEXT:
        raise FunctionLimit("the result is too long")
    return text.replace("\n", "\n" + " " * width) if "\n" in text else text


@_function("join", Parameter("separator", STRING), variadic=Parameter("lists", ListType(STRING)), result=STRING)
def _join(separator: str, *lists: Value) -> str:
    if not lists:
        raise FunctionError("at least one list is required")
    words: list[str] = []
    for number, one in enumerate(lists, start=1):
        for index, item in enumerate(values.items(one)):
            if not isinstance(item.content, str):
                place = f"element {index}" if len(lists) == 1 else f"element {index} of list {number}"
                raise FunctionError(f"{place} is null; cannot concatenate null values", "lists")
            words.append(item.content)
    if len(separator) * len(words) > LARGEST_TEXT:
        raise FunctionLimit("the result is too long")
    return separator.join(words)


@_function("lower", _STR, result=STRING)
def _lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(lowered if len(lowered := letter.lower()) == 1 else lowered[0] for letter in text)


@_function("upper", _STR, result=STRING)
def _upper(text: str) -> str:
    return text.upper() if text.isascii() else "".join(map(_upper_letter, text))


def _upper_letter(letter: str) -> str:
    """The simple upper case of one letter: never more than one."""
    if len(raised := letter.upper()) == 1:
        return raised
    return titled if len(titled := letter.title()) == 1 else letter


@_function("title", _STR, result=STRING)
def _title(text: str) -> str:
    raised: list[str] = []
    before = " "
    for letter in text:
        starts = not (before.isalnum() or before == "_") and (before.isascii() or before in _WHITE_SPACE)
        titled = letter.title()
        raised.append(titled if starts and len(titled) == 1 else letter)
        before = letter
    return "".join(raised)


@_function("split", Parameter("separator", STRING), _STR, result=ListType(STRING))
def _split(separator: str, text: str) -> Value:
    parts = text.split(separator) if separator else list(text)
    return values.list_of(STRING, map(values.string, parts))


@_function("strrev", _STR, result=STRING)
def _strrev(text: str) -> str:
    return "".join(reversed(clusters(text)))


@_function("substr", _STR, Parameter("offset", NUMBER), Parameter("length", NUMBER), result=STRING)
def _substr(text: str, offset: Number, length: Number) -> str:
    start, count = whole(offset), whole(length)
    letters = clusters(text)
    if start < 0:
        # Terraform takes a length of zero for the rest of the string here, and only here.
        start, count = max(start + len(letters), 0), count or -1
    return "".join(letters[start:] if count < 0 else letters[start : start + count])


@_function("trim", _STR, Parameter("cutset", STRING), result=STRING)
def _trim(text: str, letters: str) -> str:
    return text.strip(letters)


@_function("trimprefix", _STR, Parameter("prefix", STRING), result=STRING)
def _trimprefix(text: str, prefix: str) -> str:
    return text.removeprefix(prefix)


@_function("trimsuffix", _STR, Parameter("suffix", STRING), result=STRING)
def _trimsuffix(text: str, suffix: str) -> str:
    return text.removesuffix(suffix)


@_function("trimspace", _STR, result=STRING)
def _trimspace(text: str) -> str:
    return text.strip(_WHITE_SPACE)


def length(value: Value) -> Value:
    """The number of grapheme clusters of a string; where it is unknown, at least as many as its known prefix has."""
    content = value.content
    if isinstance(content, str):
        return values.count(len(content) if content.isascii() and "\r" not in content else len(clusters(content)))
    if not isinstance(content, Undecided):
        raise TypeError("the length of something else than a string")
    if content.minimum is not None and content.minimum == content.maximum:
        return values.count(content.minimum)
    least = max(content.minimum or 0, len(clusters(content.prefix)))
    return values.unknown(types.NUMBER, content.cause, not_null=True, minimum=least, maximum=content.maximum)
