"""The chain of places behind a value."""

import pytest

from auditor.hcl.why import why
from auditor.model.errors import SourceError
from auditor.model.facts import SourceRange, Written

MAIN = """
variable "names" {
  default = {
    users = "users-table"
  }
}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
resource "aws_dynamodb_table" "t" {
  name     = var.names.users
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { a = "open", b = var.secret }
}
resource "aws_sns_topic" "s" {
  name         = "n"
  display_name = sensitive("hunter3")
}
"""
TABLE = "aws_dynamodb_table.t"


def lines(reasons):
    return [(reason.path, [(place.line, line) for place, line in reason.places]) for reason in reasons]


def test_the_deciding_literal_comes_first(loaded):
    assert lines(why(loaded(MAIN), TABLE, "name")) == [
        ("name", [(4, 'users = "users-table"'), (12, "name     = var.names.users")])
    ]


def test_all_values_below_a_path(loaded):
    assert lines(why(loaded(MAIN), TABLE, "attribute")) == [
        ("attribute[0].name", [(15, 'name = "id"')]),
        ("attribute[0].type", [(16, 'type = "S"')]),
    ]


def test_lines_with_sensitive_values_are_withheld(loaded):
    shown = repr(why(loaded(MAIN), TABLE, "tags")) + repr(why(loaded(MAIN), "aws_sns_topic.s", "display_name"))
    assert "hunter" not in shown
    assert "(sensitive)" in shown


def test_what_nobody_wrote(loaded):
    (reason,) = why(loaded(MAIN), TABLE, "billing_mode")
    assert reason.places == ()
    assert "default" in reason.otherwise
    (reason,) = why(loaded(MAIN), TABLE, "arn")
    assert "known only after" in reason.otherwise


def test_other_paths_of_the_same_values(loaded):
    place = SourceRange("main.tf", 15, 5)
    keyed = {'attribute["id"].name': Written((place,))}
    assert why(loaded(MAIN), TABLE, 'attribute["id"]', keyed)[0].places == ((place, 'name = "id"'),)


@pytest.mark.parametrize(
    ("address", "path", "hint"),
    [
        ("aws_dynamodb_tabel.t", "name", f"did you mean {TABLE}?"),
        (TABLE, "hash_keys", "did you mean hash_key?"),
        (TABLE, "zzz", "see `audit declared`"),
    ],
)
def test_unknown_names_are_told_with_a_suggestion(loaded, address, path, hint):
    with pytest.raises(SourceError) as caught:
        why(loaded(MAIN), address, path)
    assert caught.value.hint == hint
