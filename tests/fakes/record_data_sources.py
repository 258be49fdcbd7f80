"""Record what terraform and the auditor make of data sources: `python tests/fakes/record_data_sources.py`.

Writes to tests/fixtures/data_sources, for each stage (see STAGES; each change is made on top of those before it):

<stage>.json         what terraform read into the data sources, and what it plans for which address (no-ops left out)
<stage>.jsonl.gz     what the auditor reads

Needs terraform and a mirror with the AWS provider (TF_PLUGIN_MIRROR).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import boto3
from msgspec.structs import replace
from record_estate import actions
from terraform_runs import SECONDS, attached, why_not

from auditor import pipeline
from auditor.aws import snapshot
from auditor.demo.stand_in.server import MotoServer
from auditor.inputs import Inputs
from auditor.settings import Environment, Settings, load

ACCOUNT: Final = "111122223333"
RECORDED: Final = Path(__file__).resolve().parents[1] / "fixtures" / "data_sources"
Client = Callable[[str], Any]


def clients(url: str) -> Client:
    """Return what makes a client of a service at the stand-in."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=url,
            region_name="ap-southeast-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - a word, not a secret
        )

    return client


def prepare(client: Client) -> None:
    """Make what the platform keeps: two keys, one with an alias, and two tables."""
    kms, dynamodb = client("kms"), client("dynamodb")
    keys = [kms.create_key(Description=f"key {n}")["KeyMetadata"] for n in range(2)]
    kms.create_alias(AliasName="alias/shop-prod", TargetKeyId=keys[0]["KeyId"])
    kms.create_alias(AliasName="alias/shop-next", TargetKeyId=keys[1]["KeyId"])
    dynamodb.create_table(
        TableName="platform-orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at", "state")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys[0]["Arn"]},
        DeletionProtectionEnabled=True,
        Tags=[{"Key": "owner", "Value": "platform"}, {"Key": "platform:cost", "Value": "7"}],
    )
    expiry = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName="platform-orders", TimeToLiveSpecification=expiry)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName="platform-orders", PointInTimeRecoverySpecification=recovery)
    dynamodb.create_table(
        TableName="platform-legacy",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "N"} for name in ("id", "at", "size")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-size",
                "KeySchema": [
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "size", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 7, "WriteCapacityUnits": 3},
    )


def repoint(client: Client) -> None:
    """Let the alias lead to the other key."""
    kms = client("kms")
    other = next(one["TargetKeyId"] for one in kms.list_aliases()["Aliases"] if one["AliasName"] == "alias/shop-next")
    kms.update_alias(AliasName="alias/shop-prod", TargetKeyId=other)


def unprotect(client: Client) -> None:
    """Change what a declared table takes over from the shared one, and what decides how many there are."""
    dynamodb = client("dynamodb")
    dynamodb.update_table(TableName="platform-orders", DeletionProtectionEnabled=False)
    dynamodb.update_table(
        TableName="platform-legacy", ProvisionedThroughput={"ReadCapacityUnits": 9, "WriteCapacityUnits": 3}
    )
    dynamodb.update_table(
        TableName="platform-orders", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-state"}}]
    )


STAGES: Final[Mapping[str, Callable[[Client], None] | None]] = {
    "applied": None,
    "repointed": repoint,
    "unprotected": unprotect,
}


class Root:
    """A copy of the root module in `folder`, whose terraform speaks to the stand-in at `url`."""

    def __init__(self, folder: Path, url: str, project: Path = RECORDED) -> None:
        self.folder, self.url = folder, url
        shutil.copytree(project, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.gz", "*.json"))
        self.run("init", "-input=false", "-no-color")

    def run(self, *arguments: str) -> str:
        """Run `terraform ARGUMENTS`; return what it printed."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder / "envs" / "prod",
            env=attached(self.folder, self.url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"terraform {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def plan(self) -> dict[str, Any]:
        """Return the plan: the data sources' values, and what is done to which address."""
        self.run("plan", "-input=false", "-no-color", "-out=next.plan")
        plan = json.loads(self.run("show", "-json", "next.plan"))
        read = plan["prior_state"]["values"]["root_module"]["resources"]
        return {
            "terraform_version": plan["terraform_version"],
            "data": {one["address"]: one["values"] for one in read if one["mode"] == "data"},
            "plan": actions(plan),
        }


def settings() -> tuple[Settings, Environment]:
    """Return the settings of the root module as it is kept here."""
    found = load(RECORDED, {})
    return found, found.environment("prod")


def main() -> int:
    """Record all stages."""
    if reason := why_not():
        sys.stderr.write(f"record_data_sources: {reason}\n")
        return 1
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")  # noqa: S106 - a word
    found, environment = settings()
    with MotoServer(ACCOUNT) as server, tempfile.TemporaryDirectory() as folder:
        client = clients(server.url)
        prepare(client)
        root = Root(Path(folder), server.url)
        root.run("apply", "-input=false", "-no-color", "-auto-approve")
        for name, change in STAGES.items():
            if change is not None:
                change(client)
            inputs = Inputs(now=datetime.now(UTC), command="audit snapshot --env prod")
            taken = pipeline.snapshot(found, replace(environment, endpoint=server.url), inputs)
            (RECORDED / f"{name}.jsonl.gz").write_bytes(snapshot.encode(taken))
            text = json.dumps(root.plan(), indent=1, sort_keys=True) + "\n"
            (RECORDED / f"{name}.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
