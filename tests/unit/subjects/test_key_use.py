import json

import pytest

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.key_use import direct_grants, direct_use

ROLE = "arn:aws:iam::111122223333:role/app"
DYNAMODB = "dynamodb.eu-west-1.amazonaws.com"


def policy(*statements):
    return json.dumps({"Statement": list(statements)})


def allow(**more):
    return {
        "Sid": "App",
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": "kms:Decrypt",
        "Resource": "*",
    } | more


def via(operator="StringEquals", *values, key="kms:ViaService"):
    return {operator: {key: list(values) or DYNAMODB}}


def deny(**more):
    given = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    return given | {"Condition": via("StringNotEquals")} | more


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Action": "kms:*"},
        {"Action": ["kms:List*", "kms:generatedatakey"]},
        {"Action": "KMS:ReEncrypt*"},
        {"Action": "kms:?ecrypt"},
        {"Principal": "*"},
        {"Principal": {"AWS": ["arn:aws:iam::111122223333:root", ROLE]}},
        {"Principal": {"Federated": "cognito-identity.amazonaws.com"}},
        {"Condition": via("StringEqualsIfExists")},
        {"Condition": via("ForAllValues:StringEquals")},
        {"Condition": via("StringNotEquals")},
        {"Condition": via("StringEquals", DYNAMODB, "s3.eu-west-1.amazonaws.com")},
        {"Condition": via("StringLike", "*")},
        {"Condition": via("StringLike", "dynamodb*")},
        {"Condition": via(key="aws:PrincipalTag/team")},
    ],
)
def test_others_may_use_the_key_directly(more):
    assert direct_use(policy(allow(**more))) == ("App",)


@pytest.mark.parametrize(
    "more",
    [
        {"Action": ["kms:Describe*", "kms:CreateGrant"]},
        {"Action": "kms:Put*"},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"AWS": "111122223333"}},
        {"Principal": {"Service": "cloudwatch.amazonaws.com"}},
        {"Effect": "Deny"},
        {"Condition": via()},
        {"Condition": via("StringLike", "dynamodb.*.amazonaws.com")},
        {"Condition": {"StringEquals": {"kms:viaservice": [DYNAMODB], "kms:CallerAccount": "111122223333"}}},
    ],
)
def test_nobody_else_may(more):
    assert direct_use(policy(allow(**more))) == ()


def test_statements_about_all_but_some():
    rest = {name: value for name, value in allow().items() if name != "Action"}
    assert direct_use(policy(rest | {"NotAction": "kms:Delete*"})) == ("App",)
    assert direct_use(policy(rest | {"NotAction": "kms:*"})) == ()
    assert direct_use(policy(rest | {"NotAction": "kms:?*"})) == ("App",)
    others = {name: value for name, value in allow().items() if name != "Principal"}
    assert direct_use(policy(others | {"NotPrincipal": {"AWS": ROLE}})) == ("App",)


@pytest.mark.parametrize(
    ("denial", "helps"),
    [
        (deny(), True),
        (deny(Principal={"AWS": "*"}), True),
        (deny(Condition=via("StringNotLike", "dynamodb.*.amazonaws.com")), True),
        (deny(Action=["kms:Decrypt"]), True),
        (deny(Action="kms:Encrypt"), False),
        (deny(Principal={"AWS": ROLE}), False),
        (deny(Condition=via("StringNotEqualsIfExists")), True),
        (deny(Condition=via("StringEqualsIfExists")), False),
        (deny(Action="kms:?ecrypt"), False),
        (deny(Condition=via("StringNotEquals", "s3.eu-west-1.amazonaws.com")), False),
        (deny(Condition=via("StringNotEquals") | {"ArnNotEquals": {"aws:PrincipalArn": ROLE}}), False),
        (deny(Condition={}), False),
    ],
)
def test_a_denial_for_everybody_that_spares_calls_through_dynamodb(denial, helps):
    assert direct_use(policy(allow(), denial)) == (() if helps else ("App",))


def test_a_statement_without_a_name_is_called_by_its_number():
    assert direct_use(policy(deny(Action="kms:Encrypt"), allow(Sid=""))) == ("statement 2",)


def test_what_is_no_policy():
    unknown = Unknown(Reason.DENIED)
    assert direct_use(unknown) is unknown
    assert direct_use(None) is None
    assert direct_use(NOT_APPLICABLE) is NOT_APPLICABLE
    for text in ("{", "[]", '{"Statement": [1]}', policy({"Effect": "Allow"}), " " * (1 << 19)):
        assert isinstance(direct_use(text), Unknown)


def grant(grantee=ROLE, *operations):
    return {"id": "g1", "grantee": grantee, "operations": operations or ("Decrypt",)}


@pytest.mark.parametrize("operations", [("Decrypt",), ("DescribeKey", "GenerateDataKeyPair"), ("ReEncryptTo",)])
def test_a_grant_lets_its_grantee_use_the_key(operations):
    assert direct_grants((grant(ROLE, *operations),)) == (f"{ROLE} by grant g1",)


@pytest.mark.parametrize(
    "given",
    [
        grant("dynamodb.eu-west-1.amazonaws.com"),
        grant("dynamodb.amazonaws.com.cn"),
        grant(ROLE, "DescribeKey", "CreateGrant", "RetireGrant", "GetPublicKey"),
    ],
)
def test_grants_of_services_and_of_other_operations_do_not_count(given):
    assert direct_grants((given,)) == ()
    assert direct_grants((given, grant())) == (f"{ROLE} by grant g1",)


def test_a_role_that_is_called_like_a_service_is_none():
    role = "arn:aws:iam::111122223333:role/dynamodb.amazonaws.com"
    assert direct_grants((grant(role),)) == (f"{role} by grant g1",)


def test_a_grant_without_its_grantee_is_unknown():
    assert isinstance(direct_grants((grant(None),)), Unknown)
    assert f"{ROLE} by grant g1" in direct_grants((grant(None), grant()))
    assert direct_grants((grant(None, "DescribeKey"),)) == ()


def test_what_tells_no_grants():
    unknown = Unknown(Reason.DENIED)
    assert direct_grants(unknown) is unknown
    assert direct_grants(()) == ()
