import pytest
from sample_material import (
    KEY_ARN,
    NAME,
    VALUES,
    alarm,
    both,
    declared,
    identity,
    key,
    live,
    material,
    only,
    users,
    value,
)

from auditor.model.drift import Existence
from auditor.model.facts import ApiField, SourceRange, Written
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.facts import build
from auditor.subjects.sides import identity_text

CAUSE = Unknown(Reason.DENIED, "refused", api="dynamodb:DescribeTable", action="dynamodb:DescribeTable")


def test_both_sides():
    found = material(both(declared(VALUES | {"hash_key": "pk"}), live()))
    assert value(found, "declared.exists") is True
    assert value(found, "live.exists") is True
    assert value(found, "declared.hash_key") == "pk"
    assert value(found, "live.hash_key") == "id"


def test_missing():
    found = material(both(declared(), existence=Existence.MISSING))
    assert value(found, "live.exists") is False
    assert value(found, "live.hash_key") is NOT_APPLICABLE
    assert value(found, "declared.hash_key") == "id"


def test_unmanaged():
    found = material(both(None, live(), existence=Existence.UNMANAGED))
    assert value(found, "declared.exists") is False
    assert value(found, "declared.hash_key") is NOT_APPLICABLE
    assert value(found, "live.hash_key") == "id"


def test_undetermined_keeps_its_cause_in_every_fact():
    found = material(both(declared(), existence=Existence.UNDETERMINED, cause=CAUSE))
    for path in (
        "live.exists",
        "live.hash_key",
        "live.status",
        "live.alarms",
        "live.autoscaling.read",
        "live.key.state",
    ):
        assert value(found, path) is CAUSE


def test_undetermined_without_a_cause_is_unknown_all_the_same():
    assert isinstance(value(material(both(declared(), existence=Existence.UNDETERMINED)), "live.exists"), Unknown)
    unsure = material(both(None, live(), existence=Existence.UNDETERMINED))
    assert isinstance(value(unsure, "declared.exists"), Unknown)
    assert value(unsure, "live.exists") is True


def test_unknown_count():
    unknown = Unknown(Reason.NOT_EVALUABLE, "count depends on a data source")
    found = material(both(declared(undetermined=unknown), live()))
    assert value(found, "declared.exists") is unknown


def test_absent_attributes_and_blocks():
    found = material(both(declared({"name": NAME}), live()))
    assert value(found, "declared.deletion_protection_enabled") is None
    assert value(found, "declared.point_in_time_recovery.enabled") is None
    assert value(found, "declared.global_secondary_index_names") == ()
    assert value(found, "live.global_secondary_index_names") == ("by-email",)


def test_an_unknown_block_makes_its_attributes_unknown():
    assert value(users(ttl=CAUSE), "live.ttl.enabled") is CAUSE


def test_origins():
    place = SourceRange("terraform.tfvars", 3)
    ours = declared(origins={"hash_key": Written((place,))}, sensitive=frozenset({"name"}))
    facts = only(material(both(ours, live()))).facts
    assert facts["declared.hash_key"].origin == Written((place,))
    assert facts["declared.range_key"].origin == Written((SourceRange("main.tf", 7),))
    assert facts["declared.name"].sensitive
    assert not facts["live.name"].sensitive
    status = facts["live.status"].origin
    assert status == ApiField("dynamodb:DescribeTable", "Table.TableStatus", "2026-03-01T11:00:00Z", "r-1")
    assert facts["live.alarms"].origin == ApiField("cloudwatch:DescribeAlarms", "MetricAlarms")


def test_a_fact_that_the_kind_does_not_tell_is_unknown_and_not_absent():
    found = value(material(both(declared(), live(facts={}))), "live.status")
    assert isinstance(found, Unknown)
    assert found.reason is Reason.NOT_SUPPORTED


def test_subject():
    subject = only(users())
    assert (subject.name, subject.identity) == (NAME, f"111122223333/ap-southeast-1/{NAME}")
    assert (subject.address, subject.place) == ("aws_dynamodb_table.this", SourceRange("main.tf", 7))
    assert subject.tags == {"Environment": "prod", "Owner": "platform"}
    assert subject.comparison is not None


def test_tags_of_unknown_value_are_left_out():
    subject = only(users(tags={"Owner": CAUSE, "Team": "x"}))
    assert subject.tags == {"Team": "x"}
    assert only(users(tags=CAUSE)).tags == {"Environment": "prod", "Owner": "platform"}


def test_an_unknown_name_leaves_the_address():
    subject = only(material(both(declared(VALUES | {"name": CAUSE}, name=CAUSE), existence=Existence.UNDETERMINED)))
    assert (subject.name, subject.identity) == ("aws_dynamodb_table.this", "")


def test_kinds_with_the_same_name_are_apart():
    assert identity_text("aws_dynamodb_table", identity("x")) != identity_text("aws_kms_alias", identity("x"))


def test_keys_of_tables_outside_the_name_space_are_subjects_too():
    subjects = build(material(both(declared(), live()), live=(key(),)))["key"]
    (subject,) = subjects
    assert subject.comparison is None
    assert subject.facts["live.exists"].value is True
    assert subject.facts["declared.exists"].value is False
    assert subject.facts["live.tables"].value == (NAME,)


def test_a_key_that_could_not_be_described_is_a_subject_of_unknowns():
    (subject,) = build(material(both(declared(), live())))["key"]
    assert subject.name == KEY_ARN.rpartition("/")[2]
    for path in ("live.exists", "live.state", "live.enable_key_rotation", "live.manager"):
        assert isinstance(subject.facts[path].value, Unknown), path
    assert subject.facts["declared.exists"].value is False


def test_a_compared_key_is_one_subject():
    subjects = build(material(both(declared(), live()), both(None, key(), existence=Existence.UNMANAGED)))["key"]
    assert len(subjects) == 1
    assert subjects[0].comparison is not None


def test_alarms_on_tables_are_subjects_whatever_their_name():
    named = alarm("acme-prod-users-errors")
    others = (named, alarm("by-hand"), alarm("TargetTracking-table/x"), alarm("elsewhere", table="other"))
    found = material(both(declared(), live()), both(None, named, existence=Existence.UNMANAGED), live=others[1:])
    assert [subject.name for subject in build(found)["alarm"]] == ["acme-prod-users-errors", "by-hand"]


@pytest.mark.parametrize("path", ["environment.name", "environment.tier", "environment.region"])
def test_surroundings(path):
    expected = {"environment.name": "prod", "environment.tier": "production", "environment.region": "ap-southeast-1"}
    assert value(users(), path) == expected[path]
