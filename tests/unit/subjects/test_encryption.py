import pytest
from sample_material import KEY_ARN, VALUES, both, declared, key, live, material, value

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.encryption import declared_mode


def sse(block):
    return declared(VALUES | {"server_side_encryption": block})


def reference(*names):
    return Unknown(Reason.COMPUTED_BY_AWS, references=names)


@pytest.mark.parametrize(
    ("block", "mode"),
    [
        (None, "AWS_OWNED"),
        ({"enabled": False}, "AWS_OWNED"),
        ({"enabled": False, "kms_key_arn": KEY_ARN}, "AWS_OWNED"),
        ({"enabled": True}, "AWS_MANAGED"),
        ({"enabled": True, "kms_key_arn": ""}, "AWS_MANAGED"),
        ({"enabled": True, "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:alias/aws/dynamodb"}, "AWS_MANAGED"),
        ({"enabled": True, "kms_key_arn": reference("aws_kms_key.this.arn")}, "CUSTOMER"),
        ({"enabled": True, "kms_key_arn": reference("module.dynamodb.aws_kms_key.this.arn")}, "CUSTOMER"),
        ({"enabled": True, "kms_key_arn": reference("aws_kms_replica_key.this[0].arn")}, "CUSTOMER"),
    ],
)
def test_mode_that_the_code_decides(block, mode):
    assert declared_mode(sse(block)) == mode


@pytest.mark.parametrize(
    "block",
    [
        {"enabled": True, "kms_key_arn": KEY_ARN},
        {"enabled": True, "kms_key_arn": reference("data.aws_kms_key.this.arn")},
        {"enabled": True, "kms_key_arn": reference("data.aws_kms_alias.this.target_key_arn")},
        {"enabled": True, "kms_key_arn": reference("var.key")},
        {"enabled": True, "kms_key_arn": reference()},
        {"enabled": Unknown(Reason.NOT_EVALUABLE)},
        Unknown(Reason.NOT_EVALUABLE),
    ],
)
def test_mode_that_the_code_does_not_decide(block):
    assert isinstance(declared_mode(sse(block)), Unknown)


@pytest.mark.parametrize(("manager", "mode"), [("AWS", "AWS_MANAGED"), ("CUSTOMER", "CUSTOMER")])
def test_a_key_by_its_arn_is_what_aws_says(manager, mode):
    read = material(both(declared(), live()), live=(key(key_manager=manager),))
    assert value(read, "declared.encryption") == mode


def test_a_key_by_its_arn_that_was_not_read():
    assert isinstance(value(material(both(declared(), live())), "declared.encryption"), Unknown)


def test_key_facts():
    read = material(both(declared(), live()), live=(key(key_state="Disabled"),))
    assert value(read, "live.key.state") == "Disabled"
    assert value(read, "live.key.rotation_enabled") is True


def test_key_facts_of_the_key_that_aws_owns():
    facts = {**live().facts, "key_arn": NOT_APPLICABLE}
    assert value(material(both(declared(), live(facts=facts))), "live.key.state") is NOT_APPLICABLE


def test_key_that_could_not_be_described():
    found = value(material(both(declared(), live())), "live.key.state")
    assert isinstance(found, Unknown)
    assert found.api == "kms:DescribeKey"
