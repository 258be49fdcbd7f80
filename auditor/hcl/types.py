"""Terraform's types: primitives, collections, structural types, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

if TYPE_CHECKING:
    from auditor.hcl.values import Value


class Primitive(Struct, frozen=True):
    """`string`, `number`, `bool`, or `dynamic`: a type that is not known yet (`any` in a constraint)."""

    name: str


class ListType(Struct, frozen=True):
    """A sequence of values of one type."""

    element: Type


class SetType(Struct, frozen=True):
    """Distinct values of one type."""

    element: Type


class MapType(Struct, frozen=True):
    """Values of one type by name."""

    element: Type


class TupleType(Struct, frozen=True):
    """A sequence whose elements have a type each."""

    elements: tuple[Type, ...]


class ObjectType(Struct, frozen=True):
    """Named attributes with a type each.

    `optional` names the attributes that may be left out of a type constraint, with the default of each (None: null).
    """

    attributes: Mapping[str, Type]
    optional: Mapping[str, Value | None] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        return hash(frozenset(self.attributes.items()))


Type = Primitive | ListType | SetType | MapType | TupleType | ObjectType

STRING: Final = Primitive("string")
NUMBER: Final = Primitive("number")
BOOL: Final = Primitive("bool")
DYNAMIC: Final = Primitive("dynamic")

EMPTY_TUPLE: Final = TupleType(())
EMPTY_OBJECT: Final = ObjectType(MappingProxyType({}))

_COLLECTIONS: Final[dict[type, str]] = {ListType: "list", SetType: "set", MapType: "map"}


def is_primitive(type_: Type) -> bool:
    """Whether values of the type are strings, numbers or bools."""
    return isinstance(type_, Primitive) and type_ is not DYNAMIC


def has_dynamic(type_: Type) -> bool:
    """Whether any part of the type is not known yet."""
    if isinstance(type_, ListType | SetType | MapType):
        return has_dynamic(type_.element)
    if isinstance(type_, TupleType):
        return any(has_dynamic(element) for element in type_.elements)
    if isinstance(type_, ObjectType):
        return any(has_dynamic(attribute) for attribute in type_.attributes.values())
    return type_ is DYNAMIC


def friendly(type_: Type) -> str:
    """The type as Terraform's messages name it: `list of string`, `object`."""
    if isinstance(type_, TupleType):
        return "tuple"
    if isinstance(type_, ObjectType):
        return "object"
    if isinstance(type_, ListType | SetType | MapType):
        return f"{_COLLECTIONS[type(type_)]} of {friendly(type_.element)}"
    return type_.name


def friendly_constraint(type_: Type) -> str:
    """The type as Terraform's messages name a demanded one: `list of any single type`."""
    if type_ is DYNAMIC:
        return "any type"
    if isinstance(type_, ListType | SetType | MapType):
        inner = "any single type" if type_.element is DYNAMIC else friendly_constraint(type_.element)
        return f"{_COLLECTIONS[type(type_)]} of {inner}"
    return friendly(type_)


def notation(type_: Type) -> Any:  # noqa: ANN401 - a JSON value
    """The type in Terraform's JSON notation: `["list","string"]`, `["object",{"a":"bool"}]`."""
    if isinstance(type_, TupleType):
        return ["tuple", [notation(element) for element in type_.elements]]
    if isinstance(type_, ObjectType):
        return ["object", {name: notation(type_.attributes[name]) for name in sorted(type_.attributes)}]
    if isinstance(type_, ListType | SetType | MapType):
        return [_COLLECTIONS[type(type_)], notation(type_.element)]
    return type_.name


def expression_text(type_: Type, indent: int = 0) -> str:
    """The type as the console's `type()` prints it, structural types one element a line."""
    pad, outer = "    " * (indent + 1), "    " * indent
    if isinstance(type_, TupleType):
        if not type_.elements:
            return "tuple([])"
        inner = "".join(f"{pad}{expression_text(element, indent + 1)},\n" for element in type_.elements)
        return f"tuple([\n{inner}{outer}])"
    if isinstance(type_, ObjectType):
        if not type_.attributes:
            return "object({})"
        inner = "".join(
            f"{pad}{name}: {expression_text(type_.attributes[name], indent + 1)},\n"
            for name in sorted(type_.attributes)
        )
        return f"object({{\n{inner}{outer}}})"
    if isinstance(type_, ListType | SetType | MapType):
        return f"{_COLLECTIONS[type(type_)]}({expression_text(type_.element, indent)})"
    return type_.name
