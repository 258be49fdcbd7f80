from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import plain_values, types, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS

PLAN = Surroundings(Path(), Path())


def run(name, *given_values):
    arguments = [item if isinstance(item, values.Value) else plain_values.from_plain(item) for item in given_values]
    return call(FUNCTIONS[name], arguments, PLAN)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["%d", "%5d", "%-8d", "%+d", "% d", "%08d", "%x", "%X", "%o"]))
def test_whole_numbers_as_python_writes_them(number, verb):
    assert run("format", verb, number).content == verb % number


@given(st.integers(-(10**6), 10**6), st.sampled_from(["%.2f", "%10.3f", "%e", "%.1e", "%+.2f", "%012.2f"]))
def test_fractions_as_python_writes_them(number, verb):
    eighths = values.number(_divided(number))
    assert run("format", verb, eighths).content == verb % (number / 8)


def _divided(number):
    from auditor.hcl import numbers  # noqa: PLC0415 - only here

    return numbers.divide(number, 8)


@given(st.integers(-(10**9), 10**9))
def test_general_numbers_as_python_writes_them(number):
    assert run("format", "%.4g", values.number(_divided(number))).content.replace("-0", "0") == (
        "%.4g" % (number / 8)
    ).replace("-0", "0")


@pytest.mark.parametrize("template", ["%99999d", "%.99999f", "%" + "9" * 40 + "d", "%[" + "9" * 5000 + "]d"])
def test_widths_are_bounded(template):
    with pytest.raises(FunctionError):
        run("format", template, 1)


def test_results_do_not_grow_without_end():
    with pytest.raises(FunctionLimit):
        run("format", "%9999[1]s" * 2000, "x")


def test_unknown_arguments_keep_the_text_before():
    unknown = values.unknown(types.STRING, values.not_evaluable("later"))
    assert run("format", "a-%s-%s", "x", unknown).content.prefix == "a-"
    rows = run("formatlist", "%s", ("a", "b")).content
    assert [row.content for row in rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("verb", "number", "text"),
    [
        ("%v", 1000000, "1e+06"), ("%v", 123456789, "1.23456789e+08"), ("%v", 100000, "100000"),
        ("%#v", 1000000, "1000000"), ("%#x", 255, "0xff"), ("%#o", 8, "010"), ("%.3d", 5, "005"),
        ("%8.3d|", 5, "     005|"), ("%08.3d|", 5, "     005|"), ("%e", 0, "0.000000e+00"),
    ],
)  # fmt: skip
def test_numbers_as_terraform_writes_them(verb, number, text):
    assert run("format", verb, number).content == text


@pytest.mark.parametrize("template", ["%", "%5", "%y", "%!", "%[0]s", "%[2]s"])
def test_complaints(template):
    with pytest.raises(FunctionError):
        run("format", template, "x")
