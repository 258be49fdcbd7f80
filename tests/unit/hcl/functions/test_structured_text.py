import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import plain_values, types, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS
from auditor.model.values import Reason, Unknown

PLAN = Surroundings(Path(), Path())
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner).map(tuple), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


def run(name, value):
    return call(FUNCTIONS[name], [value], PLAN)


@given(PLAIN)
def test_what_is_encoded_comes_back(plain):
    value = plain_values.from_plain(plain)
    text = run("jsonencode", value)
    assert plain_values.plain(run("jsondecode", text)) == plain_values.plain(value)
    assert json.loads(text.content) is not Ellipsis


def computed(reference):
    return values.unknown(types.STRING, Unknown(Reason.COMPUTED_BY_AWS, references=(reference,)))


def test_a_text_with_references_is_told_between_them():
    found = run("jsonencode", values.mapping({"a": values.sequence([computed("x.y.arn"), values.number(1)])}))
    assert found.content.text == '{"a":["\ue000x.y.arn\ue001",1]}'


@pytest.mark.parametrize(
    "other",
    [
        values.unknown(types.STRING, values.not_evaluable("later")),
        values.sequence([values.unknown(types.STRING, values.not_evaluable("later"))]),
        values.unknown(types.NUMBER, Unknown(Reason.COMPUTED_BY_AWS, references=("x.y.size",))),
    ],
)
def test_of_a_text_with_more_than_references_nothing_is_told(other):
    assert run("jsonencode", values.mapping({"a": computed("x.y.arn"), "b": other})).content.text == ""


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "{'a':1}", "[1", "1 2", '"\x01"', "tru", "[1,]", '{"a":1,}', "\ufeff1"]
)
def test_what_is_no_json(text):
    with pytest.raises(FunctionError):
        run("jsondecode", values.string(text))


def test_depth_and_digits_are_bounded():
    for text in ("[" * 300 + "]" * 300, "[" * 100_000, "1e99999", "9" * 10_000):
        with pytest.raises(FunctionLimit):
            run("jsondecode", values.string(text))


@pytest.mark.parametrize(
    ("value", "prefix"),
    [
        (values.sequence([values.unknown(types.STRING, values.not_evaluable("later"))]), "["),
        (values.mapping({"a": values.unknown(types.STRING, values.not_evaluable("later"))}), "{"),
        (values.unknown(types.STRING, values.not_evaluable("later"), not_null=True), '"'),
        (values.unknown(types.STRING, values.not_evaluable("later")), ""),
    ],
)
def test_the_first_character_is_certain(value, prefix):
    assert run("jsonencode", value).content.prefix == prefix


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\r\n1,2\r\n", [{"a": "1", "b": "2"}]),
        ('a\n"x\ny"\n', [{"a": "x\ny"}]),
        ('a,b\n"",\n', [{"a": "", "b": ""}]),
        ("a\n\n\n1", [{"a": "1"}]),
    ],
)
def test_rows_of_csv(text, rows):
    assert [dict(row) for row in plain_values.plain(run("csvdecode", values.string(text)))] == rows


@pytest.mark.parametrize(
    ("text", "complaint"),
    [('a\nx"y\n', "bare"), ('a\n"x\n', "quoted-field"), ('a\n"x"y\n', "quoted-field"), ("a\n1,2\n", "line 2")],
)
def test_what_is_no_csv(text, complaint):
    with pytest.raises(FunctionError, match=complaint):
        run("csvdecode", values.string(text))
