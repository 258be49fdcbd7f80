"""A state that terraform wrote binds what only it knows: from a file in both forms, and out of a bucket.

What terraform and the stand-in answered is kept in tests/fixtures/state (see record_state.py).
"""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import boto3
import pytest
from msgspec.structs import replace
from record_data_sources import ACCOUNT
from record_state import RECORDED

from auditor import pipeline, state
from auditor.aws import lock
from auditor.aws.session import Access, Connection
from auditor.demo.stand_in.server import MotoServer
from auditor.formats import json as report
from auditor.inputs import Inputs, Variables
from auditor.model.errors import AccessError, SourceError
from auditor.settings import load
from auditor.state import StateObject

FILES = ["state.json", "shown.json"]
KEYS = {'module.keys["orders"].aws_kms_key.this[0]', 'module.keys["users"].aws_kms_key.this[0]'}


@pytest.fixture(scope="module")
def settings():
    return load(RECORDED, {})


@pytest.fixture(scope="module")
def bucket():
    """A stand-in with a bucket that holds states; gives its client."""
    with MotoServer(ACCOUNT) as server:
        client = boto3.client("s3", endpoint_url=server.url, region_name="us-east-1")
        client.create_bucket(Bucket="states")
        client.put_object(Bucket="states", Key="prod/shop", Body=(RECORDED / "state.json").read_bytes())
        client.put_object(Bucket="states", Key="none", Body=b"[]")
        yield server


def audited(settings, **changes):
    inputs = Inputs(now=datetime(2026, 11, 24, tzinfo=UTC), second_reader=False, **changes)
    return pipeline.audit(settings, settings.environment("prod"), inputs)


def replayed(settings, noted=None):
    return audited(settings, snapshot=RECORDED / "applied.jsonl.gz", variables=Variables(state=noted))


def plans(outcome):
    return {str(compared.plan) for compared in outcome.audit.comparisons}


@pytest.mark.parametrize("file", FILES)
def test_with_the_state_everything_is_in_sync(settings, file):
    outcome = replayed(settings, RECORDED / file)
    assert plans(outcome) == {"no-op"}
    assert {one.address for one in outcome.audit.comparisons if one.kind == "aws_kms_key"} == KEYS
    assert all(one.live is not None for one in outcome.audit.comparisons)


FORGOTTEN = """
removed {
  from = aws_dynamodb_table.this["users"]
  lifecycle {
    destroy = false
  }
}
"""
"""As it is written where `from` may name an instance."""


@pytest.mark.parametrize(("more", "plan"), [("", "delete"), (FORGOTTEN, "no-op")])
def test_what_the_code_no_longer_has_is_destroyed_unless_it_is_forgotten(tmp_path, more, plan):
    shutil.copytree(RECORDED, tmp_path / "project")
    code = tmp_path / "project/envs/prod/main.tf"
    written = code.read_text(encoding="utf-8")
    code.write_text(written.replace('["orders", "users"]', '["orders"]') + more, encoding="utf-8")
    project = load(tmp_path / "project", {})
    outcome = replayed(project, tmp_path / "project" / "state.json")
    plans = {(one.kind, one.identity.name): str(one.plan) for one in outcome.audit.comparisons}
    assert plans["aws_dynamodb_table", "shop-prod-orders"] == "no-op"
    assert plans["aws_dynamodb_table", "shop-prod-users"] == plan
    keys = [str(one.plan) for one in outcome.audit.comparisons if one.kind == "aws_kms_key"]
    assert sorted(keys) == ["delete", "no-op"]


def test_both_forms_tell_the_same():
    first, second = (state.read(RECORDED / file, file).values for file in FILES)
    assert first == second
    assert first['module.keys["users"].aws_kms_key.this[0].arn'].startswith("arn:aws:kms:")


def test_what_terraform_marks_sensitive_is_not_taken_from_a_state():
    for file in FILES:
        text = (RECORDED / file).read_text(encoding="utf-8")
        assert "taken out" in text  # the description, as recorded
        assert not [
            name for name, value in state.read(RECORDED / file, file).values.items() if "taken out" in str(value)
        ]


def test_a_state_out_of_a_bucket_tells_the_same(settings, bucket):
    prod = replace(settings.environment("prod"), endpoint=bucket.url)
    wanted = Variables(state=StateObject("states", "prod/shop"))
    inputs = Inputs(now=datetime.now(UTC), second_reader=False, variables=wanted)
    outcome = pipeline.audit(settings, prod, inputs)
    told = json.loads(report.encode(report.document(outcome.audit, code=outcome.code)))
    noted = next(entry for entry in told["evidence"]["files"] if entry["path"] == "s3://states/prod/shop")
    assert noted["bytes"] == (RECORDED / "state.json").stat().st_size
    # The keys are not in this stand-in: AWS says so, because the state says which ones are meant.
    keys = [one for one in outcome.audit.comparisons if one.kind == "aws_kms_key"]
    assert {str(one.existence) for one in keys} == {"missing"}
    assert bucket.counts["s3:GetObject"] or any("GetObject" in name or "/states/" in name for name in bucket.counts)


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [("nowhere", AccessError, "s3://states/nowhere can't be read"), ("none", SourceError, "no state of Terraform")],
)
def test_what_can_not_be_used_is_one_clear_error(settings, bucket, key, error, words):
    prod = replace(settings.environment("prod"), endpoint=bucket.url)
    inputs = Inputs(now=datetime.now(UTC), variables=Variables(state=StateObject("states", key)))
    with pytest.raises(error, match=words):
        pipeline.audit(settings, prod, inputs)


def test_permissions_name_the_object_and_only_where_there_is_one(settings):
    inputs = Inputs(now=datetime.now(UTC))
    prod = settings.environment("prod")
    assert "s3:" not in json.dumps(pipeline.permissions(settings, prod, inputs))
    wanted = replace(inputs, variables=Variables(state=StateObject("states", "prod/shop")))
    (statement,) = (
        each for each in pipeline.permissions(settings, prod, wanted)["Statement"] if each["Sid"] == "ReadState"
    )
    assert (statement["Action"], statement["Resource"]) == (["s3:GetObject"], ["arn:aws:s3:::states/prod/shop"])


def test_the_client_of_a_state_can_do_nothing_else_and_no_other_can_do_that(bucket):
    access = Access(region="us-east-1", endpoint=bucket.url)
    own = Connection(access, lock.IDENTITY | {lock.STATE})
    for call in ({"put_object": {"Body": b""}}, {"delete_object": {}}, {"get_object_tagging": {}}):
        ((name, more),) = call.items()
        with pytest.raises(lock.Refused):
            getattr(own.client("s3"), name)(Bucket="states", Key="prod/shop", **more)
    other = Connection(access, lock.allowlist(("dynamodb:DescribeTable",)))
    with pytest.raises(lock.Refused):
        other.client("s3").get_object(Bucket="states", Key="prod/shop")
    own.close()
    other.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--state", "s3://states"), "is not s3://BUCKET/KEY"),
        (("--state", "s3://states/prod", "--declared-only"), "AWS, which is not to be asked"),
        (("--state", "s3://states/prod", "--snapshot", "x"), "AWS, which is not to be asked"),
    ],
)
def test_wrong_usage(arguments, words):
    command = [sys.executable, "-m", "auditor", "--env", "prod", *arguments]
    done = subprocess.run(command, cwd=RECORDED, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert words in done.stderr
