"""`format` and `formatlist`: printf verbs over Terraform's values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.hcl import numbers, types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.graphemes import clusters, known_start
from auditor.hcl.functions.json_text import json_text
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.functions.strings import LARGEST_TEXT
from auditor.hcl.numbers import Float, Number
from auditor.hcl.types import BOOL, NUMBER, STRING, ListType, SetType, TupleType
from auditor.hcl.values import Undecided, Value

FAMILY: Final = Family()
_function = FAMILY.function

_FORMAT: Final = Parameter("format", STRING)
_ARGS: Final = Parameter("args", null=True, untyped_null=False, unknown=True, parts=True)
_VERB: Final = re.compile(
    r"%(?P<flags>[ +\-0#]*)(?P<width>\d{0,9})(?P<precision>\.\d{0,9})?(?:\[(?P<index>\d{1,9})\])?(?P<verb>.)?",
    re.DOTALL,
)
_VERBS: Final = "vtbdoxXeEfgGsq"
_BASE_PREFIXES: Final = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}
_WIDEST: Final = 10_000
_SHORTEST_EXPONENT, _SHORTEST_DIGITS = -4, 6


class _Verb(Struct, frozen=True):
    """One verb of a format: its text, place and parts."""

    text: str
    offset: int
    flags: str
    width: int
    precision: int | None
    index: int
    verb: str

    def refuse(self, reason: str) -> FunctionError:
        return FunctionError(f'unsupported value for "{self.text}" at {self.offset}: {reason}')


@_function("format", _FORMAT, variadic=_ARGS, result=STRING, not_null=True)
def _format(template: str, *given: Value) -> Value:
    pieces = _parsed(template)
    if causes := [cause for value in given for cause in values.causes_of(value)]:
        literal = pieces[0] if pieces and isinstance(pieces[0], str) else ""
        if any(not value.is_known and value.type is types.DYNAMIC for value in given):
            return values.unknown(types.DYNAMIC, values.merged(causes))
        return values.unknown(STRING, values.merged(causes), not_null=True, prefix=known_start(literal))
    return values.string(_formatted(pieces, given))


def _parsed(template: str) -> list[str | _Verb]:
    """Literal texts and verbs of a format, the argument of each verb decided."""
    pieces: list[str | _Verb] = []
    literal, position, following = "", 0, 1
    while (start := template.find("%", position)) >= 0:
        literal += template[position:start]
        match = _VERB.match(template, start)
        if match is None or match["verb"] is None:
            end = len(template[: match.end() if match else start].encode())
            raise FunctionError(f"invalid format string starting at offset {end}")
        position = match.end()
        verb = match["verb"]
        if verb == "%":
            literal += "%"
            continue
        offset = len(template[:start].encode())
        if not (verb.isascii() and verb.isalpha()):
            place = len(template[: match.start("verb")].encode())
            raise FunctionError(f"unrecognized format character '{verb}' at offset {place}")
        if verb not in _VERBS:
            raise FunctionError(f"unsupported format verb '{verb}' in \"{match[0]}\" at offset {offset}")
        if literal:
            pieces.append(literal)
            literal = ""
        index = int(match["index"] or following)
        following = index + 1
        precision = None if match["precision"] is None else int(match["precision"][1:] or 0)
        width = int(match["width"] or 0)
        if max(width, precision or 0) > _WIDEST:
            raise FunctionError(f'the width of "{match[0]}" is too large')
        pieces.append(_Verb(match[0], offset, match["flags"], width, precision, index, verb))
    literal += template[position:]
    return [*pieces, literal] if literal else pieces


def _formatted(pieces: list[str | _Verb], given: tuple[Value, ...]) -> str:
    written: list[str] = []
    used = size = 0
    for piece in pieces:
        if isinstance(piece, str):
            written.append(piece)
        else:
            used = max(used, piece.index)
            if not 1 <= piece.index <= len(given):
                missing = f'not enough arguments for "{piece.text}" at {piece.offset}'
                raise FunctionError(f"{missing}: need index {piece.index} but have {len(given)} total")
            written.append(_verb_text(piece, given[piece.index - 1]))
        size += len(written[-1])
        if size > LARGEST_TEXT:
            raise FunctionLimit("the result is too long")
    if used < len(given):
        raise FunctionError(_too_many(used), "args")
    return "".join(written)


def _too_many(used: int) -> str:
    return (
        f"too many arguments; only {used} used by format string"
        if used
        else "too many arguments; no verbs in format string"
    )


def _verb_text(verb: _Verb, value: Value) -> str:
    if verb.verb == "v":
        return _any_text(verb, value)
    if value.is_null:
        raise verb.refuse("null value cannot be formatted")
    wanted = {"t": BOOL, "s": STRING, "q": STRING}.get(verb.verb, NUMBER)
    try:
        content = convert(value, wanted).content
    except ConversionError as error:
        raise verb.refuse(str(error)) from error
    if isinstance(content, bool):
        return "true" if content else "false"  # whatever the width
    if isinstance(content, str):
        text = "".join(clusters(content)[: verb.precision]) if verb.precision is not None else content
        return _padded(verb, json_text(values.string(text)) if verb.verb == "q" else text)
    if not isinstance(content, int | Float):
        raise verb.refuse("a number is required")
    if verb.verb in "bdoxX":
        if isinstance(content, Float) and content.special != "-0":
            raise verb.refuse("an integer is required")
        return _signed(verb, _integer_text(verb, numbers.truncated(content)))
    return _signed(verb, _float_text(verb, content))


def _any_text(verb: _Verb, value: Value) -> str:
    content = value.content
    if isinstance(content, str) and "#" not in verb.flags:
        return _padded(verb, content)
    if isinstance(content, int | Float) and not isinstance(content, bool) and "#" not in verb.flags:
        return _signed(verb, _float_text(replace(verb, verb="g"), content))
    return _padded(verb, json_text(value))


def _integer_text(verb: _Verb, number: int) -> str:
    """The digits in the verb's base: at least as many as the precision says, after the prefix that `#` asks for."""
    digits = format(abs(number), verb.verb).rjust(verb.precision or 0, "0")
    prefix = _BASE_PREFIXES.get(verb.verb, "") if "#" in verb.flags else ""
    return f"{'-' if number < 0 else ''}{prefix}{digits}"


def _float_text(verb: _Verb, number: Number) -> str:
    if not numbers.is_finite(number):
        return numbers.text(number)
    kind, precision = verb.verb.lower(), verb.precision
    if kind == "g":
        written = _general(number, precision)
    else:
        shape = f".{_SHORTEST_DIGITS if precision is None else precision}{kind}"
        exact = numbers.exact_decimal(number)
        # A decimal zero has an exponent of its own, which would be printed.
        zero = -0.0 if number is numbers.NEGATIVE_ZERO else 0.0
        written = _two_digit_exponent(format(exact, shape) if exact else format(zero, shape))
    return written.upper() if verb.verb.isupper() else written


def _general(number: Number, precision: int | None) -> str:
    """`%g`: the shortest digits, or so many, with an exponent where that is shorter."""
    exact = numbers.decimal(number) if precision is None else numbers.exact_decimal(number)
    if precision is not None:
        exact = Decimal(format(exact, f".{max(precision, 1) - 1}e"))
    digits = exact.normalize(numbers.WIDE)
    size = len(digits.as_tuple().digits)
    exponent = digits.adjusted() if digits else 0
    limit = _SHORTEST_DIGITS if precision is None else max(precision, 1)
    if size < limit and precision is not None and size >= exponent + 1:
        limit = max(size, exponent + 1)
    if exponent < _SHORTEST_EXPONENT or exponent >= max(limit, 1):
        return _two_digit_exponent(format(digits, f".{size - 1}e"))
    return format(digits, "f")


def _two_digit_exponent(text: str) -> str:
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(2)}" if mark else text


def _signed(verb: _Verb, text: str) -> str:
    sign = text[0] if text[0] in "+-" else ""
    body = text[len(sign) :]
    if sign != "-":
        sign = "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    if "0" in verb.flags and "-" not in verb.flags and not (verb.precision is not None and verb.verb in "bdoxX"):
        return sign + body.rjust(verb.width - len(sign), "0")
    return _padded(verb, sign + body)


def _padded(verb: _Verb, text: str) -> str:
    missing = verb.width - len(clusters(text)) if verb.width else 0
    if missing <= 0:
        return text
    if "-" in verb.flags:
        return text + " " * missing
    zeros = "0" in verb.flags and verb.verb not in "bdoxX"
    return ("0" if zeros else " ") * missing + text


@_function("formatlist", _FORMAT, variadic=_ARGS, result=ListType(STRING), not_null=True)
def _formatlist(template: str, *given: Value) -> Value:
    length = _iterations(given)
    if length is None:
        causes = [cause for value in given for cause in values.causes_of(value)]
        return values.unknown(ListType(STRING), values.merged(causes), not_null=True)
    pieces = _parsed(template)
    rows: list[Value] = []
    for iteration in range(length):
        row = tuple(_row_item(value, iteration) for value in given)
        if causes := [cause for value in row for cause in values.causes_of(value)]:
            rows.append(values.unknown(STRING, values.merged(causes), not_null=True))
            continue
        try:
            rows.append(values.string(_formatted(pieces, row)))
        except FunctionError as error:
            raise FunctionError(f"error on format iteration {iteration}: {error}") from error
    return values.list_of(STRING, rows)


def _iterations(given: tuple[Value, ...]) -> int | None:
    """How many rows there are; None where it is unknown."""
    length, first = -1, -1
    unknown = False
    for index, value in enumerate(given, start=1):
        if not isinstance(value.type, ListType | SetType | TupleType) or value.is_null:
            unknown = unknown or (isinstance(value.content, Undecided) and value.type is types.DYNAMIC)
            continue
        if isinstance(value.content, Undecided):
            unknown = True
            continue
        size = len(values.items(value))
        if first >= 0 and size != length:
            message = (
                f"argument {index} has length {size}, which is inconsistent with argument {first} of length {length}"
            )
            raise FunctionError(message, "args")
        length, first = size, index
    if unknown:
        return None
    return 1 if first < 0 else length


def _row_item(value: Value, iteration: int) -> Value:
    if isinstance(value.type, ListType | SetType | TupleType) and not value.is_null:
        return values.items(value)[iteration]
    return value
