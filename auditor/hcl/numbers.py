"""Terraform's numbers: binary floats with 512 bits of mantissa, with their arithmetic and their text.

A whole number is an `int`, anything else a `Float`. The precision of a number is 512 bits unless it came from a
function that works with machine numbers (`length` gives 64 bits, `log` 53); it decides how a quotient is rounded and
how many digits are printed.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction
from math import inf
from typing import Final

from msgspec import Struct

PRECISION: Final = 512
"""Bits of mantissa of a number written in code."""
MACHINE_INTEGER: Final = 64
MACHINE_FLOAT: Final = 53

LIMIT: Final = 13_000
"""Bits a magnitude, or its reciprocal, may have: about 3,900 decimal digits, which every reader of the result takes."""
_DIGITS_OF_EXPONENT: Final = 6
_TEXT: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[+-]?\d+))?", re.ASCII)
WIDE: Final = Context(prec=LIMIT)
"""A context in which no decimal of ours is rounded."""


class NumberError(ValueError):
    """An operation has no result."""


class NumberTooLarge(NumberError):
    """A number has more digits than are kept."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the number is too large to be kept")


class Float(Struct, frozen=True):
    """A number that is not a plain whole one: a fraction, an infinity or negative zero."""

    fraction: Fraction
    precision: int = PRECISION
    special: str = ""
    """`inf`, `-inf` or `-0`; the fraction is then 0."""


class SizedInt(int):
    """A whole number with another precision than 512 bits."""

    precision: int = MACHINE_INTEGER


Number = int | Float

INFINITY: Final = Float(Fraction(0), special="inf")
NEGATIVE_INFINITY: Final = Float(Fraction(0), special="-inf")
NEGATIVE_ZERO: Final = Float(Fraction(0), special="-0")


def machine_integer(number: int) -> int:
    """A whole number as functions count them: 64 bits, or as many as it takes."""
    sized = SizedInt(number)
    if (bits := number.bit_length()) > MACHINE_INTEGER:
        sized.precision = bits
    return sized


def machine_float(number: float) -> Number:
    """A number that a function calculated with machine floats."""
    if number in (inf, -inf):
        return INFINITY if number > 0 else NEGATIVE_INFINITY
    if number == 0:
        return 0 if str(number) == "0.0" else NEGATIVE_ZERO
    return _rounded(Fraction(number), MACHINE_FLOAT)


def parse(text: str) -> Number | None:
    """The number a text stands for in decimal notation, or None."""
    if (match := _TEXT.fullmatch(text)) is None:
        return None
    if len(text) < 100 and text.isdecimal():  # noqa: PLR2004 - surely fits 512 bits
        return int(text)
    exponent = (match["exponent"] or "").lstrip("+-").lstrip("0")
    if len(exponent) > _DIGITS_OF_EXPONENT or len(text) > LIMIT:
        raise NumberTooLarge
    exact = Decimal(text)
    if exact and abs(exact.adjusted()) > LIMIT * 3 // 10:
        raise NumberTooLarge
    if exact.is_zero() and exact.is_signed():
        return NEGATIVE_ZERO
    return _rounded(Fraction(exact), PRECISION)


def precision(number: Number) -> int:
    """Bits of mantissa of a number."""
    return PRECISION if type(number) is int else number.precision  # type: ignore[union-attr]  # a SizedInt or Float


def is_finite(number: Number) -> bool:
    """Whether the number is not an infinity."""
    return isinstance(number, int) or number.special in ("", "-0")


def fraction(number: Number) -> Fraction:
    """The exact value of a finite number."""
    return Fraction(number) if isinstance(number, int) else number.fraction


def order(number: Number) -> Fraction | float:
    """A key that sorts and compares numbers by value."""
    if isinstance(number, int):
        return Fraction(number)
    if number.special in ("inf", "-inf"):
        return inf if number.special == "inf" else -inf
    return number.fraction


def equal(left: Number, right: Number) -> bool:
    """Whether two numbers have the same value."""
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return order(left) == order(right)


def truncated(number: Number) -> int:
    """The whole part of a finite number, towards zero."""
    return number if isinstance(number, int) else int(number.fraction)


def negate(number: Number) -> Number:
    """The number with the other sign; zero becomes negative zero."""
    if type(number) is int and number:
        return -number
    if isinstance(number, Float) and number.special:
        if number is NEGATIVE_ZERO:
            return 0
        return NEGATIVE_INFINITY if number.special == "inf" else INFINITY
    if not fraction(number):
        return NEGATIVE_ZERO
    return _rounded(-fraction(number), precision(number))


def add(left: Number, right: Number) -> Number:
    """The sum."""
    if type(left) is int and type(right) is int:
        result = left + right
        return result if result.bit_length() <= PRECISION else _rounded(Fraction(result), PRECISION)
    if not (is_finite(left) and is_finite(right)):
        total = float(order(left) if not is_finite(left) else 0) + float(order(right) if not is_finite(right) else 0)
        if total != total:  # noqa: PLR0124 - NaN
            raise NumberError("can't compute sum of opposing infinities")
        return INFINITY if total > 0 else NEGATIVE_INFINITY
    return _rounded(fraction(left) + fraction(right), max(precision(left), precision(right)))


def subtract(left: Number, right: Number) -> Number:
    """The difference."""
    if type(left) is int and type(right) is int:
        result = left - right
        return result if result.bit_length() <= PRECISION else _rounded(Fraction(result), PRECISION)
    if not is_finite(left) or not is_finite(right):
        return add(left, negate(right))
    return _rounded(fraction(left) - fraction(right), max(precision(left), precision(right)))


def multiply(left: Number, right: Number) -> Number:
    """The product, as precise as the more precise operand or as it needs."""
    if type(left) is int and type(right) is int:
        result = left * right
        if result.bit_length() <= PRECISION and (result or (left >= 0 and right >= 0)):
            return result
    if not is_finite(left) or not is_finite(right):
        if not (_sign(left) and _sign(right)):
            raise NumberError("can't multiply zero by infinity")
        return INFINITY if _sign(left) * _sign(right) > 0 else NEGATIVE_INFINITY
    product = fraction(left) * fraction(right)
    if not product:
        return NEGATIVE_ZERO if _negative(left) != _negative(right) else 0
    wide = fraction(_rounded(product, PRECISION))
    needed = _odd_part(wide.numerator).bit_length()
    return _rounded(wide, max(precision(left), precision(right), needed))


def divide(left: Number, right: Number) -> Number:
    """The quotient; a number over zero is infinite."""
    zero = not _sign(right)
    if (zero and not _sign(left)) or not (is_finite(left) or is_finite(right)):
        raise NumberError("can't divide zero by zero or infinity by infinity")
    if not is_finite(right):
        return 0 if _sign(left) * _sign(right) >= 0 else NEGATIVE_ZERO
    if zero or not is_finite(left):
        return INFINITY if (_negative(left) == _negative(right)) else NEGATIVE_INFINITY
    if not _sign(left):
        return NEGATIVE_ZERO if _negative(left) != _negative(right) else 0
    return _rounded(fraction(left) / fraction(right), max(precision(left), precision(right)))


def modulo(left: Number, right: Number) -> Number:
    """The remainder, with the sign of the dividend; a number modulo zero is itself."""
    if not (is_finite(left) and is_finite(right)):
        return multiply(left, right)
    if not _sign(right):
        return left
    whole = truncated(divide(left, right))
    return subtract(left, multiply(whole, right))


def text(number: Number) -> str:
    """The number in decimal notation without exponent, with the fewest digits that tell it from its neighbours."""
    if isinstance(number, Float) and number.special:
        return {"inf": "+Inf", "-inf": "-Inf", "-0": "-0"}[number.special]
    if isinstance(number, int) and number.bit_length() <= min(precision(number), PRECISION):
        return str(int(number))
    exact = fraction(number)
    digits, point = _shortest(abs(exact), precision(number))
    sign = "-" if exact < 0 else ""
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    return f"{sign}{digits[:point]}.{digits[point:]}"


def to_float(number: Number) -> float:
    """The nearest machine float."""
    value = order(number)
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _sign(number: Number) -> int:
    value = order(number)
    return (value > 0) - (value < 0)


def _negative(number: Number) -> bool:
    return _sign(number) < 0 or (isinstance(number, Float) and number.special == "-0")


def _odd_part(number: int) -> int:
    return abs(number) // (number & -number) if number else 0


def _rounded(exact: Fraction, bits: int) -> Number:
    """The nearest number of that precision, ties to even."""
    numerator, denominator = exact.numerator, exact.denominator
    if denominator == 1 and numerator.bit_length() <= bits:
        return _whole(numerator, bits)
    if max(numerator.bit_length(), denominator.bit_length()) > LIMIT:
        raise NumberTooLarge
    mantissa, exponent = _mantissa(exact, bits)
    value = Fraction(mantissa << exponent) if exponent >= 0 else Fraction(mantissa, 1 << -exponent)
    return _whole(value.numerator, bits) if value.denominator == 1 else Float(value, bits)


def _whole(number: int, bits: int) -> int:
    if bits == PRECISION:
        return int(number)
    sized = SizedInt(number)
    if bits != MACHINE_INTEGER:
        sized.precision = bits
    return sized


def _mantissa(exact: Fraction, bits: int) -> tuple[int, int]:
    """The mantissa of exactly that many bits and its exponent of two, ties to even."""
    sign = -1 if exact < 0 else 1
    numerator, denominator = abs(exact.numerator), exact.denominator
    exponent = numerator.bit_length() - denominator.bit_length() - bits
    while True:
        top, bottom = (numerator, denominator << exponent) if exponent > 0 else (numerator << -exponent, denominator)
        quotient, rest = divmod(top, bottom)
        if quotient.bit_length() <= bits:
            break
        exponent += 1
    if quotient.bit_length() < bits:
        exponent -= 1
        top, bottom = (numerator, denominator << exponent) if exponent > 0 else (numerator << -exponent, denominator)
        quotient, rest = divmod(top, bottom)
    if 2 * rest > bottom or (2 * rest == bottom and quotient & 1):
        quotient += 1
        if quotient.bit_length() > bits:
            quotient >>= 1
            exponent += 1
    return sign * quotient, exponent


def _decimal_digits(mantissa: int, exponent: int) -> tuple[str, int]:
    """All digits of mantissa x 2^exponent without trailing zeros, and the place of the decimal point."""
    scale = 0
    if exponent >= 0:
        mantissa <<= exponent
    else:
        mantissa *= 5**-exponent
        scale = -exponent
    digits = format(WIDE.create_decimal(mantissa), "f")
    return digits.rstrip("0"), len(digits) - scale


def _shortest(exact: Fraction, bits: int) -> tuple[str, int]:
    """The shortest digits inside the interval that rounds to this number, and the place of the decimal point.

    The search goes digit by digit over the two bounds of the interval, as Go's `big.Float.Text('f', -1)` does.
    """
    mantissa, exponent = _mantissa(exact, bits)
    digits, point = _decimal_digits(mantissa, exponent)
    lower, _ = _decimal_digits(2 * mantissa - 1, exponent - 1)
    upper, _ = _decimal_digits(2 * mantissa + 1, exponent - 1)
    inclusive = mantissa % 2 == 0
    for index, digit in enumerate(digits):
        low = lower[index] if index < len(lower) else "0"
        high = upper[index] if index < len(upper) else "0"
        down = low != digit or (inclusive and index + 1 == len(lower))
        up = digit != high and (inclusive or ord(digit) + 1 < ord(high) or index + 1 < len(upper))
        if down or up:
            kept, rest = digits[: index + 1], digits[index + 1 :]
            if up and (not down or _rounds_up(kept, rest)):
                return _incremented(kept, point)
            return kept.rstrip("0") or "0", point
    return digits, point


def _rounds_up(kept: str, rest: str) -> bool:
    if rest == "5":
        return int(kept[-1]) % 2 == 1
    return rest[:1] >= "5"


def _incremented(kept: str, point: int) -> tuple[str, int]:
    body = kept.rstrip("9")
    if not body:
        return "1", point + 1
    return body[:-1] + chr(ord(body[-1]) + 1), point


def floor(number: Number) -> int:
    """The greatest whole number not above a finite one."""
    return fraction(number).__floor__()


def ceiling(number: Number) -> int:
    """The smallest whole number not below a finite one."""
    return fraction(number).__ceil__()


def decimal(number: Number) -> Decimal:
    """The number as a decimal: its shortest text, or an infinity."""
    return Decimal(text(number).replace("Inf", "Infinity"))


def exact_decimal(number: Number) -> Decimal:
    """All decimal digits of a finite number."""
    exact = fraction(number)
    return WIDE.divide(WIDE.create_decimal(exact.numerator), WIDE.create_decimal(exact.denominator))
