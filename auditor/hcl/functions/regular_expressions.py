"""Functions with regular expressions, in RE2's syntax and linear time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from auditor.hcl import types, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.functions.strings import LARGEST_TEXT
from auditor.hcl.types import STRING, ListType, ObjectType, TupleType, Type
from auditor.hcl.values import Value

try:
    import re2
except ImportError:  # no wheel for this platform: the results are then unknown
    re2 = None

FAMILY: Final = Family()
_function = FAMILY.function

_PATTERN: Final = Parameter("pattern", STRING)
_STRING: Final = Parameter("string", STRING)
_NAMED: Final = re.compile(r"\(\?P?<")
_MISSING: Final = values.not_evaluable("regular expressions need the google-re2 package, which is not installed")
_LONGEST_PATTERN: Final = 10_000
_MOST_MATCHES: Final = 100_000

# RE2 words some complaints differently in its C++ and Go editions; Terraform prints those of Go.
_WORDS: Final = {
    "missing ]": "missing closing ]",
    "missing )": "missing closing )",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "trailing \\": "trailing backslash at end of expression",
    "invalid named capture group": "invalid named capture",
}
_ESCAPE: Final = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.", re.DOTALL)
_REFERENCE: Final = re.compile(r"\$(?:\$|\{(?P<braced>\w+)\}|(?P<bare>\w+))")


class _BadPattern(ValueError):
    """A pattern is not in RE2's syntax: the complaint and the part of the pattern."""

    def __init__(self, complaint: str, part: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint
        self.part = part


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - google-re2 ships no types
    if len(pattern) > _LONGEST_PATTERN:
        raise _BadPattern("expression nests too deeply or is too long", pattern[:20])
    if any(escape[0] == r"\C" for escape in _ESCAPE.finditer(pattern)):
        raise _BadPattern("invalid escape sequence", r"\C")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raw = error.args[0] if error.args else b""
        message = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
        complaint, _, part = message.partition(": ")
        raise _BadPattern(_WORDS.get(complaint, complaint), part) from error
    for name in compiled.groupindex:
        if not name.isascii():
            raise _BadPattern("invalid named capture", f"(?P<{name}>")
    return compiled


def _pattern(pattern: str) -> Any:  # noqa: ANN401 - google-re2 ships no types
    try:
        expression = _compiled(pattern)
    except _BadPattern as error:
        raise FunctionError(f"invalid regexp pattern: {error.complaint} in {error.part}", "pattern") from error
    if 0 < len(expression.groupindex) < min(expression.groups, len(_NAMED.findall(pattern))):
        raise FunctionLimit("groups of the pattern have the same name")
    if 0 < len(expression.groupindex) < expression.groups:
        complaint = "invalid regexp pattern: cannot mix both named and unnamed capture groups"
        raise FunctionError(complaint, "pattern")
    return expression


def _captured_type(expression: Any) -> Type:  # noqa: ANN401 - google-re2 ships no types
    if expression.groupindex:
        return ObjectType(dict.fromkeys(sorted(expression.groupindex), STRING))
    return TupleType((STRING,) * expression.groups) if expression.groups else STRING


def _captured(expression: Any, match: Any) -> Value:  # noqa: ANN401 - google-re2 ships no types
    def group(key: int) -> Value:
        return Value(None if (text := match.group(key)) is None else values.normalized(text), STRING)

    if expression.groupindex:
        return values.mapping({name: group(number) for name, number in sorted(expression.groupindex.items())})
    if expression.groups:
        return values.sequence(group(number) for number in range(1, expression.groups + 1))
    return group(0)


def _type_of_match(given: Sequence[Value]) -> Type:
    pattern = given[0].content
    return _captured_type(_pattern(pattern)) if re2 is not None and isinstance(pattern, str) else types.DYNAMIC


def _type_of_matches(given: Sequence[Value]) -> Type:
    return ListType(_type_of_match(given))


@_function("regex", _PATTERN, _STRING, result=_type_of_match, not_null=True)
def _regex(pattern: str, text: str) -> Value:
    if re2 is None:
        return values.unknown(types.DYNAMIC, _MISSING)
    expression = _pattern(pattern)
    match = expression.search(text)
    if match is None:
        raise FunctionError("pattern did not match any part of the given string")
    return _captured(expression, match)


@_function("regexall", _PATTERN, _STRING, result=_type_of_matches, not_null=True)
def _regexall(pattern: str, text: str) -> Value:
    if re2 is None:
        return values.unknown(ListType(types.DYNAMIC), _MISSING, not_null=True)
    expression = _pattern(pattern)
    return values.list_of(
        _captured_type(expression), (_captured(expression, match) for match in _all(expression, text))
    )


def _all(expression: Any, text: str) -> list[Any]:  # noqa: ANN401 - google-re2 ships no types
    """All matches from left to right; an empty one that touches the match before it does not count."""
    found: list[Any] = []
    end = -1
    for match in expression.finditer(text):
        if match.start() == match.end() == end:
            continue
        end = match.end()
        found.append(match)
        if len(found) > _MOST_MATCHES:
            raise FunctionLimit("the pattern matches too often")
    return found


@_function(
    "replace", Parameter("str", STRING), Parameter("substr", STRING), Parameter("replace", STRING), result=STRING
)
def _replace(text: str, part: str, replacement: str) -> str | Value:
    if len(part) > 1 and part.startswith("/") and part.endswith("/"):
        return _replace_pattern(text, part[1:-1], replacement)
    if (text.count(part) + 1) * len(replacement) > LARGEST_TEXT:
        raise FunctionLimit("the result is too long")
    return text.replace(part, replacement)


def _replace_pattern(text: str, pattern: str, replacement: str) -> str | Value:
    if re2 is None:
        return values.unknown(STRING, _MISSING, not_null=True)
    try:
        expression = _compiled(pattern)
    except _BadPattern as error:
        raise FunctionError(f"error parsing regexp: {error.complaint}: `{error.part}`") from error
    parts: list[str] = []
    end = size = 0
    for match in _all(expression, text):
        parts += (text[end : match.start()], _expanded(replacement, expression, match))
        end = match.end()
        size += len(parts[-1])
        if size > LARGEST_TEXT:
            raise FunctionLimit("the result is too long")
    return "".join(parts) + text[end:]


def _expanded(template: str, expression: Any, match: Any) -> str:  # noqa: ANN401 - google-re2 ships no types
    """The replacement with `$1`, `$name`, `${name}` and `$$` filled in; a group that is not there is empty."""

    def filled(reference: re.Match[str]) -> str:
        name = reference["braced"] or reference["bare"]
        if name is None:
            return "$"
        number = int(name) if name.isdecimal() and len(name) < 5 else expression.groupindex.get(name)  # noqa: PLR2004 - no more than 1000 groups
        return "" if number is None or number > expression.groups else match.group(number) or ""

    return _REFERENCE.sub(filled, template)
