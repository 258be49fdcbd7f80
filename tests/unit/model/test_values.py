from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.values import NOT_APPLICABLE, Reason, Truth, Unknown, all_of, any_of, equal, unknowns

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
WHO = Unknown(Reason.DENIED, "why", api="kms:DescribeKey")
truths = st.sampled_from(Truth)


def test_what_is_not_two_valued_has_no_bool():
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(WHO)
    for truth in Truth:
        with pytest.raises(TypeError, match="compare a Truth with `is`"):
            bool(truth)


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, U, U, U),
    ],
)
def test_kleenes_tables(a, b, both, either):
    assert a & b is both
    assert b & a is both
    assert a | b is either
    assert b | a is either


def test_negation():
    assert [~truth for truth in (T, F, U)] == [F, T, U]
    assert Truth.of(True) is T
    assert Truth.of(False) is F


@given(truths, truths, truths)
def test_laws_of_kleene(a, b, c):
    assert ~~a is a
    assert ~(a & b) is (~a | ~b)
    assert (a & b) & c is (a & (b & c))
    assert a & (b | c) is ((a & b) | (a & c))
    assert a | (a & b) is a


@given(st.lists(truths))
def test_joins_of_many(many):
    assert all_of(many) is (F if F in many else U if U in many else T)
    assert any_of(many) is (T if T in many else U if U in many else F)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (None, None, T),
        (None, "", F),
        (True, 1, F),
        (1, Decimal("1.00"), T),
        ("1", 1, F),
        (WHO, WHO, U),
        (WHO, "a", U),
        (("a", WHO), ("b", "x"), F),
        (("a", WHO), ("a", "x"), U),
        (("a",), ("a", WHO), F),
        ({"a": WHO}, {"b": WHO}, F),
        ({"a": 1, "b": WHO}, {"a": 2, "b": 2}, F),
        ({"a": 1, "b": WHO}, {"a": 1, "b": 2}, U),
        ({"a": 1}, ("a",), F),
        (NOT_APPLICABLE, NOT_APPLICABLE, T),
        (NOT_APPLICABLE, None, F),
    ],
)
def test_equal(left, right, expected):
    assert equal(left, right) is expected
    assert equal(right, left) is expected


values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=8,
)


@st.composite
def holed(draw, value):
    """The value with parts of it unknown."""
    if draw(st.integers(0, 4)) == 0:
        return WHO
    if isinstance(value, tuple):
        return tuple(draw(holed(item)) for item in value)
    if isinstance(value, dict):
        return {key: draw(holed(item)) for key, item in value.items()}
    return value


@given(values, values, st.data())
def test_what_is_certain_with_unknown_parts_is_certain_without(left, right, data):
    before = equal(data.draw(holed(left)), data.draw(holed(right)))
    if before is not U:
        assert equal(left, right) is before


@given(values)
def test_everything_equals_itself(value):
    assert equal(value, value) is T


def test_unknown_parts_are_found_in_order():
    other = Unknown(Reason.FAILED)
    assert unknowns(WHO) == (WHO,)
    assert unknowns({"a": (1, WHO), "b": {"c": other}, "d": None}) == (WHO, other)
    assert unknowns("a") == unknowns(Decimal("0.5")) == ()
