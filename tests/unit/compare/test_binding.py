"""A key whose name AWS made: who says which one it is, and what follows where they do not agree."""

import pytest
from msgspec.structs import replace
from sample_tables import (
    ACCOUNT,
    ALIASES,
    DESCRIBE,
    KEY,
    KINDS,
    REGION,
    alias,
    answers,
    asked,
    declared_values,
    denied,
    described,
    read,
    resource,
    scope,
    whole,
)

from auditor.compare import compare
from auditor.compare.binding import Witnesses
from auditor.model.drift import Existence, Reality
from auditor.model.facts import Identity
from auditor.model.values import Reason, Unknown

OTHER = KEY.replace("k1", "k9")
PATH = "server_side_encryption.kms_key_arn"
WORDS = "tables of prod"


def computed(reference):
    return Unknown(Reason.COMPUTED_BY_AWS, f"{reference} is known later", (reference,))


def users(*names):
    encryption = {"enabled": True, "kms_key_arn": computed("aws_kms_key.this.arn")}
    values = {name: declared_values(name=name, server_side_encryption=encryption) for name in names}
    return [resource(name=name, address=f"aws_dynamodb_table.{name}", values=each) for name, each in values.items()]


def key(**values):
    identity = Identity(ACCOUNT, REGION, computed("aws_kms_key.this.key_id"))
    return resource("aws_kms_key", address="aws_kms_key.this", identity=identity, values=values)


ALIAS = resource(
    "aws_kms_alias",
    name="alias/koneksi-prod",
    address="aws_kms_alias.this",
    values={"name": "alias/koneksi-prod", "target_key_id": computed("aws_kms_key.this.key_id")},
)


def estate(target, keys, descriptions=(WORDS, "made by hand"), tags=({}, {})):
    """An alias, tables by name with the key that encrypts each, and what two keys are called."""
    told = []
    for name, used in keys.items():
        table = described(name, SSEDescription={"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": used})
        told.append(whole(asked(DESCRIBE.api, TableName=name), Table=table))
    for each, words, own in zip((KEY, OTHER), descriptions, tags, strict=True):
        metadata = {"KeyId": each.rpartition("/")[2], "Arn": each, "AWSAccountId": ACCOUNT, "Description": words}
        told.append(whole(asked("kms:DescribeKey", KeyId=each), KeyMetadata=metadata | {"Enabled": True}))
        pairs = [{"TagKey": name, "TagValue": value} for name, value in own.items()]
        told.append(whole(asked("kms:ListResourceTags", KeyId=each), Tags=pairs))
    aliases = [alias("koneksi-prod", target)] if target else []
    return answers(*told, whole(ALIASES, Aliases=aliases))


def verdicts(declared, found):
    """By address: existence, and the reality of the drift in question."""
    where = scope(declared={"aws_dynamodb_table": ("a", "b", "c")}, patterns=())
    compared = compare(declared, read(found, where), found, KINDS.values(), where)
    paths = (PATH, "target_key_id")
    return {
        each.address.rpartition(".")[2] if each.kind == "aws_dynamodb_table" else each.kind: next(
            (drift.reality for drift in each.drifts if drift.path in paths), each.existence
        )
        for each in compared
    }


BOTH, DIFFERENT, OPEN = Existence.BOTH, Reality.DIFFERENT, Reality.UNDETERMINED


@pytest.mark.parametrize("description", [WORDS, None])
def test_one_table_was_moved_to_another_key(description):
    found = verdicts(
        [*users("a", "b", "c"), key(description=description), ALIAS], estate("k1", {"a": KEY, "b": KEY, "c": OTHER})
    )
    assert found == {"a": BOTH, "b": BOTH, "c": DIFFERENT, "aws_kms_key": BOTH, "aws_kms_alias": BOTH}


def test_every_table_was_moved_to_another_key():
    found = verdicts([*users("a", "b"), key(description=WORDS), ALIAS], estate("k1", {"a": OTHER, "b": OTHER}))
    assert found == {"a": DIFFERENT, "b": DIFFERENT, "aws_kms_key": BOTH, "aws_kms_alias": BOTH}


def test_the_alias_was_moved_to_another_key():
    found = verdicts([*users("a", "b"), key(description=WORDS), ALIAS], estate("k9", {"a": KEY, "b": KEY}))
    assert found == {"a": BOTH, "b": BOTH, "aws_kms_key": BOTH, "aws_kms_alias": DIFFERENT}


def test_the_alias_was_moved_and_a_table_with_it():
    found = verdicts(
        [*users("a", "b", "c"), key(description=WORDS), ALIAS], estate("k9", {"a": KEY, "b": KEY, "c": OTHER})
    )
    assert found == {"a": BOTH, "b": BOTH, "c": DIFFERENT, "aws_kms_key": BOTH, "aws_kms_alias": DIFFERENT}


@pytest.mark.parametrize("target", ["k1", "k9"])
def test_what_nothing_decides_is_undetermined_on_every_side(target):
    declared = [*users("a", "b"), key(), ALIAS]
    other = {"k1": OTHER, "k9": KEY}[target]
    found = verdicts(declared, estate(target, {"a": other, "b": other}))
    assert found == {"a": OPEN, "b": OPEN, "aws_kms_key": Existence.UNDETERMINED, "aws_kms_alias": OPEN}


def test_a_doubt_says_who_says_what():
    where = scope(declared={"aws_dynamodb_table": ("a", "b", "c")}, patterns=())
    found = estate("k9", {"a": KEY, "b": KEY, "c": KEY})
    compared = compare([*users("a", "b", "c"), key(), ALIAS], read(found, where), found, KINDS.values(), where)
    doubt = (
        "alias/koneksi-prod leads to k9; a, b and 1 more use k1: nothing but Terraform's state tells which of them is "
        "aws_kms_key.this"
    )
    (of_key,) = (each for each in compared if each.kind == "aws_kms_key")
    assert of_key.cause.detail == doubt
    assert of_key.cause.references == ("aws_kms_key.this.key_id",)
    (of_table,) = (drift for drift in compared[0].drifts if drift.path == PATH)
    assert of_table.unknown.detail == doubt
    assert of_table.unknown.references == ("aws_kms_key.this.arn",)


@pytest.mark.parametrize(("written", "existence"), [({}, "undetermined"), ({"description": WORDS}, "both")])
def test_an_alias_alone_does_not_tell_which_key_is_declared(written, existence):
    found = verdicts([key(**written), ALIAS], estate("k1", {}))
    assert found["aws_kms_key"] == existence


def test_a_key_without_alias_is_known_by_its_tables_and_its_words():
    assert verdicts([*users("a"), key(description=WORDS)], estate("", {"a": KEY}))["a"] is BOTH
    assert verdicts([*users("a"), key(description=WORDS)], estate("", {"a": OTHER}))["a"] is OPEN


def test_tags_are_words_too_and_may_be_more_than_the_code_writes():
    tagged = estate("k9", {"a": KEY}, descriptions=("", ""), tags=({"Name": "prod", "More": "x"}, {"Name": "other"}))
    assert verdicts([*users("a"), key(tags={"Name": "prod"}), ALIAS], tagged)["aws_kms_alias"] is DIFFERENT
    unknown = key(tags=computed("aws_other.this.tags"))
    assert verdicts([*users("a"), unknown, ALIAS], tagged)["aws_kms_alias"] is OPEN


def test_a_key_that_may_not_be_described_is_named_with_the_call_that_was_denied():
    found = estate("k1", {"a": KEY, "b": KEY})
    request = asked("kms:DescribeKey", KeyId=KEY)
    found = replace(found, by_request=found.by_request | {request: denied(request)})
    where = scope(declared={"aws_dynamodb_table": ("a", "b")}, patterns=())
    compared = compare([*users("a", "b"), key(), ALIAS], read(found, where), found, KINDS.values(), where)
    (of_key,) = (each for each in compared if each.kind == "aws_kms_key")
    assert (of_key.cause.reason, of_key.cause.api) == (Reason.DENIED, "kms:DescribeKey")


@pytest.mark.parametrize(
    ("pointing", "used", "alike", "found"),
    [
        ({"x": "1"}, {"t": "1"}, {}, "1"),
        ({"x": "1"}, {"t": "1", "u": "2"}, {}, "1"),
        ({"x": "1"}, {"t": "1", "u": "2", "v": "2"}, {}, None),
        ({"x": "1"}, {"t": "1", "u": "2", "v": "2"}, {"1": 1}, "1"),
        ({"x": "1"}, {"t": "1", "u": "2", "v": "2"}, {"1": 1, "2": 2}, "2"),
        ({"x": "1"}, {"t": "2"}, {"1": 1, "2": 1}, None),
        ({"x": "1", "y": "2"}, {"t": "1"}, {}, None),
        ({"x": "1", "y": "2"}, {"t": "1"}, {"1": 1}, "1"),
        ({}, {"t": "1"}, {"1": 0}, None),
        ({}, {"t": "1", "u": "2"}, {"1": 1}, None),
        ({"x": "1"}, {}, {"1": 1}, "1"),
        ({}, {}, {}, None),
    ],
)
def test_two_witnesses_decide(pointing, used, alike, found):
    assert Witnesses(pointing, used, alike).found() == found
