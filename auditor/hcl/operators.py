"""Terraform's operators: arithmetic, comparison, equality and logic, with unknown values and marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from typing import Final

from auditor.hcl import numbers, types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError, LimitExceeded
from auditor.hcl.functions.graphemes import clusters
from auditor.hcl.numbers import Float, Number, NumberError, NumberTooLarge
from auditor.hcl.types import Primitive, SetType, Type
from auditor.hcl.values import CONTAINERS, Undecided, Value
from auditor.model.values import Truth, all_of

_ARITHMETIC: Final[Mapping[str, Callable[[Number, Number], Number]]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.modulo,
}
_COMPARISON: Final[Mapping[str, Callable[[Number, Number], bool]]] = {
    "<": lambda left, right: numbers.order(left) < numbers.order(right),
    "<=": lambda left, right: numbers.order(left) <= numbers.order(right),
    ">": lambda left, right: numbers.order(left) > numbers.order(right),
    ">=": lambda left, right: numbers.order(left) >= numbers.order(right),
}
_DECIDING: Final[Mapping[str, bool]] = {"&&": False, "||": True}
"""The operand that decides a logical operation whatever the other one is."""


def result_type(operator: str) -> Primitive:
    """The type that a binary operator gives."""
    return types.NUMBER if operator in _ARITHMETIC else types.BOOL


def binary(operator: str, left: Value, right: Value) -> Value:
    """The result of a binary operator, without origin.

    Raises:
        EvaluationError: where an operand does not fit or there is no result.
    """
    if operator in ("==", "!="):
        return equality(left, right, negated=operator == "!=")
    wanted = types.BOOL if operator in _DECIDING else types.NUMBER
    marks = left.marks | right.marks
    first = _operand(left, wanted, "left operand")
    second = _operand(right, wanted, "right operand")
    if first.is_null or second.is_null:
        raise _failed("argument must not be null")
    if not (first.is_known and second.is_known):
        return _with_unknown(operator, first, second, result_type(operator)).marked(marks)
    one, two = first.content, second.content
    if operator in _DECIDING:
        return Value(_logic(operator, bool(one), bool(two)), types.BOOL, marks)
    if not isinstance(one, int | Float) or not isinstance(two, int | Float):
        raise TypeError(f"operands of {operator} are not numbers")
    if operator in _COMPARISON:
        return Value(_COMPARISON[operator](one, two), types.BOOL, marks)
    try:
        return Value(_ARITHMETIC[operator](one, two), types.NUMBER, marks)
    except NumberTooLarge as error:
        raise LimitExceeded("Number too large", f"{str(error).capitalize()}.") from error
    except NumberError as error:
        raise _failed(str(error)) from error


def unary(operator: str, operand: Value) -> Value:
    """The result of `-` or `!`, without origin.

    Raises:
        EvaluationError: where the operand does not fit.
    """
    wanted = types.NUMBER if operator == "-" else types.BOOL
    value = _operand(operand, wanted, "unary operand")
    content = value.content
    if content is None:
        raise _failed("argument must not be null")
    if isinstance(content, Undecided):
        return values.unknown(wanted, content.cause, not_null=True).marked(value.marks)
    if operator == "!":
        return Value(not content, types.BOOL, value.marks)
    if not isinstance(content, int | Float):
        raise TypeError("operand of - is not a number")
    return Value(numbers.negate(content), types.NUMBER, value.marks)


def equality(left: Value, right: Value, *, negated: bool = False) -> Value:
    """Whether two values have one type and one content; unknown where an unknown part could decide."""
    truth = equal(left, right)
    marks = values.marks_deep(left) | values.marks_deep(right)
    if truth is Truth.UNKNOWN:
        cause = values.merged([*values.causes_of(left), *values.causes_of(right)])
        return values.unknown(types.BOOL, cause, not_null=True).marked(marks)
    return values.boolean((truth is Truth.TRUE) is not negated).marked(marks)


def equal(left: Value, right: Value) -> Truth:
    """Whether two values are equal, in three values of truth."""
    one, two = left.content, right.content
    if isinstance(one, Undecided):
        return _equal_to_unknown(left, one, right)
    if isinstance(two, Undecided):
        return _equal_to_unknown(right, two, left)
    if one is None or two is None:
        return Truth.of(one is two)
    if isinstance(one, CONTAINERS) or isinstance(two, CONTAINERS):
        return _equal_inside(left, right) if _of_one_type(left, right) else Truth.FALSE
    if left.type != right.type:
        return Truth.FALSE
    if isinstance(one, int | Float) and isinstance(two, int | Float):
        return Truth.of(numbers.equal(one, two))
    return Truth.of(one == two)


def _equal_inside(left: Value, right: Value) -> Truth:
    """Whether two collections of one kind are equal; the first elements that are not decide.

    Sets with unknown elements may turn out smaller than they look.
    """
    one, two = left.content, right.content
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        if one.keys() != two.keys():
            return Truth.FALSE
        return all_of(equal(one[name], two[name]) for name in one)  # in no order, so that any one may decide
    if isinstance(left.type, SetType) and not (values.is_wholly_known(left) and values.is_wholly_known(right)):
        return Truth.UNKNOWN
    if not isinstance(one, tuple) or not isinstance(two, tuple) or len(one) != len(two):
        return Truth.FALSE
    return next((truth for truth in map(equal, one, two) if truth is not Truth.TRUE), Truth.TRUE)


def _equal_to_unknown(undecided: Value, content: Undecided, other: Value) -> Truth:
    """Unknown, unless what is certain about the unknown value, or its type, rules the other one out."""
    given = other.content
    if given is None:
        return Truth.FALSE if content.not_null else Truth.UNKNOWN
    if isinstance(given, Undecided):
        draws = content.draw, given.draw
        return Truth.UNKNOWN if None in draws or draws[0] is draws[1] else Truth.FALSE
    if not _comparable(undecided.type, other.type):
        return Truth.FALSE
    if isinstance(given, str) and not given.startswith(content.prefix):
        return Truth.FALSE
    if isinstance(given, bool):
        return Truth.UNKNOWN
    measured = numbers.order(given) if isinstance(given, int | Float) else _size(given)
    low, high = content.minimum, content.maximum
    if (low is not None and measured < low) or (high is not None and measured > high):
        return Truth.FALSE
    return Truth.UNKNOWN


def _size(content: str | Sized) -> int:
    return len(clusters(content)) if isinstance(content, str) else len(content)


def _of_one_type(left: Value, right: Value) -> bool:
    """Whether two known values have one type, or may have where a part of unknown type is inside."""
    if left.type == right.type:
        return True
    return (_has_unknown_type(left) or _has_unknown_type(right)) and _comparable(left.type, right.type)


def _has_unknown_type(value: Value) -> bool:
    content = value.content
    if isinstance(content, CONTAINERS):
        return any(map(_has_unknown_type, content.values() if isinstance(content, Mapping) else content))
    return isinstance(content, Undecided) and value.type is types.DYNAMIC


def _comparable(left: Type, right: Type) -> bool:
    """Whether values of the two types can be equal: one type, where all of it is known; one kind elsewhere."""
    if left == right or types.DYNAMIC in (left, right):
        return True
    if types.has_dynamic(left) or types.has_dynamic(right):
        return type(left) is type(right)
    return False


def _operand(value: Value, wanted: Primitive, role: str) -> Value:
    if value.type is wanted:
        return value
    try:
        return convert(value, wanted)
    except ConversionError as error:
        raise EvaluationError("Invalid operand", f"Unsuitable value for {role}: {error}.") from error


def _failed(reason: str) -> EvaluationError:
    return EvaluationError("Operation failed", f"Error during operation: {reason}.")


def _logic(operator: str, left: bool, right: bool) -> bool:
    return (left and right) if operator == "&&" else (left or right)


def _with_unknown(operator: str, left: Value, right: Value, result: Primitive) -> Value:
    """The result where an operand is unknown: known only where the other operand, or a known bound, decides."""
    if operator in _DECIDING and _DECIDING[operator] in (left.content, right.content):
        return values.boolean(_DECIDING[operator])
    if operator in _COMPARISON and (decided := _compared_bounds(operator, left, right)) is not None:
        return values.boolean(decided)
    cause = values.merged([*values.causes_of(left), *values.causes_of(right)])
    return values.unknown(result, cause, not_null=True)


def _compared_bounds(operator: str, left: Value, right: Value) -> bool | None:
    """What bounds that lie apart decide; bounds that touch decide nothing, whether they are reached or not."""
    (left_low, left_high), (right_low, right_high) = _bounds(left), _bounds(right)
    if left_high is not None and right_low is not None and numbers.order(left_high) < numbers.order(right_low):
        return operator in ("<", "<=")
    if left_low is not None and right_high is not None and numbers.order(left_low) > numbers.order(right_high):
        return operator in (">", ">=")
    return None


def _bounds(value: Value) -> tuple[Number | None, Number | None]:
    content = value.content
    if isinstance(content, Undecided):
        return content.minimum, content.maximum
    return (content, content) if isinstance(content, int | Float) else (None, None)
