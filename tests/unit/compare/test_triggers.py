"""What is replaced because what its lifecycle names is changed, and what can't be told of that."""

import pytest
from sample_tables import KINDS, answers, read, resource, scope, table

from auditor.compare import compare
from auditor.model.drift import Plan, Reality, Risk
from auditor.model.values import Reason, Unknown

TABLE = "aws_dynamodb_table.users"


def compared(*references, others=(), applied=None, tainted=(), **changes):
    """The sample table, which is replaced with what these name."""
    found = answers()
    pulled = table(facts={"replaced_with": references} if references else {}, **changes)
    told = compare([pulled, *others], read(found), found, KINDS.values(), scope(), applied=applied, tainted=tainted)
    return next(each for each in told if each.address == TABLE)


def data(label="d", kind="terraform_data", **values):
    return resource(kind, label, f"{kind}.{label}", values)


def state(**own):
    return {TABLE: {"name": "koneksi-prod-users"}, "terraform_data.d": own}


@pytest.mark.parametrize(
    ("reference", "own", "plan"),
    [
        ("terraform_data.d", {"input": "1"}, Plan.NO_OP),
        ("terraform_data.d", {"input": "2"}, Plan.REPLACE),
        ("terraform_data.d.input", {"input": "2"}, Plan.REPLACE),
        ("terraform_data.d.output", {"input": "2"}, Plan.REPLACE),
        ("terraform_data.d.id", {"input": "2"}, Plan.NO_OP),
        ("terraform_data.d.id", {"input": "1", "triggers_replace": {"a": [1]}}, Plan.REPLACE),
        ("terraform_data.d.input", {"input": "1", "triggers_replace": "x"}, Plan.NO_OP),
        ("terraform_data.other", {"input": "2"}, Plan.NO_OP),
        ("local.x", {"input": "2"}, Plan.NO_OP),
        ("nonsense", {"input": "2"}, Plan.NO_OP),
    ],
)
def test_data_of_terraforms_own_is_compared_with_the_state(reference, own, plan):
    assert compared(reference, others=[data(input="1")], applied=state(**own)).plan is plan


def test_without_a_state_data_is_taken_for_what_the_code_says():
    assert compared("terraform_data.d", others=[data(input="1")]).plan is Plan.NO_OP


def test_tainted_data_is_replaced():
    told = compared(
        "terraform_data.d", others=[data(input="1")], applied=state(input="1"), tainted=["terraform_data.d"]
    )
    assert told.plan is Plan.REPLACE
    (drift,) = told.drifts
    assert (drift.path, drift.plan, drift.reality, drift.risk) == ("", Plan.REPLACE, Reality.EQUAL, Risk.REPLACES)


def test_of_what_is_not_compared_nothing_is_known():
    told = compared("aws_iam_role.r", others=[data("r", "aws_iam_role", name="r")])
    assert (told.plan, [(drift.path, drift.plan, drift.risk) for drift in told.drifts]) == (
        Plan.UNDETERMINED,
        [("", Plan.UNDETERMINED, None)],
    )
    assert "aws_iam_role.r" in told.drifts[0].note
    updated = compared(
        "aws_iam_role.r", others=[data("r", "aws_iam_role", name="r")], deletion_protection_enabled=False
    )
    assert updated.plan is Plan.UNDETERMINED


def test_what_is_undetermined_already_stays_so():
    later = Unknown(Reason.NOT_EVALUABLE, "later")
    told = compared("aws_iam_role.r", others=[data("r", "aws_iam_role", name="r")], table_class=later)
    assert (told.plan, [drift.path for drift in told.drifts]) == (Plan.UNDETERMINED, ["table_class"])


@pytest.mark.parametrize("part", ["", ".arn"])
def test_what_is_undetermined_may_replace_others(part):
    other = resource(
        "aws_dynamodb_table", "elsewhere", "aws_dynamodb_table.other", {"name": Unknown(Reason.NOT_EVALUABLE, "later")}
    )
    assert compared(f"aws_dynamodb_table.other{part}", others=[other]).plan is Plan.UNDETERMINED


def test_a_reference_in_data_is_resolved():
    arn = "arn:aws:dynamodb:ap-southeast-1:111122223333:table/koneksi-prod-users"
    refers = Unknown(Reason.COMPUTED_BY_AWS, "later", (f"{TABLE}.arn",))
    assert compared("terraform_data.d", others=[data(input=refers)], applied=state(input=arn)).plan is Plan.NO_OP
