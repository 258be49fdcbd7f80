"""Sets of blocks inside the elements of a set: copies of a rule of a backup plan."""

import pytest
from sample_tables import KINDS

from auditor.compare.planning import element_change, matches
from auditor.compare.sameness import same
from auditor.model.values import Reason, Truth, Unknown

(RULE,) = (each for each in KINDS["aws_backup_plan"].attributes if each.name == "rule")
(COPIES,) = (each for each in RULE.children if each.name == "copy_action")
UNKNOWN = Unknown(Reason.NOT_EVALUABLE, "a variable")


def copies(**lifecycle):
    return {"v": {"destination_vault_arn": "v"} | ({"lifecycle": lifecycle} if lifecycle else {})}


LIVE = {
    "v": {
        "destination_vault_arn": "v",
        "lifecycle": {
            "cold_storage_after": None,
            "delete_after": 7,
            "opt_in_to_archive_for_supported_resources": None,
        },
    }
}


@pytest.mark.parametrize(
    ("wanted", "alike"),
    [
        (copies(delete_after=7), Truth.TRUE),
        (copies(delete_after=8), Truth.FALSE),
        (copies(), Truth.FALSE),
        ({}, Truth.FALSE),
        (None, Truth.FALSE),
        ({"w": {}}, Truth.FALSE),
        (copies(delete_after=UNKNOWN), Truth.UNKNOWN),
        ({"v": UNKNOWN}, Truth.UNKNOWN),
        (UNKNOWN, Truth.UNKNOWN),
    ],
)
def test_an_argument_left_out_inside_counts_as_none(wanted, alike):
    assert same(COPIES, wanted, LIVE) is alike
    assert element_change(COPIES, wanted, LIVE) is ~alike


def test_a_written_set_inside_finds_its_element():
    everything = {child.name: "x" for child in RULE.children if child.name not in ("copy_action", "lifecycle")}
    lifecycle = {"cold_storage_after": 1, "delete_after": 7, "opt_in_to_archive_for_supported_resources": False}
    rule = everything | {"lifecycle": lifecycle}
    assert matches(RULE, rule | {"copy_action": copies(delete_after=7)}, rule | {"copy_action": LIVE}) is Truth.TRUE
    assert matches(RULE, rule | {"copy_action": copies(delete_after=9)}, rule | {"copy_action": LIVE}) is Truth.FALSE
