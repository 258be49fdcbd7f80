"""A project of two environments with the faults that lie in the code as a whole, and one whose other can't be read."""

from __future__ import annotations

from pathlib import Path

KEY = "arn:aws:kms:eu-west-1:111122223333:key/shared"
SETTINGS = """
[env.prod]
root = "envs/prod"
tier = "production"
account = "111122223333"
region = "eu-west-1"
scope = ["prod-*"]

[env.uat]
root = "envs/uat"
tier = "preproduction"
account = "111122223333"
region = "eu-west-1"
scope = ["uat-*"]
"""
ROOT = """
terraform {
  backend "s3" {
    bucket = "state"
    key    = "all"
    region = "eu-west-1"
  }
  required_providers {
    aws = {
      version = "VERSION"
    }
  }
}
provider "aws" {
  region = "eu-west-1"
}
module "part" {
  source = "../../parts/NAME"
}
variable "anything" {
  default = "NAME"
  validation {
    condition     = length(var.anything) > 0
    error_message = "Give something."
  }
}
"""
TABLE = """
resource "aws_dynamodb_table" "orders" {
  name         = "NAME-orders"
  hash_key     = "HASH"
  billing_mode = "BILLING"

  deletion_protection_enabled = PROTECTED
  attribute {
    name = "HASH"
    type = "S"
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/shared"
  }
  MORE
}
"""
PROD_ALONE = """
resource "aws_dynamodb_table" "prod_alone" {
  name         = "prod-alone"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  tags         = { copied_from = "uat-orders" }
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "unused"
    type = "S"
  }
}
resource "aws_dynamodb_table" "other_key" {
  name         = "ENV-other"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  server_side_encryption {
    enabled = KMS
  }
}
"""
GUARD = """
lifecycle {
    ignore_changes = [deletion_protection_enabled]
    precondition {
      condition     = var.anything == "other"
      error_message = "It is not the other."
    }
  }
"""


def careless(folder: Path) -> None:
    """Write the two environments."""
    (folder / "audit.toml").write_text(SETTINGS)
    for name, version, hash_key, billing, protected, more in (
        ("prod", ">= 5", "id", "PAY_PER_REQUEST", "false", GUARD),
        ("uat", "~> 5.100", "other", "PROVISIONED", "true", "read_capacity = 1\n  write_capacity = 1"),
    ):
        root = folder / "envs" / name
        root.mkdir(parents=True)
        table = TABLE.replace("HASH", hash_key).replace("BILLING", billing).replace("PROTECTED", protected)
        alone = PROD_ALONE.replace("ENV", name).replace("KMS", "true" if name == "prod" else "false")
        if name == "uat":
            alone = alone[alone.index('resource "aws_dynamodb_table" "other_key"') :]
        text = ROOT.replace("VERSION", version) + table.replace("MORE", more) + alone
        (root / "main.tf").write_text(text.replace("NAME", name))
        part = folder / "parts" / name
        part.mkdir(parents=True)
        (part / "main.tf").write_text("")
    # Not in one piece, so that no scanner of this repository takes it for a real one.
    (folder / "envs/prod/terraform.tfvars").write_text(f'nobody = "{"AKIA" + "Q" * 16}"\n')


def half_read(folder: Path) -> None:
    """Write them so that the code of uat can't be read."""
    careless(folder)
    (folder / "envs/uat/main.tf").write_text("resource {\n")
