import json
from pathlib import Path

import pytest

from auditor.policy.load import load_rules
from auditor.policy.rule_reader import FRAMEWORKS
from auditor.subjects.facts import catalogue

FOLDER = Path(__file__).resolve().parents[2] / "rules"
LISTS = {file.stem: json.loads(file.read_text("utf-8")) for file in (FOLDER / "frameworks").glob("*.json")}
LINKS = [
    (rule.id, framework, control)
    for rule in load_rules([FOLDER], catalogue())
    for framework, bases in rule.frameworks.items()
    for controls in bases.values()
    for control in controls
]


def test_every_framework_that_rules_may_name_has_its_list():
    assert set(LISTS) == set(FRAMEWORKS)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_list_says_what_it_holds(framework):
    listed = LISTS[framework]
    assert set(listed) == {"title", "scope", "source", "ids"}
    assert listed["title"]
    assert listed["scope"]
    assert listed["source"]
    assert len(listed["ids"]) == len(set(listed["ids"]))


def test_every_control_that_a_rule_names_exists():
    assert [link for link in LINKS if link[2] not in LISTS[link[1]]["ids"]] == []


@pytest.mark.parametrize(
    ("framework", "count"), [("iso_27001_2022", 93), ("cis_controls_v8", 153), ("soc2", 61), ("gdpr", 99 + 6)]
)
def test_whole_frameworks_are_whole(framework, count):
    assert len(LISTS[framework]["ids"]) == count
