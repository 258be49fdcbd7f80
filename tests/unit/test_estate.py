"""Which environments a changed file decides, and where an environment's resources are looked for."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auditor import pipeline, settings
from auditor.estate import decided_by, estate
from auditor.inputs import Inputs, Variables

MODULE = 'variable "name" {}\nresource "aws_dynamodb_table" "this" {\n  name = file("${path.module}/name.txt")\n}\n'
CALL = 'module "tables" {\n  source = "../../tables"\n  name = "a"\n}\n'
SETTINGS = """
[defaults]
region = "eu-west-1"
[env.one]
root = "envs/one"
var_files = ["more.tfvars"]
[env.two]
root = "envs/two"
[rules]
paths = ["our-rules"]
"""


@pytest.fixture
def project(tmp_path):
    for folder in ("envs/one", "envs/two", "tables", "our-rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "audit.toml").write_text(SETTINGS)
    (tmp_path / "envs/one/main.tf").write_text(CALL)
    (tmp_path / "envs/two/main.tf").write_text('output "x" {\n  value = 1\n}\n')
    (tmp_path / "tables/main.tf").write_text(MODULE)
    (tmp_path / "tables/name.txt").write_text("orders")
    (tmp_path / "more.tfvars").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "decides"),
    [
        ("envs/one/main.tf", ["one"]),
        ("envs/two/new.tf", ["two"]),
        ("tables/main.tf", ["one"]),
        ("more.tfvars", ["one"]),
        ("audit.toml", ["one", "two"]),
        ("our-rules/sec/ORG-001-name.yaml", ["one", "two"]),
        ("README.md", []),
    ],
)
def test_environments_that_a_file_decides(project, file, decides):
    loaded = settings.load(project, {})
    changed = [project / file]
    assert [
        name for name, each in loaded.environments.items() if decided_by(loaded, each, Variables(), changed)
    ] == decides


def test_code_that_cannot_be_read_is_judged_whatever_changed(project):
    (project / "envs/two/main.tf").write_text("output {")
    loaded = settings.load(project, {})
    changed = [project / "README.md"]
    assert decided_by(loaded, loaded.environments["two"], Variables(), changed)
    elsewhere = replace(loaded.environments["one"], waivers=project / "README.md")
    assert decided_by(loaded, elsewhere, Variables(), changed)


REPLICATED = """
provider "aws" {
  region = "REGION"
}
resource "aws_dynamodb_table" "this" {
  name     = "orders"
  hash_key = "id"
  replica {
    region_name = "eu-west-3"
  }
}
"""


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("us-gov-east-1", "aws-us-gov"), ("cn-northwest-1", "aws-cn")]
)
def test_what_is_asked_lies_in_the_partition_of_the_region(tmp_path, region, partition):
    (tmp_path / "envs" / "prod").mkdir(parents=True)
    (tmp_path / "envs" / "prod" / "main.tf").write_text(REPLICATED.replace("REGION", region))
    found = settings.load(tmp_path, {})
    environment = replace(found.environment("prod"), account="111122223333")
    scope = estate(found, environment, Variables()).scope(())
    assert scope.partition == partition
    policy = pipeline.permissions(found, environment, Inputs(now=datetime.now(UTC)))
    (tables,) = (each["Resource"] for each in policy["Statement"] if each["Sid"] == "ReadTables")
    for place in (region, "eu-west-3"):
        assert f"arn:{partition}:dynamodb:{place}:111122223333:table/*" in tables


def test_variables_of_terraform_that_are_not_heard_are_told_by_name_alone(project):
    loaded = settings.load(project, {})
    told = {"TF_CLI_ARGS_plan": "-var password=hunter2hunter2", "TF_DATA_DIR": "", "TF_CLI_ARGS_init": "-upgrade"}
    assert estate(loaded, loaded.environments["one"], Variables(environment=told)).notes == (
        "warning: TF_CLI_ARGS_plan is set and not heard: give the values in it by --var and --var-file",
    )
