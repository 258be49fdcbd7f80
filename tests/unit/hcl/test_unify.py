import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType
from auditor.hcl.unify import convertible, unify

EMPTY = ObjectType({})


@pytest.mark.parametrize(
    ("given_types", "expected"),
    [
        ([], None),
        ([NUMBER, STRING], STRING),
        ([NUMBER, BOOL], None),
        ([NUMBER, DYNAMIC], NUMBER),
        ([ListType(NUMBER), ListType(STRING)], ListType(STRING)),
        ([ListType(STRING), SetType(STRING)], ListType(STRING)),
        ([SetType(STRING), TupleType((STRING,))], SetType(STRING)),
        ([ListType(STRING), TupleType((NUMBER, NUMBER))], ListType(STRING)),
        ([TupleType((NUMBER,)), TupleType((STRING, STRING))], ListType(STRING)),
        ([TupleType((NUMBER,)), TupleType((STRING,))], TupleType((STRING,))),
        ([ObjectType({"a": NUMBER}), EMPTY], MapType(NUMBER)),
        ([ObjectType({"a": NUMBER}), ObjectType({"a": STRING})], ObjectType({"a": STRING})),
        ([ObjectType({"a": NUMBER}), ObjectType({"a": BOOL})], None),
        ([MapType(BOOL), ObjectType({"a": NUMBER, "b": STRING})], MapType(STRING)),
        ([EMPTY, TupleType(())], None),
        ([STRING, ListType(STRING)], None),
    ],
)
def test_common_type(given_types, expected):
    assert unify(given_types) == expected
    assert unify(given_types * 2) == expected


TYPES = st.recursive(
    st.sampled_from([STRING, NUMBER, BOOL]),
    lambda inner: st.one_of(
        inner.map(ListType),
        inner.map(SetType),
        inner.map(MapType),
        st.lists(inner, max_size=2).map(tuple).map(TupleType),
        st.dictionaries(st.sampled_from("ab"), inner, max_size=2).map(ObjectType),
    ),
    max_leaves=4,
)


@given(st.lists(TYPES, min_size=1, max_size=3))
def test_every_type_converts_to_the_common_one(given_types):
    common = unify(given_types)
    if common is not None:
        assert all(convertible(type_, common) for type_ in given_types)
