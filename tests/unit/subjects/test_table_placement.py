import pytest
from sample_material import KEY_ARN, TABLE_ARN, both, declared, environment, key, live, material, value

from auditor.model.drift import Existence
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

UNKNOWN = Unknown(Reason.NOT_EVALUABLE)
OWN_KEY = Unknown(Reason.COMPUTED_BY_AWS, "", ("aws_kms_key.this.arn",))
LOOKED_UP = Unknown(Reason.NOT_EVALUABLE, "", ("data.aws_kms_key.shared.arn",))


def table():
    return both(declared(), live())


def test_account_and_region_of_the_arn_and_of_the_code():
    read = material(table())
    assert value(read, "live.account") == TABLE_ARN.split(":")[4] == value(read, "environment.account")
    assert value(read, "live.region") == value(read, "declared.region") == "ap-southeast-1"


def test_prevent_destroy():
    assert value(material(table()), "declared.prevent_destroy") is False
    kept = both(declared(facts={"prevent_destroy": True}), live())
    assert value(material(kept), "declared.prevent_destroy") is True


def test_a_key_that_the_code_makes():
    own = both(declared({}, kind="aws_kms_key"), key())
    assert value(material(table(), own), "live.key.declared") is True


def test_a_key_that_the_code_does_not_make():
    other = both(declared({}, kind="aws_kms_key"), key(arn="another"))
    assert value(material(table(), other), "live.key.declared") is False
    unmanaged = both(None, key(), Existence.UNMANAGED)
    assert value(material(table(), unmanaged), "live.key.declared") is False


def test_a_declared_key_that_was_not_found_may_be_the_one():
    lost = both(declared({}, kind="aws_kms_key"), None, Existence.UNDETERMINED, cause=UNKNOWN)
    assert value(material(table(), lost), "live.key.declared") is UNKNOWN


def test_a_key_of_aws():
    aws = both(declared(), live(facts={"arn": TABLE_ARN, "key_arn": None}))
    assert value(material(aws), "live.key.declared") is NOT_APPLICABLE
    assert value(material(aws), "live.key.environments") is NOT_APPLICABLE


def elsewhere(key_arn):
    return environment(
        "uat", resources=(declared({"server_side_encryption": {"enabled": True, "kms_key_arn": key_arn}}),)
    )


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (elsewhere(KEY_ARN), ("uat",)),
        (elsewhere("another"), ()),
        (elsewhere(OWN_KEY), ()),
        (elsewhere(LOOKED_UP), LOOKED_UP),
        (environment("uat", failed=UNKNOWN), UNKNOWN),
        (environment("uat"), ()),
    ],
)
def test_environments_that_name_the_same_key(other, found):
    assert value(material(table(), others=(other,)), "live.key.environments") == found
