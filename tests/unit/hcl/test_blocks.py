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
        HEAD + f'  dynamic "replica" {{\n    for_each = {for_each}\n    content {{\n      region_name = replica.key\n'
        "    }\n  }\n}\n"
    )
    assert [d.summary for d in configuration.diagnostics] == ([summary] if summary else [])
    replica = only(configuration).values["replica"]
    assert isinstance(replica, Unknown) if summary else len(replica) == 1000


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


REPEATED = """
    variable "owner" { default = "us" }
    resource "aws_dynamodb_table" "t" {
      for_each = { a = "N", b = "S", c = null }
      name      = each.key
      hash_key  = "id"
      range_key = var.owner == "us" ? "at" : each.key
      tags      = { owner = var.owner, kept = false ? each.key : "yes", type = try(each.value, "none") }
      ttl {
        enabled = true
      }
      dynamic "attribute" {
        for_each = { id = each.value, at = "S" }
        content {
          name = attribute.key
          type = attribute.value
        }
      }
    }
"""


def test_what_a_repetition_decides_is_its_own(loaded):
    tables = {table.values["name"]: table.values for table in loaded(REPEATED).resources}
    assert {name: table["tags"]["type"] for name, table in tables.items() if "type" in table["tags"]} == {
        "a": "N",
        "b": "S",
    }
    types = {name: [part["type"] for part in table["attribute"]] for name, table in tables.items()}
    assert isinstance(types.pop("c")[1], Unknown)
    assert types == {
        "a": ["S", "N"],
        "b": ["S", "S"],
    }


def test_what_no_repetition_decides_is_worked_out_once(loaded):
    first, *others = (table.written for table in loaded(REPEATED).resources)
    assert all(table["hash_key"] is first["hash_key"] for table in others)
    assert all(
        table["ttl"].content[0].content["enabled"] is first["ttl"].content[0].content["enabled"] for table in others
    )
    assert all(table["name"] is not first["name"] for table in others)


def test_instances_of_a_module_share_nothing_that_their_arguments_decide(loaded):
    module = 'variable "n" {}\nresource "aws_dynamodb_table" "t" {\n  count = 2\n  name = var.n\n  hash_key = "id"\n}\n'
    configuration = loaded(
        'module "m" {\n  source = "./m"\n  for_each = toset(["a", "b"])\n  n = each.key\n}\n', {"m__main.tf": module}
    )
    assert [table.values["name"] for table in configuration.resources] == ["a", "a", "b", "b"]


def test_a_fault_that_all_repetitions_share_is_told_once_and_costs_each_its_value(loaded):
    configuration = loaded(
        'resource "aws_dynamodb_table" "t" {\n  count = 3\n  name = "t"\n  hash_key = missing.x\n}\n'
    )
    assert [diagnostic.summary for diagnostic in configuration.diagnostics] == ["Reference to undeclared resource"]
    assert all(isinstance(table.values["hash_key"], Unknown) for table in configuration.resources)


TURNS = """
variable "rules" {
  default = { b = ["x"], a = ["y", "z"] }
}
resource "other_thing" "t" {
  for_each = { one = 1, two = 2 }
  dynamic "part" {
    for_each = var.rules
    iterator = rule
    content {
      name = upper(rule.key)
      of   = each.key
      dynamic "inner" {
        for_each = rule.value
        content {
          text   = "${rule.key}${inner.value}"
          number = each.value * (inner.key + 1)
        }
      }
      dynamic "own" {
        for_each = [rule.key, each.key]
        content {
          text = "${own.value}/${rule.key}"
        }
      }
    }
  }
  dynamic "own" {
    for_each = range(each.value)
    content {
      number = own.value
    }
  }
  whole {
    texts = [for key in keys(var.rules) : lower(key)]
  }
}
"""


def part(name, instance, number, inner):
    return {
        "name": name.upper(),
        "of": instance,
        "inner": tuple({"text": f"{name}{text}", "number": number * place} for place, text in enumerate(inner, 1)),
        "own": ({"text": f"{name}/{name}"}, {"text": f"{instance}/{name}"}),
    }


def test_dynamic_blocks_that_repetitions_have_in_common_keep_what_is_each_ones_own(loaded):
    found = loaded(TURNS).resources
    assert [resource.values for resource in found] == [
        {
            "part": (part("a", name, number, "yz"), part("b", name, number, "x")),
            "own": tuple({"number": each} for each in range(number)),
            "whole": ({"texts": ("a", "b")},),
        }
        for number, name in enumerate(("one", "two"), 1)
    ]
    one, two = (resource.written["whole"] for resource in found)
    assert one is two
