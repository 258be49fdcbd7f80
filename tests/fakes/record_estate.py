"""Record what terraform and the auditor see of the estate: `python tests/fakes/record_estate.py [ENVIRONMENT...]`.

Writes to tests/fixtures/estate, for each environment:

<environment>-plan.json           every managed resource of the plan that creates it: planned values, unknowns
<environment>-snapshot.jsonl.gz   what the auditor reads after terraform applied it
prod-changes.json                 for each change by hand of the demonstration, made one after the other: what terraform
                                  plans for which address (no-ops left out)
prod-changes/<change>.jsonl.gz    what the auditor reads after it

Needs terraform and a mirror with the AWS provider (TF_PLUGIN_MIRROR).
"""

import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from terraform_runs import ENVIRONMENTS, EstateCopy, why_not

from auditor import pipeline
from auditor.aws import snapshot
from auditor.demo.changes import CHANGES
from auditor.demo.estate import Hand
from auditor.demo.stand_in.server import MotoServer
from auditor.inputs import Inputs
from auditor.settings import load

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "fixtures" / "estate"


def trimmed(plan: dict[str, Any]) -> dict[str, Any]:
    """Return of a plan what a reader of the code can know: addresses, planned values, unknowns."""
    return {
        "terraform_version": plan["terraform_version"],
        "resources": [
            {
                "address": change["address"],
                "type": change["type"],
                "values": change["change"]["after"],
                "after_unknown": change["change"]["after_unknown"],
            }
            for change in sorted(plan["resource_changes"], key=lambda change: change["address"])
            if change["mode"] == "managed"
        ],
    }


def actions(plan: dict[str, Any]) -> dict[str, str]:
    """Return what a plan does to which address, in the words of the auditor; no-ops are left out."""
    words = {"update": "update", "create": "create", "delete": "delete", "delete create": "replace"}
    found = {each["address"]: " ".join(each["change"]["actions"]) for each in plan["resource_changes"]}
    return {address: words[does] for address, does in sorted(found.items()) if does not in {"no-op", "read"}}


def recorded(environment: str) -> Path:
    """Return where the plan of an environment is kept."""
    return RECORDED / f"{environment}-plan.json"


def taken(environment: str, url: str) -> bytes:
    """Return the snapshot that the auditor takes of an environment."""
    settings = load(ROOT, {})
    of = replace(settings.environment(environment), endpoint=url)
    inputs = Inputs(now=datetime.now(UTC), command=f"audit snapshot --env {environment}")
    return snapshot.encode(pipeline.snapshot(settings, of, inputs))


def record(environment: str, account: str) -> None:
    """Record one environment."""
    with MotoServer(account) as server, tempfile.TemporaryDirectory() as folder:
        copy = EstateCopy.make(Path(folder) / "dynamodb", server.url)
        copy.run(environment, "init", "-input=false", "-no-color")
        plan = trimmed(copy.plan(environment))
        recorded(environment).write_text(json.dumps(plan, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        copy.run(environment, "apply", "-input=false", "-no-color", "create.plan")
        (RECORDED / f"{environment}-snapshot.jsonl.gz").write_bytes(taken(environment, server.url))
        if environment == "prod":
            record_changes(copy, server.url)


def record_changes(copy: EstateCopy, url: str) -> None:
    """Record the changes by hand, each on top of those before it."""
    folder = RECORDED / "prod-changes"
    folder.mkdir(exist_ok=True)
    hand = Hand(url, "ap-southeast-1")
    planned = {}
    for change in CHANGES:
        change.make(hand)
        (folder / f"{change.name}.jsonl.gz").write_bytes(taken("prod", url))
        planned[change.name] = actions(copy.plan("prod"))
    (RECORDED / "prod-changes.json").write_text(json.dumps(planned, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Record the environments that are named, or all."""
    if reason := why_not():
        sys.stderr.write(f"record_estate: {reason}\n")
        return 1
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")  # noqa: S106 - a word
    RECORDED.mkdir(parents=True, exist_ok=True)
    for environment in sys.argv[1:] or ENVIRONMENTS:
        record(environment, ENVIRONMENTS[environment])
    return 0


if __name__ == "__main__":
    sys.exit(main())
