"""What CloudWatch measured is judged where a rule asks for it: throttling, errors, capacity; denied is unknown."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from auditor.demo.stand_in.server import MotoServer

ACCOUNT = "111122223333"
REGION = "ap-southeast-1"
MAIN = """\
provider "aws" {
  region = "ap-southeast-1"
}
resource "aws_dynamodb_table" "orders" {
  name           = "shop-prod-orders"
  read_capacity  = 10
  write_capacity = 10
  hash_key       = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"""
SETTINGS = f"""\
project = "shop"
[env.prod]
root = "envs/prod"
tier = "production"
account = "{ACCOUNT}"
"""
STRICT = '[rules]\nprofile = "strict"\n'
MEASURED = ("MON-021", "MON-023", "CAP-006")


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "envs" / "prod"
    root.mkdir(parents=True)
    (root / "main.tf").write_text(MAIN)
    (tmp_path / "audit.toml").write_text(SETTINGS + STRICT)
    return tmp_path


@pytest.fixture
def server():
    with MotoServer(ACCOUNT) as running:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
        boto3.client("dynamodb", endpoint_url=running.url, **keys).create_table(
            TableName="shop-prod-orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
        )
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
        table = [{"Name": "TableName", "Value": "shop-prod-orders"}]
        told = [
            ("ReadThrottleEvents", 7, table),
            ("SystemErrors", 500, [*table, {"Name": "Operation", "Value": "Query"}]),
            ("ConsumedReadCapacityUnits", 35_100, table),
            ("ProvisionedReadCapacityUnits", 10, table),
        ]
        boto3.client("cloudwatch", endpoint_url=running.url, **keys).put_metric_data(
            Namespace="AWS/DynamoDB",
            MetricData=[
                {"MetricName": name, "Value": value, "Dimensions": dimensions, "Timestamp": hour}
                for name, value, dimensions in told
            ],
        )
        yield running


def report(project, server):
    done = subprocess.run(
        [Path(sys.executable).parent / "audit", "run", "--env", "prod", "--out", "bundle", "-qq"],
        cwd=project,
        env=os.environ | {"AWS_ENDPOINT_URL": server.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 4, done.stderr
    return json.loads((project / "bundle" / "report.json").read_text())


def findings(document):
    return {each["rule"]: each for each in document["findings"] if each["rule"] in MEASURED}


def test_what_was_measured_is_judged(project, server):
    found = findings(report(project, server))
    assert {rule: each["status"] for rule, each in found.items()} == dict.fromkeys(MEASURED, "fail")
    assert ": 7 throttled requests in the last 7 days" in found["MON-021"]["message"]
    assert "answered 500 requests" in found["MON-023"]["message"]
    assert ": 97.5 % of the provisioned capacity" in found["CAP-006"]["message"]
    assert server.counts["monitoring:GetMetricData"] == 1


def test_a_refusal_makes_it_unknown_with_the_action_that_is_missing(project, server):
    server.deny("GetMetricData")
    found = findings(report(project, server))
    assert {rule: each["status"] for rule, each in found.items()} == dict.fromkeys(MEASURED, "unknown")
    assert {cause["action"] for each in found.values() for cause in each["unknown"]} == {"cloudwatch:GetMetricData"}


def test_nobody_is_asked_where_no_rule_wants_to_know(project, server):
    (project / "audit.toml").write_text(SETTINGS)
    assert findings(report(project, server)) == {}
    assert server.counts["monitoring:GetMetricData"] == 0
    permissions = subprocess.run(
        [Path(sys.executable).parent / "audit", "permissions", "--env", "prod"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "GetMetricData" not in permissions
