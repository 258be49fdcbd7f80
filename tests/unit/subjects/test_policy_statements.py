import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.policy_statements import findings_of

OTHER = "444455556666"
OWN = "111122223333"


def policy(condition=None, principal="*", effect="Allow", **more):
    statement = {"Sid": "S", "Effect": effect, "Principal": principal, "Action": "dynamodb:*", "Resource": "*", **more}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def public(*args, **more):
    return findings_of(policy(*args, **more)).public


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111122223333:root", "*"]}])
def test_everybody(principal):
    assert public(principal=principal) == ("S",)


def test_all_but_some_is_everybody():
    text = policy().replace('"Principal": "*"', '"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}')
    assert findings_of(text).public == ("S",)


@pytest.mark.parametrize(
    "text",
    [
        policy(effect="Deny"),
        policy(principal={"AWS": "arn:aws:iam::111122223333:root"}),
        policy(principal={"Service": "dynamodb.amazonaws.com"}),
    ],
)
def test_not_everybody(text):
    assert findings_of(text).public == ()


@pytest.mark.parametrize("principal", ["arn:aws:iam::*:root", "arn:aws:iam::1111????3333:role/x"])
def test_any_account_in_an_arn_is_everybody(principal):
    assert public(principal={"AWS": principal}) == ("S",)
    assert public(principal={"AWS": f"arn:aws:iam::{OWN}:role/*"}) == ()


def test_everybody_of_another_type_is_everybody():
    assert public(principal={"Federated": "*"}) == ("S",)


def denial(condition=None, principal="*", **more):
    statement = {"Effect": "Deny", "Principal": principal, "Action": "*", "Resource": "*", **more}
    return {name: value for name, value in statement.items() if value is not None} | (
        {"Condition": condition} if condition else {}
    )


def with_denial(denied, **more):
    document = json.loads(policy(**more))
    document["Statement"].append(denied)
    return findings_of(json.dumps(document))


NOT_OURS = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}


@pytest.mark.parametrize(
    ("denied", "accounts"),
    [
        (denial(), ()),
        (denial(NOT_OURS), ("o-abc",)),
        (denial(NOT_OURS, Action="dynamodb:*"), ("o-abc",)),
        (denial(NOT_OURS | {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}), ("o-abc",)),
        (denial({"StringNotEqualsIfExists": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}), ()),
        (denial({"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/*"}}), (OTHER,)),
        (denial({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), ()),
        (denial(principal=None, NotPrincipal={"AWS": f"arn:aws:iam::{OTHER}:root"}), (OTHER,)),
    ],
)
def test_a_denial_for_all_but_some_leaves_those(denied, accounts):
    found = with_denial(denied)
    assert (found.public, found.accounts) == ((), accounts)


@pytest.mark.parametrize(
    "denied",
    [
        denial(NOT_OURS, Action="dynamodb:PutItem"),
        denial(NOT_OURS, Action="dynamodb:???????"),
        denial(NOT_OURS, Action=None, NotAction="dynamodb:GetItem"),
        denial(NOT_OURS, Resource="arn:aws:dynamodb:::table/other"),
        denial(NOT_OURS, principal={"AWS": f"arn:aws:iam::{OTHER}:root"}),
        denial(NOT_OURS | {"Bool": {"aws:SecureTransport": "false"}}),
        denial(NOT_OURS | {"Bool": {"aws:PrincipalIsAWSService": "true"}}),
        denial({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}),
        denial({"StringNotLike": {"aws:PrincipalOrgID": "o-*"}}),
        denial({"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-abc/*"}}),
        denial({"Null": {"aws:PrincipalOrgID": "true"}}),
        denial(principal=None, NotPrincipal={"AWS": "*"}),
    ],
)
def test_a_denial_that_does_not_close_the_policy(denied):
    assert with_denial(denied).public == ("S",)


@pytest.mark.parametrize(
    ("denied", "covered"),
    [
        ({"NotAction": "kms:DescribeKey"}, True),
        ({"NotAction": ["kms:Describe*", "kms:decrypt"]}, False),
        ({"NotAction": "kms:Decryp?"}, False),
        ({"NotAction": "kms:DescribeKey", "NotResource": "arn:aws:kms:::key/other"}, True),
        ({"NotAction": "kms:DescribeKey", "NotResource": "arn:aws:kms:::key/mine"}, False),
        ({"NotAction": "kms:DescribeKey", "NotResource": "arn:aws:kms:::key/*"}, False),
    ],
)
def test_a_denial_of_all_but_some(denied, covered):
    left_out = dict.fromkeys(["Action", *(["Resource"] if "NotResource" in denied else [])])
    found = with_denial(denial(NOT_OURS, **left_out, **denied), Action="kms:Decrypt", Resource="arn:aws:kms:::key/mine")
    assert found.public == (() if covered else ("S",))


def test_a_denial_of_everything_leaves_nobody():
    assert with_denial(denial(), principal={"AWS": OTHER}).accounts == ()


def test_accounts_let_in_by_condition():
    found = findings_of(policy({"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}))
    assert (found.public, found.accounts) == ((), (OWN, OTHER))


def test_a_service_acts_for_the_account_of_its_condition():
    condition = {"StringEquals": {"aws:SourceAccount": OTHER}}
    assert findings_of(policy(condition, {"Service": "backup.amazonaws.com"})).accounts == (OTHER,)


@pytest.mark.parametrize(
    ("more", "broad"),
    [
        ({}, ("S",)),
        ({"Action": ["dynamodb:GetItem", "dynamodb:Query"]}, ()),
        ({"Action": ["dynamodb:GetItem", "dynamodb:Batch?etItem"]}, ("S",)),
        ({"Action": [], "NotAction": "dynamodb:DeleteTable"}, ("S",)),
        ({"effect": "Deny"}, ()),
    ],
)
def test_actions_by_name(more, broad):
    assert findings_of(policy(principal={"AWS": OTHER}, **more)).broad == broad


def test_a_statement_without_sid_is_numbered():
    text = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*"}, {"Effect": "Allow", "Principal": "*"}]})
    assert findings_of(text).public == ("statement 2",)


def test_a_single_statement_needs_no_list():
    assert findings_of(json.dumps({"Statement": {"Effect": "Allow", "Principal": "*"}})).public == ("statement 1",)


def test_accounts():
    principals = [OTHER, "arn:aws:iam::111122223333:role/x", "arn:aws:sts::777788889999:assumed-role/y/z", "AROA123"]
    found = findings_of(policy(principal={"AWS": principals}))
    assert found.accounts == ("111122223333", OTHER, "777788889999")


@pytest.mark.parametrize("given", [None, NOT_APPLICABLE, Unknown(Reason.DENIED)])
def test_what_is_no_document_stays_what_it_is(given):
    assert findings_of(given) is given


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"Statement": "x"}',
        '{"Statement": [{}]}',
        '{"Statement": {"Effect": "Allow", "Action": "*"}}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*"}, {"Effect": "Deny", "Action": "*"}]}',
        '{"Statement": {"Effect": "Allow", "Principal": "*", "Condition": []}}x',
        policy({"IpAddress": {"aws:SourceIp": "nowhere"}}),
        policy("StringEquals"),
        "[" * 100_000,
        " " * 300_000,
    ],
)
def test_what_cannot_be_read_is_unknown(text):
    assert isinstance(findings_of(text), Unknown)


PRINCIPALS = st.sampled_from(
    ["*", {"AWS": "*"}, {"AWS": "arn:aws:iam::111122223333:root"}, {"Service": "x.amazonaws.com"}]
)
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "StringNotEquals", "StringEqualsIfExists", "Bool"]),
    st.dictionaries(
        st.sampled_from(["aws:PrincipalOrgID", "kms:ViaService"]), st.sampled_from(["o-1", "*"]), min_size=1
    ),
    max_size=3,
)


@given(PRINCIPALS, CONDITIONS, CONDITIONS)
def test_a_further_condition_never_opens_a_policy(principal, first, second):
    wide = public(first, principal)
    narrow = public(first | {operator: keys for operator, keys in second.items() if operator not in first}, principal)
    assert set(narrow) <= set(wide)


def nested(inner):
    names = st.sampled_from(["Statement", "Effect", "Principal", "AWS", "Condition", "StringLike", "aws:PrincipalArn"])
    return st.dictionaries(names, inner)


@given(st.text(max_size=200))
def test_no_text_breaks_the_analysis(text):
    findings_of(text)


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9), lambda inner: st.lists(inner) | nested(inner)))
def test_no_document_breaks_the_analysis(document):
    findings_of(json.dumps(document))
