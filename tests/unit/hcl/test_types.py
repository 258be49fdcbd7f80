import pytest

from auditor.hcl import types
from auditor.hcl.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType

NESTED = ObjectType({"b": ListType(STRING), "a": TupleType((NUMBER, BOOL))})


def test_json_notation():
    assert types.notation(NESTED) == ["object", {"a": ["tuple", ["number", "bool"]], "b": ["list", "string"]}]


def test_expression():
    assert types.expression_text(NESTED) == (
        "object({\n    a: tuple([\n        number,\n        bool,\n    ]),\n    b: list(string),\n})"
    )


@pytest.mark.parametrize(
    ("type_", "name", "constraint"),
    [
        (ListType(DYNAMIC), "list of dynamic", "list of any single type"),
        (MapType(SetType(STRING)), "map of set of string", "map of set of string"),
        (NESTED, "object", "object"),
        (DYNAMIC, "dynamic", "any type"),
    ],
)
def test_names_in_messages(type_, name, constraint):
    assert (types.friendly(type_), types.friendly_constraint(type_)) == (name, constraint)


def test_the_order_of_attributes_does_not_matter():
    one, other = ObjectType({"a": STRING, "b": NUMBER}), ObjectType({"b": NUMBER, "a": STRING})
    assert one == other
    assert hash(one) == hash(other)


def test_open_parts_are_found_at_any_depth():
    assert types.has_dynamic(ObjectType({"a": TupleType((ListType(DYNAMIC),))}))
    assert not types.has_dynamic(NESTED)
