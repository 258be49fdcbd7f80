"""A root module as a whole: addresses, provenance, what is unknown, what is said about faults."""

import gc

import pytest

from auditor.hcl import Severity, declared_document, load
from auditor.model.errors import HclSyntaxError, InvalidVariables, SourceError
from auditor.model.values import Reason, Unknown

TABLE = """
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
"""


def only(configuration):
    (resource,) = configuration.resources
    return resource


def places(resource, path):
    return [str(place) for place in resource.origins[path].chain]


def test_origins_go_from_the_literal_to_the_attribute(loaded):
    configuration = loaded(
        """\
        variable "tables" { type = any }
        module "dynamodb" {
          source = "./module"
          tables = var.tables
        }
        """,
        {
            "terraform.tfvars": 'tables = {\n  users = { key = "id", days = 7 }\n}\n',
            "module/main.tf": (
                'variable "tables" { type = map(object({ key = string, days = optional(number, 35) })) }\n'
                'resource "aws_dynamodb_table" "this" {\n'
                "  for_each = var.tables\n"
                "  name     = each.key\n"
                "  hash_key = each.value.key\n"
                "  point_in_time_recovery {\n"
                "    enabled                 = true\n"
                "    recovery_period_in_days = each.value.days\n"
                "  }\n"
                "}\n"
            ),
        },
    )
    resource = only(configuration)
    assert resource.address == 'module.dynamodb.aws_dynamodb_table.this["users"]'
    assert places(resource, "hash_key") == ["terraform.tfvars:2:19", "main.tf:4:3", "module/main.tf:5:3"]
    days = places(resource, "point_in_time_recovery[0].recovery_period_in_days")
    assert days == ["terraform.tfvars:2:32", "main.tf:4:3", "module/main.tf:8:5"]
    assert places(resource, "point_in_time_recovery[0].enabled") == ["module/main.tf:7:31"]
    assert str(resource.place) == "module/main.tf:2:1"


def test_a_default_of_an_optional_attribute_decides_where_nothing_is_given(loaded):
    configuration = loaded(
        'variable "t" {\n  type    = object({ name = optional(string, "x") })\n  default = {}\n}\n'
        'resource "aws_sns_topic" "t" {\n  name = var.t.name\n}\n'
    )
    assert places(only(configuration), "name") == ["main.tf:2:46", "main.tf:6:3"]


def test_an_option_beats_files_and_is_named_as_origin(loaded):
    configuration = loaded(
        'variable "name" {}\nresource "aws_sns_topic" "t" {\n  name = var.name\n}\n',
        {"terraform.tfvars": 'name = "file"\n'},
        given=[("name", "option")],
    )
    assert only(configuration).values["name"] == "option"
    assert places(only(configuration), "name")[0].startswith("-var name")


def test_environment_variables_are_expressions_only_for_other_types_than_primitives(loaded):
    configuration = loaded(
        """\
        variable "list" { type = list(string) }
        variable "text" { type = string }
        resource "aws_sns_topic" "t" {
          name         = join("-", var.list)
          display_name = var.text
        }
        """,
        environment_variables={"TF_VAR_list": '["a", "b"]', "TF_VAR_text": '["a"]', "TF_VAR_other": "x"},
    )
    assert only(configuration).values == {"name": "a-b", "display_name": '["a"]'}


def test_what_aws_decides_is_unknown_with_its_reference(loaded):
    configuration = loaded(
        'resource "aws_kms_key" "k" {}\n'
        'resource "aws_dynamodb_table" "t" {\n  name = "t"\n'
        + TABLE
        + "  server_side_encryption {\n    enabled = true\n    kms_key_arn = aws_kms_key.k.arn\n  }\n}\n"
    )
    table = configuration.resources[0]
    unknown = table.values["server_side_encryption"][0]["kms_key_arn"]
    assert unknown.reason is Reason.COMPUTED_BY_AWS
    assert unknown.references == ("aws_kms_key.k.arn",)
    assert "server_side_encryption[0].kms_key_arn" in table.unknown
    document = declared_document(configuration)["resources"][0]
    assert document["references"]["server_side_encryption[0].kms_key_arn"] == ["aws_kms_key.k.arn"]
    assert "kms_key_arn" not in document["values"]["server_side_encryption"][0]


def test_values_hold_what_is_written_and_nothing_else(loaded):
    configuration = loaded('resource "aws_dynamodb_table" "t" {\n  name = "t"\n  range_key = null\n' + TABLE + "}\n")
    assert set(only(configuration).values) == {"name", "hash_key", "attribute"}
    assert only(configuration).planned_values["billing_mode"] == "PROVISIONED"


@pytest.mark.parametrize("argument", ["count = var.n", "for_each = var.n"])
def test_instances_that_cannot_be_counted_are_one_placeholder(loaded, argument):
    configuration = loaded(
        f'variable "n" {{}}\nresource "aws_sns_topic" "t" {{\n  {argument}\n  name = "t"\n}}\n'
        'resource "aws_kms_key" "k" {\n  description = aws_sns_topic.t[0].name\n}\n'
    )
    key, topic = configuration.resources
    assert isinstance(topic.undetermined, Unknown)
    assert topic.undetermined.references == ("var.n",)
    assert topic.values["name"] == "t"
    assert isinstance(key.values["description"], Unknown)
    assert [d.summary for d in configuration.diagnostics] == ["No value for required variable"]


def test_a_module_that_is_not_there_makes_its_outputs_unknown(loaded):
    configuration = loaded(
        'module "gone" {\n  source = "terraform-aws-modules/kms/aws"\n}\n'
        'resource "aws_sns_topic" "t" {\n  name = module.gone.name\n}\n'
    )
    assert only(configuration).values["name"].references == ("module.gone",)
    (diagnostic,) = configuration.diagnostics
    assert (diagnostic.severity, diagnostic.summary) == (Severity.ERROR, "Module not found")
    assert "terraform init" in diagnostic.detail
    assert str(diagnostic.place) == "main.tf:1:1"


def test_installed_modules_are_found_by_the_list_of_init(loaded):
    configuration = loaded(
        'module "a" {\n  source = "org/a/aws"\n}\noutput "x" {\n  value = module.a.x\n}\n',
        {
            ".terraform/modules/modules.json": '{"Modules":[{"Key":"a","Source":"x","Dir":".terraform/modules/a"}]}',
            ".terraform/modules/a/main.tf": 'output "x" {\n  value = path.module\n}\n',
        },
    )
    assert configuration.outputs["x"].value.content == ".terraform/modules/a"


def test_modules_outside_of_the_project_are_not_read(write):
    root = write(**{"root/main.tf": 'module "a" {\n  source = "../other"\n}\n', "other/main.tf": "locals {}\n"})
    (diagnostic,) = load(root / "root").diagnostics
    assert "outside of the project root" in diagnostic.detail
    assert load(root / "root", project_root=root).diagnostics == ()


def test_a_module_that_calls_itself_ends_in_an_error(loaded):
    with pytest.raises(SourceError, match="nested too deeply"):
        loaded('module "a" {\n  source = "./."\n}\n')


def test_cycles_are_told_and_cost_only_what_is_in_them(loaded):
    configuration = loaded(
        'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_sns_topic" "t" {\n  name = local.a\n'
        '  display_name = "known"\n}\n'
    )
    assert isinstance(only(configuration).values["name"], Unknown)
    assert only(configuration).values["display_name"] == "known"
    assert {diagnostic.summary for diagnostic in configuration.diagnostics} == {"Cycle"}


def test_long_chains_of_locals_are_evaluated(loaded):
    chain = "\n".join(f"  l{i} = local.l{i + 1} + 1" for i in range(400))
    configuration = loaded(f'locals {{\n{chain}\n  l400 = 0\n}}\noutput "x" {{\n  value = local.l0\n}}\n')
    assert configuration.outputs["x"].value.content == 400


def test_sensitive_values_are_masked_in_the_document(loaded):
    configuration = loaded(
        'variable "s" {\n  default = "hunter2"\n  sensitive = true\n}\n'
        'resource "aws_sns_topic" "t" {\n  name = "x-${var.s}"\n}\n'
    )
    assert only(configuration).sensitive == ("name",)
    assert "hunter2" not in str(declared_document(configuration))
    assert declared_document(configuration, reveal_sensitive=True)["resources"][0]["values"]["name"] == "x-hunter2"


def test_ignore_changes_is_kept_as_written(loaded):
    configuration = loaded(
        'resource "aws_sns_topic" "t" {\n  name = "t"\n  lifecycle {\n'
        '    ignore_changes = [display_name, tags["a"], tags_all]\n  }\n}\n'
    )
    assert only(configuration).ignore_changes == ("display_name", 'tags["a"]', "tags_all")


def test_syntax_errors_of_all_files_are_told_together(write):
    with pytest.raises(HclSyntaxError) as caught:
        load(write(**{"a.tf": "a = \n", "b.tf": "locals {\n"}))
    assert [str(error.subject) for error in (caught.value, *caught.value.others)] == ["a.tf:1:5", "b.tf:2:1"]


def test_an_option_for_no_variable_is_refused(loaded):
    with pytest.raises(InvalidVariables):
        loaded("locals {}\n", given=[("x", "1")])


def test_data_sources_that_the_code_decides(loaded):
    configuration = loaded(
        """\
        provider "aws" {
          region = "cn-north-1"
        }
        data "aws_caller_identity" "me" {}
        data "aws_region" "here" {}
        data "aws_partition" "here" {}
        data "aws_vpc" "main" {}
        output "known" {
          value = join(":", [data.aws_caller_identity.me.account_id, data.aws_region.here.name,
            data.aws_partition.here.partition, data.aws_partition.here.dns_suffix])
        }
        output "vpc" {
          value = data.aws_vpc.main.id
        }
        """,
        account="111122223333",
    )
    assert configuration.outputs["known"].value.content == "111122223333:cn-north-1:aws-cn:amazonaws.com.cn"
    assert configuration.outputs["vpc"].value.content.cause.references == ("data.aws_vpc.main.id",)


def test_backend_providers_and_locked_versions(loaded):
    configuration = loaded(
        """\
        terraform {
          backend "s3" {
            bucket = "state"
          }
        }
        provider "aws" {
          region              = "eu-central-1"
          allowed_account_ids = ["111122223333"]
        }
        """,
        {".terraform.lock.hcl": 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n'},
    )
    assert (configuration.backend.type, configuration.backend.attributes["bucket"]) == ("s3", "state")
    (provider,) = configuration.providers
    assert provider.region.content == "eu-central-1"
    (locked,) = configuration.locked_providers
    assert (locked.source, locked.version) == ("registry.terraform.io/hashicorp/aws", "5.100.0")
    assert {file.path for file in configuration.files} == {"main.tf", ".terraform.lock.hcl"}
    assert all(len(file.sha256) == 64 for file in configuration.files)


def test_faults_of_one_attribute_do_not_cost_the_others(loaded):
    configuration = loaded(
        'resource "aws_sns_topic" "t" {\n  name = var.nothing\n  display_name = "d"\n  nonsense = 1\n'
        "  delivery_policy = [1]\n}\n"
    )
    assert only(configuration).values["display_name"] == "d"
    summaries = {diagnostic.summary for diagnostic in configuration.diagnostics}
    assert summaries >= {"Reference to undeclared input variable", "Unsupported argument"}


def test_validation_says_what_its_author_wrote(loaded):
    configuration = loaded(
        'variable "n" {\n  default = 1\n  validation {\n    condition = var.n > 1\n'
        '    error_message = "Too small: ${var.n}."\n  }\n}\n'
    )
    (diagnostic,) = configuration.diagnostics
    assert diagnostic.detail == "Too small: 1. This was checked by the validation rule at main.tf:3:3."
    assert (diagnostic.place.line, diagnostic.place.column) == (1, 1)


def test_deep_and_wide_expansion_is_bounded(loaded):
    configuration = loaded('resource "aws_sns_topic" "t" {\n  count = 1000000\n  name = "t"\n}\n')
    assert [diagnostic.summary for diagnostic in configuration.diagnostics] == ["Too many instances"]
    assert only(configuration).undetermined is not None


def test_the_collector_of_garbage_is_on_again_after_reading(loaded):
    loaded("locals {}\n")
    assert gc.isenabled()


def test_what_the_lifecycle_says_of_others_and_of_being_destroyed(loaded):
    configuration = loaded(
        'resource "aws_sns_topic" "t" {\n  for_each = { a = "b" }\n  lifecycle {\n    prevent_destroy = true\n'
        '    replace_triggered_by = [aws_sns_topic.u[each.value], module.m["x"].y, aws_sns_topic.u.arn]\n  }\n}\n'
        'resource "aws_sns_topic" "u" {\n  count = 0\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    )
    told = only(configuration)
    assert told.replaced_with == ('aws_sns_topic.u["b"]', 'module.m["x"].y', "aws_sns_topic.u.arn")
    assert told.prevent_destroy
    asked = ("aws_sns_topic.t", "aws_sns_topic.u", "aws_sns_topic.v", "module.m.aws_sns_topic.t")
    assert [configuration.protects(address) for address in asked] == [True, True, False, False]
