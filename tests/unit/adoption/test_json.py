"""Values that are written in JSON: the edit replaces the value that decides, and nothing else of the text."""

import pytest
from adoption_cases import search_in
from plan_cases import REGION
from random_companions import described

from auditor.adoption.texts import unified

PROVIDER = f'provider "aws" {{\n region = "{REGION}"\n}}\n'
CODE = """
variable "tables" {
  type = map(object({ protected = bool, class = optional(string), owner = string }))
}
resource "aws_dynamodb_table" "j1" {
  name                        = "t-j1"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.tables["one"].protected
  table_class                 = var.tables["one"].class
  tags                        = { Owner = var.tables["one"].owner }
  attribute {
    name = "id"
    type = "S"
  }
}
"""
VALUES = '{\n  "tables": { "one": {"protected" : false,"class":"STANDARD", "owner": "gr\\u00fcn ${x}" } }\n}\n'
RESOURCE = """{
  "resource": {"aws_dynamodb_table": {"j1": {
    "name": "t-j1", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id",
    "deletion_protection_enabled":false, "table_class": "STANDARD",
    "tags": {"Owner": "gr\\u00fcn"},
    "attribute": [{"name": "id", "type": "S"}]
  }}}
}
"""
FILES = {
    "terraform.tfvars.json": {"main.tf": PROVIDER + CODE, "terraform.tfvars.json": VALUES},
    "main.tf.json": {"provider.tf": PROVIDER, "main.tf.json": RESOURCE},
}


def live():
    told = described("t-j1", REGION, DeletionProtectionEnabled=True)
    told["DescribeTable"]["TableClassSummary"] = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    return told | {"ListTagsOfResource": {"Owner": "rot ${y}"}}


@pytest.mark.parametrize("name", FILES)
def test_what_decides_in_json_is_replaced_where_it_stands(name, tmp_path):
    for file, text in FILES[name].items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    search = search_in(tmp_path, {"id": "J1", "type": "aws_dynamodb_table", "live": live()})
    (comparison,) = search.trial.comparisons
    assert {path for each in search.adopt(comparison) if each.alone for path in each.paths} == {
        "deletion_protection_enabled",
        "table_class",
        'tags["Owner"]',
    }
    ((place, text),) = search.edited.items()
    before = FILES[name][name]
    owner = '"rot $${y}"' if name.endswith(".tf.json") else '"rot ${y}"'
    expected = before.replace("false", "true").replace("STANDARD", "STANDARD_INFREQUENT_ACCESS")
    expected = expected.replace('"gr\\u00fcn ${x}"', owner).replace('"gr\\u00fcn"', owner)
    assert (place.name, text) == (name, expected)
    assert unified(name, before, text).startswith(f"--- a/{name}\n+++ b/{name}\n@@ ")
    place.write_text(text, encoding="utf-8")
    assert not search.world.try_({}).drifts
