"""Terraform's own verdict on cases: one plan for all of them, with a state as an earlier apply would have left it."""

import json
import re
import subprocess

from canned_aws import CannedServer, World
from plan_cases import ACCOUNT, PROVIDERS, REGION, code_of
from terraform_runs import attached

SCHEMA_VERSIONS = {"aws_dynamodb_table": 1, "aws_cloudwatch_metric_alarm": 1}
PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'
ACTIONS = {
    ("no-op",): "no-op",
    ("update",): "update",
    ("create",): "create",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
ROUNDS = 6
WANTED = """terraform {
 required_providers {
 aws = { source = "hashicorp/aws", version = "~> 5.0" }
 }
}
"""


def verdicts(cases, folder):
    """By case id: `verdict`, `changed` (top-level arguments) and `replace_paths`, as Terraform tells them.

    Cases of one provider configuration are planned together, since each takes a process of its own.
    """
    world = World()
    for case in cases:
        world.add(case)
    found = {}
    with CannedServer(world) as server:
        for provider in PROVIDERS:
            own = [case for case in cases if case.get("provider", "plain") == provider]
            if own:
                found |= _planned(own, folder, attached(folder, server.url))
    return found


def _planned(cases, folder, variables):
    found = {}
    by_address = {f"{case['type']}.{label(case)}": case["id"] for case in cases}
    for number in range(ROUNDS):  # an error keeps the plan of all others from being told
        write([case for case in cases if case["id"] not in found], folder)
        if not number:
            run(folder, variables, "init", "-input=false", "-no-color")
        erring = plan(folder, variables)
        if not erring:
            return found | told(folder, variables)
        found |= {
            by_address[address]: {"verdict": "error", "changed": [], "replace_paths": [], "error": text}
            for address, text in erring.items()
        }
    raise AssertionError(f"still errors after {ROUNDS} plans")


def of_several(case, folder):
    """By address: the verdicts of one plan for resources that refer to one another; `case` as in dependent_cases.

    Of a plan that fails, those of the resources that make it fail.
    """
    world = World()
    for piece in case["pieces"]:
        world.add(piece)
    provider = f'provider "aws" {{\n region = "{REGION}"\n}}\n'
    (folder / "main.tf").write_text(WANTED + provider + case["code"], encoding="utf-8")
    kept = [(*address.split("."), attributes) for address, attributes in case["state"].items()]
    save([recorded(*each) for each in kept], folder)
    with CannedServer(world) as server:
        variables = attached(folder, server.url)
        run(folder, variables, "init", "-input=false", "-no-color")
        if erring := plan(folder, variables):
            return {address: {"verdict": "error", "changed": [], "replace_paths": []} for address in erring}
        return told(folder, variables, "address")


def recorded(type_, name, attributes):
    """A resource as a state has it."""
    instance = {
        "schema_version": SCHEMA_VERSIONS.get(type_, 0),
        "attributes": attributes,
        "sensitive_attributes": [],
    }
    return {"mode": "managed", "type": type_, "name": name, "provider": PROVIDER, "instances": [instance]}


def save(resources, folder):
    """Write a state."""
    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": f"0e6b4a0e-0000-4000-8000-{ACCOUNT}",
        "outputs": {},
        "resources": resources,
    }
    (folder / "terraform.tfstate").write_text(json.dumps(state), encoding="utf-8")


def label(case):
    """The name of the case's resource in code."""
    return case["id"].lower()


def write(cases, folder):
    """The configuration and the state of cases with the same provider configuration."""
    provider = cases[0].get("provider", "plain") if cases else "plain"
    region = provider.removeprefix("region ") if provider.startswith("region ") else REGION
    blocks = [f'provider "aws" {{\n region = "{region}"\n {PROVIDERS[provider]}\n}}\n', *map(code_of, cases)]
    (folder / "main.tf").write_text(WANTED + "".join(blocks), encoding="utf-8")
    save([recorded(case["type"], label(case), case["state"]) for case in cases], folder)


def run(folder, variables, *arguments):
    """Run terraform; return what it did."""
    return subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def plan(folder, variables):
    """Plan into a file; the errors by address of the resource."""
    done = run(folder, variables, "plan", "-input=false", "-json", "-out=a.plan", "-parallelism=20")
    if done.returncode == 0:
        return {}
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    errors = [event["diagnostic"] for event in events if event.get("diagnostic", {}).get("severity") == "error"]
    if not errors or not all(map(address_of, errors)):
        raise AssertionError(f"terraform plan: {errors or done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return {address_of(error): f"{error['summary']} {error.get('detail', '')}" for error in errors}


def address_of(error):
    """The resource that an error is about: some tell its block only."""
    if error.get("address"):
        return error["address"]
    if kept := re.match(r"Resource (\S+?)(?:\[[^]]*\])? has lifecycle\.prevent_destroy", error.get("detail", "")):
        return kept[1]
    block = re.match(r'resource "(\w+)" "(\w+)"', error.get("snippet", {}).get("code", ""))
    return ".".join(block.groups()) if block else ""


def told(folder, variables, by="name"):
    """The verdicts of the plan in the file, by the name of the resource or its address."""
    shown = json.loads(run(folder, variables, "show", "-json", "a.plan").stdout)
    found = {}
    for each in shown.get("resource_changes", ()):
        change = each["change"]
        before, after = change["before"] or {}, change["after"] or {}
        unknown = change.get("after_unknown") or {}
        changed = [n for n in {*before, *after} if unknown.get(n) is not True and before.get(n) != after.get(n)]
        found[each[by].upper() if by == "name" else each[by]] = {
            "verdict": ACTIONS[tuple(change["actions"])],
            "changed": sorted(changed) if change["actions"] != ["create"] else [],
            "replace_paths": sorted({str(path[0]) for path in change.get("replace_paths", [])}),
        }
    return found
