"""terraform/nightly: valid and planned by the real Terraform, read alike by ours, applied to the stand-in of AWS."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import boto3
import pytest
from terraform_runs import attached, environment_variables, why_not

from auditor.cli import run
from auditor.demo.stand_in.server import MotoServer
from auditor.hcl import declared_document, load
from auditor.hcl.schema import resource_schema
from auditor.publish.program import publish

ROOT = Path(__file__).resolve().parents[2]
STACK = ROOT / "terraform" / "nightly"
ROLE = STACK / "auditing_role"
ACCOUNT = "444455556666"
ENVIRONMENTS = tomllib.loads((ROOT / "audit.toml").read_text())["env"]
NOT_IN_MOTO = {"aws_s3_bucket_notification.reports"}
"""moto keeps no EventBridge switch of a bucket, so this one is planned again."""


def audit(*arguments):
    done = subprocess.run(
        ["audit", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env=clean_environment()
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def clean_environment():
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_auditing_role_may_do_what_audit_permissions_prints_and_nothing_else(environment):
    printed = audit("permissions", "--env", environment)
    assert (ROLE / "policies" / f"{environment}.json").read_text() == printed

    written = audit(
        *("declared", "--dir", str(ROLE), "--var", f"environment={environment}", "--var", "region=ap-southeast-1"),
        *(
            "--var",
            f"account_id={ENVIRONMENTS[environment]['account']}",
            "--var",
            "trusted_role_arn=arn:aws:iam::1:role/x",
        ),
    )
    resources = {each["address"]: each["values"] for each in json.loads(written)["resources"]}
    assert json.loads(resources["aws_iam_role_policy.auditing"]["policy"]) == json.loads(printed)
    assert {each.split(".")[0] for each in resources} == {"aws_iam_role", "aws_iam_role_policy"}
    # IAM's limit for all inline policies of a role.
    assert len(re.sub(r"\s", "", printed)) <= 10_240


def test_environments_of_the_stack_are_those_of_the_project():
    resources = declared_document(load(STACK))["resources"]
    schedules = {each["values"]["name"] for each in resources if each["type"] == "aws_scheduler_schedule"}
    assert schedules == set(ENVIRONMENTS)
    (prod,) = [each["values"] for each in resources if each["address"] == 'aws_scheduler_schedule.nightly["prod"]']
    overrides = json.loads(prod["target"][0]["input"])["containerOverrides"]
    assert {each["name"]: each["environment"] for each in overrides} == {
        "earlier": [{"name": "AUDIT_PUBLISH_BRING_BACK", "value": "prod"}],
        "audit": [{"name": "AUDIT_ENV", "value": "prod"}],
    }


def test_sources_are_formatted():
    if why_not():
        pytest.skip(why_not())
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff"], cwd=STACK, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def terraform(folder, url, *arguments, status=0):
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env=environment_variables(folder, url) if arguments[0] == "init" else attached(folder, url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def copied(folder, to):
    copy = shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.plan"))
    (copy / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    return copy


def plan_of(folder, url, *variables):
    terraform(folder, url, "plan", "-input=false", "-no-color", "-out=made.plan", *variables)
    return json.loads(terraform(folder, url, "show", "-json", "made.plan"))


def written_is_planned(written, planned, where):
    """Whatever the code says of a type we have no schema of stands in the plan too."""
    if isinstance(written, dict):
        for name, value in written.items():
            if name in planned or value is not None:
                written_is_planned(value, planned[name], f"{where}.{name}")
    elif isinstance(written, list):
        for ours, theirs in zip([item for item in written if item is not None], planned, strict=True):
            written_is_planned(ours, theirs, where)
    else:
        assert str(written) == str(planned), where


def compare_with_plan(ours, plan):
    planned = {each["address"]: each for each in plan["resource_changes"] if each["mode"] == "managed"}
    assert set(ours) == set(planned)
    for address, resource in ours.items():
        after = planned[address]["change"]["after"]
        unknown = planned[address]["change"]["after_unknown"]
        values = {name: value for name, value in resource["values"].items() if unknown.get(name) is not True}
        if resource_schema(resource["type"]) is None:
            written = {name: value for name, value in values.items() if name in after}
            assert set(values) - set(written) == set(), address
            for name, value in written.items():
                drop_unknown(value, unknown.get(name))
                written_is_planned(value, after[name], f"{address}.{name}")
        else:
            assert values == after, address


def drop_unknown(value, unknown):
    """Take out of a written value what the plan does not know either."""
    if isinstance(value, dict) and isinstance(unknown, dict):
        for name in [name for name, mark in unknown.items() if mark is True]:
            value.pop(name, None)
        for name, inner in value.items():
            drop_unknown(inner, unknown.get(name))
    elif isinstance(value, list) and isinstance(unknown, list):
        for inner, mark in zip(value, unknown, strict=False):
            drop_unknown(inner, mark)


# The provider asks S3 every five seconds whether the rules of a bucket's lifecycle have come to rest, eleven times.
@pytest.mark.first
@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_the_stack_is_planned_as_we_read_it_and_applied(tmp_path):
    folder = copied(STACK, tmp_path / "nightly")
    with MotoServer(ACCOUNT) as server:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        ec2 = boto3.client("ec2", region_name="ap-southeast-1", endpoint_url=server.url, **keys)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        terraform(folder, server.url, "init", "-input=false", "-no-color")
        assert "valid" in terraform(folder, server.url, "validate", "-no-color")

        plan = plan_of(folder, server.url, f"-var=vpc_id={vpc}")
        ours = json.loads(audit("declared", "--dir", str(folder), "--var", f"vpc_id={vpc}"))["resources"]
        compare_with_plan({each["address"]: each for each in ours}, plan)

        terraform(folder, server.url, "apply", "-input=false", "-no-color", "made.plan")
        again = plan_of(folder, server.url, f"-var=vpc_id={vpc}")
        changed = {each["address"] for each in again["resource_changes"] if each["change"]["actions"] != ["no-op"]}
        assert changed <= NOT_IN_MOTO
        assert server.defects == []

        s3 = boto3.client("s3", region_name="ap-southeast-1", endpoint_url=server.url, **keys)
        bucket = again["planned_values"]["outputs"]["reports_bucket"]["value"]
        lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        assert lock["Rule"]["DefaultRetention"].items() >= {"Mode": "GOVERNANCE", "Days": 365}.items()
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        ecs = boto3.client("ecs", region_name="ap-southeast-1", endpoint_url=server.url, **keys)
        containers_run_what_there_is(
            ecs.describe_task_definition(taskDefinition="koneksi-nightly-audit")["taskDefinition"]
        )
        no_role_reads_an_estate_or_deletes(
            boto3.client("iam", endpoint_url=server.url, region_name="ap-southeast-1", **keys)
        )


def containers_run_what_there_is(task):
    """Options and variables of the containers are those of the programs; the file system is theirs to read only."""
    earlier, audit_, publish_ = task["containerDefinitions"]
    assert earlier["environment"] == publish_["environment"]
    assert earlier["entryPoint"] == publish_["entryPoint"]
    assert earlier["command"] == publish_["command"]
    assert audit_["dependsOn"] == [{"containerName": "earlier", "condition": "COMPLETE"}]
    assert earlier["essential"] is False
    options = {option for parameter in run.params for option in parameter.opts}
    assert {each for each in audit_["command"] if each.startswith("--")} <= options
    assert publish_["entryPoint"] == ["audit-publish"]
    given = {each["name"] for each in publish_["environment"]}
    assert given <= {f"AUDIT_PUBLISH_{parameter.name.upper()}" for parameter in publish.params}
    assert {parameter.name.upper() for parameter in publish.params if parameter.required} <= {
        "BUNDLE",
        *(name.removeprefix("AUDIT_PUBLISH_") for name in given),
    }
    assert (audit_["essential"], publish_["essential"]) == (False, True)
    assert publish_["dependsOn"] == [{"containerName": "audit", "condition": "COMPLETE"}]
    assert all(
        each["readonlyRootFilesystem"] and each["user"] == "10001:10001" for each in task["containerDefinitions"]
    )
    assert publish_["command"] == [audit_["command"][audit_["command"].index("--out") + 1]]


def no_role_reads_an_estate_or_deletes(iam):
    allowed = {}
    for role in iam.list_roles()["Roles"]:
        for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            for statement in document["Statement"]:
                actions = statement["Action"]
                allowed.setdefault(role["RoleName"].rpartition("-")[2], set()).update(
                    [actions] if isinstance(actions, str) else actions
                )
    assert allowed["publisher"] == {
        *("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
        *("sns:Publish", "kms:Decrypt", "kms:GenerateDataKey"),
    }
    assert allowed["task"] == {"sts:AssumeRole"}
    assert set(allowed) == {"execution", "task", "publisher", "scheduler"}
    assert {action for actions in allowed.values() for action in actions if "elete" in action or "*" in action} == set()


@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_the_auditing_role_is_applied(tmp_path):
    folder = copied(ROLE, tmp_path / "auditing_role")
    account = ENVIRONMENTS["prod"]["account"]
    trusted = f"arn:aws:iam::{ACCOUNT}:role/koneksi-nightly-audit-task"
    variables = (
        *("-var=environment=prod", f"-var=account_id={account}", "-var=region=ap-southeast-1"),
        *(f"-var=trusted_role_arn={trusted}", "-var=external_id=night"),
    )
    with MotoServer(account) as server:
        terraform(folder, server.url, "init", "-input=false", "-no-color")
        terraform(folder, server.url, "apply", "-input=false", "-no-color", "-auto-approve", *variables)
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        iam = boto3.client("iam", region_name="ap-southeast-1", endpoint_url=server.url, **keys)
        role = iam.get_role(RoleName="koneksi-prod-audit")["Role"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"AWS": trusted}
        assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": "night"}}
        assert iam.list_role_policies(RoleName="koneksi-prod-audit")["PolicyNames"] == ["read"]
        policy = iam.get_role_policy(RoleName="koneksi-prod-audit", PolicyName="read")["PolicyDocument"]
        assert policy == json.loads(audit("permissions", "--env", "prod"))
        assert server.defects == []
