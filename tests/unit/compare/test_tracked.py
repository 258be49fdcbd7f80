"""What a state knows of resources, and what it does not: under another name, not at all, no longer declared."""

import pytest
from sample_tables import DESCRIBE, KINDS, TABLE, answers, asked, described, failed, read, resource, scope, table, whole

from auditor.compare import compare
from auditor.compare.last_applied import LastApplied
from auditor.model.drift import Existence, Moved, Plan, Reality, Risk
from auditor.model.values import Reason, Unknown

ADDRESS = "aws_dynamodb_table.users"
OLD = "koneksi-prod-people"
OLD_DESCRIBE = asked("dynamodb:DescribeTable", TableName=OLD)
OLD_THERE = whole(OLD_DESCRIBE, Table=described(OLD))
OLD_GONE = failed(OLD_DESCRIBE, "ResourceNotFoundException")
GONE = failed(DESCRIBE, "ResourceNotFoundException")


def compared(found, state, declared=None, **where):
    declared = table() if declared is None else declared
    return compare([declared], read(found, scope(**where)), found, KINDS.values(), scope(**where), applied=state)


def test_a_table_that_the_state_has_under_another_name_is_replaced():
    (comparison,) = compared(answers(OLD_THERE, GONE), {ADDRESS: {"name": OLD}}, patterns=())
    assert (comparison.existence, comparison.plan, comparison.forcing) == (Existence.BOTH, Plan.REPLACE, ("name",))
    (drift,) = (drift for drift in comparison.drifts if drift.path == "name")
    assert (drift.declared.value, drift.live.value, drift.risk) == (TABLE, OLD, Risk.REPLACES)
    assert comparison.note == ""


def test_the_new_name_may_be_taken():
    first, other = compared(answers(OLD_THERE), {ADDRESS: {"name": OLD}})
    assert "AWS has the new name already" in first.note
    assert (other.identity.name, other.existence) == (TABLE, Existence.UNMANAGED)


def test_where_the_recorded_one_is_gone_another_is_created():
    found = answers(OLD_GONE, GONE, whole(asked("dynamodb:ListTables"), TableNames=[]))
    (comparison,) = compared(found, {ADDRESS: {"name": OLD}})
    assert (comparison.existence, comparison.plan) == (Existence.MISSING, Plan.CREATE)


def test_where_the_recorded_one_was_not_looked_for_nothing_is_known():
    (comparison,) = compared(answers(), {ADDRESS: {"name": OLD}})
    assert comparison.existence is Existence.UNDETERMINED
    assert comparison.cause.reason is Reason.NOT_READ


@pytest.mark.parametrize("state", [{}, {"aws_dynamodb_table.others": {"name": "x"}}])
@pytest.mark.parametrize("protected", [True, False])
def test_what_the_state_does_not_have_would_be_created_once_more(state, protected):
    found = answers(table=described(DeletionProtectionEnabled=protected))
    (comparison,) = compared(found, state)
    assert (comparison.existence, comparison.plan, comparison.changed) == (Existence.BOTH, Plan.CREATE, ())
    assert comparison.note.startswith("not in the state")
    different = [drift.path for drift in comparison.drifts if drift.reality is Reality.DIFFERENT]
    assert different == ([] if protected else ["deletion_protection_enabled"])
    assert {drift.plan for drift in comparison.drifts} <= {Plan.CREATE}
    assert not any(drift.risk for drift in comparison.drifts)


def test_one_that_terraform_would_refuse_to_create_says_so():
    wrong = table(attribute={"id": {"name": "id", "type": "S"}, "unused": {"name": "unused", "type": "S"}})
    (comparison,) = compared(answers(), {}, wrong)
    assert comparison.plan is Plan.ERROR
    assert "unused" in comparison.note


def test_a_recorded_table_that_is_gone_while_one_of_the_new_name_is_there():
    (comparison,) = compared(answers(OLD_GONE), {ADDRESS: {"name": OLD}})
    assert (comparison.existence, comparison.plan) == (Existence.BOTH, Plan.CREATE)


def test_what_the_code_imports_is_compared_as_it_is():
    (comparison,) = compared(answers(), {ADDRESS: {"id": TABLE}})
    assert (comparison.plan, comparison.note) == (Plan.NO_OP, "")
    found = answers(GONE, whole(asked("dynamodb:ListTables"), TableNames=[]))
    (missing,) = compared(found, {ADDRESS: {"id": TABLE}})
    assert (missing.plan, missing.moved) == (Plan.ERROR, None)
    assert "imports" in missing.note


def test_what_the_code_no_longer_has_is_destroyed():
    left = 'module.old["a.b"].aws_dynamodb_table.this[0]'
    first, other = compared(answers(OLD_THERE), {ADDRESS: {"name": TABLE}, left: {"name": OLD}}, patterns=("x",))
    assert first.plan is Plan.NO_OP
    assert (other.identity.name, other.existence, other.plan) == (OLD, Existence.UNMANAGED, Plan.DELETE)
    assert left in other.note


@pytest.mark.parametrize(
    ("address", "attributes"),
    [
        ("aws_dynamodb_table.many[3]", {"name": OLD}),  # how many there are is unknown
        ("aws_dynamodb_table.other", {}),
        ("aws_dynamodb_table.other", {"name": ""}),
        ("aws_dynamodb_table_replica.other", {"global_table_arn": "x"}),
        ("aws_sns_topic.other", {"name": OLD}),
        ("nonsense", {"name": OLD}),
    ],
)
def test_what_is_not_certainly_left_behind_is_not_told_as_destroyed(address, attributes):
    many = resource(address="aws_dynamodb_table.many", name="koneksi-prod-many")
    many = type(many)(
        **{name: getattr(many, name) for name in many.__slots__ if name != "undetermined"},
        undetermined=Unknown(Reason.NOT_EVALUABLE, "count"),
    )
    found = answers(OLD_THERE)
    state = {ADDRESS: {"name": TABLE}, address: attributes}
    comparisons = compare([table(), many], read(found), found, KINDS.values(), scope(), applied=state)
    assert Plan.DELETE not in {comparison.plan for comparison in comparisons}


# Arguments that AWS does not tell.

KEPT = {"name": TABLE, "restore_to_latest_time": None}
SOURCE = {"input_format": "CSV", "s3_bucket_source": {"bucket": "b"}}
RECORDED_SOURCE = [{"input_format": "CSV", "bucket_owner": "", "s3_bucket_source": [{"bucket": "b", "key_prefix": ""}]}]


@pytest.mark.parametrize(
    ("written", "recorded", "plan", "paths"),
    [
        ({}, {"restore_source_name": "src"}, Plan.UPDATE, ["restore_source_name"]),
        ({"restore_source_name": "src"}, {"restore_source_name": None}, Plan.REPLACE, ["restore_source_name"]),
        ({"restore_source_name": "src"}, {"restore_source_name": "src"}, Plan.NO_OP, []),
        ({}, {"restore_date_time": "2026-01-01T00:00:00Z"}, Plan.REPLACE, ["restore_date_time"]),
        ({"import_table": SOURCE}, {"import_table": []}, Plan.REPLACE, ["import_table"]),
        ({"import_table": SOURCE}, {"import_table": RECORDED_SOURCE}, Plan.NO_OP, []),
        (
            {"import_table": SOURCE | {"s3_bucket_source": {"bucket": "c"}}},
            {"import_table": RECORDED_SOURCE},
            Plan.UPDATE,
            ["import_table.s3_bucket_source.bucket"],
        ),
    ],
)
def test_with_a_state_plan_compares_what_aws_does_not_tell(written, recorded, plan, paths):
    (comparison,) = compared(answers(), {ADDRESS: KEPT | recorded}, table(**written))
    assert comparison.plan is plan
    drifts = [drift for drift in comparison.drifts if drift.plan is not Plan.NO_OP]
    assert [drift.path for drift in drifts] == paths
    assert all((drift.reality, drift.moved) == (Reality.EQUAL, Moved.CODE) for drift in drifts)


@pytest.mark.parametrize(
    ("written", "recorded", "plan"),
    [
        (True, True, Plan.NO_OP),
        (None, True, Plan.UPDATE),
        (True, False, Plan.UPDATE),
        (True, None, Plan.UPDATE),
        (None, None, Plan.NO_OP),
    ],
)
def test_with_a_state_the_tags_of_a_replica_are_compared_with_it(written, recorded, plan):
    region = "us-west-2"
    there = [
        whole(asked("dynamodb:DescribeTable", region, TableName=TABLE), Table=described(SSEDescription=None)),
        whole(
            asked("dynamodb:DescribeContinuousBackups", region, TableName=TABLE),
            ContinuousBackupsDescription={"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}},
        ),
        whole(asked("kms:ListAliases", region), Aliases=[]),
    ]
    found = answers(*there, table=described(Replicas=[{"RegionName": region}]))
    block = {"region_name": region} | ({} if written is None else {"propagate_tags": written})
    kept = [] if recorded is None else [{"region_name": region, "propagate_tags": recorded}]
    (comparison,) = compared(found, {ADDRESS: KEPT | {"replica": kept}}, table(replica={region: block}))
    assert comparison.plan is plan


def test_a_replica_of_which_nothing_was_told_stays_unknown():
    found = answers(table=described(Replicas=[{"RegionName": "us-west-2"}]))
    declared = table(replica={"us-west-2": {"region_name": "us-west-2"}})
    (comparison,) = compared(found, {ADDRESS: KEPT | {"replica": [{"region_name": "us-west-2"}]}}, declared)
    assert comparison.plan is Plan.UNDETERMINED


def test_the_blocks_of_a_set_may_be_unknown_one_by_one():
    unknown = Unknown(Reason.DENIED, "x")
    kept = LastApplied.of(KINDS["aws_dynamodb_table"], {"replica": [{"region_name": "us-west-2"}]})
    assert kept.stored({"replica": {"us-west-2": unknown}}) == {"replica": {"us-west-2": unknown}}
