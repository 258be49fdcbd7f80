from pathlib import Path

import pytest

from auditor.hcl import plain_values, types, values
from auditor.hcl.console import EmptyScope
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.values import SENSITIVE, Undecided

CAUSE = values.not_evaluable("later", "aws_x.y")
UNKNOWN = values.unknown(types.STRING, CAUSE)


def result(expression, x=None):
    class Scope(EmptyScope):
        def resolve(self, name, steps, /):
            return (x, 0) if name == "x" else super().resolve(name, steps)

    source = SourceFile("main.tf", expression)
    return evaluate(parse_expression(source), Scope(Surroundings(Path(), Path())), source)


@pytest.mark.parametrize("expression", ["try(x, 1)", "try([x], 1)", "can(x)"])
def test_what_is_not_wholly_known_could_still_fail(expression):
    assert result(expression, UNKNOWN).content.cause == CAUSE


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("try(x.a, 1)", 1), ("can(x.a)", False), ("try([x, 2][1], 1)", 2), ("can(1)", True), ("core::max(1, 2)", 2)],
)
def test_certain_all_the_same(expression, expected):
    assert result(expression, UNKNOWN).content == expected


def test_functions_of_other_providers_are_unknown_with_their_name():
    content = result('provider::time::rfc3339_parse("x")').content
    assert isinstance(content, Undecided)
    assert "provider::time::rfc3339_parse()" in content.cause.detail


def test_arguments_are_expanded_with_their_marks():
    given = plain_values.from_plain((1, 2)).marked(frozenset({SENSITIVE}))
    found = result("max(0, x...)", given)
    assert (found.content, found.sensitive) == (2, True)
    assert result("max(x...)", values.unknown(types.DYNAMIC, CAUSE)).content.cause == CAUSE


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nothing()", 'There is no function named "nothing"'),
        ("max(1...)", "must be of a tuple, list, or set type"),
        ("can()", 'expects 1 argument.s.. Missing value for "expression"'),
        ("can(1, 2)", "expects only 1 argument"),
        ('templatefile("a")', 'Missing value for "vars"'),
        ("other::f(1)", "namespace .other. is not valid"),
    ],
)
def test_complaints(expression, message):
    with pytest.raises(EvaluationError, match=message):
        result(expression)


def test_the_failures_of_all_attempts_are_told():
    with pytest.raises(EvaluationError) as caught:
        result('try(tonumber("a"), tobool("b"))')
    assert 'cannot convert "a" to number' in caught.value.detail
    assert 'cannot convert "b" to bool' in caught.value.detail
