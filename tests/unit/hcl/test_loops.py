from pathlib import Path

import pytest

from auditor.hcl import plain_values, types, values
from auditor.hcl.console import EmptyScope
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.types import ListType
from auditor.hcl.values import SENSITIVE, Undecided

CAUSE = values.not_evaluable("later", "aws_x.y")


def result(expression, x=None):
    class Scope(EmptyScope):
        def resolve(self, name, steps, /):
            return (x, 0) if name == "x" else super().resolve(name, steps)

    source = SourceFile("main.tf", expression)
    return evaluate(parse_expression(source), Scope(Surroundings(Path(), Path())), source)


UNKNOWN = values.unknown(types.STRING, CAUSE, not_null=True)
SECRET = values.string("a").marked(frozenset({SENSITIVE}))


@pytest.mark.parametrize(
    "expression",
    ['[for v in [1] : v if x == 1 || x == "a"]', "{ for v in [x] : v => 1 }", "[for v in jsondecode(x) : v]"],
)
def test_an_unknown_condition_key_or_collection_makes_all_unknown(expression):
    content = result(expression, UNKNOWN).content
    assert isinstance(content, Undecided)
    assert content.cause == CAUSE


def test_unknown_elements_stay_in_their_place():
    found = result("[for v in [x, 1] : [v]]", UNKNOWN)
    assert [len(item.content) for item in found.content] == [1, 1]


def test_marks_of_collection_condition_and_keys_are_on_the_result_those_of_elements_inside():
    assert result('[for v in ["a"] : v if v == x]', SECRET).sensitive
    assert result("{ for v in [x] : v => 1 }", SECRET).sensitive
    inside = result("[for v in [x] : v]", SECRET)
    assert not inside.sensitive
    assert inside.content[0].sensitive


def test_a_duplicate_key_is_not_quoted_where_it_is_sensitive():
    with pytest.raises(EvaluationError, match="produced the key \\(sensitive\\)"):
        result("{ for v in [x, x] : v => 1 }", values.string("hunter2").marked(frozenset({SENSITIVE})))


def test_inner_names_stand_before_outer_ones():
    assert plain_values.plain(result("[for v in [1] : [for v in [2] : v]]")) == ((2,),)


def test_the_element_of_the_innermost_splat():
    found = result("x[*].a[*].b", plain_values.from_plain(({"a": ({"b": 1}, {"b": 2})},)))
    assert plain_values.plain(found) == ((1, 2),)


@pytest.mark.parametrize(
    ("subject", "type_"),
    [
        (values.unknown(ListType(types.STRING), CAUSE), ListType(types.STRING)),
        (values.unknown(types.TupleType((types.STRING,)), CAUSE), types.TupleType((types.STRING,))),
        (values.unknown(types.STRING, CAUSE), types.DYNAMIC),
        (values.unknown(types.DYNAMIC, CAUSE), types.DYNAMIC),
    ],
)
def test_splat_of_unknown_values(subject, type_):
    found = result("x[*]", subject)
    assert isinstance(found.content, Undecided)
    assert found.type == type_


def test_splat_of_a_single_value():
    assert len(result("x[*]", UNKNOWN).content) == 1
    assert result("x[*]", values.null(types.STRING)).content == ()
    assert result("x[*].a", values.list_of(types.ObjectType({"a": types.BOOL}), [])).type == ListType(types.BOOL)
    with pytest.raises(EvaluationError, match="cannot be applied to null sequences"):
        result("x[*]", values.null(ListType(types.STRING)))
