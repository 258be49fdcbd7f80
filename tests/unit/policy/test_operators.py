from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.catalogue import FactType
from auditor.model.values import NOT_APPLICABLE, Reason, Truth, Unknown
from auditor.policy.operators import OPERATORS, Right, absent, fits, fits_right, pattern_fault

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
WHO = Unknown(Reason.DENIED)

CASES = [
    ("equals", "a", "a", T),
    ("equals", "a", "b", F),
    ("equals", None, None, T),
    ("equals", None, "a", F),
    ("equals", True, True, T),
    ("equals", True, 1, F),
    ("equals", Decimal("1.0"), 1, T),
    ("equals", ("a", "b"), ("b", "a"), F),
    ("equals", {"a": WHO}, {"a": "x"}, U),
    ("not_equals", "a", "b", T),
    ("not_equals", None, "b", T),
    ("in", "a", ("a", "b"), T),
    ("in", "c", ("a", "b"), F),
    ("in", None, ("a", "b"), F),
    ("in", "a", ("b", WHO), U),
    ("in", "a", ("a", WHO), T),
    ("not_in", "c", ("a", "b"), T),
    ("not_in", None, ("a",), T),
    ("exists", "a", True, T),
    ("exists", None, True, F),
    ("exists", None, False, T),
    ("exists", "", False, F),
    ("empty", (), True, T),
    ("empty", None, True, T),
    ("empty", "", True, T),
    ("empty", {}, True, T),
    ("empty", ("a",), True, F),
    ("empty", (WHO,), False, T),
    ("empty", "x", False, T),
    ("gt", 2, 1, T),
    ("gt", 1, 1, F),
    ("gt", None, 1, F),
    ("gte", 1, 1, T),
    ("gte", Decimal("0.5"), 1, F),
    ("lt", 1, 2, T),
    ("lt", 1, None, F),
    ("lte", 2, 2, T),
    ("lte", 3, 2, F),
    ("gt", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z", T),
    ("lte", "2026-01-01T00:00:00+07:00", "2025-12-31T17:00:00Z", T),
    ("gt", "2026-01-02", "2026-01-01T00:00:00Z", T),
    ("gt", "yesterday", "2026-01-01T00:00:00Z", U),
    ("between", 5, (1, 5), T),
    ("between", 6, (1, 5), F),
    ("between", 0, (1, 5), F),
    ("between", None, (1, 5), F),
    ("contains", ("a", "b"), "a", T),
    ("contains", ("b",), "a", F),
    ("contains", None, "a", F),
    ("contains", (WHO,), "a", U),
    ("contains", {"a": "x"}, "a", T),
    ("contains_all", ("a", "b"), ("a",), T),
    ("contains_all", ("a",), ("a", "b"), F),
    ("contains_all", ("a", WHO), ("a", "b"), U),
    ("contains_all", {"a": "x", "b": "y"}, ("a", "b"), T),
    ("contains_all", None, (), T),
    ("intersects", ("a", "b"), ("b", "c"), T),
    ("intersects", ("a",), ("b",), F),
    ("intersects", None, ("b",), F),
    ("disjoint_from", ("a",), ("b",), T),
    ("disjoint_from", ("a", WHO), ("b",), U),
    ("disjoint_from", ("b", WHO), ("b",), F),
    ("set_equals", ("a", "b"), ("b", "a"), T),
    ("set_equals", ("a",), ("b", "a"), F),
    ("set_equals", None, (), T),
    ("subset_of", ("a",), ("b", "a"), T),
    ("subset_of", ("c",), ("b", "a"), F),
    ("subset_of", {"a": "x"}, {"a": "x", "b": "y"}, T),
    ("subset_of", {"a": "x"}, {"a": "y"}, F),
    ("subset_of", {"a": "x"}, {}, F),
    ("subset_of", None, {"a": "y"}, T),
    ("superset_of", {"a": "x", "b": "y"}, {"a": "x"}, T),
    ("superset_of", {"a": WHO}, {"a": "x"}, U),
    ("superset_of", None, {"a": "x"}, F),
    ("superset_of", ("a",), ("a", "b"), F),
    ("matches", "koneksi-prod-users", "koneksi-prod-.*", T),
    ("matches", "xkoneksi-prod-users", "koneksi-prod-.*", F),
    ("matches", "a\nb", "a", F),
    ("matches", None, ".*", F),
    ("matches", "x" * 513, "x*", U),
    ("not_matches", "a", "b", T),
    ("not_matches", None, ".*", T),
]


@pytest.mark.parametrize(("name", "left", "right", "expected"), CASES)
def test_decides(name, left, right, expected):
    assert OPERATORS[name].decide(left, right) is expected


def test_every_operator_has_a_case():
    assert {case[0] for case in CASES} == OPERATORS.keys()


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (True, FactType.BOOL, True),
        (1, FactType.BOOL, False),
        (True, FactType.NUMBER, False),
        (Decimal("1.5"), FactType.NUMBER, True),
        (1.5, FactType.NUMBER, False),
        ("2026-01-01T00:00:00Z", FactType.TIME, True),
        ("soon", FactType.TIME, False),
        (("a", WHO), FactType.STRINGS, True),
        (("a", 1), FactType.STRINGS, False),
        ("a", FactType.STRINGS, False),
        ({}, FactType.MAP, True),
        (({}, WHO), FactType.RECORDS, True),
        (("a",), FactType.RECORDS, False),
    ],
)
def test_fits(value, type_, expected):
    assert fits(value, type_) is expected


@pytest.mark.parametrize(
    ("value", "right", "type_", "expected"),
    [
        (None, Right.SAME, FactType.STRING, True),
        (1, Right.SAME, FactType.STRING, False),
        ("true", Right.FLAG, FactType.STRING, False),
        ("a", Right.TEXT, FactType.STRINGS, True),
        (("a", "b"), Right.TEXTS, FactType.STRINGS, True),
        ("a", Right.TEXTS, FactType.STRINGS, False),
        (("a", 1), Right.ONE_OF, FactType.STRING, False),
        ("a", Right.ONE_OF, FactType.STRING, False),
        ((1, 2), Right.RANGE, FactType.NUMBER, True),
        ((1, 2, 3), Right.RANGE, FactType.NUMBER, False),
        ((1, "2"), Right.RANGE, FactType.NUMBER, False),
        ("a(", Right.PATTERN, FactType.STRING, False),
        ("a+", Right.PATTERN, FactType.STRING, True),
    ],
)
def test_fits_right(value, right, type_, expected):
    assert fits_right(value, right, type_) is expected


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("koneksi-(staging|prod)-[a-z0-9-]+", ""),
        (r"arn:aws:sts::[0-9]{12}:assumed-role/\(x\)/.*", ""),
        ("(a+)+$", "repeated group"),
        ("(a|a){2,}", "repeated group"),
        (r"(a)\1", "back references"),
        (r"a\\1", ""),
        ("(?=a)a", "'(?'"),
        ("(?i)a", "'(?'"),
        ("(?:a|b)c", ""),
        ("a*b*c*d*", "more than 3 repeats"),
        ("a?b?c?d?", "more than 3 repeats"),
        ("(a)(b)(c)(d)", "more than 3 groups"),
        ("[(+*?]{1,3}x", ""),
        ("[[a]", "not a regular expression"),
        ("a(", "not a regular expression"),
        ("a" * 201, "longer than 200"),
    ],
)
def test_pattern_fault(pattern, fault):
    found = pattern_fault(pattern)
    assert fault in found
    assert bool(found) is bool(fault)


def test_not_applicable_counts_as_absent():
    assert absent(NOT_APPLICABLE)
    assert absent(None)
    assert not absent(False)


@given(st.text(alphabet="ab*+?(){}[]|\\.,1", max_size=12), st.text(alphabet="ab1", max_size=30))
def test_what_has_no_fault_compiles_and_ends(pattern, text):
    if not pattern_fault(pattern):
        assert OPERATORS["matches"].decide(text, pattern) in (T, F)


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
_texts = st.lists(st.sampled_from("abc"), max_size=3).map(tuple)


@given(st.sampled_from(["equals", "subset_of", "superset_of", "set_equals"]), _texts, _texts, st.data())
def test_an_unknown_element_replaced_never_flips_a_certain_answer(name, left, right, data):
    decide = OPERATORS[name].decide
    holes = data.draw(st.sets(st.integers(0, 2)))
    holed = tuple(WHO if number in holes else item for number, item in enumerate(left))
    before = decide(holed, right)
    if before is not U:
        filled = tuple(data.draw(st.sampled_from("abc")) if item is WHO else item for item in holed)
        assert decide(filled, right) is before


@given(_values, _values)
def test_negated_operators_are_negations(left, right):
    assert OPERATORS["not_equals"].decide(left, right) is ~OPERATORS["equals"].decide(left, right)
