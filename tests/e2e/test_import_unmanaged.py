"""Unmanaged tables brought into code by `audit adopt`, and what the real terraform plans of it: imports, no changes.

What is declared and missing is taken out of code, where nothing else changes.
"""

import json
import subprocess

import boto3
import pytest
from click.testing import CliRunner
from record_estate import RECORDED
from terraform_runs import attached, why_not

from auditor.cli import cli
from auditor.demo.stand_in.server import MotoServer

ACCOUNT, REGION = "111122223333", "ap-southeast-1"
ROOT = """terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = "ap-southeast-1"
  allowed_account_ids = ["111122223333"]
}
"""
MAPPED = (
    ROOT
    + """
variable "tables" {
  type = map(object({ hash_key = string, class = optional(string, "STANDARD") }))
}

resource "aws_dynamodb_table" "this" {
  for_each = var.tables

  name         = "shop-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.hash_key
  table_class  = each.value.class

  attribute {
    name = each.value.hash_key
    type = "S"
  }
}
"""
)
VALUES = """tables = {
  # The customers.
  users = { hash_key = "id" }
}
"""


def table(name, *keys, **more):
    kinds = ("HASH", "RANGE")
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
        **more,
    }


def make(client):
    """Tables by hand, each with something else about it."""
    client.create_table(**table("shop-plain", "id"))
    client.create_table(
        **table("shop-streamed", "id", "at", TableClass="STANDARD_INFREQUENT_ACCESS", DeletionProtectionEnabled=True),
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        Tags=[{"Key": "a b", "Value": '${x} "y"'}],
    )
    indexed = table("shop-indexed", "id")
    indexed["AttributeDefinitions"].append({"AttributeName": "mail", "AttributeType": "S"})
    index = {
        "IndexName": "by-mail",
        "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name"]},
    }
    client.create_table(**indexed, GlobalSecondaryIndexes=[index])
    provisioned = table("shop-2-provisioned", "id", BillingMode="PROVISIONED")
    client.create_table(**provisioned, ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 2})
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    client.update_continuous_backups(TableName="shop-plain", PointInTimeRecoverySpecification=recovery)
    expiry = {"Enabled": True, "AttributeName": "expires"}
    client.update_time_to_live(TableName="shop-indexed", TimeToLiveSpecification=expiry)


@pytest.fixture
def server(monkeypatch):
    with MotoServer(ACCOUNT) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


def project(folder, code, values=""):
    root = folder / "envs" / "prod"
    root.mkdir(parents=True)
    (root / "main.tf").write_text(code, encoding="utf-8")
    (root / "terraform.tfvars").write_text(values, encoding="utf-8")
    settings = f'[env.prod]\nroot = "envs/prod"\ntier = "production"\naccount = "{ACCOUNT}"\nscope = ["shop-*"]\n'
    (folder / "audit.toml").write_text(settings, encoding="utf-8")
    return root


def adopt(*arguments):
    done = CliRunner().invoke(cli, ["adopt", "--env", "prod", "--write", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def client(server):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("dynamodb", region_name=REGION, endpoint_url=server.url, **keys)


def planned(root, folder, url):
    """What terraform plans: address -> (actions, imported id)."""
    variables = attached(folder, url)
    for command in (["init", "-input=false"], ["plan", "-input=false", "-out=x.plan"], ["show", "-json", "x.plan"]):
        done = subprocess.run(
            ["terraform", *command], cwd=root, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    changes = json.loads(done.stdout)["resource_changes"]
    return {
        each["address"]: (each["change"]["actions"], each["change"].get("importing", {}).get("id")) for each in changes
    }


def test_tables_of_every_form_are_declared_as_they_are(server, tmp_path, monkeypatch):
    make(client(server))
    root = project(tmp_path, ROOT)
    monkeypatch.chdir(tmp_path)
    done = adopt()
    assert done.stderr.count("adopted: ") == 4, done.stderr
    assert "next apply" not in done.stderr
    text = (root / "imports.tf").read_text(encoding="utf-8")
    assert text.count("import {\n") == 4
    assert '"a b" = "$${x} \\"y\\""' in text
    assert adopt().stderr == "0 drifts looked at, 0 files edited\n"
    if why_not():
        pytest.skip(why_not())
    names = {"plain", "streamed", "indexed", "2-provisioned"}
    plan = planned(root, tmp_path, server.url)
    assert {imported for _, imported in plan.values()} == {f"shop-{name}" for name in names}
    assert {tuple(actions) for actions, _ in plan.values()} == {("no-op",)}


def test_a_table_of_the_form_of_its_siblings_is_an_element_of_their_map(server, tmp_path, monkeypatch):
    client(server).create_table(**table("shop-users", "id"))
    client(server).create_table(**table("shop-orders", "number", TableClass="STANDARD_INFREQUENT_ACCESS"))
    root = project(tmp_path, MAPPED, VALUES)
    monkeypatch.chdir(tmp_path)
    adopt()
    entry = '\n\n  orders = { hash_key = "number", class = "STANDARD_INFREQUENT_ACCESS" }\n}\n'
    assert (root / "terraform.tfvars").read_text(encoding="utf-8") == VALUES.removesuffix("\n}\n") + entry
    block = 'import {\n  to = aws_dynamodb_table.this["orders"]\n  id = "shop-orders"\n}\n'
    assert (root / "imports.tf").read_text(encoding="utf-8") == block
    if why_not():
        pytest.skip(why_not())
    plan = planned(root, tmp_path, server.url)
    assert plan['aws_dynamodb_table.this["orders"]'] == (["no-op"], "shop-orders")


def test_what_the_next_apply_still_changes_is_told(root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    snapshot = RECORDED / "prod-changes" / "unmanaged.jsonl.gz"
    arguments = ["adopt", "--env", "prod", "--snapshot", str(snapshot), "koneksi-prod-users-restored"]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert "+++ b/terraform/dynamodb/envs/prod/imports.tf\n@@ -0,0 +1,15 @@\n+import {\n" in done.stdout
    assert 'the next apply changes tags["Environment"], tags["ManagedBy"]' in done.stderr


TWO = """tables = {
  # The customers.
  users = { hash_key = "id" }
  orders = { hash_key = "number" }
}
"""
ONE = """
resource "aws_dynamodb_table" "kept" {
  name         = "shop-kept"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
"""
GONE = ONE.replace("kept", "gone")
REFERS = """
output "arn" {
  value = aws_dynamodb_table.gone.arn
}
"""
IN_JSON = """{
  "resource": {
    "aws_dynamodb_table": {
      "gone": {
        "name": "shop-gone",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": [{"name": "id", "type": "S"}]
      }
    }
  }
}
"""


@pytest.fixture
def folder(server, tmp_path, monkeypatch):
    client(server).create_table(**table("shop-users", "id"))
    client(server).create_table(**table("shop-kept", "id"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_element_or_a_block_that_makes_a_missing_table_goes(folder):
    root = project(folder, MAPPED + ONE + GONE, TWO)
    assert adopt().stderr == "0 drifts looked at, 0 files edited\n"
    for name in ("shop-orders", "aws_dynamodb_table.gone"):
        assert adopt(name).stderr.count("adopted: ") == 1
    assert (root / "terraform.tfvars").read_text(encoding="utf-8") == VALUES
    assert (root / "main.tf").read_text(encoding="utf-8") == MAPPED + ONE


def test_what_can_not_be_taken_out_says_why(folder):
    root = project(folder, MAPPED + ONE + GONE + REFERS, TWO.replace("orders", "users2").replace("number", "id"))
    (root / "more.tf.json").write_text(IN_JSON.replace("gone", "also"), encoding="utf-8")
    assert "gone: it can't be taken out by itself" in adopt("shop-gone").stderr
    assert "also: it is written in JSON" in adopt("shop-also").stderr
