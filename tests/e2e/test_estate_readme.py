"""Commands and programs of terraform/dynamodb/README.md, run as written there against the stand-in of AWS.

Those of its section on deployment are run by test_estate_terraform.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from estate_page import BLOCKS, PAGE, blocks
from terraform_runs import ENVIRONMENTS, ESTATE, environment_variables

from auditor.demo.stand_in.server import MotoServer

NODE_MODULES = Path(__file__).resolve().parents[1] / "node" / "node_modules"
REGION = "ap-southeast-1"
OPERATIONS = ("DescribeTable", "PutItem", "GetItem", "UpdateItem", "DeleteItem")
SECONDS = 200


def client(server, service):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, region_name=REGION, endpoint_url=server.url, **keys)


def run(command, server, folder):
    """Run a program that knows of AWS only what the page lets it know; return what it printed."""
    variables = environment_variables(folder, server.url) | {"AWS_DEFAULT_REGION": REGION, "AWS_PAGER": ""}
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def server():
    """The account of staging, with the table, key and alarm the page speaks of."""
    with MotoServer(ENVIRONMENTS["staging"]) as server:
        kms, dynamodb = client(server, "kms"), client(server, "dynamodb")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/koneksi-staging-dynamodb", TargetKeyId=key)
        kms.enable_key_rotation(KeyId=key)
        dynamodb.create_table(
            TableName="koneksi-staging-users",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )
        dynamodb.update_continuous_backups(
            TableName="koneksi-staging-users",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        server.counts.clear()
        yield server
        assert server.defects == []


def assert_items_were_used(server):
    """The program really described, put, got, updated and deleted, and left nothing behind."""
    assert [name for name in OPERATIONS if not server.counts[f"dynamodb:{name}"]] == []
    assert client(server, "dynamodb").scan(TableName="koneksi-staging-users")["Items"] == []


def aws_cli():
    beside = Path(sys.executable).with_name("aws")
    return str(beside) if beside.exists() else shutil.which("aws")


@pytest.mark.skipif(aws_cli() is None, reason="the AWS CLI is not installed")
def test_aws_cli(server, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(aws_cli()).parent}{os.pathsep}{os.environ['PATH']}")
    script = "set -euo pipefail\n" + "echo '---'\n".join(blocks("bash"))
    answers = run(["bash", "-c", script], server, tmp_path).split("---\n")

    written = {
        "put-item": "",
        "get-item": '"Before"',
        "update-item": '"After"',
        "delete-item": '"After"',
        "describe-key": '"KeyRotationEnabled": true',
        "restore-table": "koneksi-staging-users-restored",
        "create-backup": "before-change",
    }
    for command, expected in written.items():
        position = next(n for n, block in enumerate(blocks("bash")) if f" {command}" in block)
        assert expected in answers[position], command
    assert_items_were_used(server)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
@pytest.mark.skipif(not NODE_MODULES.exists(), reason="tests/node/node_modules is missing: run `npm ci` in tests/node")
def test_node_program(server, tmp_path):
    (program,) = blocks("javascript")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    (tmp_path / "program.mjs").write_text(program, encoding="utf-8")
    printed = run(["node", "program.mjs"], server, tmp_path)
    assert printed.splitlines() == ["koneksi-staging-users ACTIVE", "put Before", "updated After", "deleted node-1"]
    assert_items_were_used(server)


def test_python_program(server, tmp_path):
    (program,) = blocks("python")
    printed = run([sys.executable, "-c", program], server, tmp_path)
    assert printed.splitlines() == ["koneksi-staging-users ACTIVE", "put Before", "updated After", "deleted python-1"]
    assert_items_were_used(server)


def test_every_block_is_run_or_compared():
    assert {language for language, _ in BLOCKS} == {"text", "hcl", "bash", "javascript", "python"}


def test_configuration_is_the_one_of_staging():
    entry, _moved = blocks("hcl")
    assert entry in (ESTATE / "envs" / "staging" / "terraform.tfvars").read_text(encoding="utf-8")


def test_directory_structure():
    (tree,) = blocks("text", terraform=True)
    listed = re.findall(r"── ([\w.]+)", tree)
    assert {path.name for path in ESTATE.glob("*.tf")} <= set(listed)
    assert {path.name for path in (ESTATE / "envs").iterdir() if path.is_dir()} <= set(listed)
    assert [name for name in listed if not list(ESTATE.rglob(name))] == []


def test_schema_is_the_one_of_the_plans():
    plan = json.loads((ESTATE.parents[1] / "tests/fixtures/estate/prod-plan.json").read_text(encoding="utf-8"))
    tables = {
        table["values"]["name"].removeprefix("koneksi-prod-"): table["values"]
        for table in plan["resources"]
        if table["type"] == "aws_dynamodb_table"
    }
    rows = {row[0]: row for row in re.findall(r"^\| (\w+) \| (\w+) \(\w\) \| (?:(\w+) \(\w\) )?\|", PAGE, re.MULTILINE)}
    assert rows.keys() == tables.keys()
    for name, (_, hash_key, range_key) in rows.items():
        assert (hash_key, range_key or None) == (tables[name]["hash_key"], tables[name]["range_key"])
