"""The type of what has no value decides whether the other branch fits."""

import pytest

from auditor.hcl import types
from auditor.hcl.outline import outline
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.values import not_evaluable


@pytest.mark.parametrize(
    ("expression", "notation"),
    [
        ("upper(1, 2)", "dynamic"),
        ("[upper(1, 2), 3]", ["tuple", ["dynamic", "number"]]),
        ('{ "a" = upper() }', ["object", {"a": "dynamic"}]),
        ("{ (upper()) = 1 }", "dynamic"),
        ('"x ${upper()}"', "string"),
        ('"${upper() + 1}"', "number"),
        ("upper() < 1", "bool"),
        ("!upper()", "bool"),
        ('upper() ? "x ${upper()}" : "a"', "string"),
        ("upper() ? [upper()] : 1", "dynamic"),
    ],
)
def test_the_type_follows_from_the_form(expression, notation):
    tree = parse_expression(SourceFile("main.tf", expression))
    assert types.notation(outline(tree, not_evaluable("why")).type) == notation
