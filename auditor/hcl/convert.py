"""Conversion of values to a type, with defaults of optional attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from auditor.hcl import numbers, types, values
from auditor.hcl.numbers import Float, NumberError
from auditor.hcl.types import ListType, MapType, ObjectType, Primitive, SetType, TupleType, Type
from auditor.hcl.unify import convertible, parts_of, unify
from auditor.hcl.values import CONTAINERS, MAPPINGS, Undecided, Value


class ConversionError(ValueError):
    """A value has no form of the wanted type; the message is Terraform's."""


def convert(value: Value, wanted: Type) -> Value:
    """The value as the wanted type; parts of it that are `dynamic` take the type of what is there.

    Raises:
        ConversionError: where there is no such form.
    """
    if wanted is types.DYNAMIC:
        return value
    content = value.content
    if isinstance(wanted, Primitive):
        return _to_primitive(value, wanted)
    of_other_kind = value.is_structural and isinstance(wanted, ListType | SetType | MapType)
    if not of_other_kind and value.type == wanted and not _is_open(wanted):
        return value
    if content is None:
        return Value(None, _settled(wanted), value.marks, value.origin)
    if isinstance(content, Undecided):
        return _undecided(value, content, wanted)
    if isinstance(wanted, ObjectType):
        return _to_object(value, wanted)
    if isinstance(wanted, TupleType):
        return _to_tuple(value, wanted)
    return _to_collection(value, wanted)


def _is_open(type_: Type) -> bool:
    """Whether the type, as a constraint, says more than a value's type can: optional attributes."""
    if isinstance(type_, ListType | SetType | MapType):
        return _is_open(type_.element)
    if isinstance(type_, TupleType):
        return any(_is_open(element) for element in type_.elements)
    if isinstance(type_, ObjectType):
        return bool(type_.optional) or any(_is_open(attribute) for attribute in type_.attributes.values())
    return False


def _settled(type_: Type) -> Type:
    """The type of values that a constraint produces: without the mention of optional attributes."""
    if isinstance(type_, ListType | SetType | MapType):
        return replace(type_, element=_settled(type_.element))
    if isinstance(type_, TupleType):
        return TupleType(tuple(_settled(element) for element in type_.elements))
    if isinstance(type_, ObjectType):
        return ObjectType({name: _settled(attribute) for name, attribute in type_.attributes.items()})
    return type_


def _undecided(value: Value, content: Undecided, wanted: Type) -> Value:
    if not convertible(value.type, wanted):
        raise ConversionError(mismatch(value.type, wanted))
    kept = replace(content, prefix="", draw=None, text="")
    if isinstance(wanted, ListType | MapType | SetType) and wanted.element is types.DYNAMIC:
        wanted = replace(wanted, element=unify(parts_of(value.type)) or types.DYNAMIC)
    if not isinstance(wanted, ListType | MapType | SetType) or not isinstance(value.type, ListType | SetType | MapType):
        kept = replace(kept, minimum=None, maximum=None)
    elif isinstance(wanted, SetType) and content.minimum:
        kept = replace(kept, minimum=1)
    return values.undecided(kept, _settled(wanted), value.origin).marked(value.marks)


def _to_primitive(value: Value, wanted: Primitive) -> Value:
    given = value.type
    if given is wanted or given == wanted:
        return value
    content = value.content
    if content is None and given is types.DYNAMIC:
        return Value(None, wanted, value.marks, value.origin)
    if not isinstance(given, Primitive) or {given.name, wanted.name} == {"number", "bool"}:
        raise ConversionError(mismatch(given, wanted))
    if content is None:
        return Value(None, wanted, value.marks, value.origin)
    if isinstance(content, Undecided):
        return Value(
            replace(content, prefix="", minimum=None, maximum=None, draw=None, text=""),
            wanted,
            value.marks,
            value.origin,
        )
    if wanted is types.STRING:
        converted: object = primitive_text(value)
    elif not isinstance(content, str):
        raise ConversionError(mismatch(given, wanted))
    else:
        converted = _bool(content) if wanted is types.BOOL else _number(content)
    return Value(converted, wanted, value.marks, value.origin)  # type: ignore[arg-type]  # one of the three


def primitive_text(value: Value) -> str:
    """The text of a known string, number or bool."""
    content = value.content
    if isinstance(content, str):
        return content
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, int | Float):
        return numbers.text(content)
    raise ConversionError("string required")


def _number(text: str) -> numbers.Number:
    try:
        number = numbers.parse(text)
    except NumberError as error:
        raise ConversionError(str(error)) from error
    if number is None:
        raise ConversionError("a number is required")
    return number


def _bool(text: str) -> bool:
    if text in ("true", "1", "false", "0"):
        return text in ("true", "1")
    if text.lower() in ("true", "false"):
        raise ConversionError(f'a bool is required; to convert from string, use lowercase "{text.lower()}"')
    raise ConversionError("a bool is required")


def _to_object(value: Value, wanted: ObjectType) -> Value:
    content = value.content
    if not isinstance(content, MAPPINGS):
        raise ConversionError(mismatch(value.type, wanted))
    missing = [name for name in wanted.attributes if name not in content and name not in wanted.optional]
    if missing and isinstance(value.type, MapType):
        raise ConversionError(f'map has no element for required attribute "{min(missing)}"')
    if missing:
        raise ConversionError(_missing(missing))
    attributes = {}
    for name, type_ in wanted.attributes.items():
        if name in content:
            attributes[name] = _inside(content[name], type_, name, "attribute")
        else:
            attributes[name] = Value(None, _settled(type_), values.UNMARKED, value.origin)
    return Value(attributes, None, value.marks, value.origin)


def _to_tuple(value: Value, wanted: TupleType) -> Value:
    content = value.content
    if not isinstance(content, tuple) or not isinstance(value.type, TupleType):
        raise ConversionError(mismatch(value.type, wanted))
    if len(content) != len(wanted.elements):
        raise ConversionError(f"tuple with exactly {len(wanted.elements)} elements required")
    pairs = zip(content, wanted.elements, strict=True)
    elements = tuple(_inside(item, type_, index) for index, (item, type_) in enumerate(pairs))
    return Value(elements, None, value.marks, value.origin)


def _to_collection(value: Value, wanted: ListType | SetType | MapType) -> Value:
    content = value.content
    if isinstance(content, MAPPINGS) is not isinstance(wanted, MapType) or not isinstance(content, CONTAINERS):
        raise ConversionError(mismatch(value.type, wanted))
    structural = value.is_structural
    if not content and isinstance(value.type, ListType | SetType | MapType) and not convertible(value.type, wanted):
        reason = mismatch(value.type.element, wanted.element)
        raise ConversionError(f"incorrect {types.friendly(wanted).split()[0]} element type: {reason}")
    element = _common(value, wanted) if wanted.element is types.DYNAMIC else wanted.element
    named = content.items() if isinstance(content, MAPPINGS) else enumerate(content)
    parts = [_inside(item, element, key if structural else None) for key, item in named]
    if not types.is_primitive(element):
        if structural and types.has_dynamic(element):
            parts = _alike(parts, wanted)
        element = _element_type(element, parts)
    if isinstance(content, MAPPINGS):
        return Value(dict(zip(content, parts, strict=True)), MapType(element), value.marks, value.origin)
    if isinstance(wanted, SetType):
        return values.set_of(element, parts, value.origin).marked(value.marks)
    unordered = not structural and isinstance(value.type, SetType) and len(parts) > 1
    if unordered and (causes := list(values.causes_of(value))):
        cause = values.merged(causes)
        return values.unknown(
            ListType(element), cause, value.origin, not_null=True, minimum=1, maximum=len(parts)
        ).marked(value.marks)
    return Value(tuple(parts), ListType(element), value.marks, value.origin)


def _common(value: Value, wanted: ListType | SetType | MapType) -> Type:
    """The one element type that `any` stands for, given the elements."""
    if isinstance(value.type, ListType | SetType | MapType):
        return value.type.element
    found = [item.type for item in values.items(value)]
    if not found:
        return types.DYNAMIC
    element = unify(found)
    open_ = element is types.DYNAMIC and not isinstance(wanted, MapType)
    if element is None or (open_ and any(type_ is not types.DYNAMIC for type_ in found)):
        raise ConversionError(mismatch(value.type, wanted))
    return element


def _alike(parts: Sequence[Value], wanted: ListType | SetType | MapType) -> list[Value]:
    """The parts as one type, where a constraint leaves some of it open; a set takes them only if they have one."""
    if not isinstance(wanted, SetType) and parts:
        element = unify([part.type for part in parts])
        if element is None:
            raise ConversionError("cannot find a common base type for all elements")
        parts = [convert(part, element) for part in parts]
    if len({part.type for part in parts} - {types.DYNAMIC}) > 1:
        kind = types.friendly(wanted).split()[0]
        noun = "attribute" if kind == "map" else "element"
        raise ConversionError(f"{noun} types must all match for conversion to {kind}")
    return list(parts)


def _element_type(element: Type, converted: Iterable[Value]) -> Type:
    """The element type of a collection: settled, and taken from the elements where the constraint left it open."""
    if types.has_dynamic(element):
        for item in converted:
            if not types.has_dynamic(item.type):
                return item.type
    return _settled(element)


def _inside(item: Value, wanted: Type, key: str | int | None, noun: str = "element") -> Value:
    """Convert a part; only a mismatch of structural types names the part, as Terraform's messages do."""
    if item.type is wanted:
        return item
    try:
        return convert(item, wanted)
    except ConversionError as error:
        if key is not None and not str(error).startswith("a "):
            place = f'"{key}"' if isinstance(key, str) else key
            raise ConversionError(f"{noun} {place}: {error}") from error
        raise


def _missing(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in sorted(names)]
    if len(quoted) == 1:
        return f"attribute {quoted[0]} is required"
    if len(quoted) == 2:  # noqa: PLR2004 - a and b
        return f"attributes {quoted[0]} and {quoted[1]} are required"
    return f"attributes {', '.join(quoted[:-1])}, and {quoted[-1]} are required"


def mismatch(given: Type, wanted: Type) -> str:
    """Why a value of the given type has no form of the wanted one."""
    if isinstance(wanted, ListType | SetType | MapType) and wanted.element is types.DYNAMIC:
        structural = ObjectType if isinstance(wanted, MapType) else TupleType
        if isinstance(given, structural):
            return f"all {types.friendly(wanted).split()[0]} elements must have the same type"
    return f"{types.friendly_constraint(wanted)} required"


def with_defaults(value: Value, constraint: Type) -> Value:
    """The value with the defaults of optional attributes of the constraint filled in where they are missing or null."""
    if not _is_open(constraint):
        return value
    content = value.content
    if isinstance(constraint, ObjectType) and isinstance(content, MAPPINGS):
        filled = dict(content)
        for name, default in constraint.optional.items():
            given = filled.get(name)
            if default is not None and (given is None or given.is_null):
                filled[name] = default
        for name, type_ in constraint.attributes.items():
            if name in filled:
                filled[name] = with_defaults(filled[name], type_)
        return Value(filled, None, value.marks, value.origin)
    if isinstance(constraint, MapType) and isinstance(content, MAPPINGS):
        return _rebuilt(value, {name: with_defaults(item, constraint.element) for name, item in content.items()})
    if isinstance(constraint, ListType | SetType) and isinstance(content, tuple):
        return _rebuilt(value, tuple(with_defaults(item, constraint.element) for item in content))
    if isinstance(constraint, TupleType) and isinstance(content, tuple):
        pairs = zip(content, constraint.elements, strict=False)
        rest = content[len(constraint.elements) :]
        return _rebuilt(value, (*(with_defaults(item, type_) for item, type_ in pairs), *rest))
    return value


def _rebuilt(value: Value, content: Mapping[str, Value] | tuple[Value, ...]) -> Value:
    """A structural value in place of the collection: its elements may now differ in type until they are converted."""
    return Value(content, None, value.marks, value.origin)
