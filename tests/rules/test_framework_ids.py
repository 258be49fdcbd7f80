import json
from pathlib import Path

import pytest

from auditor.policy.load import load_rules
from auditor.policy.rule_reader import FRAMEWORKS
from auditor.subjects.facts import catalogue

FOLDER = Path(__file__).resolve().parents[2] / "rules"
LISTS = {file.stem: json.loads(file.read_text("utf-8")) for file in (FOLDER / "frameworks").glob("*.json")}
SAID = json.loads((Path(__file__).parent / "sourced_links.json").read_text("utf-8"))
LINKS = [
    (rule.id, framework, control, basis)
    for rule in load_rules([FOLDER], catalogue())
    for framework, bases in rule.frameworks.items()
    for basis, controls in bases.items()
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
    ("framework", "count"),
    [
        ("iso_27001_2022", 93),
        ("cis_controls_v8", 153),
        ("soc2", 61),
        ("gdpr", 99 + 6),
        ("hipaa", 18 + 36),
        ("fedramp_moderate_r4", 325 + 17),
    ],
)
def test_whole_frameworks_are_whole(framework, count):
    assert len(LISTS[framework]["ids"]) == count


def test_a_link_is_sourced_exactly_where_a_source_is_named_for_it():
    named = {
        (rule, framework, control)
        for rule, frameworks in SAID["links"].items()
        for framework, controls in frameworks.items()
        for control in controls
    }
    assert {link[:3] for link in LINKS if link[3] == "sourced"} == named


def test_every_source_of_a_link_is_one_that_is_told_of():
    said = [
        source
        for frameworks in SAID["links"].values()
        for controls in frameworks.values()
        for source in controls.values()
    ]
    assert {source.split()[0] for source in said} == set(SAID["sources"])


def test_security_hub_is_the_source_of_its_own_controls():
    hub = ("aws_fsbp", "aws_security_hub")
    links = [
        (control, source)
        for said in SAID["links"].values()
        for each in hub
        for control, source in said.get(each, {}).items()
    ]
    assert links
    assert all(source == f"securityhub {control}" for control, source in links)


def test_no_control_has_both_bases_in_a_rule():
    assert len({link[:3] for link in LINKS}) == len(LINKS)
