import pytest

from auditor.hcl.parser import parse_expression
from auditor.hcl.references import references, root_of
from auditor.hcl.source import SourceFile


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("1", []),
        ("var.a.b", ["var"]),
        ('var.a["x"][0].b', ["var"]),
        ("var.a[local.i]", ["local", "var"]),
        ("[for k, v in var.m : v[local.x] if k == each.key]", ["each", "local", "var"]),
        ("{ for v in v : v => v }", ["v"]),
        ('"${a.b}%{ for x in c.d }${x}${e.f}%{ endfor }"', ["a", "c", "e"]),
        ("f(var.a...)[*].b", ["var"]),
        ("{ (a.b) = c.d }", ["a", "c"]),
    ],
)
def test_references_without_what_is_bound_inside(expression, names):
    tree = parse_expression(SourceFile("main.tf", expression))
    assert sorted({root_of(found).name for found in references(tree)}) == names
