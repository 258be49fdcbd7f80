"""Data sources that AWS answers: which can be asked, what the answer becomes, and what is left unknown."""

import pytest

from auditor.model.data_sources import DataSource
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

ALIAS = DataSource("aws_kms_alias", "alias/a", "eu-west-1")
CODE = """
provider "aws" { region = "eu-west-1" }
data "aws_kms_alias" "a" { name = "alias/a" }
output "key" { value = data.aws_kms_alias.a.target_key_arn }
"""
TABLE = DataSource("aws_dynamodb_table", "t", "eu-west-1")
READING_A_TABLE = """
provider "aws" {
  region = "eu-west-1"
  ignore_tags { keys = ["cost"] }
}
data "aws_dynamodb_table" "t" { name = "t" }
output "all" { value = data.aws_dynamodb_table.t }
"""


def output(configuration, name):
    return configuration.outputs[name].value


def test_what_is_not_answered_is_unknown_and_sought(loaded):
    configuration = loaded(CODE)
    assert configuration.sought == (ALIAS,)
    cause = output(configuration, "key").content.cause
    assert (cause.reason, cause.references) == (Reason.NOT_EVALUABLE, ("data.aws_kms_alias.a.target_key_arn",))


def test_what_is_answered_is_known_from_the_block_on(loaded):
    found = output(loaded(CODE, found={ALIAS: {"target_key_arn": "arn:k"}}), "key")
    assert found.content == "arn:k"
    assert str(found.origin.chain()[0]).startswith("main.tf:3:")


def test_a_refusal_is_the_cause_of_each_attribute(loaded):
    denied = Unknown(Reason.DENIED, "no", api="kms:ListAliases", action="kms:ListAliases")
    cause = output(loaded(CODE, found={ALIAS: denied}), "key").content.cause
    assert (cause.reason, cause.action) == (Reason.DENIED, "kms:ListAliases")
    assert cause.references == ("data.aws_kms_alias.a.target_key_arn",)


def test_what_aws_does_not_have_is_told_once_at_the_block(loaded):
    configuration = loaded(CODE, found={ALIAS: None})
    (told,) = configuration.diagnostics
    assert "AWS has no aws_kms_alias alias/a" in told.detail
    assert (told.place.file, told.place.line) == ("main.tf", 3)
    assert output(configuration, "key").content.cause.reason is Reason.NOT_EVALUABLE


def test_zeros_nulls_and_unknowns_inside(loaded):
    unread = Unknown(Reason.FAILED, "no")
    found = {
        "range_key": None,
        "read_capacity": None,
        "stream_enabled": None,
        "stream_arn": NOT_APPLICABLE,
        "tags": {"owner": "a", "cost": "7"},
        "ttl": unread,
        "global_secondary_index": ({"name": "i", "hash_key": unread},),
        "server_side_encryption": ({"enabled": True},),
    }
    all_ = output(loaded(READING_A_TABLE, found={TABLE: found}), "all").content
    assert [all_[name].content for name in ("range_key", "read_capacity", "stream_enabled")] == ["", 0, False]
    assert all_["stream_arn"].is_null
    assert {key: tag.content for key, tag in all_["tags"].content.items()} == {"owner": "a"}
    assert all_["ttl"].content.cause.reason is Reason.FAILED
    (index,) = all_["global_secondary_index"].content
    assert index.content["name"].content == "i"
    assert index.content["hash_key"].content.cause.reason is Reason.FAILED
    (encryption,) = all_["server_side_encryption"].content
    assert (encryption.content["enabled"].content, encryption.content["kms_key_arn"].content) == (True, "")


def test_blocks_of_a_data_source_that_was_not_read_are_unknown(loaded):
    block = output(loaded(READING_A_TABLE), "all").content["server_side_encryption"]
    assert block.content.cause.reason is Reason.NOT_EVALUABLE


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('data "aws_kms_alias" "a" {\n name = uuid()\n}', id="unknown name"),
        pytest.param('data "aws_kms_alias" "a" {\n name = sensitive("alias/a")\n}', id="sensitive name"),
        pytest.param(
            'data "aws_kms_alias" "a" {\n name = "alias/a"\n depends_on = [terraform_data.x]\n}', id="deferred"
        ),
        pytest.param(
            'provider "aws" {\n alias = "b"\n region = "eu-west-1"\n assume_role { role_arn = "arn:x" }\n}\n'
            'data "aws_kms_alias" "a" {\n name = "alias/a"\n provider = aws.b\n}',
            id="another account",
        ),
    ],
)
def test_what_can_not_be_asked_is_not_sought(loaded, code):
    configuration = loaded(f'resource "terraform_data" "x" {{}}\n{code}')
    assert configuration.sought == ()
    assert not configuration.diagnostics


def test_a_module_that_waits_defers_what_is_inside(loaded):
    module = {"m/main.tf": 'data "aws_kms_alias" "a" { name = "alias/a" }'}
    code = 'resource "terraform_data" "x" {}\nmodule "m" {\n source = "./m"\n'
    assert loaded(code + "}", module).sought == (DataSource("aws_kms_alias", "alias/a"),)
    assert loaded(code + "depends_on = [terraform_data.x]\n}", module).sought == ()


def test_the_region_is_the_providers(loaded):
    code = 'provider "aws" {\n alias = "b"\n region = "us-east-1"\n}\n'
    code += 'data "aws_kms_alias" "a" {\n name = "alias/a"\n provider = aws.b\n}'
    assert loaded(code).sought == (DataSource("aws_kms_alias", "alias/a", "us-east-1"),)
