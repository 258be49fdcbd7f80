from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import numbers, plain_values, types, values
from auditor.hcl.identity import key_of, same, set_order
from auditor.hcl.values import SENSITIVE

PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=2)),
    lambda inner: st.one_of(st.lists(inner).map(tuple), st.dictionaries(st.text(max_size=2), inner)),
    max_leaves=5,
)


@given(PLAIN, PLAIN)
def test_same_is_of_one_type_and_content(one, other):
    first, second = plain_values.from_plain(one), plain_values.from_plain(other)
    assert same(first, plain_values.from_plain(one))
    assert same(first, second) == (key_of(first) == key_of(second))
    if same(first, second):
        assert first.type == second.type


def test_what_looks_alike_is_not_the_same():
    texts = [values.TRUE, values.number(1), values.string("1"), values.string("true"), values.NULL]
    assert len({key_of(value) for value in texts}) == len(texts)
    assert not same(values.sequence([]), values.list_of(types.STRING, []))


def test_marks_and_the_way_a_number_was_made_do_not_matter():
    assert same(values.count(1), values.number(1).marked(frozenset({SENSITIVE})))
    assert same(values.number(numbers.NEGATIVE_ZERO), values.number(0))


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=6))
def test_null_comes_last(texts):
    ordered = sorted((values.Value(text, types.STRING) for text in texts), key=set_order)
    contents = [value.content for value in ordered]
    assert contents == sorted(text for text in texts if text is not None) + [None] * texts.count(None)
