"""The recorded plans are still what the real Terraform makes of the recorded root modules."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from terraform_runs import environment_variables, why_not

from auditor.hcl import declared_document, load

ROOTS = Path(__file__).parent.parent / "fixtures" / "hcl" / "roots"
NOBODY = "http://127.0.0.1:9"
"""No plan of these roots asks AWS for anything."""

pytestmark = [pytest.mark.terraform, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def terraform(directory, *arguments):
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=directory,
        env=environment_variables(directory, NOBODY),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def planned(module):
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource["address"], resource["values"]
    for child in module.get("child_modules", []):
        yield from planned(child)


NAMES = sorted(path.name for path in ROOTS.iterdir())
SAMPLE = NAMES[::8]
"""Planned again in every run; the others by `make soak`: each takes terraform some seconds."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.soak) for name in NAMES]
)
def test_terraform_plans_what_is_declared(name, tmp_path):
    root = shutil.copytree(ROOTS / name, tmp_path / name)
    terraform(root, "init", "-input=false", "-no-color")
    terraform(root, "plan", "-input=false", "-no-color", "-refresh=false", "-out=made.tfplan")
    plan = json.loads(terraform(root, "show", "-json", "made.tfplan"))
    ours = {r["address"]: r["values"] for r in declared_document(load(root), reveal_sensitive=True)["resources"]}
    assert ours == dict(planned(plan["planned_values"]["root_module"]))
