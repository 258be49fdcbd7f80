"""The next plan: what makes it fail though nobody edits the code, and what is one change by hand away from that."""

import pytest
from msgspec.structs import replace
from sample_tables import KINDS, TABLE, answers, described, read, scope, table

from auditor.compare import compare
from auditor.model.drift import Plan, Reality, Risk
from auditor.model.values import Reason, Unknown

NUMBERS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
ON_DEMAND = answers()
PROVISIONED = answers(table=described(BillingModeSummary=None, ProvisionedThroughput=NUMBERS))
INDEX = {
    "IndexName": "by-hand",
    "KeySchema": [{"AttributeName": "new", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
}
INDEXED = answers(
    table=described(
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "new")],
        GlobalSecondaryIndexes=[INDEX],
    )
)
UNITS = {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5}
KEYED = answers(
    table=described(
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
        BillingModeSummary=None,
        ProvisionedThroughput=NUMBERS,
    )
)


def compared(declared, found):
    (comparison,) = (c for c in compare([declared], read(found), found, KINDS.values(), scope()) if c.declared)
    assert comparison.identity.name == TABLE
    return comparison


def leaving_out(*ignored, **values):
    return replace(table(**values), ignored=ignored)


def risks(comparison):
    return [(drift.path, drift.risk) for drift in comparison.drifts if drift.risk in (Risk.FAILS, Risk.TRAP)]


@pytest.mark.parametrize(
    ("declared", "sound", "by_hand", "path"),
    [
        (leaving_out("global_secondary_index"), ON_DEMAND, INDEXED, "global_secondary_index"),
        (leaving_out("attribute"), ON_DEMAND, INDEXED, "attribute"),
        (leaving_out("billing_mode", **UNITS), PROVISIONED, ON_DEMAND, "billing_mode"),
        (leaving_out("billing_mode", "read_capacity", **UNITS), PROVISIONED, ON_DEMAND, "billing_mode"),
    ],
)
def test_a_trap_is_named_before_it_closes_and_the_failing_plan_after(declared, sound, by_hand, path):
    before = compared(declared, sound)
    assert before.plan is Plan.NO_OP
    assert risks(before) == [(path, Risk.TRAP)]
    (trap,) = before.drifts
    assert (trap.plan, trap.reality) == (Plan.NO_OP, Reality.EQUAL)
    assert "by hand" in trap.note
    assert trap.note.endswith("makes the next plan fail")
    after = compared(declared, by_hand)
    assert after.plan is Plan.ERROR
    assert risks(after) == [("", Risk.FAILS)]
    (failing,) = (drift for drift in after.drifts if drift.risk is Risk.FAILS)
    assert failing.plan is Plan.ERROR
    assert failing.note == f"a change in AWS makes the next plan fail, unedited: {after.note}"


@pytest.mark.parametrize(
    "declared",
    [
        leaving_out("global_secondary_index", "attribute"),
        leaving_out("all"),
        leaving_out("billing_mode", "read_capacity", "write_capacity", **UNITS),
    ],
)
def test_what_is_left_out_together_is_no_trap(declared):
    found = PROVISIONED if "billing_mode" in declared.ignored else ON_DEMAND
    assert compared(declared, found).drifts == ()
    by_hand = ON_DEMAND if "billing_mode" in declared.ignored else INDEXED
    assert compared(declared, by_hand).plan is Plan.NO_OP


def test_a_billing_mode_that_the_code_leaves_open_is_no_trap_for_certain():
    unknown = Unknown(Reason.NOT_EVALUABLE, "a variable")
    assert risks(compared(leaving_out("billing_mode", **UNITS | {"billing_mode": unknown}), PROVISIONED)) == []


def test_a_replacement_that_loses_its_capacity_fails():
    declared = table(billing_mode="PROVISIONED")
    assert compared(declared, PROVISIONED).plan is Plan.NO_OP
    comparison = compared(declared, KEYED)
    assert comparison.plan is Plan.ERROR
    assert risks(comparison) == [("", Risk.FAILS)]
    (failing,) = (drift for drift in comparison.drifts if not drift.path)
    assert failing.note.startswith("a change in AWS makes the next plan fail")


def test_code_that_terraform_refuses_anyway_is_told_so():
    comparison = compared(table(stream_enabled=True), answers())
    (failing,) = (drift for drift in comparison.drifts if not drift.path)
    assert failing.note == f"Terraform refuses this code: {comparison.note}"
    assert (failing.declared.value, failing.live.value) == ("present", "present")


def test_an_argument_that_replaces_the_table_as_a_passenger_is_named():
    assert risks(compared(table(restore_to_latest_time=False), answers())) == [("restore_to_latest_time", Risk.TRAP)]
    assert risks(compared(table(restore_to_latest_time=True), answers())) == []


REFUSED = "kms_key_arn is not an ARN."


@pytest.mark.parametrize("ignored", [(), ("server_side_encryption",), ("all",)])
@pytest.mark.parametrize("found", [ON_DEMAND, INDEXED])
def test_what_the_provider_refuses_in_code_is_refused_whatever_is_left_out(ignored, found):
    comparison = compared(replace(table(), ignored=ignored, refused=(REFUSED,)), found)
    assert (comparison.plan, comparison.note.split("; ")[0]) == (Plan.ERROR, REFUSED)
    (failing,) = (drift for drift in comparison.drifts if drift.risk is Risk.FAILS)
    assert failing.note.startswith("Terraform refuses this code: ")


def test_with_everything_left_out_the_plan_fails_by_what_aws_has():
    unkeyed = answers(table=described(AttributeDefinitions=[{"AttributeName": "x", "AttributeType": "S"}]))
    comparison = compared(leaving_out("all"), unkeyed)
    assert comparison.plan is Plan.ERROR
    assert [drift.risk for drift in comparison.drifts] == [Risk.FAILS]


@pytest.mark.parametrize(("kept", "plan"), [(False, Plan.REPLACE), (True, Plan.ERROR)])
def test_a_table_that_may_not_be_destroyed_makes_the_plan_of_its_replacement_fail(kept, plan):
    declared = replace(table(), facts={"prevent_destroy": True} if kept else {})
    keyed = answers(
        table=described(
            AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
        )
    )
    comparison = compared(declared, keyed)
    assert comparison.plan is plan
    assert comparison.note == ("it would be replaced, and its lifecycle says prevent_destroy" if kept else "")
