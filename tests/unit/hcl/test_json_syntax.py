"""JSON syntax gives the same tree as native syntax."""

import pytest

from auditor.hcl import ast, load
from auditor.hcl.json_syntax import parse_json, parse_json_values
from auditor.hcl.parser import parse
from auditor.hcl.plain_values import plain
from auditor.hcl.second_shape import ours
from auditor.hcl.source import SourceFile
from auditor.model.errors import HclSyntaxError


def read(text):
    return parse_json(SourceFile("main.tf.json", text))


def test_the_same_tree_as_native_syntax():
    native = """resource "aws_dynamodb_table" "t" {
  name       = "${var.x}-a"
  depends_on = [aws_kms_key.k]
  ttl {
    enabled = true
  }
  dynamic "attribute" {
    for_each = var.a
    content {
      name = attribute.key
    }
  }
  lifecycle {
    ignore_changes = [tags["x"]]
  }
}
"""
    json = """{"resource": {"aws_dynamodb_table": {"t": {
      "name": "${var.x}-a",
      "depends_on": ["aws_kms_key.k"],
      "ttl": {"enabled": true},
      "dynamic": {"attribute": {"for_each": "${var.a}", "content": {"name": "${attribute.key}"}}},
      "lifecycle": {"ignore_changes": ["tags[\\"x\\"]"]}
    }}}}"""

    def unwrapped(shape):
        if isinstance(shape, tuple) and len(shape) == 2 and shape[0] == "template":
            return unwrapped(shape[1])
        return tuple(unwrapped(part) for part in shape) if isinstance(shape, tuple) else shape

    assert unwrapped(ours(read(json))) == ours(parse(SourceFile("main.tf", native)))


def test_repeated_blocks_are_arrays_and_comments_are_left_out():
    body = read('{"//": "x", "resource": [{"a": {"b": {"//": "y", "c": 1}}}, {"a": {"d": {}}}]}')
    assert [block.labels for block in body.blocks] == [("a", "b"), ("a", "d")]
    assert set(body.blocks[0].body.attributes) == {"c"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "1:1"),
        ("{", "1:2"),
        ('{"a" 1}', "1:6"),
        ('{"locals": {"a": 01}}', "1:19"),
        ('{"locals":\n {"a": tru}}', "2:8"),
        ('{"locals": {"a": "\\q"}}', "1:18"),
        ('{"locals": {"a": [1,]}}', "1:21"),
        ('{"nonsense": {}}', "1:2"),
        ('{"locals": 1}', "1:12"),
        ('{"locals": {"a": "${"}}', "1:21"),
        ('{"locals": {"a": "\\u0041${"}}', "1:18"),
        ('{"locals": {"a": "\\ud800"}}', "1:18"),
        ("{} {}", "1:4"),
    ],
)
def test_errors_have_places(text, place):
    with pytest.raises(HclSyntaxError) as caught:
        read(text)
    assert str(caught.value.subject) == f"main.tf.json:{place}"


def test_depth_is_bounded():
    with pytest.raises(HclSyntaxError, match="Invalid JSON syntax"):
        read('{"locals": {"a": ' + "[" * 5000)


def test_values_files_are_literal():
    values = parse_json_values(SourceFile("x.tfvars.json", '{"a": "${upper(1)}", "b": [1, null]}'))
    assert values["a"].expression.value == "${upper(1)}"
    assert isinstance(values["b"].expression, ast.Tuple)


def test_names_in_values_are_templates(tmp_path):
    (tmp_path / "main.tf.json").write_text(
        '{"locals": {"a": "k", "b": {"${local.a}": 1, "\\u0024{local.a}2": [{"$${kept}": 2}], "//": 3}}}',
        encoding="utf-8",
    )
    assert plain(load(tmp_path).root.local("b")) == {"k": 1, "k2": ({"${kept}": 2},), "//": 3}


def test_strings_of_constants_are_literal(write):
    root = write(
        **{
            "main.tf.json": """{
              "variable": {"a": {"default": "${not.evaluated} %{", "description": "${"}},
              "output": {"a": {"value": "${var.a}!"}}
            }"""
        }
    )
    configuration = load(root)
    assert not configuration.diagnostics
    assert configuration.outputs["a"].value.content == "${not.evaluated} %{!"
