"""What data sources find in the answers, and what is asked for them."""

import pytest
from sample_tables import (
    ACCOUNT,
    ALIASES,
    DESCRIBE,
    KEY,
    KINDS,
    REGION,
    TABLE,
    alias,
    answers,
    asked,
    denied,
    failed,
    whole,
)
from sample_tables import scope as sample_scope

from auditor.model.answers import Answers
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

ALIAS, KEYS, TABLES = (KINDS[f"aws_{name}"] for name in ("kms_alias", "kms_key", "dynamodb_table"))
FOREIGN = f"arn:aws:kms:{REGION}:999999999999:key/f"
METADATA = {"KeyId": "k1", "Arn": KEY, "AWSAccountId": ACCOUNT, "KeyState": "Enabled", "Enabled": True}
ONE_KEY = whole(asked("kms:DescribeKey", KeyId=KEY), KeyMetadata=METADATA)


def scope(**sought):
    return sample_scope(declared={}, patterns=(), looked_up=sought)


def find(kind, sought, *told, where=None):
    return kind.data_source(answers(*told), where or scope(), sought)


def test_an_alias_leads_to_its_key():
    found = find(ALIAS, "alias/koneksi-prod")
    assert (found["target_key_id"], found["target_key_arn"]) == ("k1", KEY)
    assert found["id"] == found["arn"] == f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/koneksi-prod"


def test_the_key_that_aws_has_not_made_yet_is_not_asked_for():
    told = whole(ALIASES, Aliases=[{**alias("aws/rds", ""), "TargetKeyId": None}])
    assert find(ALIAS, "alias/aws/rds", told)["target_key_arn"].reason is Reason.NOT_SUPPORTED
    assert isinstance(find(KEYS, "alias/aws/rds", told), Unknown)
    where = scope(aws_kms_key=("alias/aws/rds",))
    assert list(KEYS.follow(where, told)) == []


@pytest.mark.parametrize(
    "sought", ["k1", KEY, "alias/koneksi-prod", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/koneksi-prod"]
)
def test_a_key_is_found_by_any_of_its_names(sought):
    where = scope(aws_kms_key=(sought,))
    asked_for = [*KEYS.requests(where), *KEYS.follow(where, answers().get(ALIASES))]
    assert ONE_KEY.request in asked_for
    found = find(KEYS, sought, ONE_KEY, where=where)
    assert (found["arn"], found["id"], found["key_state"]) == (KEY, "k1", "Enabled")
    assert found["deletion_date"] is NOT_APPLICABLE


def test_a_key_of_another_account_is_asked_for_by_its_arn():
    assert [request.params for request in KEYS.requests(scope(aws_kms_key=(FOREIGN,)))] == [(("KeyId", FOREIGN),)]


def test_a_key_of_another_region_is_not():
    elsewhere = "arn:aws:kms:us-east-1:1:key/k"
    assert list(KEYS.requests(scope(aws_kms_key=(elsewhere,)))) == []
    assert find(KEYS, elsewhere).reason is Reason.NOT_SUPPORTED


def test_times_and_regions_of_a_key():
    members = {
        "CreationDate": "2026-01-02T03:04:05.678Z",
        "DeletionDate": "2026-02-02T03:04:05.678Z",
        "MultiRegion": True,
        "MultiRegionConfiguration": {
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": {"Arn": KEY, "Region": REGION},
            "ReplicaKeys": [{"Arn": "arn:r", "Region": "eu-west-1"}],
        },
        "XksKeyConfiguration": {"Id": "x"},
    }
    told = whole(ONE_KEY.request, KeyMetadata=METADATA | members)
    found = find(KEYS, "k1", told)
    assert (found["creation_date"], found["deletion_date"]) == ("2026-01-02T03:04:05Z", "2026-02-02T03:04:05Z")
    (regions,) = found["multi_region_configuration"]
    assert regions["primary_key"] == ({"arn": KEY, "region": REGION},)
    assert regions["replica_keys"] == ({"arn": "arn:r", "region": "eu-west-1"},)
    assert found["xks_key_configuration"] == ({"id": "x"},)


@pytest.mark.parametrize(
    ("kind", "sought", "answer"),
    [
        (ALIAS, "alias/none", whole(ALIASES, Aliases=[])),
        (KEYS, "alias/none", whole(ALIASES, Aliases=[])),
        (KEYS, "k1", failed(ONE_KEY.request, "NotFoundException")),
        (TABLES, TABLE, failed(DESCRIBE, "ResourceNotFoundException")),
    ],
)
def test_what_aws_does_not_have(kind, sought, answer):
    assert find(kind, sought, answer) is None


@pytest.mark.parametrize(
    ("kind", "sought", "request_"),
    [
        (ALIAS, "alias/a", ALIASES),
        (KEYS, "alias/a", ALIASES),
        (KEYS, "k1", ONE_KEY.request),
        (TABLES, TABLE, DESCRIBE),
    ],
)
def test_a_refusal_is_not_absence(kind, sought, request_):
    assert find(kind, sought, denied(request_)).reason is Reason.DENIED


def test_nothing_is_asked_where_nothing_is_sought():
    assert list(ALIAS.requests(scope())) == list(KEYS.requests(scope())) == []
    assert list(ALIAS.requests(scope(aws_kms_alias=("alias/a",)))) == [ALIASES]


def test_a_table_that_is_sought_is_read_like_a_declared_one():
    where = scope(aws_dynamodb_table=("platform",))
    asked_for = [*TABLES.requests(where), *TABLES.follow(where, answers().get(TAGS_OF_ALL))]
    assert {request.api for request in asked_for if "platform" in request.key} == {
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:ListTagsOfResource",
    }


def test_what_was_not_told_of_a_table_is_unknown():
    recovery = denied(asked("dynamodb:DescribeContinuousBackups", TableName=TABLE))
    found = find(TABLES, TABLE, recovery)
    assert found["point_in_time_recovery"].reason is Reason.DENIED
    assert found["hash_key"] == "id"
    assert found["server_side_encryption"] == ({"enabled": True, "kms_key_arn": KEY},)


def test_nothing_read_is_nothing_known():
    assert TABLES.data_source(Answers(), scope(), TABLE).reason is Reason.NOT_READ


TAGS_OF_ALL = asked("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("dynamodb:table",))


def test_what_a_going_table_does_not_tell_is_unknown_and_no_block_less():
    going = {"TableName": TABLE, "TableArn": f"arn:{TABLE}", "TableStatus": "DELETING"}
    found = find(TABLES, TABLE, whole(DESCRIBE, Table=going))
    unknown = {name for name, value in found.items() if isinstance(value, Unknown)}
    assert {"server_side_encryption", "attribute", "hash_key", "replica", "stream_arn", "stream_label"} <= unknown
    assert (found["name"], found["arn"]) == (TABLE, f"arn:{TABLE}")
