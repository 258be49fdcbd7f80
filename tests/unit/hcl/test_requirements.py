from auditor.hcl.requirements import provider_source

ROOT = """
terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source                = "registry.terraform.io/hashicorp/aws"
      version               = "~> 5.100"
      configuration_aliases = [aws.other]
    }
    random = "3.6.0"
  }
}
module "tables" {
  source = "./tables"
}
module "remote" {
  source  = "acme/tables/aws"
  version = "1.2.0"
}
variable "typed" {
  type = string
}
variable "free" {}
"""
TABLES = """
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      version = "< 6"
    }
    null = {}
  }
}
variable "anything" {
  default = 1
}
"""


def test_what_all_modules_ask_for(loaded):
    found = loaded(ROOT, {"tables/main.tf": TABLES}).requirements
    assert found.terraform == ">= 1.10, >= 1.9"
    assert found.providers == {"hashicorp/aws": "~> 5.100, < 6", "hashicorp/null": "", "hashicorp/random": "3.6.0"}
    assert found.modules == {"remote": "acme/tables/aws 1.2.0", "tables": "tables"}
    assert [each.split(":")[0] + each.rpartition(":")[2] for each in found.untyped] == [
        "main.tf free",
        "tables/main.tf anything",
    ]


def test_nothing_asked_for(loaded):
    found = loaded("terraform {\n  required_version = null\n}\n").requirements
    assert (found.terraform, dict(found.providers), dict(found.modules), found.untyped) == ("", {}, {}, ())
    assert found.off_by_default == ()


def test_the_public_registry_is_not_named():
    assert provider_source("registry.terraform.io/hashicorp/aws") == "hashicorp/aws"
    assert provider_source("example.com/acme/aws") == "example.com/acme/aws"
