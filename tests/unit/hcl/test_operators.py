import pytest

from auditor.hcl import types, values
from auditor.hcl.errors import EvaluationError, LimitExceeded
from auditor.hcl.operators import binary, equality, unary
from auditor.hcl.values import SENSITIVE, Undecided, Value

CAUSE = values.not_evaluable("later", "local.x")
UNKNOWN = values.unknown(types.BOOL, CAUSE)
NUMBER = values.unknown(types.NUMBER, CAUSE, not_null=True, minimum=3, maximum=5)


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("&&", values.FALSE, UNKNOWN, False),
        ("&&", UNKNOWN, values.FALSE, False),
        ("||", UNKNOWN, values.TRUE, True),
        ("<", NUMBER, values.number(6), True),
        ("<", NUMBER, values.number(2), False),
        (">=", NUMBER, values.number(2), True),
        ("<=", NUMBER, values.number(2), False),
        ("==", NUMBER, values.number(9), False),
        ("!=", NUMBER, values.string("4"), True),
        ("==", values.unknown(types.STRING, CAUSE, not_null=True, prefix="arn:"), values.string("x"), False),
        ("==", values.unknown(types.STRING, CAUSE, not_null=True), values.NULL, False),
    ],
)
def test_certain_in_spite_of_the_unknown(operator, left, right, expected):
    assert binary(operator, left, right).content is expected


@pytest.mark.parametrize(
    ("operator", "left", "right"),
    [
        ("&&", values.TRUE, UNKNOWN),
        ("||", UNKNOWN, values.FALSE),
        ("<", NUMBER, values.number(4)),
        ("<", NUMBER, values.number(3)),
        (">=", NUMBER, values.number(3)),
        ("<=", NUMBER, values.number(5)),
        ("+", NUMBER, values.number(4)),
        ("==", NUMBER, values.number(4)),
        ("==", values.unknown(types.STRING, CAUSE), values.NULL),
        ("==", values.unknown(types.DYNAMIC, CAUSE), values.number(4)),
    ],
)
def test_unknown_with_its_cause(operator, left, right):
    content = binary(operator, left, right).content
    assert isinstance(content, Undecided)
    assert content.cause == CAUSE


def test_one_certain_difference_decides_over_unknown_parts():
    left = values.mapping({"a": UNKNOWN, "b": values.TRUE})
    right = values.mapping({"a": values.TRUE, "b": values.FALSE})
    assert equality(left, right).content is False


def test_draws_of_a_random_function_are_equal_to_themselves_only():
    def draw():
        return Value(Undecided(CAUSE, not_null=True, draw=object()), types.STRING)

    one = draw()
    assert equality(one, draw()).content is False
    assert isinstance(equality(one, one).content, Undecided)


def test_marks_of_both_operands_stay():
    secret = values.number(1).marked(frozenset({SENSITIVE}))
    assert binary("+", values.number(1), secret).sensitive
    assert equality(values.sequence([secret]), values.sequence([])).sensitive
    assert unary("-", secret).sensitive


def test_complaints():
    with pytest.raises(EvaluationError, match="Unsuitable value for left operand: a number is required"):
        binary("+", values.string("x"), values.number(1))
    with pytest.raises(EvaluationError, match="argument must not be null"):
        unary("!", values.NULL)
    with pytest.raises(LimitExceeded):
        binary("*", values.number(10**3900), values.number(10**3900))


def test_collections_of_different_element_types_are_not_equal_even_if_empty():
    empty, strings = values.Value((), types.ListType(types.DYNAMIC)), values.Value((), types.ListType(types.STRING))
    assert equality(empty, strings).content is False
    assert equality(values.mapping({"a": empty}), values.mapping({"a": strings})).content is False
    assert equality(empty, empty).content is True
    later = values.mapping({"a": values.unknown(types.DYNAMIC, CAUSE)})
    assert isinstance(equality(later, values.mapping({"a": values.TRUE})).content, Undecided)
