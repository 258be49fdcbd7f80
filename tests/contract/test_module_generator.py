"""Random modules declare what the real Terraform plans for them.

Many programs are the modules of one root, so that one run of terraform plans them all; those that Terraform refuses
must be refused here too, and are left out of the next run. MODULES_FIRST and MODULES_COUNT choose seeds.
"""

import json
import os
import random
import re
import shutil
import subprocess

import pytest
from random_blocks import Writer
from random_modules import Modules
from record_roots import NOBODY
from recorded_roots import as_plan_writes, unknown_paths
from terraform_runs import attached, why_not

from auditor.hcl import Severity, declared_document, load
from auditor.hcl.plan_shape import PlanShape
from auditor.model.errors import SourceError

FIRST = int(os.environ.get("MODULES_FIRST", "0"))
COUNT = int(os.environ.get("MODULES_COUNT", "100"))
SAMPLE = 30 if "MODULES_COUNT" not in os.environ else COUNT

FOUND = {False: (62052, 91129), True: (20134, 50020, 91409)}
"""Seeds that once had other values here, without and with tables and policy documents."""

PROVIDER = """provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}"""

_NOT_OURS = ("cannot be determined until apply", "panic in function implementation")
"""What Terraform refuses and we don't: instances that can't be counted are unknown here; defects of its own."""

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]


def written(seeds, folder, *, aws=False):
    """Write a root that calls a module for each seed, and gives all its outputs; with `aws`, tables are among them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    lines = [PROVIDER] if aws else []
    for seed in seeds:
        name = f"p{seed}"
        chance = random.Random(seed)  # noqa: S311 - the same seed gives the same program
        writer = Writer(Modules(chance, aws=aws), f"{name}/", top=True).written(chance.choice((0, 1, 1, 2)))
        for path, text in writer.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        lines.append(f'module "{name}" {{\n  source = "./{name}"\n}}')
        lines.append(f'output "{name}" {{\n  value = module.{name}\n  sensitive = true\n}}')
    (folder / "main.tf").write_text("\n".join(lines) + "\n", encoding="utf-8")


def terraform(folder, *arguments):
    return subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env=attached(folder.parent, NOBODY),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def complaints(printed):
    """Return what `terraform -json` says of each program: by seed, the first summary and detail."""
    found = {}
    for line in printed.splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("@level") != "error":
            continue
        diagnostic = said.get("diagnostic", {})
        seeds = re.findall(r"\bp(\d+)\b", diagnostic.get("range", {}).get("filename", "") or line)
        for seed in seeds or re.findall(r"\bp(\d+)\b", line):
            place = diagnostic.get("range", {})
            where = f"{place.get('filename')}:{place.get('start', {}).get('line')}"
            found.setdefault(int(seed), f"{diagnostic.get('summary')}: {diagnostic.get('detail', '')[:300]} at {where}")
    return found


def planned(seeds, folder, *, aws=False):
    """Return Terraform's plan of all programs it takes, and its complaints about the others."""
    refused = {}
    left = list(seeds)
    while True:
        written(left, folder, aws=aws)
        done = terraform(folder, "init", "-input=false", "-json")
        if done.returncode == 0:
            done = terraform(folder, "plan", "-input=false", "-json", "-refresh=false", "-out=made.tfplan")
        if done.returncode == 0:
            shown = terraform(folder, "show", "-json", "made.tfplan")
            return json.loads(shown.stdout), refused
        found = complaints(done.stdout)
        if not found:
            raise AssertionError(done.stdout[-3000:] + done.stderr[-3000:])
        refused |= found
        left = [seed for seed in left if seed not in found]


def ours(seeds, folder, *, aws=False):
    """Return our reading of all programs together, and our complaints by seed."""
    found = {}
    left = list(seeds)
    while True:
        written(left, folder, aws=aws)
        try:
            configuration = load(folder)
            break
        except SourceError as error:
            for each in (error, *getattr(error, "others", ())):
                seed = int(re.findall(r"\bp(\d+)\b", str(each.subject))[0])
                found.setdefault(seed, str(each))
                left = [other for other in left if other != seed]
    for diagnostic in configuration.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            for seed in re.findall(r"\bp(\d+)\b", str(diagnostic.place)):
                found.setdefault(int(seed), str(diagnostic))
    return configuration, found


def masked(value, unknown):
    """Return a value without what a plan marks as unknown."""
    if unknown is True:
        return None
    if isinstance(value, dict) and isinstance(unknown, dict):
        return {name: masked(item, unknown.get(name)) for name, item in value.items() if unknown.get(name) is not True}
    if isinstance(value, list) and isinstance(unknown, list) and len(value) == len(unknown):
        return [masked(item, inner) for item, inner in zip(value, unknown, strict=True)]
    return value


def compared(value, unknown, after, after_unknown):
    """Return both sides, Terraform's first, where they differ; what is certain here may be unknown to Terraform."""
    more = set(map(as_plan_writes, unknown)) - set(unknown_paths(after_unknown))
    mine = masked(value, after_unknown)
    return None if mine == masked(after, after_unknown) and not more else (after, after_unknown, value, sorted(unknown))


def differences(seeds, folder, *, aws=False):
    """Yield seed, what, Terraform's and ours, where they differ."""
    seeds = list(seeds)
    configuration, complained = ours(seeds, folder / "ours", aws=aws)
    plan, refused = planned(seeds, folder / "theirs", aws=aws)
    for seed in sorted(complained.keys() ^ refused.keys()):
        if any(words in refused.get(seed, "") for words in _NOT_OURS):
            continue
        yield seed, "refused", refused.get(seed), complained.get(seed)
    left = [seed for seed in seeds if seed not in refused and seed not in complained]
    theirs = {f"output.{name}": change for name, change in plan.get("output_changes", {}).items()}
    theirs |= {
        each["address"]: each["change"] for each in plan.get("resource_changes", ()) if each["mode"] == "managed"
    }
    mine = {}
    for name, output in configuration.outputs.items():
        shape = PlanShape()
        mine[f"output.{name}"] = shape.of(output.value), shape.unknown
    for each in declared_document(configuration, reveal_sensitive=True)["resources"]:
        mine[each["address"]] = each["values"], each["unknown"]
    for address in sorted(mine.keys() | theirs.keys()):
        seed = int(re.search(r"\.p(\d+)", address)[1])
        if seed not in left:
            continue
        if address in mine and address in theirs:
            change = theirs[address]
            found = compared(*mine[address], change.get("after"), change["after_unknown"])
        else:
            found = theirs.get(address), mine.get(address)
        if found and found != (None, ({}, {})):
            yield seed, address, *found


@pytest.mark.parametrize(
    "batch",
    [0, *(pytest.param(batch, marks=pytest.mark.soak) for batch in range(1, 20))],
)
@pytest.mark.parametrize("aws", [pytest.param(True, marks=pytest.mark.soak), False])
def test_random_modules(batch, aws, tmp_path):
    first = FIRST + batch * COUNT
    seeds = range(first, first + COUNT)
    if batch == 0:  # the sample of every run
        seeds = dict.fromkeys((*FOUND[aws], *seeds[:SAMPLE]))
    assert list(differences(seeds, tmp_path, aws=aws)) == []
