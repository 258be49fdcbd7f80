from types import SimpleNamespace

import pytest

from auditor.policy.frameworks import load_frameworks, load_planned, serving
from auditor.policy.load import load_rules
from auditor.shipped import shipped
from auditor.subjects.facts import catalogue


def test_frameworks_by_name():
    names = [one.name for one in load_frameworks(shipped("rules"))]
    assert names == sorted(names)
    assert "pci_dss_4_0" in names


def test_a_planned_rule_has_no_file():
    written = {rule.id for rule in load_rules([shipped("rules")], catalogue())}
    planned = load_planned(shipped("rules"))
    assert planned
    assert not written & {one.id for one in planned}


@pytest.mark.parametrize("framework", ["soc2", "gdpr"])
def test_which_rules_serve_a_control(framework):
    rules = (
        SimpleNamespace(id="A", frameworks={"soc2": {"sourced": ["CC1.1"], "judgement": ["CC1.2"]}}),
        SimpleNamespace(id="B", frameworks={"soc2": {"judgement": ["CC1.1"]}}),
    )
    expected = {"CC1.1": (("A", "sourced"), ("B", "judgement")), "CC1.2": (("A", "judgement"),)}
    assert serving(rules, framework) == (expected if framework == "soc2" else {})
