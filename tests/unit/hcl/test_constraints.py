"""Type constraints."""

import pytest

from auditor.hcl import types
from auditor.hcl.constraints import type_constraint
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.variables import CONSTANTS


def read(text):
    source = SourceFile("x", text)
    return type_constraint(parse_expression(source), source, lambda node: evaluate(node, CONSTANTS, source))


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("string", "string"),
        ("any", "dynamic"),
        ("list(set(number))", ["list", ["set", "number"]]),
        ("map", ["map", "dynamic"]),
        ("tuple([string, bool])", ["tuple", ["string", "bool"]]),
        ("object({ a = string, b = optional(number) })", ["object", {"a": "string", "b": "number"}]),
    ],
)
def test_types(text, notation):
    assert types.notation(read(text)) == notation


def test_defaults_are_converted():
    constraint = read('object({ a = optional(number, "5"), b = optional(object({ c = optional(bool, true) }), {}) })')
    assert constraint.optional["a"].content == 5
    assert constraint.optional["b"].content["c"].content is True


@pytest.mark.parametrize(
    "text", ["text", '"string"', "list()", "list(string, string)", "tuple(string)", "1", "object({ (a) = string })",
             "optional(string)", 'object({ a = optional(number, "x") })', "object({ a = optional() })"],
)  # fmt: skip
def test_what_is_no_type(text):
    with pytest.raises(EvaluationError):
        read(text)
