"""Record what terraform plans of the cases in state_cases: `python tests/fakes/record_states.py [NAME...]`.

Writes those named, or all, to tests/fixtures/plan/states.json; needs terraform and a mirror with the AWS provider
(TF_PLUGIN_MIRROR).
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

import state_cases
import state_material
import terraform_verdicts
from canned_aws import CannedServer, World
from plan_cases import REGION
from terraform_runs import attached, why_not

RECORDED: Final = Path(__file__).resolve().parents[1] / "fixtures" / "plan" / "states.json"
ACTIONS: Final = terraform_verdicts.ACTIONS | {("delete",): "delete", ("forget",): "forget"}
HEAD: Final = f'{terraform_verdicts.WANTED}provider "aws" {{\n  region = "{REGION}"\n}}\n'


def verdicts(cases):
    """By name: what the plan says of each address; of one that fails, the addresses that make it fail."""
    found = {}
    with CannedServer(World()) as server, tempfile.TemporaryDirectory() as root:
        for number, (name, case) in enumerate(cases.items()):
            folder = Path(root) / str(number)
            folder.mkdir()
            server.world = World()
            for piece in case["pieces"]:
                server.world.add(piece)
            state_material.write(case, folder, HEAD)
            variables = attached(folder, server.url)
            done = terraform_verdicts.run(folder, variables, "init", "-input=false", "-no-color")
            assert done.returncode == 0, done.stderr
            erring = terraform_verdicts.plan(folder, variables)
            told = {address: {"verdict": "error", "why": why[:120]} for address, why in erring.items()}
            found[name] = told or shown(folder, variables)
    return found


def shown(folder, variables):
    """By address: verdict, what changes of what is known by now, and what forces a replacement."""
    document = json.loads(terraform_verdicts.run(folder, variables, "show", "-json", "a.plan").stdout)
    found = {}
    for each in document.get("resource_changes", ()):
        change = each["change"]
        before, after, later = change["before"] or {}, change["after"] or {}, change.get("after_unknown") or {}
        verdict = {"verdict": ACTIONS[tuple(change["actions"])]}
        if verdict["verdict"] in ("update", "replace"):
            differing = [name for name in {*before, *after} if before.get(name) != after.get(name)]
            verdict["changed"] = sorted(name for name in differing if later.get(name) is not True)
            verdict["replace_paths"] = sorted({str(path[0]) for path in change.get("replace_paths", [])})
        found[each["address"] + (" (deposed)" if each.get("deposed") else "")] = verdict
    return found


def main() -> int:
    """Record all."""
    if reason := why_not():
        sys.stderr.write(f"record_states: {reason}\n")
        return 1
    known = json.loads(RECORDED.read_text(encoding="utf-8"))
    cases = state_cases.CASES
    found = verdicts({name: cases[name] for name in sys.argv[1:] or cases})
    told = {name: found.get(name, known.get(name)) for name in cases}
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    RECORDED.write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
