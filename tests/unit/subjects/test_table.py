import json

import pytest
from msgspec.structs import replace
from sample_material import (
    FACTS,
    KEY_ARN,
    NAME,
    TABLE_ARN,
    VALUES,
    both,
    declared,
    failed,
    live,
    material,
    only,
    users,
    value,
)

from auditor.model.answers import Request
from auditor.model.drift import Existence
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

REFUSED = Unknown(Reason.DENIED, api="x:Y")


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ({"enabled": True}, "ENABLED"),
        ({"enabled": False}, "DISABLED"),
        (NOT_APPLICABLE, NOT_APPLICABLE),
        (REFUSED, REFUSED),
        (None, None),
    ],
)
def test_recovery_status(block, status):
    assert value(users(point_in_time_recovery=block), "live.point_in_time_recovery.status") == status


def test_name_space():
    assert value(users(), "declared.in_scope") is True
    stray = declared(VALUES | {"name": "acme-uat-users"}, name="acme-uat-users")
    assert value(material(both(stray, existence=Existence.MISSING)), "declared.in_scope") is False
    unnamed = declared(VALUES | {"name": REFUSED})
    assert value(material(both(unnamed, live())), "declared.in_scope") is REFUSED


def test_tags_that_name_an_environment():
    assert value(users(), "live.environment_tags") == ("prod",)
    assert value(users(tags={"env": "UAT", "ENVIRONMENT": "Prod", "Owner": "x"}), "live.environment_tags") == (
        "uat",
        "prod",
    )
    assert value(users(tags={}), "live.environment_tags") == ()
    assert value(users(tags={"Env": REFUSED}), "live.environment_tags") == (REFUSED,)
    assert value(users(tags=REFUSED), "live.environment_tags") is REFUSED
    assert value(users(), "environment.names") == ("prod", "production")


def test_encryption_of_the_kind_s_names():
    found = users(facts={"encryption_inaccessible_since": "2026-02-01T00:00:00Z"})
    assert value(found, "live.encryption") == "CUSTOMER"
    assert value(found, "live.server_side_encryption.status") == "ENABLED"
    assert value(found, "live.server_side_encryption.inaccessible_since") == "2026-02-01T00:00:00Z"
    assert value(users(), "live.server_side_encryption.inaccessible_since") is None


def test_backups():
    points = (
        {"status": "COMPLETED", "created": "2026-03-01T10:30:00Z"},
        {"status": "PARTIAL", "created": "2026-03-01T11:30:00Z"},
        {"status": "COMPLETED", "created": "2026-02-01T10:30:00Z"},
    )
    found = users(
        facts={"recovery_points": points, "backups": ({"status": "CREATING", "created": "2026-03-01T11:30:00Z"},)}
    )
    assert value(found, "live.backup.recovery_point.newest") == "2026-03-01T10:30:00Z"
    assert value(found, "live.backup.recovery_point.age_hours") == 2
    assert value(found, "live.backup.on_demand.newest") is None
    assert value(found, "live.backup.on_demand.age_hours") is None


def test_backups_that_were_not_told():
    assert value(users(facts={"backups": REFUSED}), "live.backup.on_demand.age_hours") is REFUSED
    assert value(users(facts={"backups": REFUSED}), "live.backup.on_demand.newest") is REFUSED


def policy(*principals):
    statement = {"Sid": "S", "Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "*", "Resource": "*"}
    values = {"resource_arn": TABLE_ARN, "policy": json.dumps({"Statement": [statement]})}
    return live(values, kind="aws_dynamodb_resource_policy", name=TABLE_ARN, facts={})


def asked(code, reason):
    return failed(Request.of("dynamodb:GetResourcePolicy", ResourceArn=TABLE_ARN), code, reason)


def test_resource_policy():
    found = material(both(declared(), live()), live=(policy("*", "111122223333", "444455556666"),))
    assert value(found, "live.resource_policy.public_statements") == ("S",)
    assert value(found, "live.resource_policy.foreign_accounts") == ("444455556666",)


def test_no_resource_policy_is_an_answer():
    found = material(both(declared(), live()), answers=asked("PolicyNotFoundException", "failed"))
    assert value(found, "live.resource_policy.public_statements") == ()


@pytest.mark.parametrize("answers", [{}, asked("AccessDeniedException", "denied")])
def test_a_resource_policy_that_was_not_told(answers):
    found = material(both(declared(), live()), answers=answers)
    assert isinstance(value(found, "live.resource_policy.public_statements"), Unknown)


def test_a_refused_policy_of_another_table_says_nothing_of_this_one():
    refused = failed(Request.of("dynamodb:GetResourcePolicy", ResourceArn="arn:aws:dynamodb:::table/other"))
    found = material(both(declared(), live()), answers=asked("PolicyNotFoundException", "failed") | refused)
    assert value(found, "live.resource_policy.public_statements") == ()


def test_all_facts_of_a_whole_table_can_be_made():
    facts = only(users()).facts
    assert len(facts) > 60
    for path in facts:
        assert facts[path].origin is not None, path


def test_key_arn_is_a_reference_to_a_key():
    assert value(users(), "live.server_side_encryption.kms_key_arn") == KEY_ARN
    assert FACTS["key_arn"] == KEY_ARN
    assert value(users(), "live.name") == NAME


def test_facts_of_a_table_that_is_not_live_do_not_apply():
    missing = material(both(declared(), existence=Existence.MISSING))
    paths = (
        "backup.on_demand.age_hours",
        "resource_policy.public_statements",
        "autoscaling.unscaled_indexes",
        "key.arn",
    )
    for path in paths:
        assert value(missing, f"live.{path}") is NOT_APPLICABLE, path


def test_name_space_of_a_table_that_is_not_declared_does_not_apply():
    unmanaged = material(both(None, live(), existence=Existence.UNMANAGED))
    assert value(unmanaged, "declared.in_scope") is NOT_APPLICABLE
    assert value(unmanaged, "declared.encryption") is NOT_APPLICABLE


def test_without_a_scope_no_name_is_outside():
    given = users()
    unbounded = replace(given, environment=replace(given.environment, patterns=()))
    assert value(unbounded, "declared.in_scope") is NOT_APPLICABLE


def test_what_plans_leave_out():
    ours = declared(ignored=("read_capacity", "write_capacity"))
    assert value(material(both(ours, live())), "declared.ignore_changes") == ("read_capacity", "write_capacity")
    assert value(users(), "declared.ignore_changes") == ()
