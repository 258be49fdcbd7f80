"""The types of results that follow from arguments, which are checked also where an argument is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from auditor.hcl import types
from auditor.hcl.errors import FunctionError
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType, Type
from auditor.hcl.unify import unify
from auditor.hcl.values import Value


def if_typed(type_: Type) -> Callable[[Sequence[Value]], Type]:
    """The type, unless an argument is unknown and may be of any type itself."""
    return lambda given: (
        type_ if all(value.is_known or value.type is not types.DYNAMIC for value in given) else types.DYNAMIC
    )


def of_sum(given: Sequence[Value]) -> Type:
    """A number; what is none of the collections that `sum` takes is refused, whatever is unknown inside."""
    (collection,) = given
    if isinstance(collection.type, MapType | ObjectType) and collection.is_known:
        raise FunctionError(not_summed(collection.type), "list")
    return if_typed(types.NUMBER)(given)


def not_summed(type_: Type) -> str:
    """Why values of a type have no sum."""
    return f"argument must be list, set, or tuple. Received {types.friendly(type_)}"


def demand_sequences(given: Sequence[Value]) -> None:
    """Refuse what `concat` can't take."""
    for value in given:
        if value.type is not types.DYNAMIC and not isinstance(value.type, ListType | TupleType):
            complaint = f"all arguments must be lists or tuples; got {types.friendly(value.type)}"
            raise FunctionError(complaint, "seqs")


def of_concat(given: Sequence[Value]) -> Type:
    """One list of lists; with tuples among them, the result has as many types as elements."""
    demand_sequences(given)
    if all(isinstance(value.type, TupleType) for value in given):
        tuples = [value.type.elements for value in given if isinstance(value.type, TupleType)]
        return TupleType(tuple(each for elements in tuples for each in elements))
    if all(isinstance(value.type, ListType) for value in given):
        return unify([value.type for value in given]) or types.DYNAMIC
    return types.DYNAMIC


def of_element(given: Sequence[Value]) -> Type:
    """That of the elements; of a tuple, that of the chosen one."""
    collection, index = given[0].type, given[1].content
    if isinstance(collection, ListType):
        return collection.element
    if isinstance(collection, TupleType):
        position = index % len(collection.elements) if isinstance(index, int) and collection.elements else None
        return types.DYNAMIC if position is None else collection.elements[position]
    if collection is types.DYNAMIC:
        return types.DYNAMIC
    raise FunctionError(f"cannot read elements from {types.friendly(collection)}")


def of_first(given: Sequence[Value]) -> Type:
    """That of the first argument."""
    return given[0].type


def of_lookup(given: Sequence[Value]) -> Type:
    """That of the elements; of an object, that of the chosen attribute."""
    mapping, key = given[0].type, given[1].content
    if isinstance(mapping, MapType):
        return mapping.element
    if isinstance(mapping, ObjectType):
        default = given[2].type if len(given) > 2 else types.DYNAMIC  # noqa: PLR2004 - the default
        return mapping.attributes.get(key, default) if isinstance(key, str) else types.DYNAMIC
    if mapping is types.DYNAMIC:
        return types.DYNAMIC
    raise FunctionError("lookup() requires a map as the first argument", "inputMap")


def demand_maps(given: Sequence[Value]) -> None:
    """Refuse what `merge` can't take."""
    for value in given:
        if value.is_map or isinstance(value.content, Mapping):
            continue
        if value.type is not types.DYNAMIC and not isinstance(value.type, MapType | ObjectType):
            raise FunctionError(f'arguments must be maps or objects, got "{types.friendly(value.type)}"')


def of_merge(given: Sequence[Value]) -> Type:
    """That which all have in common, or an object of all attributes, as far as they are known."""
    demand_maps(given)
    if len({value.type for value in given}) == 1:
        return given[0].type
    attributes: dict[str, Type] = {}
    for value in given:
        if isinstance(value.type, ObjectType) and not value.is_null:
            attributes |= value.type.attributes
        elif isinstance(value.content, Mapping):
            attributes |= {name: item.type for name, item in value.content.items()}
        elif not value.is_null:
            return types.DYNAMIC
    return ObjectType(attributes)


def of_one(given: Sequence[Value]) -> Type:
    """That of the elements."""
    collection = given[0].type
    if isinstance(collection, ListType | SetType):
        return collection.element
    if isinstance(collection, TupleType) and len(collection.elements) <= 1:
        return collection.elements[0] if collection.elements else types.DYNAMIC
    if collection is types.DYNAMIC:
        return types.DYNAMIC
    raise FunctionError("must be a list, set, or tuple value with either zero or one elements", "list")


def of_parseint(given: Sequence[Value]) -> Type:
    """A number."""
    text = given[0].type
    if text not in (types.STRING, types.DYNAMIC):
        raise FunctionError(f"first argument must be a string, not {types.friendly(text)}", "number")
    return types.NUMBER if text is types.STRING else types.DYNAMIC


def of_reverse(given: Sequence[Value]) -> Type:
    """A list, or a tuple of the types in the other order."""
    collection = given[0].type
    if isinstance(collection, ListType | SetType):
        return ListType(collection.element)
    if isinstance(collection, TupleType):
        return TupleType(collection.elements[::-1])
    if collection is types.DYNAMIC:
        return types.DYNAMIC
    raise FunctionError(f"can only reverse list or tuple values, not {types.friendly(collection)}", "list")


def of_setproduct(given: Sequence[Value]) -> Type:
    """A set of tuples where one of the factors is a set, else a list."""
    elements: list[Type] = []
    for value in given:
        if value.type is not types.DYNAMIC and not isinstance(value.type, ListType | SetType | TupleType):
            raise FunctionError(f"a set or a list is required, but type is {types.friendly(value.type)}", "sets")
        parts = value.type.elements if isinstance(value.type, TupleType) else ()
        element = value.type.element if isinstance(value.type, ListType | SetType) else unify(parts)
        elements.append(types.DYNAMIC if element is None else element)
    if any(value.type is types.DYNAMIC for value in given):
        return types.DYNAMIC
    unordered = any(isinstance(value.type, SetType) for value in given)
    return SetType(TupleType(tuple(elements))) if unordered else ListType(TupleType(tuple(elements)))


def of_slice(given: Sequence[Value]) -> Type:
    """That of the list, or of the part of a tuple."""
    collection, start, end = given[0].type, given[1].content, given[2].content
    if isinstance(collection, SetType):
        complaint = (
            "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering"
            " of the result is not important"
        )
        raise FunctionError(complaint, "list")
    if isinstance(collection, TupleType):
        if isinstance(start, int) and isinstance(end, int):
            return TupleType(collection.elements[start:end])
        return types.DYNAMIC
    if collection is types.DYNAMIC or isinstance(collection, ListType):
        return collection
    raise FunctionError("must be a list or tuple value", "list")


def of_values(given: Sequence[Value]) -> Type:
    """A list, or a tuple of the types of all attributes."""
    mapping = given[0].type
    if isinstance(mapping, MapType):
        return ListType(mapping.element)
    if isinstance(mapping, ObjectType):
        return TupleType(tuple(mapping.attributes[name] for name in sorted(mapping.attributes)))
    if mapping is types.DYNAMIC:
        return types.DYNAMIC
    raise FunctionError("values() requires a map as the first argument")


def of_zipmap(given: Sequence[Value]) -> Type:
    """A map, or an object where the keys are known."""
    collection = given[1].type
    if isinstance(collection, ListType):
        return MapType(collection.element)
    if collection is types.DYNAMIC:
        return types.DYNAMIC
    if not isinstance(collection, TupleType):
        raise FunctionError("values argument must be a list or tuple value", "values")
    keys = given[0].content
    if not isinstance(keys, tuple) or not all(isinstance(key.content, str) for key in keys):
        return types.DYNAMIC
    if len(keys) != len(collection.elements):
        complaint = f"number of keys ({len(keys)}) does not match number of values ({len(collection.elements)})"
        raise FunctionError(complaint)
    return ObjectType({str(key.content): type_ for key, type_ in zip(keys, collection.elements, strict=True)})
