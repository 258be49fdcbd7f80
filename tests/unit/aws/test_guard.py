import zlib

import pytest

from auditor.aws.guard import BadAnswer, fault

BODY = b'{"Table":{}}'


def headers(**changes):
    return {"Content-Length": str(len(BODY)), "x-amz-crc32": str(zlib.crc32(BODY))} | changes


def test_a_whole_answer_has_no_fault():
    assert fault("dynamodb:DescribeTable", headers(), BODY, {"Table": {}}) == ""


def test_an_answer_of_an_unknown_operation_is_measured_only():
    assert fault("sso:GetRoleCredentials", headers(), BODY, {}) == ""


def test_a_short_answer_is_told_by_its_length():
    assert fault("dynamodb:DescribeTable", headers(), BODY[:5], {"Table": {}}) == "5 of 12 bytes came"


def test_a_changed_answer_is_told_by_its_digest():
    told = fault("dynamodb:DescribeTable", headers(**{"x-amz-crc32": "1"}), BODY, {"Table": {}})
    assert told == "its CRC-32 does not fit"


def test_an_encoded_answer_is_told_by_its_envelope_only():
    encoded = {"Content-Encoding": "gzip", "Content-Length": "5", "x-amz-crc32": "1"}
    assert fault("dynamodb:DescribeTable", encoded, BODY, {"Table": {}}) == ""
    assert fault("dynamodb:DescribeTable", encoded, BODY, {}) == "it has no Table"


@pytest.mark.parametrize("parsed", [{}, {"Table": None}, {"Tables": {}}])
def test_an_answer_without_its_envelope_is_none(parsed):
    assert fault("dynamodb:DescribeTable", headers(), BODY, parsed) == "it has no Table"


def test_a_false_envelope_is_an_answer():
    assert fault("kms:GetKeyRotationStatus", {}, b"", {"KeyRotationEnabled": False}) == ""
    assert fault("dynamodb:ListTables", {}, b"", {"TableNames": []}) == ""


@pytest.mark.parametrize(
    ("api", "whole", "token"),
    [
        ("kms:ListAliases", {"Aliases": [], "Truncated": True}, "NextMarker"),
        ("s3:ListObjectsV2", {"Name": "reports", "IsTruncated": True}, "NextContinuationToken"),
    ],
)
def test_a_list_that_goes_on_and_gives_no_token_is_not_whole(api, whole, token):
    assert fault(api, {}, b"", whole | {token: "more"}) == ""
    assert fault(api, {}, b"", whole) == f"it says that there is more, and has no {token} to ask for it"
    assert fault(api, {}, b"", dict.fromkeys(whole, False)) == ""


CALLS = {
    "dynamodb": ("describe_table", "DescribeTable", lambda world: {"TableName": world.names[0]}),
    "kms": ("get_key_rotation_status", "GetKeyRotationStatus", lambda world: {"KeyId": world.key_id(0)}),
    "cloudwatch": ("describe_alarms", "DescribeAlarms", lambda world: {}),
    "resourcegroupstaggingapi": ("get_resources", "GetResources", lambda world: {}),
    "application-autoscaling": (
        "describe_scalable_targets",
        "DescribeScalableTargets",
        lambda world: {"ServiceNamespace": "dynamodb"},
    ),
}


@pytest.mark.parametrize("kind", ["truncated", "html", "empty", "no_envelope", "wrong_crc"])
@pytest.mark.parametrize("service", CALLS)
def test_no_broken_answer_passes_for_an_empty_one(aws, connection, service, kind):
    method, operation, params = CALLS[service]
    aws.configure(faults=[f"{operation}={kind}"])
    with pytest.raises(Exception) as caught:
        getattr(connection.client(service), method)(**params(aws.world))
    assert isinstance(caught.value, BadAnswer) or "Parser" in type(caught.value).__name__
