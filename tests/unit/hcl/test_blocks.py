"""Bodies by their schema: dynamic blocks and faults in them."""

import pytest

from auditor.model.values import Unknown

HEAD = 'resource "aws_dynamodb_table" "t" {\n  name = "t"\n'


def only(configuration):
    (resource,) = configuration.resources
    return resource


@pytest.mark.parametrize(
    ("for_each", "summary"),
    [("null", "Invalid dynamic for_each value"), ('"x"', "Invalid dynamic for_each value"), ("range(1000)", None)],
)
def test_what_a_dynamic_block_takes(loaded, for_each, summary):
    configuration = loaded(
        HEAD + f'  dynamic "attribute" {{\n    for_each = {for_each}\n    content {{\n      name = attribute.key\n'
        '      type = "S"\n    }\n  }\n}\n'
    )
    assert [d.summary for d in configuration.diagnostics] == ([summary] if summary else [])
    attribute = only(configuration).values["attribute"]
    assert isinstance(attribute, Unknown) if summary else len(attribute) == 1000


def test_an_unknown_number_of_blocks_is_unknown(loaded):
    configuration = loaded(
        'resource "aws_kms_key" "k" {}\n'
        + HEAD
        + '  dynamic "ttl" {\n    for_each = aws_kms_key.k.arn == "x" ? [1] : []\n'
        "    content {\n      enabled = true\n    }\n  }\n}\n"
    )
    table = configuration.resources[0]
    assert table.values["ttl"].references == ("aws_kms_key.k.arn",)
    assert "ttl" in table.unknown


def test_static_and_dynamic_blocks_keep_their_order(loaded):
    configuration = loaded(
        'resource "aws_backup_plan" "p" {\n  name = "p"\n'
        '  dynamic "rule" {\n    for_each = ["b", "a"]\n    content {\n      rule_name = rule.value\n    }\n  }\n'
        '  rule {\n    rule_name = "c"\n  }\n}\n'
    )
    assert [rule["rule_name"] for rule in only(configuration).values["rule"]] == ["b", "a", "c"]


def test_unsupported_blocks_are_told(loaded):
    configuration = loaded(HEAD + "  nonsense {\n  }\n}\n")
    (diagnostic,) = configuration.diagnostics
    assert (diagnostic.summary, str(diagnostic.place)) == ("Unsupported block type", "main.tf:3:3")


def test_types_without_a_schema_keep_what_is_written(loaded):
    configuration = loaded(
        'resource "other_thing" "t" {\n  size = "2"\n  part {\n    name = "a"\n  }\n  part {\n    name = "b"\n  }\n}\n'
        'output "x" {\n  value = [other_thing.t.size, other_thing.t.id]\n}\n'
    )
    assert only(configuration).planned_values == {"size": "2", "part": [{"name": "a"}, {"name": "b"}]}
    size, id_ = configuration.outputs["x"].value.content
    assert size.content == "2"
    assert id_.content.cause.references == ("other_thing.t.id",)


def test_a_required_argument_that_is_missing_is_unknown_and_told(loaded):
    configuration = loaded(
        'resource "aws_kms_alias" "a" {\n  name = "alias/a"\n}\n'
        'data "aws_iam_policy_document" "d" {\n  statement {\n    principals {\n      type = "AWS"\n    }\n  }\n}\n'
        'output "json" {\n  value = data.aws_iam_policy_document.d.json\n}\n'
    )
    told = [(diagnostic.summary, str(diagnostic.place)) for diagnostic in configuration.diagnostics]
    summary = "Missing required argument"
    assert sorted(told) == [(summary, "main.tf:1:1"), (summary, "main.tf:6:5")]
    assert isinstance(only(configuration).values["target_key_id"], Unknown)
    assert not configuration.outputs["json"].value.is_known


def test_null_inside_of_a_list_or_a_set_is_refused(loaded):
    configuration = loaded(
        'data "aws_iam_policy_document" "d" {\n  statement {\n    actions = ["a", null]\n  }\n}\n'
        'resource "terraform_data" "t" {\n  input = ["a", null]\n}\n'
    )
    assert [(each.summary, str(each.place)) for each in configuration.diagnostics] == [
        ("Null value found in list", "main.tf:3:5")
    ]
