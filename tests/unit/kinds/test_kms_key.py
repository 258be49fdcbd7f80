import pytest
from sample_tables import (
    ACCOUNT,
    ALIASES,
    DESCRIBE,
    KEY,
    KINDS,
    alias,
    answers,
    asked,
    denied,
    described,
    failed,
    scope,
    whole,
)

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

KIND = KINDS["aws_kms_key"]
ASKED = asked("kms:DescribeKey", KeyId=KEY)
ROTATION = asked("kms:GetKeyRotationStatus", KeyId=KEY)
POLICY = asked("kms:GetKeyPolicy", KeyId=KEY, PolicyName="default")
TAGS = asked("kms:ListResourceTags", KeyId=KEY)


def metadata(**members):
    return {
        "KeyId": "k1",
        "Arn": KEY,
        "AWSAccountId": ACCOUNT,
        "KeyManager": "CUSTOMER",
        "KeyState": "Enabled",
        "Enabled": True,
        "KeySpec": "SYMMETRIC_DEFAULT",
        "Origin": "AWS_KMS",
    } | members


def key(*others, **members):
    found = answers(
        whole(ASKED, KeyMetadata=metadata(**members)),
        whole(ROTATION, KeyRotationEnabled=True, RotationPeriodInDays=90),
        whole(POLICY, Policy='{"Version": "2012-10-17"}'),
        whole(TAGS, Tags=[{"TagKey": "env", "TagValue": "prod"}]),
        *others,
    )
    (resource,) = KIND.read(found, scope())
    return resource


def test_keys_are_asked_for_through_tables_and_the_environment_s_aliases():
    assert set(KIND.follow(scope(), whole(DESCRIBE, Table=described()))) == {ASKED}
    assert not set(KIND.follow(scope(), whole(DESCRIBE, Table=described(SSEDescription=None))))
    listing = [alias("koneksi-prod", "k2"), alias("koneksi-prod-users", "k1"), alias("other", "k3"), alias("x", "")]
    where = scope(declared={"aws_kms_alias": ("alias/koneksi-prod",)})
    assert set(KIND.follow(where, whole(ALIASES, Aliases=listing))) == {
        ASKED,
        asked("kms:DescribeKey", KeyId=KEY.replace("k1", "k2")),
    }


def test_nothing_leads_to_keys_without_aliases_or_patterns():
    assert set(KIND.requests(scope())) == {ALIASES}
    assert not set(KIND.requests(scope(declared={}, patterns=())))


def test_a_key_that_a_state_names_is_asked_for_though_nothing_live_leads_to_it():
    assert set(KIND.requests(scope(declared={"aws_kms_key": ("k1",)}, patterns=()))) == {ALIASES, ASKED}


def test_a_customer_s_key_is_asked_for_everything_and_others_only_for_what_they_tell():
    assert set(KIND.follow(scope(), whole(ASKED, KeyMetadata=metadata()))) == {ROTATION, POLICY, TAGS}
    assert not set(KIND.follow(scope(), whole(ASKED, KeyMetadata=metadata(KeyManager="AWS"))))
    assert set(KIND.follow(scope(), whole(ASKED, KeyMetadata=metadata(Origin="EXTERNAL")))) == {POLICY, TAGS}
    assert set(KIND.follow(scope(), whole(ASKED, KeyMetadata=metadata(KeySpec="HMAC_256")))) == {POLICY, TAGS}
    for unforeseen in ({"Origin": "FROM_THE_FUTURE"}, {"KeySpec": "SYMMETRIC_NEXT"}):
        asked = KIND.follow(scope(), whole(ASKED, KeyMetadata=metadata(**unforeseen)))
        assert set(asked) == {ROTATION, POLICY, TAGS}
    foreign = metadata(AWSAccountId="999999999999")
    assert set(KIND.follow(scope(), whole(ASKED, KeyMetadata=foreign))) == {ROTATION}


def test_values_and_facts():
    found = key()
    assert found.values["enable_key_rotation"] is True
    assert found.values["rotation_period_in_days"] == 90
    assert found.values["tags"] == {"env": "prod"}
    assert found.facts["arn"] == KEY
    assert found.facts["key_id"] == "k1"
    assert found.facts["aliases"] == ("alias/koneksi-prod",)
    assert found.facts["gone"] is None


def test_values_stand_in_the_order_of_the_attributes():
    assert list(key().values) == [attribute.name for attribute in KIND.attributes if attribute.compared]


def test_a_key_that_cannot_rotate_does_not_and_the_question_does_not_apply():
    found = key(Origin="EXTERNAL")
    assert found.values["enable_key_rotation"] is False
    assert found.facts["rotates"] is NOT_APPLICABLE
    unsupported = key(failed(ROTATION, "UnsupportedOperationException"))
    assert unsupported.values["enable_key_rotation"] is False


def test_aws_rotates_its_own_keys():
    found = key(KeyManager="AWS")
    assert found.facts["rotates"] is True
    assert found.values["policy"] is None
    assert found.values["tags"] == {}


@pytest.mark.parametrize(
    ("request_", "names", "action"),
    [
        (ROTATION, ("enable_key_rotation", "rotation_period_in_days"), "kms:GetKeyRotationStatus"),
        (POLICY, ("policy",), "kms:GetKeyPolicy"),
        (TAGS, ("tags",), "kms:ListResourceTags"),
    ],
)
def test_denied_answers_leave_open_what_they_would_have_told(request_, names, action):
    found = key(denied(request_))
    open_values = {name: value for name, value in found.values.items() if isinstance(value, Unknown)}
    assert set(open_values) == set(names)
    assert {value.action for value in open_values.values()} == {action}


def test_a_foreign_key_does_not_tell_its_policy():
    found = key(AWSAccountId="999999999999")
    assert found.values["policy"].reason is Reason.NOT_SUPPORTED
    assert found.values["tags"].reason is Reason.NOT_SUPPORTED
    assert found.identity.account == "999999999999"


def test_a_key_whose_deletion_is_pending_is_marked():
    found = key(KeyState="PendingDeletion", DeletionDate="2026-12-01T00:00:00Z")
    assert found.facts["gone"] == "PendingDeletion, due 2026-12-01T00:00:00Z"
    assert found.facts["deletion_date"] == "2026-12-01T00:00:00Z"


def test_a_key_belongs_to_the_environment_of_its_alias():
    assert KIND.belongs(key(), scope(patterns=("koneksi-*",)))
    assert not KIND.belongs(key(), scope(patterns=("other-*",)))
    assert not KIND.belongs(key(KeyManager="AWS"), scope(patterns=("koneksi-*",)))


def test_existence():
    assert KIND.listed(answers(), scope()) == ("default", "k1")
    assert KIND.listed(answers(denied(ALIASES)), scope()).action == "kms:ListAliases"
    assert KIND.absence(answers(failed(ASKED, "NotFoundException")), scope(), "k1") is None
    assert KIND.absence(answers(denied(ASKED)), scope(), "k1").action == "kms:DescribeKey"


def test_a_key_that_is_asked_for_twice_is_one_key():
    by_id = asked("kms:DescribeKey", KeyId="k1")
    assert key(whole(by_id, KeyMetadata=metadata())).facts["arn"] == KEY


def test_the_provider_stores_what_aws_tells():
    found = key()
    assert KIND.refresh(found, answers()) is found
    off = key(whole(ROTATION, KeyRotationEnabled=False))
    assert off.values["rotation_period_in_days"] is NOT_APPLICABLE
    assert KIND.refresh(off, answers()).values["rotation_period_in_days"] is None
