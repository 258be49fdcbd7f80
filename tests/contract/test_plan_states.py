"""What a state decides of the next plan: moves, imports, taints, what is left behind, what is replaced with others.

The verdicts are those of the real Terraform, kept in tests/fixtures/plan/states.json; where it is at hand, it is asked
again.
"""

import json
import re

import pytest
import record_states
import state_material
from state_cases import CASES
from terraform_runs import why_not

from auditor.compare.last_applied import without_key
from auditor.compare.overrides import steps
from auditor.model.drift import Plan

NOTED = re.compile(r"the state has it as (\S+(?: \(deposed\))?), (?:and|of)")
NOT_COMPARED = "terraform_data."
LEFT_ALONE = ("forget", "no-op")
"""Of what is deposed or forgotten: nothing happens in AWS."""


@pytest.fixture(scope="module")
def recorded():
    return json.loads(record_states.RECORDED.read_text(encoding="utf-8"))


def ours(comparisons):
    """By address: the verdict; what the state has under an address that the code has not, by the note on it."""
    found = {}
    for each in comparisons:
        if each.address:
            found[each.address] = each
        for address in NOTED.findall(each.note):
            found[address] = each
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_plan_is_terraforms(name, recorded, tmp_path):
    told, right = ours(state_material.comparisons(CASES[name], tmp_path)), recorded[name]
    failing = {address for address, each in right.items() if each["verdict"] == "error"}
    if failing:
        assert failing == {without_key(a) for a, each in told.items() if each.plan is Plan.ERROR}
        return
    expected = {address: each for address, each in right.items() if NOT_COMPARED not in address}
    left_alone = {address for address, each in expected.items() if each["verdict"] in LEFT_ALONE} - told.keys()
    assert told.keys() == expected.keys() - left_alone
    for address, each in told.items():
        agrees(address, each, expected[address])


def agrees(address, found, right):
    if found.address != address:  # it is told beside what the code has under another address
        assert right["verdict"] == "delete", address
        assert found.address or found.plan is Plan.DELETE, address
        return
    assert str(found.plan) == right["verdict"], address
    if found.plan is Plan.UPDATE:
        known_later = {
            steps(drift.path)[0] for drift in found.drifts if "plan knows this after apply only" in drift.note
        }
        assert {*right["changed"]} <= {*found.changed} <= {*right["changed"], *known_later}, address
    if found.plan is Plan.REPLACE:
        assert list(found.forcing) == right["replace_paths"], address


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("an alarm that is renamed to what AWS has already", "aws_cloudwatch_metric_alarm.m", True),
        ("a key policy that is moved to another key", "aws_kms_key_policy.p", False),
    ],
)
def test_a_name_that_is_taken_is_told_where_something_is_to_be_made_under_it(name, address, told, tmp_path):
    found = ours(state_material.comparisons(CASES[name], tmp_path))[address]
    assert ("AWS has the new name already" in found.note) is told


@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_terraform_still_says_what_was_recorded(recorded):
    chosen = ("replaced in a chain",)
    assert record_states.verdicts({name: CASES[name] for name in chosen}) == {name: recorded[name] for name in chosen}


@pytest.mark.soak
@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_terraform_still_says_all_that_was_recorded(recorded):
    assert record_states.verdicts(CASES) == recorded
