"""Record what terraform plans for each environment of the estate: `python tests/fakes/record_estate.py`.

Writes tests/fixtures/estate/<environment>-plan.json: every managed resource of the plan that creates the environment,
with its planned values (provider defaults included) and what is unknown until apply. Needs terraform and a mirror with
the AWS provider (TF_PLUGIN_MIRROR).
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from terraform_runs import ENVIRONMENTS, EstateCopy, why_not

from auditor.demo.stand_in.server import MotoServer

RECORDED = Path(__file__).resolve().parents[1] / "fixtures" / "estate"


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


def recorded(environment: str) -> Path:
    """Return where the plan of an environment is kept."""
    return RECORDED / f"{environment}-plan.json"


def main() -> int:
    """Record all environments."""
    if reason := why_not():
        sys.stderr.write(f"record_estate: {reason}\n")
        return 1
    RECORDED.mkdir(parents=True, exist_ok=True)
    for environment, account in ENVIRONMENTS.items():
        with MotoServer(account) as server, tempfile.TemporaryDirectory() as folder:
            copy = EstateCopy.make(Path(folder) / "dynamodb", server.url)
            copy.run(environment, "init", "-input=false", "-no-color")
            plan = trimmed(copy.plan(environment))
        recorded(environment).write_text(json.dumps(plan, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
