from pathlib import Path

import pytest

from auditor.hcl import values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions import regular_expressions
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS
from auditor.hcl.values import Undecided


def run(name, *texts):
    return call(FUNCTIONS[name], [values.string(text) for text in texts], Surroundings(Path(), Path()))


def test_time_is_linear_in_the_text():
    assert run("regexall", "(a*)*b", "a" * 50_000).content == ()


@pytest.mark.parametrize(
    ("template", "expected"),
    [("$1-$0", "a-ab"), ("${1}x", "ax"), ("$1x", ""), ("$$", "$"), ("${n}", "b"), ("$9", ""), ("$", "$")],
)
def test_replacements(template, expected):
    assert run("replace", "ab", "/(a)(?P<n>b)/", template).content == expected


def test_results_do_not_grow_without_end():
    with pytest.raises(FunctionLimit):
        run("replace", "a" * 50_000, "/a/", "b" * 1000)
    with pytest.raises(FunctionLimit):
        run("replace", "a" * 50_000, "a", "b" * 1000)


@pytest.mark.parametrize("pattern", ["a{1001}", "(?<=a)b", "a**", "\\", "[z-a]", "x" * 20_000])
def test_patterns_that_terraform_refuses(pattern):
    with pytest.raises(FunctionError, match="invalid regexp pattern"):
        run("regex", pattern, "x")


@pytest.mark.parametrize("name", ["regex", "regexall"])
def test_groups_of_one_name_are_left_open(name):
    with pytest.raises(FunctionLimit, match="the same name"):
        run(name, "(?P<a>x)(?P<a>y)", "xy")
    with pytest.raises(FunctionError, match="cannot mix both"):
        run(name, "(?P<a>x)(y)", "xy")


def test_without_the_engine_results_are_unknown(monkeypatch):
    monkeypatch.setattr(regular_expressions, "re2", None)
    for found in (run("regex", "a", "a"), run("regexall", "a", "a"), run("replace", "a", "/a/", "b")):
        assert isinstance(found.content, Undecided)
        assert "google-re2" in found.content.cause.detail
    assert run("replace", "a", "a", "b").content == "b"
