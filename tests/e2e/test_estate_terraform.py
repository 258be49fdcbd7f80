"""The estate under the real terraform and AWS provider, against the stand-in of AWS."""

import json
import re
import shutil
import subprocess

import boto3
import pytest
from estate_page import blocks
from record_estate import recorded, trimmed
from terraform_runs import ENVIRONMENTS, ESTATE, EstateCopy, attached, environment_variables, why_not

from auditor.demo.stand_in.server import MotoServer

pytestmark = [pytest.mark.terraform, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def dynamodb(server):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("dynamodb", region_name="ap-southeast-1", endpoint_url=server.url, **keys)


def shell(commands, folder, variables):
    """Run commands of the page in a copy of the project; return what they printed."""
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{commands}"],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_sources_are_formatted():
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff"], cwd=ESTATE, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("environment", "account"), ENVIRONMENTS.items())
def test_environment(environment, account, tmp_path):
    """Deployed by the commands of the page, as recorded; then nothing is left to do, and a change by hand is seen."""
    (commands,) = [block for block in blocks("bash", terraform=True) if f"-out={environment}.plan" in block]
    with MotoServer(account) as server:
        copy = EstateCopy.make(tmp_path / "terraform" / "dynamodb", server.url)
        printed = shell(commands, tmp_path, attached(tmp_path, server.url))
        assert f"arn:aws:dynamodb:ap-southeast-1:{account}:table/koneksi-{environment}-users" in printed

        plan = json.loads(copy.run(environment, "show", "-json", f"{environment}.plan"))
        expected = json.loads(recorded(environment).read_text(encoding="utf-8"))
        assert trimmed(plan)["resources"] == expected["resources"]
        copy.run(environment, "plan", "-input=false", "-no-color", "-detailed-exitcode")

        users = dynamodb(server).describe_table(TableName=f"koneksi-{environment}-users")["Table"]
        assert users["DeletionProtectionEnabled"] is (environment == "prod")
        dynamodb(server).update_table(TableName=users["TableName"], TableClass="STANDARD_INFREQUENT_ACCESS")
        changed = copy.run(environment, "plan", "-input=false", "-no-color", "-detailed-exitcode", status=2)
        assert "table_class" in changed
        assert "Plan: 0 to add, 1 to change, 0 to destroy." in changed
        assert server.defects == []


def test_validation_without_credentials_or_state(tmp_path):
    """The commands of the page, with the S3 backend in place and a provider that terraform starts by itself."""
    (commands,) = [block for block in blocks("bash", terraform=True) if "validate" in block]
    with MotoServer() as server:
        shutil.copytree(ESTATE, tmp_path / "terraform" / "dynamodb", ignore=shutil.ignore_patterns(".terraform"))
        variables = environment_variables(tmp_path, server.url)
        assert "The configuration is valid" in shell(commands, tmp_path, variables)
        assert not server.counts


def test_table_moves_from_on_demand_to_provisioned(tmp_path):
    """With the `moved` block of the page the table is changed, without it deleted and made anew; the key stays."""
    _entry, moved = blocks("hcl")
    users = 'module.dynamodb.aws_dynamodb_table.{}["users"]'
    with MotoServer(ENVIRONMENTS["staging"]) as server:
        copy = EstateCopy.make(tmp_path / "dynamodb", server.url)
        copy.run("staging", "init", "-input=false", "-no-color")
        target = f"-target={users.format('on_demand')}"
        copy.run("staging", "apply", "-input=false", "-no-color", "-auto-approve", target)

        with pytest.raises(AssertionError, match="Instance cannot be destroyed"):
            copy.run("staging", "plan", "-input=false", "-no-color", "-refresh=false", "-destroy")

        variables = copy.folder / "envs" / "staging" / "terraform.tfvars"
        text = variables.read_text(encoding="utf-8")
        minimum = "min_capacity = { read = 5, write = 5 }"
        variables.write_text(text.replace("  users = {\n", f"  users = {{\n    {minimum}\n", 1), encoding="utf-8")
        planned = {
            change["address"]: change["change"]["actions"] for change in copy.plan("staging")["resource_changes"]
        }
        assert planned[users.format("on_demand")] == ["delete"]

        main = copy.folder / "main.tf"
        main.write_text(f"{main.read_text(encoding='utf-8')}\n{moved}", encoding="utf-8")
        planned = {
            change["address"]: change["change"]["actions"] for change in copy.plan("staging")["resource_changes"]
        }
        assert planned[users.format("provisioned")] == ["update"]
        assert users.format("on_demand") not in planned


def test_another_account_is_refused(tmp_path):
    with MotoServer(ENVIRONMENTS["uat"]) as server:
        copy = EstateCopy.make(tmp_path / "dynamodb", server.url)
        copy.run("prod", "init", "-input=false", "-no-color")
        with pytest.raises(AssertionError, match="AWS account ID not allowed: 222233334444"):
            copy.plan("prod")


def test_invalid_variables_are_refused(tmp_path):
    """One plan of five mistakes names them all."""
    mistakes = {
        'hash_key            = "id"': ('hash_key            = "ID"', "exactly the keys of the table"),
        '= { id = "S" }': ('= { id = "SS" }', "is S, N or B"),
        "min_capacity = { read = 5,": ("min_capacity = { read = 5000,", "at most its max_capacity"),
        "recovery_period_days = 7": ("recovery_period_days = 36", "1 to 35 days"),
        'environment                 = "staging"': ('environment                 = "Staging"', "lower-case letters"),
    }
    with MotoServer(ENVIRONMENTS["staging"]) as server:
        copy = EstateCopy.make(tmp_path / "dynamodb", server.url)
        copy.run("staging", "init", "-input=false", "-no-color")
        variables = copy.folder / "envs" / "staging" / "terraform.tfvars"
        text = variables.read_text(encoding="utf-8")
        for written, (instead, _) in mistakes.items():
            assert written in text
            text = text.replace(written, instead, 1)
        variables.write_text(text, encoding="utf-8")
        with pytest.raises(AssertionError) as refused:
            copy.plan("staging")
    said = re.sub(r"[\s│]+", " ", str(refused.value))
    assert [refusal for _, refusal in mistakes.values() if refusal not in said] == []
