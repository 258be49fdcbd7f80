"""The code as python-hcl2 reads it: the same tree, or a clear refusal."""

import json

import pytest
from recorded_roots import compare, options_of

from auditor.hcl import load
from auditor.hcl.first_reader import OURS, PYTHON_HCL2, READERS
from auditor.hcl.source import SourceFile
from auditor.model.errors import HclSyntaxError

TEXT = """locals {
  a = "x${var.y}z \\u00e9 $${b}"
  b = <<-EOT
    hi ${var.env}
  EOT
  c = { for k, v in var.m : k => v... if v }
  d = "%{ if var.x }a%{ endif }"
  e = [-5, !true, 1.50, null]
  f = { "a" = 1, b : 2, (var.c) = 3, true = 4 }
  g = a.b[0].c["k"]
  h = cond ? f(1, [2]...) : x[*].y
}
resource "aws_x" "y" {
  block {}
}
"""


def test_the_same_tree():
    source = SourceFile("main.tf", TEXT)
    theirs = READERS[PYTHON_HCL2](source)
    ours = READERS[OURS](source)
    assert [block.type for block in theirs.blocks] == ["locals", "resource"]
    assert [block.offset for block in theirs.blocks] == [block.offset for block in ours.blocks]
    locals_, mine = theirs.blocks[0].body.attributes, ours.blocks[0].body.attributes
    assert {name: each.offset for name, each in locals_.items()} == {name: each.offset for name, each in mine.items()}
    assert locals_["b"].expression == mine["b"].expression
    assert locals_["d"].expression == mine["d"].expression


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("a = $\n", "Refused by python-hcl2"),
        ("locals {\n  a = !!var.x\n}\n", "Refused by python-hcl2"),
        ("locals {\n  a = var.z[*].b[*].c\n}\n", "Misread by python-hcl2"),
        ("locals {\n  a = 1\n  a = 2\n}\n", "Attribute redefined"),
    ],
)
def test_what_it_does_not_read(text, summary):
    with pytest.raises(HclSyntaxError, match=summary) as told:
        READERS[PYTHON_HCL2](SourceFile("main.tf", text))
    assert told.value.subject.file == "main.tf"


@pytest.mark.parametrize("name", ["flattened_maps", "dynamic_nested", "deep_modules"])
def test_recorded_roots(name, request):
    root = request.config.rootpath / "tests" / "fixtures" / "hcl" / "roots" / name
    configuration = load(root, reader=PYTHON_HCL2, **options_of(root))
    assert not configuration.diagnostics
    compare(configuration, json.loads((root / "plan.json").read_text()))
