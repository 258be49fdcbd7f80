from fractions import Fraction

import pytest

from auditor.hcl import plain_values, types, values
from auditor.hcl.conditional import choose
from auditor.hcl.errors import EvaluationError
from auditor.hcl.numbers import Float
from auditor.hcl.values import SENSITIVE, Undecided

CAUSE = values.not_evaluable("later", "local.x")
UNKNOWN = values.unknown(types.BOOL, CAUSE)
NULL_STRING = values.null(types.STRING)


def strings(*texts):
    return values.list_of(types.STRING, map(values.string, texts))


def test_the_choice_takes_the_common_type():
    assert choose(values.TRUE, values.number(1), values.string("x")).content == "1"
    assert choose(values.FALSE, values.NULL, values.string("x")).content == "x"
    assert choose(values.TRUE, values.NULL, values.string("x")).type == types.STRING


def test_an_unknown_condition_keeps_what_both_have_in_common():
    content = choose(UNKNOWN, values.string("pre-a"), values.string("pre-b")).content
    assert (content.cause, content.not_null, content.prefix) == (CAUSE, True, "")
    assert choose(UNKNOWN, values.string("a"), NULL_STRING).content.not_null is False
    one_or_two = choose(UNKNOWN, strings("a"), strings("a", "b")).content
    assert (one_or_two.minimum, one_or_two.maximum) == (1, 2)
    same_length = choose(UNKNOWN, strings("a"), strings("b"))
    assert [type(item.content) for item in same_length.content] == [Undecided]


def test_bounds_that_decide():
    """As Terraform has them: a number between equal bounds is known, an empty collection, the element of a set not."""
    numbers = choose(UNKNOWN, values.number(2), values.count(2))
    assert (numbers.content, numbers.type) == (2, types.NUMBER)
    halves = choose(UNKNOWN, *[values.number(Float(Fraction(1, 2)))] * 2)
    assert halves.content == Float(Fraction(1, 2))
    assert choose(UNKNOWN, NULL_STRING, values.NULL).is_null
    empty, one, two = (values.set_of(types.STRING, map(values.string, texts)) for texts in ("", "a", "b"))
    assert choose(UNKNOWN, empty, empty).content == ()
    assert [type(item.content) for item in choose(UNKNOWN, one, two).content] == [Undecided]


def test_lengths_of_collections_of_two_types_say_nothing():
    lists = [values.list_of(types.STRING, [values.string("a")]), values.list_of(types.NUMBER, [values.number(1)])]
    assert choose(UNKNOWN, *lists).content.maximum is None
    assert choose(UNKNOWN, strings(), values.sequence([])).content.maximum is None
    assert choose(UNKNOWN, values.string("1"), values.number(1)).content.maximum is None


def test_marks_of_the_condition_and_of_the_choice():
    secret = values.TRUE.marked(frozenset({SENSITIVE}))
    assert choose(secret, values.number(1), values.number(2)).sensitive
    assert choose(values.FALSE, values.number(1).marked(secret.marks), values.number(2)).sensitive
    assert choose(UNKNOWN, values.number(1).marked(secret.marks), values.number(2)).sensitive


@pytest.mark.parametrize(
    ("condition", "if_true", "if_false", "message"),
    [
        (values.NULL, 1, 2, "condition value is null"),
        (values.number(1), 1, 2, "must be of type bool"),
        (values.TRUE, 1, True, "The 'true' value is number, but the 'false' value is bool"),
        (values.TRUE, {"a": 1, "b": (1,)}, {"a": 1}, "'true' value includes object attribute \"b\""),
        (values.TRUE, {"a": 1}, {"a": True}, 'Type mismatch for object attribute "a"'),
        (values.TRUE, (1,), (True,), "Type mismatch for tuple element 0"),
        (values.TRUE, (1, True), (True,), "tuple has length 2"),
    ],
)
def test_complaints(condition, if_true, if_false, message):
    with pytest.raises(EvaluationError, match=message):
        choose(condition, plain_values.from_plain(if_true), plain_values.from_plain(if_false))
