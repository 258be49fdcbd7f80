"""Steps into values: attributes and indices."""

from __future__ import annotations

from auditor.hcl import types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError
from auditor.hcl.guards import UNGUARDED
from auditor.hcl.numbers import Float
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType, Type
from auditor.hcl.values import MAPPINGS, Undecided, Value

_NO_ELEMENT = "The given key does not identify an element in this collection value"


def attribute(subject: Value, name: str) -> Value:
    """The attribute of an object or the element of a map, with the marks of what it stands in.

    Raises:
        EvaluationError: where there is none.
    """
    content = subject.content
    if isinstance(content, MAPPINGS):
        found: Value | None = content.get(name)
        if found is not None:
            return found.marked(subject.marks) if subject.marks else found
        if isinstance(subject.type, MapType):
            raise EvaluationError("Missing map element", f'This map does not have an element with the key "{name}".')
        raise _no_attribute(name)
    if content is None:
        summary = "Attempt to get attribute from null value"
        raise EvaluationError(summary, "This value is null, so it does not have any attributes.")
    type_ = subject.type
    if isinstance(content, Undecided):
        if type_ is types.DYNAMIC:
            return _undecided(subject, content, types.DYNAMIC)
        if isinstance(type_, ObjectType):
            if name not in type_.attributes:
                raise _no_attribute(name)
            return _undecided(subject, content, type_.attributes[name])
        if isinstance(type_, MapType):
            return _undecided(subject, content, type_.element)
    raise EvaluationError("Unsupported attribute", _attributeless(type_))


def _no_attribute(name: str) -> EvaluationError:
    return EvaluationError("Unsupported attribute", f'This object does not have an attribute named "{name}".')


def _attributeless(type_: Type) -> str:
    if isinstance(type_, types.Primitive):
        return f"Can't access attributes on a primitive-typed value ({types.friendly(type_)})."
    if isinstance(type_, ListType | SetType) and isinstance(type_.element, ObjectType):
        kind = "list" if isinstance(type_, ListType) else "set"
        return (
            f"Can't access attributes on a {kind} of objects. Did you mean to access an attribute for a specific"
            f" element of the {kind}, or across all elements of the {kind}?"
        )
    return "This value does not have any attributes."


def _undecided(subject: Value, content: Undecided, type_: Type) -> Value:
    """A part of an unknown value: unknown for the same cause."""
    return values.unknown(type_, content.cause, subject.origin).marked(subject.marks)


def index(subject: Value, key: Value) -> Value:
    """The element of a sequence, map or object that a key identifies, with the marks of what it stands in.

    Raises:
        EvaluationError: where there is none.
    """
    type_ = subject.type
    marks = subject.marks | key.marks
    if subject.is_null:
        summary = "Attempt to index null value"
        raise EvaluationError(summary, "This value is null, so it does not have any indices.")
    if key.is_null:
        raise _invalid("Can't use a null value as an indexing key.")
    if isinstance(type_, SetType):
        raise _invalid(
            "Elements of a set are identified only by their value and don't have any separate index or key to select"
            " with, so it's only possible to perform operations across all elements of the set."
        )
    if isinstance(subject.content, Undecided) and type_ is types.DYNAMIC:
        return _undecided(subject, subject.content, types.DYNAMIC).marked(marks)
    if isinstance(type_, ListType | TupleType):
        return _sequence_element(subject, _key(key, types.NUMBER)).marked(marks)
    if isinstance(type_, ObjectType) and values.SENSITIVE in key.marks - subject.marks:
        marks |= {UNGUARDED}  # Terraform forgets the mark of the key of an object
    if isinstance(type_, MapType | ObjectType):
        return _named_element(subject, _key(key, types.STRING)).marked(marks)
    raise _invalid("This value does not have any indices.")


def _invalid(detail: str) -> EvaluationError:
    return EvaluationError("Invalid index", detail)


def _key(key: Value, wanted: Type) -> Value:
    try:
        return convert(key, wanted)
    except ConversionError as error:
        raise _invalid(f"{_NO_ELEMENT}: {error}.") from error


def _sequence_element(subject: Value, key: Value) -> Value:
    type_, content, position = subject.type, subject.content, key.content
    parts = type_.elements if isinstance(type_, TupleType) else content
    if isinstance(position, Undecided) or not isinstance(parts, tuple):
        element = type_.element if isinstance(type_, ListType) else types.DYNAMIC
        cause = values.merged([*values.causes_of(key), *values.causes_of(subject)])
        return values.unknown(element, cause, subject.origin)
    if isinstance(position, Float):
        raise _invalid(
            f"{_NO_ELEMENT}: indexing a sequence requires a whole number, but the given index has a fractional part."
        )
    if not isinstance(position, int):
        raise TypeError("an index that is not a number")
    if not parts:
        raise _invalid(f"{_NO_ELEMENT}: the collection has no elements.")
    if position < 0:
        raise _invalid(f"{_NO_ELEMENT}: a negative number is not a valid index for a sequence.")
    if position >= len(parts):
        raise _invalid(f"{_NO_ELEMENT}: the given index is greater than or equal to the length of the collection.")
    if isinstance(content, tuple):
        return content[position]
    element = type_.elements[position] if isinstance(type_, TupleType) else types.DYNAMIC
    return values.unknown(element, values.merged(values.causes_of(subject)), subject.origin)


def _named_element(subject: Value, key: Value) -> Value:
    """An element by its name; whether an unknown object has it, Terraform does not ask."""
    type_, content, name = subject.type, subject.content, key.content
    if isinstance(name, Undecided) or isinstance(content, Undecided):
        element: Type = type_.element if isinstance(type_, MapType) else types.DYNAMIC
        cause = values.merged([*values.causes_of(key), *values.causes_of(subject)])
        return values.unknown(element, cause, subject.origin)
    if not isinstance(content, MAPPINGS) or not isinstance(name, str) or name not in content:
        raise _invalid(f"{_NO_ELEMENT}.")
    element_value: Value = content[name]
    return element_value
