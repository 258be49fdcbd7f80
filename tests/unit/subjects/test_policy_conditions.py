import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.subjects.policy_conditions import NOBODY, let_in, let_through

OWN, OTHER = "111122223333", "444455556666"


def one(operator, key, *values):
    return {operator: {key: list(values)}}


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (one("StringEquals", "aws:PrincipalOrgID", "o-abc"), {"o-abc"}),
        (one("StringEquals", "AWS:PRINCIPALORGID", "o-abc", "o-def"), {"o-abc", "o-def"}),
        (one("StringEquals", "aws:PrincipalOrgID", "${aws:ResourceOrgID}"), {"${aws:ResourceOrgID}"}),
        (one("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-abc/r-1/*"), {"o-abc"}),
        (one("StringEquals", "aws:PrincipalAccount", OTHER), {OTHER}),
        (one("StringEquals", "aws:PrincipalAccount", "${aws:ResourceAccount}"), set()),
        (one("StringLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/*"), {OTHER}),
        (one("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/*"), {OTHER}),
        (one("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::${aws:ResourceAccount}:role/*"), set()),
        (one("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{OTHER}:*"), {OTHER}),
        (one("ArnEquals", "aws:SourceArn", "arn:aws:s3:::bucket"), set()),
        (one("StringEquals", "kms:CallerAccount", OTHER), {OTHER}),
        (one("StringEquals", "aws:SourceVpce", "vpce-1"), set()),
        (one("StringLike", "aws:userid", "AROAEXAMPLE:*"), set()),
        (one("StringEquals", "aws:userid", OTHER), {OTHER}),
        (one("IpAddress", "aws:SourceIp", "192.0.2.0/24"), set()),
        (one("IpAddress", "aws:SourceIp", "2001:db8::/32", "10.0.0.0/8"), set()),
        (one("StringEquals", "aws:PrincipalServiceName", "backup.amazonaws.com"), set()),
        # A literal star is no wildcard, so that nobody meets it.
        (one("StringEquals", "aws:PrincipalOrgID", "*"), {"*"}),
        # Another condition demands the key.
        (
            one("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-abc/*")
            | one("Null", "aws:PrincipalOrgPaths", False),
            {"o-abc"},
        ),
        (
            one("StringEqualsIfExists", "aws:PrincipalOrgID", "o-abc") | one("StringLike", "aws:PrincipalOrgID", "*"),
            {"o-abc"},
        ),
        # The narrower of two kinds of names.
        (
            one("StringEquals", "aws:PrincipalOrgID", "o-abc")
            | one("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:*"),
            {OTHER},
        ),
        (one("StringEquals", "aws:PrincipalAccount", OWN, OTHER) | one("StringLike", "kms:CallerAccount", OWN), {OWN}),
        (
            one("StringEquals", "aws:PrincipalAccount", OTHER) | one("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket"),
            {OTHER},
        ),
    ],
)
def test_conditions_that_restrict(condition, names):
    assert let_in(condition) == names


@pytest.mark.parametrize(
    "condition",
    [
        {},
        one("StringEquals", "kms:ViaService", "dynamodb.eu-west-1.amazonaws.com"),
        one("StringEquals", "kms:EncryptionContext:aws:dynamodb:tableName", "users"),
        one("StringEquals", "aws:PrincipalTag/team", "platform"),
        one("StringEquals", "aws:username", "admin"),
        one("IpAddress", "aws:VpcSourceIp", "10.0.0.0/24"),
        one("StringEqualsIfExists", "aws:PrincipalOrgID", "o-abc"),
        one("StringLikeIfExists", "aws:PrincipalAccount", OWN),
        one("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-abc"),
        one("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-abc/*") | one("Null", "aws:PrincipalOrgPaths", True),
        one("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-abc/*") | one("Null", "aws:PrincipalOrgID", False),
        one("StringNotEquals", "aws:PrincipalOrgID", "o-abc"),
        one("StringLike", "aws:PrincipalOrgID", "*"),
        one("StringLike", "aws:PrincipalOrgID", "o-*"),
        one("StringLike", "aws:PrincipalAccount", "1111*"),
        one("StringLike", "aws:SourceVpce", "vpce-*"),
        one("StringLike", "aws:userid", "*:session"),
        one("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-1/*"),
        one("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"),
        one("StringLike", "aws:PrincipalArn", "arn:*"),
        one("ArnLike", "aws:PrincipalArn", "*"),
        one("StringEquals", "aws:PrincipalOrgID", "${aws:PrincipalOrgID}"),
        one("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalTag/account}"),
        one("StringEquals", "aws:PrincipalAccount", "${aws:ResourceOrgID}"),
        one("ArnLike", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:role/x"),
        one("StringEquals", "aws:PrincipalAccount", OWN, ""),
        one("StringEquals", "aws:PrincipalOrgID"),
        one("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        one("IpAddress", "aws:SourceIp", "192.0.2.0/24", "0.0.0.0/1"),
        one("IpAddress", "aws:SourceIp", *(f"{first}.0.0.0/8" for first in range(256))),
        one("IpAddress", "aws:SourceIp", "::/0"),
        one("Bool", "aws:SecureTransport", "true"),
        one("Bool", "aws:PrincipalIsAWSService", "true"),
        one("Null", "aws:PrincipalOrgID", "false"),
        one("Numeric Nonsense", "x", "y"),
    ],
)
def test_conditions_that_only_seem_to_restrict(condition):
    assert let_in(condition) is None


def test_a_denial_without_conditions_spares_nobody():
    assert let_through({}) == NOBODY


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (one("StringNotEquals", "aws:PrincipalAccount", OTHER), {OTHER}),
        (one("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "o-abc/*"), {"o-abc"}),
        (one("StringNotLike", "aws:PrincipalOrgID", "*"), None),
        (one("StringEquals", "aws:PrincipalAccount", OTHER), None),
        (one("Bool", "aws:PrincipalIsAWSService", "false"), set()),
        (one("Bool", "aws:ViaAWSService", "false"), None),
    ],
)
def test_whom_a_denial_spares(condition, names):
    assert let_through(condition) == names


OPERATORS = st.sampled_from(
    ["StringEquals", "StringLike", "StringNotEquals", "ForAllValues:StringLike", "Null", "Bool"]
)
KEYS = st.sampled_from(["aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:PrincipalOrgPaths", "kms:ViaService"])
VALUES = st.lists(st.sampled_from(["o-1", "o-*", OTHER, "*", "false", "${x}"]), max_size=2)
CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, min_size=1), max_size=3)


@given(CONDITIONS, CONDITIONS)
def test_a_further_condition_never_opens_a_statement(first, second):
    more = first | {operator: keys for operator, keys in second.items() if operator not in first}
    assert let_in(first) is None or let_in(more) is not None


@given(CONDITIONS, CONDITIONS)
def test_a_further_condition_never_closes_a_denial(first, second):
    more = first | {operator: keys for operator, keys in second.items() if operator not in first}
    wide, narrow = let_through(more), let_through(first)
    assert wide is None or (narrow is not None and narrow <= wide)
