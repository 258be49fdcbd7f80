"""Conditions are decided instance by instance; what is not known leaves them open."""

import pytest

from auditor.model.values import Truth

TABLE = """
variable "secret" {
  default   = "s"
  sensitive = true
}
resource "aws_dynamodb_table" "t" {
  count    = 2
  name     = "t${count.index}"
  lifecycle {
    %s {
      condition     = %s
      error_message = %s
    }
  }
}
"""


@pytest.mark.parametrize(
    ("type_", "condition", "message", "decided"),
    [
        ("precondition", "count.index == 0", '"Not ${count.index}."', [("true", "Not 0."), ("false", "Not 1.")]),
        ("postcondition", 'self.name == "t1"', '"x"', [("false", "x"), ("true", "x")]),
        ("postcondition", 'self.arn == "x"', '"x"', [("unknown", "x")] * 2),
        ("precondition", 'var.secret == "" ? "false" : "true"', "var.secret", [("true", "")] * 2),
        ("precondition", 'var.secret == ""', '"x"', [("false", "x")] * 2),
    ],
)
def test_of_resources(loaded, type_, condition, message, decided):
    configuration = loaded(TABLE % (type_, condition, message))
    assert not configuration.diagnostics
    assert [(found.truth.value, found.message) for found in configuration.conditions] == decided
    assert [found.address for found in configuration.conditions] == [f"aws_dynamodb_table.t[{i}]" for i in (0, 1)]


@pytest.mark.parametrize("condition", ["nothing.here.at_all", "[]", "local.missing"])
def test_without_a_value_they_are_open_and_told(loaded, condition):
    configuration = loaded(TABLE % ("precondition", condition, '"x"'))
    assert {found.truth for found in configuration.conditions} == {Truth.UNKNOWN}
    assert configuration.diagnostics


def test_an_argument_left_out_is_told(loaded):
    (found,) = loaded('check "c" {\n  assert {\n    condition = false\n  }\n}').conditions
    assert (found.truth, found.message) == (Truth.FALSE, "")
    assert str(found) == "main.tf:2:3: assert of check.c: no message that can be shown"


def test_instances_that_are_not_counted_are_open(loaded):
    (found,) = loaded("""
        resource "aws_sns_topic" "a" {
          name = "a"
        }
        resource "aws_sns_topic" "b" {
          for_each = toset([aws_sns_topic.a.arn])
          name     = "b"
          lifecycle {
            precondition {
              condition     = false
              error_message = "x"
            }
          }
        }
    """).conditions
    assert found.truth is Truth.UNKNOWN


def test_a_check_has_data_sources_of_its_own(loaded):
    configuration = loaded(
        """
        check "region" {
          data "aws_region" "current" {}
          assert {
            condition     = data.aws_region.current.name == "eu-west-1"
            error_message = "Elsewhere."
          }
        }
    """,
        region="eu-west-1",
    )
    assert [found.truth for found in configuration.conditions] == [Truth.TRUE]
    assert not configuration.diagnostics


def test_in_json(loaded):
    text = """{"check": {"c": {"data": {"aws_region": {"r": {}}},
      "assert": [{"condition": "${data.aws_region.r.name == \\"x\\"}", "error_message": "No."}]}}}"""
    configuration = loaded("", {"more.tf.json": text}, region="y")
    assert [str(found) for found in configuration.conditions] == ["more.tf.json:2:7: assert of check.c: No."]
    assert configuration.conditions[0].truth is Truth.FALSE
