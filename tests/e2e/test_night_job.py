"""Two nights as the task of terraform/nightly lives them: an empty folder, the last bundle, the audit, the delivery."""

import json
import os
import shutil
import subprocess
import sys
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
  name         = "shop-prod-orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
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


@pytest.fixture
def estate(tmp_path):
    root = tmp_path / "estate"
    (root / "envs" / "prod").mkdir(parents=True)
    (root / "envs" / "prod" / "main.tf").write_text(MAIN)
    (root / "audit.toml").write_text(SETTINGS)
    return root


@pytest.fixture
def server():
    with MotoServer(ACCOUNT) as running:
        yield running


def client(server, service):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
    return boto3.client(service, endpoint_url=server.url, **keys)


def test_the_second_night_tells_what_was_fixed(estate, server, tmp_path):
    dynamodb, s3, sns, sqs = (client(server, name) for name in ("dynamodb", "s3", "sns", "sqs"))
    dynamodb.create_table(
        TableName="shop-prod-orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    topic = sns.create_topic(Name="verdicts")["TopicArn"]
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    publisher = {"AUDIT_PUBLISH_BUCKET": "reports", "AUDIT_PUBLISH_REGION": REGION, "AUDIT_PUBLISH_TOPIC": topic}

    def run(*command, **variables):
        done = subprocess.run(
            [Path(sys.executable).parent / command[0], *command[1:]],
            cwd=estate,
            env=os.environ | {"AWS_ENDPOINT_URL": server.url} | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stderr

    def night():
        place = tmp_path / "reports" / "bundle"
        shutil.rmtree(place.parent, ignore_errors=True)
        place.parent.mkdir()
        assert run("audit-publish", str(place), AUDIT_PUBLISH_BRING_BACK="prod", **publisher) == (0, "")
        code, said = run("audit", "run", "--out", str(place), "--quiet", AUDIT_ENV="prod")
        assert code == 4, said
        assert run("audit-publish", str(place), **publisher) == (0, "")
        assert run("audit", "verify", str(place))[0] == 0
        (sent,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=sent["ReceiptHandle"])
        return json.loads(json.loads(sent["Body"])["Message"])

    first = night()
    assert (first["new"], first["fixed"], first["exit_code"]) == (None, None, 4)

    main = estate / "envs" / "prod" / "main.tf"
    main.write_text(MAIN.replace("  hash_key ", "  deletion_protection_enabled = true\n  hash_key "))
    dynamodb.update_table(TableName="shop-prod-orders", DeletionProtectionEnabled=True)
    second = night()
    assert second["fixed"] >= 1
    assert second["new"] == 0
    assert second["run"] != first["run"]
    assert sum(second["open"].values()) == sum(first["open"].values()) - second["fixed"]
