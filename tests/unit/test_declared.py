import json
import textwrap

import pytest

from auditor.declared import declared, names, not_examined
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.facts import Default, SourceRange, Written
from auditor.model.values import REFERENCE, Reason, Unknown

ACCOUNT, REGION = "111122223333", "ap-southeast-1"


@pytest.fixture
def resources(tmp_path):
    """The declared resources of a text, by address."""

    def of(text, **more):
        (tmp_path / "main.tf").write_text(textwrap.dedent(text), encoding="utf-8")
        configuration = load(tmp_path, account=ACCOUNT, region=REGION, **more)
        assert not configuration.diagnostics, configuration.diagnostics
        found = declared(configuration, kinds(), account=ACCOUNT, region=REGION)
        return {resource.address: resource for resource in found}

    return of


TABLE = """
    resource "aws_dynamodb_table" "users" {
      name         = "koneksi-prod-users"
      billing_mode = "PAY_PER_REQUEST"
      hash_key     = "id"
      attribute {
        name = "id"
        type = "S"
      }
      attribute {
        name = "email"
        type = "S"
      }
      global_secondary_index {
        name               = "by-email"
        hash_key           = "email"
        projection_type    = "INCLUDE"
        non_key_attributes = ["b", "a"]
      }
      point_in_time_recovery {
        enabled = true
      }
      range_key = null
      tags = {
        team = "data"
        none = null
      }
    }
"""


def test_a_table_in_the_kind_s_shape(resources):
    users = resources(TABLE)["aws_dynamodb_table.users"]
    assert (users.identity.account, users.identity.region, users.identity.name) == (
        ACCOUNT,
        REGION,
        "koneksi-prod-users",
    )
    assert users.values == {
        "name": "koneksi-prod-users",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": {"id": {"name": "id", "type": "S"}, "email": {"name": "email", "type": "S"}},
        "global_secondary_index": {
            "by-email": {
                "name": "by-email",
                "hash_key": "email",
                "projection_type": "INCLUDE",
                "non_key_attributes": ("a", "b"),
            }
        },
        "point_in_time_recovery": {"enabled": True},
        "tags": {"team": "data"},
    }


def test_every_value_has_its_place_by_keyed_path(resources):
    users = resources(TABLE)["aws_dynamodb_table.users"]
    origin = users.origin('global_secondary_index["by-email"].projection_type')
    assert isinstance(origin, Written)
    assert origin.chain == (SourceRange("main.tf", 17, 26),), "a literal stands on its argument's line: told once"
    assert users.origin("point_in_time_recovery.enabled").deciding.line == 21
    assert users.origin('tags["team"]').deciding.line == 25
    assert users.place.line == 2
    assert set(users.origins) == set(users.origins.keys())
    assert len(users.origins) > 10


def test_a_dynamic_set_whose_identity_is_unknown_is_unknown_as_a_whole(resources):
    users = resources(
        """
        variable "index" { type = string }
        data "external" "names" { program = ["x"] }
        resource "aws_dynamodb_table" "users" {
          name     = "users"
          hash_key = "id"
          global_secondary_index {
            name            = data.external.names.result["x"]
            hash_key        = "email"
            projection_type = "ALL"
          }
        }
        """,
        given=[("index", "x")],
    )["aws_dynamodb_table.users"]
    assert isinstance(users.values["global_secondary_index"], Unknown)


def test_references_stay_references_and_what_is_made_of_them_does_not(resources):
    found = resources(
        """
        resource "aws_kms_key" "this" {}
        resource "aws_dynamodb_table" "users" {
          name     = "users"
          hash_key = "id"
          server_side_encryption {
            enabled     = true
            kms_key_arn = aws_kms_key.this.arn
          }
        }
        resource "aws_kms_alias" "this" {
          name          = "alias/users"
          target_key_id = "x-${aws_kms_key.this.key_id}"
        }
        """
    )
    key = found["aws_dynamodb_table.users"].values["server_side_encryption"]["kms_key_arn"]
    assert key.reason is Reason.COMPUTED_BY_AWS
    assert key.references == ("aws_kms_key.this.arn",)
    made = found["aws_kms_alias.this"].values["target_key_id"]
    assert made.reason is Reason.NOT_EVALUABLE
    assert found["aws_kms_key.this"].identity.name.references == ("aws_kms_key.this.key_id",)


def test_the_provider_s_settings_and_what_is_left_out(resources):
    found = resources(
        """
        provider "aws" {
          region = "eu-west-1"
          default_tags {
            tags = { env = "prod" }
          }
          ignore_tags {
            keys         = ["by"]
            key_prefixes = ["k8s/"]
          }
        }
        resource "aws_dynamodb_table" "users" {
          name     = "users"
          hash_key = "id"
          lifecycle {
            ignore_changes = [read_capacity, tags["x"]]
          }
        }
        """
    )["aws_dynamodb_table.users"]
    assert found.facts["default_tags"] == {"env": "prod"}
    assert found.facts["ignored_tags"] == ("by",)
    assert found.facts["ignored_tag_prefixes"] == ("k8s/",)
    assert found.identity.region == "eu-west-1"
    assert found.ignored == ("read_capacity", 'tags["x"]')


def test_what_the_lifecycle_says_stands_beside_the_settings_of_the_provider(resources):
    found = resources(
        """
        provider "aws" {
          default_tags {
            tags = { env = "prod" }
          }
        }
        resource "terraform_data" "d" {
        }
        resource "aws_kms_key" "k" {
          lifecycle {
            prevent_destroy      = true
            replace_triggered_by = [terraform_data.d.id]
          }
        }
        """
    )["aws_kms_key.k"]
    assert found.facts["default_tags"] == {"env": "prod"}
    assert (found.facts["prevent_destroy"], found.facts["replaced_with"]) == (True, ("terraform_data.d.id",))


def test_sensitive_values_are_marked_by_path(resources):
    found = resources(
        """
        variable "team" {
          type      = string
          sensitive = true
        }
        resource "aws_dynamodb_table" "users" {
          name     = "users"
          hash_key = "id"
          tags     = { team = var.team }
        }
        """,
        given=[("team", "x")],
    )["aws_dynamodb_table.users"]
    assert any(path.startswith("tags") for path in found.sensitive)


def test_names_by_kind_and_what_is_not_examined(resources):
    found = resources(
        TABLE
        + """
    resource "aws_kms_key" "this" {}
    resource "aws_sns_topic" "alarms" {
      name = "alarms"
    }
    resource "aws_appautoscaling_target" "read" {
      service_namespace  = "dynamodb"
      resource_id        = "table/${aws_dynamodb_table.users.name}"
      scalable_dimension = "dynamodb:table:ReadCapacityUnits"
      min_capacity       = 1
      max_capacity       = 2
    }
    """
    ).values()
    assert names(found) == {
        "aws_appautoscaling_target": ("dynamodb/table/koneksi-prod-users/dynamodb:table:ReadCapacityUnits",),
        "aws_dynamodb_table": ("koneksi-prod-users",),
        "aws_kms_key": (),
        "aws_sns_topic": ("alarms",),
    }
    assert not_examined(found, kinds()) == (("aws_sns_topic.alarms", "resources of type aws_sns_topic are not read"),)


def test_a_value_without_a_place_has_the_resource_s(resources):
    users = resources(TABLE)["aws_dynamodb_table.users"]
    assert not isinstance(users.origin("table_class"), Default)


DOCUMENT = """
    resource "aws_kms_key" "this" {}
    data "aws_iam_policy_document" "this" {
      statement {
        actions   = ["kms:Decrypt"]
        resources = [aws_kms_key.this.arn, "${aws_kms_key.this.arn}/part"]
      }
    }
    resource "aws_iam_policy" "this" {
      name   = "p"
      policy = %s
    }
"""


def test_a_policy_document_is_known_but_for_its_references(resources):
    policy = resources(DOCUMENT % "data.aws_iam_policy_document.this.json")["aws_iam_policy.this"].values["policy"]
    before, behind = REFERENCE
    reference = f"{before}aws_kms_key.this.arn{behind}"
    statement = json.loads(policy.text)["Statement"][0]
    assert statement["Resource"] == [f"{reference}/part", reference]
    assert policy.reason is Reason.NOT_EVALUABLE
    assert policy.references == ("aws_kms_key.this.arn",)


@pytest.mark.parametrize("made", ["upper", "lower", "trimspace", "sha256"])
def test_what_a_function_makes_of_such_a_text_is_not_known(resources, made):
    policy = resources(DOCUMENT % f"{made}(data.aws_iam_policy_document.this.json)")["aws_iam_policy.this"]
    assert isinstance(policy.values["policy"], Unknown)
    assert policy.values["policy"].text == ""


def test_blocks_of_one_identity_are_not_taken_for_one(resources):
    code = """
        resource "aws_backup_selection" "this" {
          plan_id      = "p"
          name         = "s"
          iam_role_arn = "arn:aws:iam::111122223333:role/backup"
          selection_tag {
            type  = "STRINGEQUALS"
            key   = "Backup"
            value = "daily"
          }
          selection_tag {
            type  = "STRINGEQUALS"
            key   = "Backup"
            value = "weekly"
          }
        }
    """
    assert isinstance(resources(code)["aws_backup_selection.this"].values["selection_tag"], Unknown)


SIX = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "%s" }
  }
}
provider "aws" {
  region = "eu-west-1"
}
variable "where" {
  type = string
}
resource "aws_dynamodb_table" "here" {
  name     = "a"
  hash_key = "id"
}
resource "aws_dynamodb_table" "there" {
  region   = "us-east-1"
  name     = "a"
  hash_key = "id"
}
resource "aws_dynamodb_table" "anywhere" {
  region   = var.where
  name     = "a"
  hash_key = "id"
  warm_throughput {
    read_units_per_second = 13000
  }
}
"""


def test_from_version_6_on_a_resource_has_a_region_of_its_own(tmp_path):
    (tmp_path / "main.tf").write_text(SIX % "~> 6.0", encoding="utf-8")
    found = load(tmp_path)
    tables = {each.address: each for each in declared(found, kinds(), account="1", region="eu-west-1")}
    regions = [tables[f"aws_dynamodb_table.{name}"].identity.region for name in ("here", "there")]
    assert regions == ["eu-west-1", "us-east-1"]
    assert tables["aws_dynamodb_table.anywhere"].undetermined is not None
    (unsupported,) = (each for each in found.diagnostics if each.summary.startswith("Unsupported"))
    assert "warm_throughput" in unsupported.detail
    assert "schema of hashicorp/aws 5.100, and a later version plans" in unsupported.detail


def test_before_that_it_is_no_argument(tmp_path):
    (tmp_path / "main.tf").write_text(SIX % "~> 5.100", encoding="utf-8")
    unsupported = [each for each in load(tmp_path).diagnostics if each.summary.startswith("Unsupported")]
    assert len(unsupported) == 3
    assert not any("version plans" in each.detail for each in unsupported)


@pytest.mark.parametrize(
    ("constraint", "earlier"),
    [
        ("~> 4.67", True),
        ("4.67.0", True),
        (">= 4.0, < 5.0.0", True),
        (">= 4.9", False),
        (">= 4.0, < 6.0", False),
        ("~> 4", False),
        (">= 3.1, <= 5.100", False),
    ],
)
def test_that_an_earlier_version_plans_is_told_where_the_schema_may_be_wrong(tmp_path, constraint, earlier):
    (tmp_path / "main.tf").write_text(SIX % constraint, encoding="utf-8")
    unsupported = [each for each in load(tmp_path).diagnostics if each.summary.startswith("Unsupported")]
    assert len(unsupported) == 3
    assert all(("and an earlier version plans" in each.detail) is earlier for each in unsupported)
