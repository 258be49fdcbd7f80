"""The estate under the real terraform and AWS provider, against the stand-in of AWS."""

import json
import re
import subprocess

import boto3
import pytest
from moto_server import MotoServer
from record_estate import recorded, trimmed
from terraform_runs import ENVIRONMENTS, ESTATE, EstateCopy, why_not

pytestmark = [pytest.mark.terraform, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def dynamodb(server):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("dynamodb", region_name="ap-southeast-1", endpoint_url=server.url, **keys)


def comparable(plan):
    """A plan as recorded, less the version of terraform, which may be newer here."""
    return {resource["address"]: resource for resource in trimmed(plan)["resources"]}


def test_sources_are_formatted():
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff"], cwd=ESTATE, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("environment", "account"), ENVIRONMENTS.items())
def test_environment(environment, account, tmp_path):
    """Planned as recorded, created, then nothing left to do; and a change by hand is seen."""
    with MotoServer(account) as server:
        copy = EstateCopy.make(tmp_path / "dynamodb", server.url)
        copy.run(environment, "init", "-input=false", "-no-color")
        plan = copy.plan(environment)
        expected = json.loads(recorded(environment).read_text(encoding="utf-8"))
        assert comparable(plan) == {resource["address"]: resource for resource in expected["resources"]}

        copy.run(environment, "apply", "-input=false", "-no-color", "create.plan")
        copy.run(environment, "plan", "-input=false", "-no-color", "-detailed-exitcode")

        users = dynamodb(server).describe_table(TableName=f"koneksi-{environment}-users")["Table"]
        assert users["TableArn"] == f"arn:aws:dynamodb:ap-southeast-1:{account}:table/koneksi-{environment}-users"
        assert users["DeletionProtectionEnabled"] is (environment == "prod")

        dynamodb(server).update_table(TableName=users["TableName"], TableClass="STANDARD_INFREQUENT_ACCESS")
        changed = copy.run(environment, "plan", "-input=false", "-no-color", "-detailed-exitcode", status=2)
        assert "table_class" in changed
        assert "Plan: 0 to add, 1 to change, 0 to destroy." in changed
        assert server.defects == []


def test_another_account_is_refused(tmp_path):
    with MotoServer(ENVIRONMENTS["uat"]) as server:
        copy = EstateCopy.make(tmp_path / "dynamodb", server.url)
        copy.run("prod", "init", "-input=false", "-no-color")
        with pytest.raises(AssertionError, match="AWS account ID not allowed: 222233334444"):
            copy.plan("prod")


@pytest.mark.parametrize(
    ("written", "instead", "refusal"),
    [
        ('hash_key            = "id"', 'hash_key            = "ID"', "exactly the keys of the table"),
        ('attributes          = { id = "S" }', 'attributes          = { id = "SS" }', "is S, N or B"),
        ("min_capacity = { read = 5,", "min_capacity = { read = 5000,", "at most its max_capacity"),
        ("recovery_period_days = 7", "recovery_period_days = 36", "1 to 35 days"),
        ('account_id                  = "', 'account_id                  = "0', "12 digits"),
    ],
)
def test_invalid_variables_are_refused(written, instead, refusal, initialised):
    copy = initialised
    variables = copy.folder / "envs" / "staging" / "terraform.tfvars"
    text = variables.read_text(encoding="utf-8")
    assert written in text
    variables.write_text(text.replace(written, instead, 1), encoding="utf-8")
    try:
        with pytest.raises(AssertionError) as refused:
            copy.plan("staging")
    finally:
        variables.write_text(text, encoding="utf-8")
    assert refusal in re.sub(r"[\s│]+", " ", str(refused.value))


@pytest.fixture(scope="module")
def initialised(tmp_path_factory):
    """A copy with staging initialised, while its server lives."""
    with MotoServer(ENVIRONMENTS["staging"]) as server:
        copy = EstateCopy.make(tmp_path_factory.mktemp("estate") / "dynamodb", server.url)
        copy.run("staging", "init", "-input=false", "-no-color")
        yield copy
