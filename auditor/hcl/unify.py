"""The one type that several types can be converted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from auditor.hcl import types
from auditor.hcl.types import ListType, MapType, ObjectType, Primitive, SetType, TupleType, Type


def unify(given: Sequence[Type]) -> Type | None:
    """The type that Terraform finds for values of these types, or None.

    Types of one kind may give a new one (objects unify by attribute, or become a map); else one of the given types
    serves to which all others convert.
    """
    distinct = list(dict.fromkeys(given))
    if not distinct:
        return None
    if len(distinct) == 1:
        return distinct[0]
    kinds = {type(type_) for type_ in distinct if type_ is not types.DYNAMIC}
    if kinds in _ALIKE:
        return types.DYNAMIC if types.DYNAMIC in distinct else _of_one_kind(distinct)
    if {ObjectType, TupleType} <= kinds:
        return None
    made = _mixed(distinct, _MIXED[frozenset(kinds)]) if frozenset(kinds) in _MIXED else None
    return made or next(
        (candidate for candidate in sorted(distinct, key=_preference) if _all_convertible(distinct, candidate)), None
    )


_ALIKE: Final = ({MapType}, {ListType}, {SetType}, {ObjectType}, {TupleType})
_MIXED: Final[Mapping[frozenset[type], type[MapType | ListType]]] = {
    frozenset({MapType, ObjectType}): MapType,
    frozenset({ListType, TupleType}): ListType,
}


def _of_one_kind(given: Sequence[Type]) -> Type | None:
    if isinstance(given[0], ObjectType):
        return _objects(given)
    return _tuples(given) if isinstance(given[0], TupleType) else _collection(given)


def _all_convertible(given: Sequence[Type], wanted: Type) -> bool:
    return all(convertible(type_, wanted) for type_ in given)


def _collection(given: Sequence[Type]) -> Type | None:
    element = unify([type_.element for type_ in given if isinstance(type_, ListType | SetType | MapType)])
    if element is None:
        return None
    if isinstance(given[0], MapType):
        return MapType(element)
    return ListType(element) if isinstance(given[0], ListType) else SetType(element)


def _objects(given: Sequence[Type]) -> Type | None:
    objects = [type_ for type_ in given if isinstance(type_, ObjectType)]
    names = objects[0].attributes.keys()
    if any(type_.attributes.keys() != names for type_ in objects):
        return _as_collection(given, MapType)
    attributes = {}
    for name in names:
        attribute = unify([type_.attributes[name] for type_ in objects])
        if attribute is None:
            return None
        attributes[name] = attribute
    return ObjectType(attributes)


def _tuples(given: Sequence[Type]) -> Type | None:
    tuples = [type_ for type_ in given if isinstance(type_, TupleType)]
    if any(len(type_.elements) != len(tuples[0].elements) for type_ in tuples):
        return _as_collection(given, ListType)
    elements = [unify(across) for across in zip(*(type_.elements for type_ in tuples), strict=True)]
    settled = tuple(element for element in elements if element is not None)
    return TupleType(settled) if len(settled) == len(elements) else _as_collection(given, ListType)


def _as_collection(given: Sequence[Type], kind: type[MapType | ListType]) -> Type | None:
    """A map of all attributes, or a list of all elements."""
    element = unify([part for type_ in given for part in parts_of(type_)])
    return kind(element) if element is not None and _all_convertible(given, kind(element)) else None


def _mixed(given: Sequence[Type], kind: type[MapType | ListType]) -> Type | None:
    """A map of maps and objects, or a list of lists and tuples, each of which has one type inside."""
    elements = [unify(parts) for type_ in given if (parts := parts_of(type_))]
    settled = [element for element in elements if element is not None]
    element = unify(settled) if len(settled) == len(elements) else None
    return None if element is None else kind(element)


def parts_of(type_: Type) -> tuple[Type, ...]:
    """The types of all parts."""
    if isinstance(type_, ObjectType):
        return tuple(type_.attributes.values())
    if isinstance(type_, TupleType):
        return type_.elements
    return (type_.element,) if isinstance(type_, ListType | SetType | MapType) else ()


_PREFERENCE: Final = {ListType: 0, MapType: 0, SetType: 1, ObjectType: 2, TupleType: 2}


def _preference(type_: Type) -> int:
    if isinstance(type_, Primitive):
        return {"string": 0, "dynamic": 9}.get(type_.name, 1)
    return _PREFERENCE[type(type_)]


def convertible(given: Type, wanted: Type) -> bool:
    """Whether at least some values of the given type have a form of the wanted one."""
    if given == wanted or types.DYNAMIC in (given, wanted):
        return True
    if isinstance(wanted, Primitive):
        return isinstance(given, Primitive) and {given.name, wanted.name} != {"number", "bool"}
    if isinstance(wanted, ListType | SetType):
        return isinstance(given, ListType | SetType | TupleType) and _parts_convertible(given, wanted.element)
    if isinstance(wanted, MapType):
        return isinstance(given, MapType | ObjectType) and _parts_convertible(given, wanted.element)
    if isinstance(wanted, TupleType):
        return (
            isinstance(given, TupleType)
            and len(given.elements) == len(wanted.elements)
            and all(map(convertible, given.elements, wanted.elements))
        )
    if isinstance(given, MapType):
        return all(convertible(given.element, type_) for type_ in wanted.attributes.values())
    return isinstance(given, ObjectType) and all(
        convertible(given.attributes[name], type_) if name in given.attributes else name in wanted.optional
        for name, type_ in wanted.attributes.items()
    )


def _parts_convertible(given: Type, element: Type) -> bool:
    parts = parts_of(given)
    if element is types.DYNAMIC:
        common = unify(parts) if parts else element
        # Parts of a known type do not become one with such as may have any; in a map of them Terraform lets both be.
        return common is not None and (
            common is not types.DYNAMIC
            or isinstance(given, ObjectType | MapType)
            or all(part is common for part in parts)
        )
    return all(convertible(part, element) for part in parts)
