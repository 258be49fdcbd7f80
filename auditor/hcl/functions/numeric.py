"""Functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from auditor.hcl import numbers, types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions import result_types
from auditor.hcl.functions.specification import Family, Parameter, whole
from auditor.hcl.numbers import Float, Number
from auditor.hcl.types import NUMBER
from auditor.hcl.values import Value

FAMILY: Final = Family()
_function = FAMILY.function

_NUM: Final = Parameter("num", NUMBER)
_NUMBERS: Final = Parameter("numbers", NUMBER)
_NOT_A_NUMBER: Final = "panic in function implementation: Float.SetFloat64(NaN)"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SMALLEST_BASE, _CASELESS_BASE, _LARGEST_BASE = 2, 36, 62


@_function("abs", _NUM, result=NUMBER)
def _abs(number: Number) -> Number:
    return numbers.negate(number) if numbers.order(number) < 0 else numbers.add(number, 0)


@_function("ceil", _NUM, result=NUMBER)
def _ceil(number: Number) -> Number:
    return numbers.machine_integer(numbers.ceiling(number)) if numbers.is_finite(number) else number


@_function("floor", _NUM, result=NUMBER)
def _floor(number: Number) -> Number:
    return numbers.machine_integer(numbers.floor(number)) if numbers.is_finite(number) else number


@_function("log", _NUM, Parameter("base", NUMBER), result=NUMBER)
def _log(number: Number, base: Number) -> Number:
    top, bottom = _natural_logarithm(number), _natural_logarithm(base)
    return _machine(lambda: math.nan if math.isinf(top) and math.isinf(bottom) else _quotient(top, bottom))


def _natural_logarithm(number: Number) -> float:
    value = numbers.to_float(number)
    if value == 0:
        return -math.inf
    return math.log(value) if value > 0 else math.nan


def _quotient(top: float, bottom: float) -> float:
    if bottom:
        return top / bottom
    return math.copysign(math.inf, top) if top else math.nan


@_function("pow", _NUM, Parameter("power", NUMBER), result=NUMBER)
def _pow(number: Number, power: Number) -> Number:
    base, exponent = numbers.to_float(number), numbers.to_float(power)
    if base == 0 and exponent < 0:
        return numbers.INFINITY
    return _machine(lambda: math.pow(base, exponent), odd=base < 0 and exponent % 2 == 1)


def _machine(calculate: Callable[[], float], *, odd: bool = False) -> Number:
    """The number a calculation in machine floats gives; too large is an infinity, negative where `odd`."""
    try:
        result = calculate()
    except OverflowError:
        return numbers.NEGATIVE_INFINITY if odd else numbers.INFINITY
    except ValueError as error:
        raise FunctionError(_NOT_A_NUMBER) from error
    if math.isnan(result):
        raise FunctionError(_NOT_A_NUMBER)
    return numbers.machine_float(result)


@_function("max", variadic=_NUMBERS, result=NUMBER)
def _max(*given: Number) -> Number:
    if not given:
        raise FunctionError("must pass at least one number")
    return max(given, key=numbers.order)


@_function("min", variadic=_NUMBERS, result=NUMBER)
def _min(*given: Number) -> Number:
    if not given:
        raise FunctionError("must pass at least one number")
    return min(given, key=numbers.order)


@_function("signum", _NUM, result=NUMBER)
def _signum(number: Number) -> Value:
    value = whole(number)
    return values.count((value > 0) - (value < 0))


@_function("parseint", Parameter("number"), Parameter("base", NUMBER), result=result_types.of_parseint, not_null=True)
def _parseint(text: Value, base: Number) -> Number:
    if not isinstance(text.content, str):
        raise FunctionError(f"first argument must be a string, not {types.friendly(text.type)}", "number")
    if isinstance(base, Float) or not _SMALLEST_BASE <= base <= _LARGEST_BASE:
        raise FunctionError("base must be a whole number between 2 and 62 inclusive", "base")
    digits = text.content[1:] if text.content[:1] in ("+", "-") else text.content
    if base <= _CASELESS_BASE:
        digits = digits.lower()
    accepted = _DIGITS[:base]
    if not digits or any(digit not in accepted for digit in digits):
        raise FunctionError(f'cannot parse "{text.content}" as a base {base} integer', "number")
    result = 0
    for digit in digits:
        result = result * base + accepted.index(digit)
        if result.bit_length() > numbers.LIMIT:
            raise FunctionLimit("the number is too large to be kept", "number")
    return numbers.machine_integer(-result if text.content[0] == "-" else result)


@_function("sum", Parameter("list"), result=result_types.of_sum, not_null=True)
def _sum(collection: Value) -> Number:
    if not isinstance(collection.type, types.ListType | types.SetType | types.TupleType):
        if isinstance(collection.type, types.Primitive):
            raise FunctionError("cannot sum noniterable", "list")
        if not values.items(collection):
            raise FunctionError("cannot sum an empty list", "list")
        raise FunctionError(result_types.not_summed(collection.type), "list")
    items = values.items(collection)
    if not items:
        raise FunctionError("cannot sum an empty list", "list")
    total: Number = 0
    for index, item in enumerate(items):
        number = _summand(item)
        total = number if index == 0 else numbers.add(total, number)
    return total


def _summand(item: Value) -> Number:
    message = "argument must be list, set, or tuple of number values"
    try:
        content = convert(item, NUMBER).content
    except ConversionError as error:
        raise FunctionError(message, "list") from error
    if not isinstance(content, int | Float):
        raise FunctionError(message, "list")
    return content
