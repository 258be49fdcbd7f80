"""What `moved`, `import` and `removed` say."""

import json

from auditor.hcl import declared_document, load, renamed

MAIN = """
moved {
  from = module.before
  to   = module.after["a"]
}
module "after" {
  source   = "./m"
  for_each = toset(["a", "b"])
}
removed {
  from = aws_sns_topic.gone
  lifecycle {
    destroy = false
  }
}
removed {
  from = aws_sns_topic.deleted
}
import {
  for_each = { x = "1", y = "2" }
  to       = aws_sqs_queue.q[each.key]
  id       = "queue-${each.value}"
}
resource "aws_sqs_queue" "q" {
  for_each = toset(["x", "y"])
}
"""
CHILD = """
moved {
  from = aws_sqs_queue.a
  to   = aws_sqs_queue.b[0]
}
resource "aws_sqs_queue" "b" {
  count = 1
}
"""


def said(configuration):
    return [(hint.kind, hint.former, hint.address, hint.id, hint.destroys) for hint in configuration.hints]


def test_hints_of_all_modules(loaded):
    configuration = loaded(MAIN, {"m/main.tf": CHILD})
    assert not configuration.diagnostics
    assert said(configuration) == [
        ("moved", "module.before", 'module.after["a"]', None, False),
        ("removed", "aws_sns_topic.gone", "", None, False),
        ("removed", "aws_sns_topic.deleted", "", None, True),
        ("import", "", 'aws_sqs_queue.q["x"]', "queue-1", False),
        ("import", "", 'aws_sqs_queue.q["y"]', "queue-2", False),
        ("moved", 'module.after["a"].aws_sqs_queue.a', 'module.after["a"].aws_sqs_queue.b[0]', None, False),
        ("moved", 'module.after["b"].aws_sqs_queue.a', 'module.after["b"].aws_sqs_queue.b[0]', None, False),
    ]
    document = declared_document(configuration)["hints"]
    assert document[1] == {"kind": "removed", "from": "aws_sns_topic.gone", "destroys": False, "place": "main.tf:10:1"}
    assert document[3]["id"] == "queue-1"


def test_moves_follow_each_other(loaded):
    hints = loaded(MAIN, {"m/main.tf": CHILD}).hints
    assert renamed("module.before.aws_sqs_queue.a.arn", hints) == 'module.after["a"].aws_sqs_queue.b[0].arn'
    assert renamed("module.before_that.aws_sqs_queue.a", hints) == "module.before_that.aws_sqs_queue.a"


def test_moves_in_a_circle_end(loaded):
    circle = "".join(
        f"moved {{\n  from = aws_sqs_queue.{a}\n  to = aws_sqs_queue.{b}\n}}\n" for a, b in [("a", "b"), ("b", "a")]
    )
    assert renamed("aws_sqs_queue.a", loaded(circle).hints) in {"aws_sqs_queue.a", "aws_sqs_queue.b"}


def test_json_syntax(write):
    code = {
        "moved": [{"from": "aws_sqs_queue.a", "to": 'aws_sqs_queue.b["k"]'}],
        "import": {"to": "aws_sqs_queue.c", "id": "${1 + 1}"},
        "removed": {"from": "module.m", "lifecycle": {"destroy": False}},
    }
    assert said(load(write(**{"main.tf.json": json.dumps(code)}))) == [
        ("moved", "aws_sqs_queue.a", 'aws_sqs_queue.b["k"]', None, False),
        ("import", "", "aws_sqs_queue.c", 2, False),
        ("removed", "module.m", "", None, False),
    ]


def test_what_is_no_address_is_told(loaded):
    configuration = loaded('moved {\n  from = "x"\n  to   = aws_sqs_queue.b\n}\n')
    assert [each.summary for each in configuration.diagnostics] == ["Invalid address"]
    assert not configuration.hints
