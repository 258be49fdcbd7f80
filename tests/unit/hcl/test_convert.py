import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import plain_values, types, values
from auditor.hcl.convert import ConversionError, convert, with_defaults
from auditor.hcl.identity import same
from auditor.hcl.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType

CAUSE = values.not_evaluable("later", "local.x")
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner).map(tuple), st.dictionaries(st.text(max_size=2), inner)),
    max_leaves=6,
)
TYPES = st.recursive(
    st.sampled_from([STRING, NUMBER, BOOL, DYNAMIC]),
    lambda inner: st.one_of(
        inner.map(ListType),
        inner.map(SetType),
        inner.map(MapType),
        st.lists(inner, max_size=2).map(tuple).map(TupleType),
    ),
    max_leaves=3,
)


@given(PLAIN, TYPES)
def test_converting_twice_changes_nothing_more(plain, wanted):
    try:
        once = convert(plain_values.from_plain(plain), wanted)
    except ConversionError:
        return
    assert same(convert(once, wanted), once)


@given(PLAIN)
def test_a_value_has_its_own_type(plain):
    value = plain_values.from_plain(plain)
    assert convert(value, value.type) is value
    assert convert(value, DYNAMIC) is value


@pytest.mark.parametrize(
    ("plain", "wanted", "message"),
    [
        ("x", NUMBER, "a number is required"),
        (True, NUMBER, "number required"),
        ("True", BOOL, 'a bool is required; to convert from string, use lowercase "true"'),
        ((1, (2,)), ListType(DYNAMIC), "all list elements must have the same type"),
        (("a", ("b",)), ListType(STRING), "element 1: string required"),
        ({"a": {}}, MapType(STRING), 'element "a": string required'),
        ({}, ObjectType({"a": STRING}), 'attribute "a" is required'),
        ({}, ObjectType(dict.fromkeys("cab", STRING)), 'attributes "a", "b", and "c" are required'),
        ("a", ListType(STRING), "list of string required"),
    ],
)
def test_complaints(plain, wanted, message):
    with pytest.raises(ConversionError) as caught:
        convert(plain_values.from_plain(plain), wanted)
    assert str(caught.value) == message


def test_objects_lose_what_is_not_asked_for_and_gain_null():
    wanted = ObjectType({"a": STRING, "b": BOOL}, optional={"b": None})
    made = convert(plain_values.from_plain({"a": 1, "z": 2}), wanted)
    assert plain_values.plain(made) == {"a": "1", "b": None}
    assert made.type == ObjectType({"a": STRING, "b": BOOL})


def test_defaults_fill_what_is_missing_or_null_at_any_depth():
    inner = ObjectType({"on": BOOL}, optional={"on": values.TRUE})
    constraint = MapType(
        ObjectType({"x": inner, "n": NUMBER}, optional={"x": values.mapping({}), "n": values.number(5)})
    )
    given = plain_values.from_plain({"a": {}, "b": {"n": None, "x": {"on": False}}})
    made = convert(with_defaults(given, constraint), constraint)
    assert plain_values.plain(made) == {"a": {"n": 5, "x": {"on": True}}, "b": {"n": 5, "x": {"on": False}}}


def test_marks_and_places_stay():
    value = plain_values.from_plain(("a",)).marked(frozenset({values.SENSITIVE}))
    assert convert(value, ListType(STRING)).sensitive


def test_unknown_values_keep_what_stays_certain():
    value = values.unknown(ListType(STRING), CAUSE, not_null=True, minimum=2, maximum=5)
    as_set = convert(value, SetType(STRING)).content
    assert (as_set.cause, as_set.not_null, as_set.minimum, as_set.maximum) == (CAUSE, True, 1, 5)
    with pytest.raises(ConversionError):
        convert(value, STRING)
    assert convert(values.unknown(DYNAMIC, CAUSE), types.NUMBER).type == NUMBER


@pytest.mark.parametrize(
    ("parts", "wanted", "reason"),
    [
        (((), ("x",)), SetType(ListType(DYNAMIC)), "element types must all match for conversion to set"),
        ((({},), ("x",)), ListType(ListType(DYNAMIC)), "cannot find a common base type for all elements"),
        ((((),), ((("x",),),)), ListType(ListType(DYNAMIC)), None),
    ],
)
def test_parts_that_a_constraint_leaves_open_must_have_one_type(parts, wanted, reason):
    given = plain_values.from_plain(parts)
    if reason is None:
        assert not types.has_dynamic(convert(given, wanted).type)
    else:
        with pytest.raises(ConversionError, match=reason):
            convert(given, wanted)


def test_parts_of_open_type_are_converted_to_what_they_have_in_common():
    assert convert(plain_values.from_plain(((), ("x",), (1,))), ListType(ListType(DYNAMIC))).type == ListType(
        ListType(STRING)
    )


def test_a_set_of_one_has_an_order_whatever_is_unknown_in_it():
    part = values.mapping({"a": values.TRUE, "b": values.unknown(STRING, CAUSE)})
    one = values.set_of(part.type, [part])
    assert convert(one, ListType(DYNAMIC)).content[0].content["a"].content is True
    other = values.mapping({"a": values.FALSE, "b": values.TRUE})
    assert not convert(values.set_of(part.type, [part, other]), ListType(DYNAMIC)).is_known


def test_an_empty_collection_of_another_type_is_refused_all_the_same():
    empty = values.Value((), ListType(ListType(NUMBER)))
    with pytest.raises(ConversionError, match="incorrect set element type"):
        convert(empty, SetType(NUMBER))
    assert convert(empty, SetType(ListType(STRING))).content == ()
