"""What is written is read again as the same."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import written
from auditor.hcl.evaluate import evaluate
from auditor.hcl.parser import parse, parse_expression
from auditor.hcl.plain_values import plain
from auditor.hcl.source import SourceFile
from auditor.hcl.values import normalized
from auditor.hcl.variables import CONSTANTS
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXTS.map(normalized),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS.map(normalized), inner, max_size=4),
    max_leaves=12,
)


def read_again(text):
    source = SourceFile("part", text)
    return plain(evaluate(parse_expression(source), CONSTANTS, source))


def bare(value):
    if isinstance(value, Mapping):
        return {key: bare(item) for key, item in value.items()}
    return tuple(map(bare, value)) if isinstance(value, tuple) else value


@given(VALUES)
def test_any_value_survives(value):
    assert bare(read_again(written.expression(value))) == value


@given(VALUES)
def test_indented_values_survive_in_a_body(value):
    text = f"b {{\n  a = {written.expression(value, '  ')}\n}}\n"
    source = SourceFile("main.tf", text)
    (block,) = parse(source).blocks
    assert bare(plain(evaluate(block.body.attributes["a"].expression, CONSTANTS, source))) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("${x} %{y} $z", '"$${x} %%{y} $z"'),
        ('a"b\\c\n', '"a\\"b\\\\c\\n"'),
        ("\x1b[2J\u202e", '"\\u001b[2J\\u202e"'),
        ("\U000e0001", '"\\U000e0001"'),
        (Decimal("0.50"), "0.50"),
        ({}, "{}"),
        ((), "[]"),
        ({"a": 1, "b c": "x"}, '{ a = 1, "b c" = "x" }'),
        ({"for": True}, '{ "for" = true }'),
    ],
)
def test_as_people_write_it(value, text):
    assert written.expression(value) == text


def test_what_is_long_has_lines_of_its_own():
    long = {"first": "x" * 50, "second": "y" * 50}
    assert written.expression(long, "  ") == f'{{\n    first  = "{"x" * 50}"\n    second = "{"y" * 50}"\n  }}'
    assert written.expression(("x" * 50, "y" * 50)) == f'[\n  "{"x" * 50}",\n  "{"y" * 50}",\n]'


def test_arguments_are_aligned():
    assert written.arguments({"a": 1, "long": "x"}, "  ") == '  a    = 1\n  long = "x"\n'
    assert written.arguments({}, "  ") == ""


@pytest.mark.parametrize("value", [Unknown(Reason.DENIED), NOT_APPLICABLE, (Unknown(Reason.DENIED),)])
def test_what_is_not_known_is_never_written(value):
    with pytest.raises(TypeError, match="can't be written"):
        written.expression(value)
