"""What the reader declares equals what `terraform plan` recorded: values, and what is known only after apply."""

import json
import re
from pathlib import Path

import pytest

from auditor.hcl import declared_document, load
from auditor.model.values import Truth

FIXTURES = Path(__file__).parent.parent / "fixtures"
ROOTS = sorted(path.parent for path in (FIXTURES / "hcl" / "roots").glob("*/plan.json"))
ESTATE = sorted((FIXTURES / "estate").glob("*-plan.json"))
PROJECT = Path(__file__).parent.parent.parent


def unknown_paths(node, path=""):
    """The paths that a plan marks as known after apply."""
    if node is True:
        yield path
    elif isinstance(node, dict):
        for name, inner in node.items():
            yield from unknown_paths(inner, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from unknown_paths(inner, f"{path}[{index}]")


def as_plan_writes(path):
    """A path with map keys as the plan's JSON nests them."""
    return re.sub(r'\["((?:[^"\\]|\\.)*)"\]', r".\1", path)


def compare(configuration, recorded):
    ours = {r["address"]: r for r in declared_document(configuration, reveal_sensitive=True)["resources"]}
    plan = {r["address"]: r for r in recorded["resources"]}
    assert sorted(ours) == sorted(plan)
    for address, resource in plan.items():
        assert ours[address]["values"] == resource["values"], address
        unknown = {as_plan_writes(path) for path in ours[address]["unknown"]}
        assert unknown == set(unknown_paths(resource["after_unknown"])), address


STATUS = {Truth.TRUE: "pass", Truth.FALSE: "fail", Truth.UNKNOWN: "unknown"}


def compare_conditions(configuration, recorded):
    """What Terraform says of everything with conditions: a false one goes before an unknown one."""
    wanted = {
        instance["address"]["to_display"]: (
            instance["status"],
            sorted(problem["message"] for problem in instance.get("problems", ())),
        )
        for each in recorded.get("checks", ())
        if each["address"]["kind"] != "var"
        for instance in each["instances"]
    }
    found = {}
    for condition in configuration.conditions:
        statuses, messages = found.setdefault(condition.address, (set(), []))
        statuses.add(STATUS[condition.truth])
        messages += [condition.message] if condition.truth is Truth.FALSE else []
    ranked = ("fail", "unknown", "pass")
    assert {
        address: (next(status for status in ranked if status in statuses), sorted(messages))
        for address, (statuses, messages) in found.items()
    } == wanted


def test_all_roots_are_recorded():
    assert len(ROOTS) >= 61


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_roots(root):
    configuration = load(root)
    assert not configuration.diagnostics
    recorded = json.loads((root / "plan.json").read_text())
    compare(configuration, recorded)
    if "checks" in recorded:
        compare_conditions(configuration, recorded)


@pytest.mark.parametrize("plan", ESTATE, ids=lambda plan: plan.stem)
def test_estate(plan):
    environment = plan.stem.removesuffix("-plan")
    root = PROJECT / "terraform" / "dynamodb" / "envs" / environment
    configuration = load(root, project_root=PROJECT)
    assert not configuration.diagnostics
    compare(configuration, json.loads(plan.read_text()))
