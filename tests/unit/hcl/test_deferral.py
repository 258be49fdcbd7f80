"""What data sources wait for."""

import pytest

from auditor.hcl.deferral import awaited

MAIN = """
resource "aws_sns_topic" "t" {
  name = "t"
}
resource "aws_sns_topic" "none" {
  count = 0
  name  = "none"
}
locals {
  name = aws_sns_topic.t.name
}
module "m" {
  source = "./m"
  name   = local.name
}
module "plain" {
  source = "./m"
  name   = "x"
}
data "aws_iam_policy_document" "d" {
  %s
}
"""
CONDITION = """statement {
    resources = [module.m.name]
  }
  lifecycle {
    postcondition {
      condition     = self.json != ""
      error_message = "x"
    }
  }
"""
CHILD = 'variable "name" {}\noutput "name" {\n  value = var.name\n}\n'


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ('statement {\n    resources = ["x"]\n  }', ""),
        ("statement {\n    resources = [aws_sns_topic.t.name]\n  }", "aws_sns_topic.t"),
        ("statement {\n    resources = aws_sns_topic.none[*].name\n  }", ""),
        ("statement {\n    resources = [local.name]\n  }", ""),
        ("for_each = { for t in [aws_sns_topic.t] : t.name => t }", "aws_sns_topic.t"),
        ("depends_on = [local.name]", "aws_sns_topic.t"),
        ("depends_on = [aws_sns_topic.none]", ""),
        ("depends_on = [module.m]", "aws_sns_topic.t"),
        ("depends_on = [module.m.name]", "aws_sns_topic.t"),
        ("depends_on = [module.plain.name]", ""),
        ("depends_on = [nothing.at_all]", ""),
        (
            CONDITION,
            "aws_sns_topic.t",
        ),
    ],
)
def test_what_is_awaited(loaded, body, address):
    root = loaded(MAIN % body, {"m/main.tf": CHILD}).root
    assert awaited(root, root.module.of("data")["aws_iam_policy_document", "d"]) == address


def test_the_text_of_a_deferred_document_is_told(loaded):
    configuration = loaded(MAIN % 'depends_on = [aws_sns_topic.t]\n  statement {\n    actions = ["a"]\n  }')
    (document,) = (each for each in configuration.root.instances() if each.mode == "data")
    json = document.part("json")
    assert not json.is_known
    assert '"Action": "a"' in json.content.as_text


def test_a_data_source_of_a_module_waits_for_what_its_call_waits_for(loaded):
    main = MAIN % "" + 'module "w" {\n  source = "./w"\n  depends_on = [module.m]\n}\n'
    child = 'data "aws_iam_policy_document" "d" {}\n'
    root = loaded(main, {"m/main.tf": CHILD, "w/main.tf": child}).root
    (inner,) = root.children("w").modules
    assert awaited(inner, inner.module.of("data")["aws_iam_policy_document", "d"]) == "aws_sns_topic.t"
