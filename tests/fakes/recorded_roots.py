"""Recorded root modules: how each is loaded, and what the reader declares held against the recorded plan."""

import json
import re
from pathlib import Path
from typing import Any

from auditor.hcl import declared_document
from auditor.hcl.expansion import quoted
from auditor.hcl.plan_shape import PlanShape
from auditor.model.values import Truth


def options_of(root: Path) -> dict[str, Any]:
    """Return how a root module is planned, as options of `hcl.load`."""
    path = root / "options.json"
    options = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    given = [tuple(each) if isinstance(each, list) else root / each for each in options.get("given", ())]
    return {
        "given": given,
        "environment_variables": options.get("environment", {}),
        "workspace": options.get("workspace", "default"),
    }


def unknown_paths(node, path=""):
    """The paths that a plan marks as known after apply."""
    if node is True:
        yield path
    elif isinstance(node, dict):
        for name, inner in node.items():
            shown = quoted(name)
            yield from unknown_paths(inner, f"{path}.{shown}" if path else shown)
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
    for name, output in recorded.get("outputs", {}).items():
        shape = PlanShape()
        assert shape.of(configuration.outputs[name].value) == output["value"], f"output.{name}"
        assert {as_plan_writes(path) for path in shape.unknown} == set(unknown_paths(output["unknown"])), name
    assert "outputs" not in recorded or recorded["outputs"].keys() == configuration.outputs.keys()
    if "checks" in recorded:
        compare_conditions(configuration, recorded)


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
        for instance in each.get("instances", ())
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
