"""The choice between two values: one type for both, and what is certain where the condition is unknown."""

from __future__ import annotations

from auditor.hcl import numbers, types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError
from auditor.hcl.numbers import Float
from auditor.hcl.types import ObjectType, TupleType, Type
from auditor.hcl.unify import unify
from auditor.hcl.values import Undecided, Value

_INCONSISTENT = "Inconsistent conditional result types"


def choose(condition: Value, if_true: Value, if_false: Value) -> Value:
    """The chosen value, converted to the type that both have in common, with the marks of all three.

    Raises:
        EvaluationError: where there is no such type, or the condition is none.
    """
    type_ = _common_type(if_true, if_false)
    if condition.is_null:
        raise EvaluationError("Null condition", "The condition value is null. Conditions must either be true or false.")
    if isinstance(condition.content, Undecided):
        return _undecided(condition, condition.content, if_true, if_false, type_)
    chosen, word = (if_true, "true") if is_true(condition) else (if_false, "false")
    try:
        return convert(chosen, type_).marked(condition.marks | if_true.marks | if_false.marks)
    except ConversionError as error:
        detail = f"The {word} result value has the wrong type: {error}."
        raise EvaluationError(_INCONSISTENT, detail) from error


def is_true(condition: Value) -> bool:
    """Whether a known condition holds.

    Raises:
        EvaluationError: where it is not a bool.
    """
    try:
        return convert(condition, types.BOOL).content is True
    except ConversionError as error:
        detail = "The condition expression must be of type bool."
        raise EvaluationError("Incorrect condition type", detail) from error


def _common_type(if_true: Value, if_false: Value) -> Type:
    if if_true.is_null and if_true.type is types.DYNAMIC:
        return if_false.type
    if if_false.is_null and if_false.type is types.DYNAMIC:
        return if_true.type
    if types.DYNAMIC in (if_true.type, if_false.type):
        return types.DYNAMIC
    if (common := unify([if_true.type, if_false.type])) is None:
        mismatch = _mismatch(if_true.type, if_false.type)
        detail = f"The true and false result expressions must have consistent types. {mismatch}."
        raise EvaluationError(_INCONSISTENT, detail)
    return common


def _mismatch(if_true: Type, if_false: Type) -> str:
    if isinstance(if_true, ObjectType) and isinstance(if_false, ObjectType):
        for name in sorted(if_true.attributes.keys() | if_false.attributes.keys()):
            one, other = if_true.attributes.get(name), if_false.attributes.get(name)
            if one is None or other is None:
                has, lacks = ("false", "true") if one is None else ("true", "false")
                return f"The '{has}' value includes object attribute \"{name}\", which is absent in the '{lacks}' value"
            if unify([one, other]) is None:
                return f'Type mismatch for object attribute "{name}": {_mismatch(one, other)}'
    if isinstance(if_true, TupleType) and isinstance(if_false, TupleType):
        if len(if_true.elements) != len(if_false.elements):
            return (
                f"The 'true' tuple has length {len(if_true.elements)}, but the 'false' tuple has length"
                f" {len(if_false.elements)}"
            )
        for position, (one, other) in enumerate(zip(if_true.elements, if_false.elements, strict=True)):
            if unify([one, other]) is None:
                return f"Type mismatch for tuple element {position}: {_mismatch(one, other)}"
    return f"The 'true' value is {types.friendly(if_true)}, but the 'false' value is {types.friendly(if_false)}"


def _undecided(condition: Value, content: Undecided, if_true: Value, if_false: Value, type_: Type) -> Value:
    """Unknown, but not null where neither is, and within what is certain about both."""
    marks = condition.marks | if_true.marks | if_false.marks
    both = [value.unmarked() for value in (if_true, if_false)]
    if all(value.is_null for value in both):
        return values.null(type_).marked(marks)
    not_null = all(_never_null(value) for value in both)
    lows, highs = zip(*(_bounds(value) for value in both), strict=True)
    low = min(lows, key=numbers.order) if not_null and None not in lows else None
    high = max(highs, key=numbers.order) if not_null and None not in highs else None
    if type_ is types.NUMBER and low is not None and high is not None and numbers.equal(low, high):
        return values.number(low).marked(marks)
    if not isinstance(low, int) or not isinstance(high, int) or both[0].type != both[1].type:
        low = high = None  # Terraform asks how many parts there are of collections of one type only
    unknown = values.unknown(type_, content.cause, not_null=not_null, minimum=low, maximum=high)
    return unknown.marked(marks)


def _never_null(value: Value) -> bool:
    content = value.content
    return content.not_null if isinstance(content, Undecided) else content is not None


def _bounds(value: Value) -> tuple[numbers.Number | None, numbers.Number | None]:
    content = value.content
    if isinstance(content, Undecided):
        return content.minimum, content.maximum
    if isinstance(content, bool | str) or content is None:
        return None, None
    return (content, content) if isinstance(content, int | Float) else (len(content), len(content))
