import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.policy_statements import findings_of

OTHER = "444455556666"


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


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringEquals": {"AWS:PRINCIPALORGID": ["o-abc", "o-def"]}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}},
        {"StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc/r-1/*"}},
    ],
)
def test_conditions_that_restrict(condition):
    assert public(condition) == ()


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
        {"ArnLike": {"aws:PrincipalArn": "*"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/1"]}},
        {"IpAddress": {"aws:SourceIp": "::/0"}},
        {"StringEquals": {"aws:PrincipalOrgID": []}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"Numeric Nonsense": {"x": "y"}},
    ],
)
def test_conditions_that_only_seem_to_restrict(condition):
    assert public(condition) == ("S",)


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
