"""Policies and replicas of keys, and what other resources say of a key."""

import pytest

from auditor.compare import compare
from auditor.kinds import kinds, kms_key, kms_key_policy, kms_replica_key
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

ACCOUNT = "111122223333"
ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}'


def scope(**declared):
    return Scope(ACCOUNT, "eu-west-1", patterns=("koneksi-*",), declared=declared)


def answered(*, replica=False, **more):
    key = {"AWSAccountId": ACCOUNT, "KeyId": "k", "Arn": ARN, "KeyManager": "CUSTOMER", "Enabled": True}
    if replica:
        primary = {"Arn": ARN.replace("eu-west-1", "us-east-1"), "Region": "us-east-1"}
        key["MultiRegionConfiguration"] = {"MultiRegionKeyType": "REPLICA", "PrimaryKey": primary}
    alias = {"AliasName": "alias/koneksi-a", "AliasArn": ARN.replace("key/k", "alias/koneksi-a"), "TargetKeyId": "k"}
    told = (
        Answer(Request.of("kms:DescribeKey", KeyId=ARN), ({"KeyMetadata": key | more},)),
        Answer(Request.of("kms:GetKeyPolicy", KeyId=ARN, PolicyName="default"), ({"Policy": OPEN},)),
        Answer(Request.of("kms:GetKeyRotationStatus", KeyId=ARN), ({"KeyRotationEnabled": False},)),
        Answer(Request.of("kms:ListResourceTags", KeyId=ARN), ({"Tags": []},)),
        Answer(Request.of("kms:ListAliases"), ({"Aliases": [alias]},)),
    )
    return Answers({answer.request: answer for answer in told})


def declared(kind, name, **values):
    return Resource(Side.DECLARED, kind, Identity(ACCOUNT, "eu-west-1", name), values, address=f"{kind}.this")


def drifts(resources, answers, where):
    live = [found for kind in kinds() for found in kind.read(answers, where)]
    return {each.address: each for each in compare(resources, live, answers, kinds(), where)}


def test_a_policy_declared_by_its_own_resource_is_left_out_of_the_key():
    alone = [declared("aws_kms_key", "k")]
    both = [*alone, declared("aws_kms_key_policy", "k", key_id="k", policy=OPEN)]
    where = scope(aws_kms_key=("k",), aws_kms_key_policy=("k",))
    assert "policy" in {drift.path for drift in drifts(alone, answered(), where)["aws_kms_key.this"].drifts}
    compared = drifts(both, answered(), where)
    assert "policy" not in {drift.path for drift in compared["aws_kms_key.this"].drifts}
    assert compared["aws_kms_key_policy.this"].drifts == ()


def test_a_policy_is_asked_for_only_where_it_is_declared():
    assert list(kms_key_policy.KIND.requests(scope())) == []
    assert list(kms_key_policy.KIND.read(answered(), scope())) == []
    assert list(kms_key_policy.KIND.requests(scope(aws_kms_key_policy=("k",)))) == [
        Request.of("kms:DescribeKey", KeyId=ARN)
    ]


def test_a_replica_belongs_to_its_own_kind():
    (key,), (replica,) = (
        list(kind.read(answered(replica=True), scope())) for kind in (kms_key.KIND, kms_replica_key.KIND)
    )
    assert not kms_key.KIND.belongs(key, scope())
    assert kms_replica_key.KIND.belongs(replica, scope())
    assert replica.values["primary_key_arn"] == ARN.replace("eu-west-1", "us-east-1")
    assert list(kms_replica_key.KIND.read(answered(), scope())) == []


def test_a_replica_whose_deletion_is_pending_is_gone():
    (replica,) = kms_replica_key.KIND.read(answered(replica=True, KeyState="PendingReplicaDeletion"), scope())
    assert replica.facts["gone"]


def test_grants_are_asked_for_only_where_a_rule_wants_them():
    described = answered().get(Request.of("kms:DescribeKey", KeyId=ARN))
    wanting = Scope(ACCOUNT, "eu-west-1", wanted=frozenset({"kms:ListGrants"}))
    asked = Request.of("kms:ListGrants", KeyId=ARN)
    assert asked in list(kms_key.KIND.follow(wanting, described))
    assert asked not in list(kms_key.KIND.follow(scope(), described))
    (key,) = kms_key.KIND.read(answered(), scope())
    assert isinstance(key.facts["grants"], Unknown)
    assert key.facts["grants"].reason is Reason.NOT_READ


@pytest.mark.parametrize("field", ["GranteePrincipal", "GranteeServicePrincipal"])
def test_a_grant_tells_its_grantee_by_either_field(field):
    asked = Request.of("kms:ListGrants", KeyId=ARN)
    told = Answer(asked, ({"Grants": [{"GrantId": "g1", field: "dynamodb.amazonaws.com", "Operations": ["Decrypt"]}]},))
    (key,) = kms_key.KIND.read(Answers({**answered().by_request, asked: told}), scope())
    (grant,) = key.facts["grants"]
    assert grant["grantee"] == "dynamodb.amazonaws.com"


ROTATIONS = Request.of("kms:ListKeyRotations", KeyId=ARN)


def rotated(**more):
    answers = answered(**more)
    told = Answer(ROTATIONS, ({"Rotations": [{"RotationDate": "2026-02-01T00:00:00Z"}]},))
    (key,) = kms_key.KIND.read(Answers({**answers.by_request, ROTATIONS: told}), scope())
    return key.facts["rotated"]


def test_rotations_are_asked_for_only_where_a_rule_wants_them_and_kms_renews_the_key():
    described = Request.of("kms:DescribeKey", KeyId=ARN)
    wanting = Scope(ACCOUNT, "eu-west-1", wanted=frozenset({"kms:ListKeyRotations"}))
    asked = list(kms_key.KIND.follow(wanting, answered().get(described)))
    assert ROTATIONS in asked
    for answer, where in (
        (answered(), scope()),
        (answered(Origin="EXTERNAL"), wanting),
        (answered(AWSAccountId="444455556666"), wanting),
    ):
        assert ROTATIONS not in list(kms_key.KIND.follow(where, answer.get(described)))


def test_when_a_key_was_renewed():
    assert rotated() == ("2026-02-01T00:00:00Z",)
    assert rotated(Origin="EXTERNAL") is NOT_APPLICABLE
    assert rotated(KeyManager="AWS") is NOT_APPLICABLE
    assert rotated(AWSAccountId="444455556666").reason is Reason.NOT_SUPPORTED
    (key,) = kms_key.KIND.read(answered(), scope())
    assert key.facts["rotated"].reason is Reason.NOT_READ
