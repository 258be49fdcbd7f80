"""Random declared/live pairs: the `plan` verdict is that of the real Terraform and AWS provider."""

import plan_cases
import pytest
import random_pairs
import terraform_verdicts
from terraform_runs import why_not

pytestmark = [pytest.mark.terraform, pytest.mark.skipif(bool(why_not()), reason=why_not())]

PASSENGERS = {"timeouts", "bypass_policy_lockout_safety_check", "deletion_window_in_days", "range_key"}
"""Listed by plan because something else changed."""
FOLLOWING = {"tags_all"}
"""Known after the apply, where plan says so instead of naming the change."""


def disagreements(seeds, folder):
    """What is decided otherwise than by Terraform, by seed."""
    cases = [random_pairs.pair(seed) for seed in seeds]
    theirs = folder / "terraform"
    theirs.mkdir()
    told = terraform_verdicts.verdicts(cases, theirs)
    resources = plan_cases.configured(cases, folder)
    ours = {case["id"]: plan_cases.compared(case, resources[case["id"]], plan_cases.state_of(case)) for case in cases}
    return {name: words for name in ours if (words := disagreement(ours[name], told[name]))}


def disagreement(ours, right):
    """How a comparison differs from Terraform's verdict; empty where it does not."""
    if str(ours.plan) != right["verdict"]:
        return f"{ours.plan} instead of {right}"
    if ours.plan == "update":
        extra, lacking = {*ours.changed} - {*right["changed"]}, {*right["changed"]} - {*ours.changed}
        return (
            f"changes {ours.changed} instead of {right['changed']}" if extra - FOLLOWING or lacking - PASSENGERS else ""
        )
    if ours.plan == "replace" and list(ours.forcing) != right["replace_paths"]:
        return f"forced by {ours.forcing} instead of {right['replace_paths']}"
    return ""


def test_a_sample_of_pairs(tmp_path):
    assert disagreements(range(1, 25), tmp_path) == {}


@pytest.mark.soak
def test_five_hundred_pairs(tmp_path):
    assert disagreements(range(1000, 1500), tmp_path) == {}
