"""Record what terraform plans for root modules: `python tests/fakes/record_roots.py DIRECTORY...`.

Writes plan.json into each directory: planned values and unknowns of all managed resources, outputs, and what became
of conditions. Beside the code may stand options.json: `given` (files, and pairs of name and text, as -var-file and
-var hand them in), `environment` (variables of the process), `workspace`.

Needs terraform and a mirror with the AWS provider (TF_PLUGIN_MIRROR).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from recorded_roots import options_of
from terraform_runs import attached, environment_variables, why_not

NOBODY = "http://127.0.0.1:9"
"""No plan of a recorded root asks AWS for anything."""
SECONDS = 300


def terraform(directory: Path, *arguments: str, **more: str) -> str:
    """Run `terraform ARGUMENTS` in a directory; return what it printed, fail where it fails."""
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=directory,
        env=(environment_variables if _has_aliases(directory) else attached)(directory.parent, NOBODY) | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode != 0:
        raise AssertionError(f"terraform {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _has_aliases(directory: Path) -> bool:
    """Whether there are several configurations of a provider: one that runs already keeps the last one for all."""
    return any("alias" in file.read_text(encoding="utf-8") for file in directory.rglob("*.tf*") if file.is_file())


def plan_of(root: Path) -> dict[str, Any]:
    """Return what terraform plans for a copy of a root module with nothing in its state."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "project" / root.name
        copy.parent.mkdir()
        shutil.copytree(root, copy, symlinks=True)
        options = options_of(copy)
        more = {**options["environment_variables"], "TF_WORKSPACE": options["workspace"]}
        if options["workspace"] != "default":
            terraform(copy, "init", "-input=false", "-no-color")
            terraform(copy, "workspace", "new", options["workspace"])
        terraform(copy, "init", "-input=false", "-no-color", **more)
        arguments = [f"-var={'='.join(e)}" if isinstance(e, tuple) else f"-var-file={e}" for e in options["given"]]
        terraform(
            copy, "plan", "-input=false", "-no-color", "-refresh=false", *arguments, "-out=../made.tfplan", **more
        )
        return json.loads(terraform(copy, "show", "-json", "../made.tfplan", **more))


def trimmed(plan: dict[str, Any]) -> dict[str, Any]:
    """Return of a plan what a reader of the code can know."""
    values = {each["address"]: each.get("values", {}) for each in managed(plan["planned_values"]["root_module"])}
    unknown = {each["address"]: each["change"]["after_unknown"] for each in plan.get("resource_changes", ())}
    types = {each["address"]: each["type"] for each in plan.get("resource_changes", ())}
    found = {
        "terraform_version": plan["terraform_version"],
        "resources": [
            {"address": address, "type": types[address], "values": values[address], "after_unknown": unknown[address]}
            for address in sorted(values)
        ],
        "outputs": {
            name: {"value": change.get("after"), "unknown": change["after_unknown"]}
            for name, change in sorted(plan.get("output_changes", {}).items())
        },
    }
    return found | ({"checks": plan["checks"]} if "checks" in plan else {})


def managed(module: dict[str, Any]) -> Any:
    """Yield the managed resources of a module of a plan and of all modules below it."""
    yield from (resource for resource in module.get("resources", ()) if resource["mode"] == "managed")
    for child in module.get("child_modules", ()):
        yield from managed(child)


def main(names: list[str]) -> None:
    """Record the roots in these directories."""
    if reason := why_not():
        raise SystemExit(reason)
    for name in names:
        root = Path(name)
        text = json.dumps(trimmed(plan_of(root)), indent=1, ensure_ascii=False)
        (root / "plan.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
