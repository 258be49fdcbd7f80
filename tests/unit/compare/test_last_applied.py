"""With a state: not applied yet, or changed by hand."""

import pytest
from sample_tables import (
    ALIASES,
    DESCRIBE,
    KEY,
    KINDS,
    LIST,
    OTHER_KEY,
    answers,
    denied,
    described,
    failed,
    pitr,
    read,
    scope,
    table,
    whole,
)

from auditor.compare import compare
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.drift import Existence, Moved, Plan, Reality, Risk
from auditor.model.facts import Identity, Resource, Side
from auditor.model.values import Reason, Unknown

ADDRESS = "aws_dynamodb_table.users"
INDEX = {"name": "by-email", "hash_key": "email", "projection_type": "ALL", "non_key_attributes": []}
STATE = {
    "name": "koneksi-prod-users",
    "billing_mode": "PAY_PER_REQUEST",
    "hash_key": "id",
    "attribute": [{"name": "id", "type": "S"}],
    "global_secondary_index": [],
    "deletion_protection_enabled": True,
    "point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 35}],
    "server_side_encryption": [{"enabled": True, "kms_key_arn": KEY}],
    "ttl": [{"enabled": False, "attribute_name": ""}],
    "stream_enabled": False,
    "stream_view_type": "",
    "on_demand_throughput": [],
    "tags": {"Owner": "payments"},
    "restore_to_latest_time": None,
}
TAGS = {"tags": {"Owner": "payments"}}


def compared(declared, found, applied=STATE):
    state = {ADDRESS: applied} if applied is not None else {}
    (comparison,) = compare([declared], read(found), found, KINDS.values(), scope(), applied=state)
    return comparison


def moved(declared, found, applied=STATE):
    return {drift.path: drift.moved for drift in compared(declared, found, applied).drifts}


def live(**more):
    return answers(**({"tags": TAGS["tags"]} | more))


OFF = {"tags": TAGS["tags"], "recovery": pitr("DISABLED")}


@pytest.mark.parametrize(
    ("code", "found", "state", "expected"),
    [
        ({}, live(**OFF), {}, {"point_in_time_recovery.enabled": Moved.LIVE}),
        (
            {},
            live(**OFF),
            {"point_in_time_recovery": [{"enabled": False, "recovery_period_in_days": 0}]},
            {"point_in_time_recovery.enabled": Moved.CODE},
        ),
        (
            {"table_class": "STANDARD_INFREQUENT_ACCESS"},
            live(),
            {"table_class": "STANDARD"},
            {"table_class": Moved.CODE},
        ),
        ({"table_class": "STANDARD_INFREQUENT_ACCESS"}, live(), {}, {"table_class": None}),
        (
            {"server_side_encryption": {"enabled": True, "kms_key_arn": OTHER_KEY}},
            live(),
            {"server_side_encryption": [{"enabled": True, "kms_key_arn": f"{KEY}9"}]},
            {"server_side_encryption.kms_key_arn": Moved.BOTH},
        ),
        ({"tags": {"Owner": "orders"}}, live(), {}, {'tags["Owner"]': Moved.CODE}),
        ({}, live(tags={"Owner": "x"}), {}, {'tags["Owner"]': Moved.LIVE}),
        ({}, live(tags={"Owner": "payments", "New": "x"}), {}, {'tags["New"]': Moved.LIVE}),
        (
            {"attribute": {name: {"name": name, "type": "S"} for name in ("id", "email")}}
            | {"global_secondary_index": {"by-email": {k: v for k, v in INDEX.items() if v}}},
            live(),
            {},
            {'global_secondary_index["by-email"]': Moved.CODE},
        ),
        (
            {"attribute": {name: {"name": name, "type": "S"} for name in ("id", "email")}}
            | {"global_secondary_index": {"by-email": {k: v for k, v in INDEX.items() if v}}},
            live(),
            {"global_secondary_index": [INDEX]},
            {'global_secondary_index["by-email"]': Moved.LIVE},
        ),
        ({"deletion_protection_enabled": None}, live(), {}, {"deletion_protection_enabled": Moved.CODE}),
    ],
)
def test_the_side_that_moved(code, found, state, expected):
    assert moved(table(**TAGS | code), found, STATE | state) == expected


def test_of_what_is_imported_nobody_knows_which_side_moved():
    assert moved(table(**TAGS), live(**OFF), {"id": None}) == {"point_in_time_recovery.enabled": None}


def test_a_state_that_tells_nothing_of_a_resource_is_no_import():
    declared = table((), {"default_tags": TAGS["tags"]}, **TAGS, restore_source_name="src")
    assert compared(declared, live(), {}).plan is Plan.NO_OP
    assert compared(declared, live(), {"id": None}).plan is Plan.REPLACE


@pytest.mark.parametrize(
    ("default", "ignored", "plan"),
    [("payments", (), Plan.UPDATE), ("payments", ('tags["Owner"]',), Plan.NO_OP), ("orders", (), Plan.NO_OP)],
)
def test_a_tag_that_repeats_a_default_one_is_new_to_a_state_that_imports(default, ignored, plan):
    declared = table(ignored, {"default_tags": {"Owner": default}}, **TAGS)
    assert compared(declared, live(), {"id": None}).plan is plan
    assert compared(declared, live()).plan is Plan.NO_OP


def test_what_the_code_never_said_moved_in_aws_or_not_at_all():
    declared = table(**TAGS, server_side_encryption=None)
    assert moved(declared, live()) == {
        "server_side_encryption.enabled": None,
        "server_side_encryption.kms_key_arn": None,
    }
    managed = STATE | {"server_side_encryption": [{"enabled": True, "kms_key_arn": OTHER_KEY}]}
    assert moved(declared, live(), managed)["server_side_encryption.kms_key_arn"] is Moved.LIVE


def test_what_is_not_known_dates_nothing():
    unknown = Unknown(Reason.NOT_EVALUABLE, "a variable")
    assert moved(table(**TAGS, table_class=unknown), live()) == {"table_class": None}
    hidden = {name: value for name, value in STATE.items() if name != "point_in_time_recovery"}
    assert moved(table(**TAGS), live(**OFF), hidden) == {"point_in_time_recovery.enabled": None}
    assert moved(table(**TAGS), live(**OFF), None) == {"point_in_time_recovery.enabled": None}


def test_a_key_that_may_be_the_account_s_own_dates_nothing():
    other = described(SSEDescription={"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": OTHER_KEY})
    found = answers(denied(ALIASES), table=other, tags=TAGS["tags"])
    drifts = {drift.path: drift for drift in compared(table(**TAGS), found).drifts}
    drift = drifts["server_side_encryption.kms_key_arn"]
    assert (drift.reality, drift.moved) == (Reality.DIFFERENT, None)


@pytest.mark.parametrize("nonsense", ["x", ["x"], [None], [[]], [{"name": {}}], {}, 7, [7.5]])
@pytest.mark.parametrize("name", sorted(STATE.keys() - {"name"}))
def test_a_state_that_somebody_made_up_is_no_defect(name, nonsense):
    declared = table(**TAGS | {"table_class": "STANDARD_INFREQUENT_ACCESS"})
    assert compared(declared, live(**OFF), STATE | {name: nonsense}).existence is Existence.BOTH


def test_a_sort_key_that_aws_no_longer_has_is_what_the_state_keeps():
    declared = table(**TAGS, range_key="at", attribute={n: {"name": n, "type": "S"} for n in ("id", "at")})
    state = STATE | {"range_key": "at", "attribute": [{"name": n, "type": "S"} for n in ("id", "at")]}
    assert moved(declared, live(), state) == {"range_key": None, 'attribute["at"]': Moved.LIVE}


@pytest.mark.parametrize(("applied", "side"), [(STATE, Moved.LIVE), (None, Moved.CODE)])
def test_a_missing_table_was_deleted_or_is_not_made_yet(applied, side):
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[]))
    comparison = compared(table(), found, applied)
    assert (comparison.existence, comparison.moved) == (Existence.MISSING, side)


@pytest.mark.parametrize(
    ("id_", "plan", "told"),
    [
        ("koneksi-prod-users", Plan.ERROR, "AWS has none"),
        ("users-of-old", Plan.UNDETERMINED, "was not called for TableName=users-of-old"),
        (None, Plan.UNDETERMINED, "an id that is not known"),
    ],
)
def test_a_missing_table_that_the_code_imports_fails_the_plan_where_it_is_the_one_imported(id_, plan, told):
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[]))
    comparison = compared(table(), found, {"id": id_})
    assert comparison.plan is plan
    assert told in (comparison.note or comparison.cause.detail)
    assert (comparison.existence is Existence.MISSING) is (plan is Plan.ERROR)


@pytest.mark.parametrize(
    ("place", "elsewhere"),
    [
        ("ap-southeast-1:111122223333", False),
        ("eu-west-1:111122223333", True),
        ("ap-southeast-1:999999999999", True),
        (":", False),
    ],
)
def test_a_missing_table_that_the_state_has_elsewhere_was_not_deleted(place, elsewhere):
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[]))
    there = f"arn:aws:dynamodb:{place}:table/koneksi-prod-users"
    comparison = compared(table(), found, STATE | {"arn": there})
    assert (comparison.existence, comparison.plan) == (Existence.MISSING, Plan.CREATE)
    assert comparison.moved is (Moved.CODE if elsewhere else Moved.LIVE)
    assert comparison.note == (f"the state has it as {there}, which was not read" if elsewhere else "")
    for nonsense in ("arn", "", 7, None):
        assert compared(table(), found, STATE | {"arn": nonsense}).moved is Moved.LIVE


def test_without_a_state_nothing_is_dated():
    found = live(**OFF)
    (comparison,) = compare([table(**TAGS)], read(found), found, KINDS.values(), scope())
    assert [drift.moved for drift in comparison.drifts] == [None]


# restore_to_latest_time: only the state has it.


@pytest.mark.parametrize(
    ("written", "kept", "found", "plan"),
    [
        (False, None, live(), Plan.NO_OP),
        (False, None, live(**OFF), Plan.REPLACE),
        (False, False, live(**OFF), Plan.UPDATE),
        (None, True, live(), Plan.REPLACE),
        (None, False, live(**OFF), Plan.UPDATE),
        (True, True, live(**OFF), Plan.UPDATE),
        (True, None, live(), Plan.REPLACE),
        (Unknown(Reason.NOT_EVALUABLE, "a variable"), None, live(), Plan.UNDETERMINED),
    ],
)
def test_an_argument_that_only_the_state_has_replaces_the_table_as_a_passenger(written, kept, found, plan):
    comparison = compared(
        table(**TAGS, restore_to_latest_time=written), found, STATE | {"restore_to_latest_time": kept}
    )
    assert comparison.plan is plan
    assert ("restore_to_latest_time" in comparison.forcing) is (plan is Plan.REPLACE)
    risks = [drift.risk for drift in comparison.drifts if drift.path == "restore_to_latest_time"]
    trap = written is False and kept is None
    unsure = [None] if plan is Plan.UNDETERMINED else []
    assert risks == ([Risk.REPLACES] if plan is Plan.REPLACE else [Risk.TRAP] if trap else unsure)
    assert all(drift.reality is Reality.EQUAL for drift in comparison.drifts if drift.path == "restore_to_latest_time")


# Texts that mean the same: only the state tells which of them was last applied.

ARN = "arn:aws:dynamodb:ap-southeast-1:111122223333:table/koneksi-prod-users"
SCALAR = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem"}]}'
LISTED = SCALAR.replace('"dynamodb:GetItem"', '["dynamodb:GetItem"]')
OTHER = SCALAR.replace("GetItem", "PutItem")


def policy(code, told, last):
    kind = "aws_dynamodb_resource_policy"
    address, values = f"{kind}.p", {"resource_arn": ARN, "policy": code}
    asked = Request.of("dynamodb:GetResourcePolicy", ResourceArn=ARN)
    found = Answers({asked: Answer(asked, ({"Policy": told},))})
    identity = Identity("111122223333", "ap-southeast-1", ARN)
    declared = Resource(Side.DECLARED, kind, identity, values, address)
    there = Scope("111122223333", "ap-southeast-1", declared={kind: (ARN,)})
    applied = None if last is None else {address: {"resource_arn": ARN, "policy": last}}
    (comparison,) = compare([declared], KINDS[kind].read(found, there), found, KINDS.values(), there, applied=applied)
    return comparison


@pytest.mark.parametrize(
    ("code", "told", "last", "plan", "reality"),
    [
        (SCALAR, LISTED, None, Plan.NO_OP, None),
        (SCALAR, LISTED, SCALAR, Plan.NO_OP, None),
        (SCALAR, SCALAR, LISTED, Plan.UPDATE, Reality.EQUAL),
        (SCALAR, LISTED, OTHER, Plan.UPDATE, Reality.EQUAL),
        (SCALAR, OTHER, LISTED, Plan.UPDATE, Reality.DIFFERENT),
        (SCALAR, OTHER, None, Plan.UPDATE, Reality.DIFFERENT),
    ],
)
def test_a_policy_is_planned_by_its_text_and_true_by_its_meaning(code, told, last, plan, reality):
    comparison = policy(code, told, last)
    assert comparison.plan is plan
    assert {(drift.path, drift.reality, drift.risk) for drift in comparison.drifts} == (
        {("policy", reality, None)} if reality else set()
    )
    if reality is Reality.EQUAL:
        (drift,) = comparison.drifts
        assert drift.moved is Moved.CODE
        assert (
            drift.note
            == "both say the same in other words: plan compares the text of the code with the one last applied"
        )


def unnamed(cause, kind="aws_kms_key", address="aws_kms_key.new"):
    return Resource(Side.DECLARED, kind, Identity("", "", cause), {"name": cause}, address=address)


MADE_UP = Unknown(Reason.COMPUTED_BY_AWS, references=("aws_kms_key.new.key_id",))


@pytest.mark.parametrize(
    ("cause", "state", "existence", "plan"),
    [
        (MADE_UP, {}, Existence.MISSING, Plan.CREATE),
        (MADE_UP, None, Existence.UNDETERMINED, Plan.UNDETERMINED),
        (MADE_UP, {"aws_kms_key.new": {}}, Existence.UNDETERMINED, Plan.UNDETERMINED),
        (
            Unknown(Reason.NOT_EVALUABLE, "", MADE_UP.references, text=f"t-{MADE_UP.references[0]}"),
            {},
            Existence.MISSING,
            Plan.CREATE,
        ),
        (Unknown(Reason.NOT_EVALUABLE, "", MADE_UP.references), {}, Existence.UNDETERMINED, Plan.CREATE),
        (Unknown(Reason.NOT_EVALUABLE, "", ("var.name",)), {}, Existence.UNDETERMINED, Plan.CREATE),
        (Unknown(Reason.COMPUTED_BY_AWS, "", ("random_id.x.hex",)), {}, Existence.UNDETERMINED, Plan.CREATE),
    ],
)
def test_what_a_state_does_not_have_is_created_and_missing_where_aws_makes_up_its_name(cause, state, existence, plan):
    found = live()
    told = compare([unnamed(cause)], read(found), found, KINDS.values(), scope(patterns=()), applied=state)
    assert (told[0].existence, told[0].plan) == (existence, plan)


def test_a_new_key_leaves_no_doubt_about_the_others():
    found = answers(table=described(), tags=TAGS["tags"])
    for applied, expected in (({}, Existence.UNMANAGED), (None, Existence.UNDETERMINED)):
        told = compare(
            [unnamed(MADE_UP, "aws_dynamodb_table")], read(found), found, KINDS.values(), scope(), applied=applied
        )
        assert [each.existence for each in told if each.kind == "aws_dynamodb_table" and each.live] == [expected]
