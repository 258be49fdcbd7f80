"""Data sources that the code itself decides."""

import json
from importlib import resources

import pytest

from auditor.hcl import plain_values, values
from auditor.hcl.data_sources import Surrounding, partition_of, read
from auditor.hcl.errors import EvaluationError

HERE = Surrounding("111122223333", values.string("cn-north-1"), None)


def told(type_, known=HERE, **written):
    found = read(type_, {name: plain_values.from_plain(value) for name, value in written.items()}, known)
    return {name: value.content for name, value in found.items()}


@pytest.mark.parametrize(
    ("type_", "written", "expected"),
    [
        ("aws_caller_identity", {}, {"account_id": "111122223333", "id": "111122223333"}),
        ("aws_region", {}, {"name": "cn-north-1", "endpoint": "ec2.cn-north-1.amazonaws.com.cn"}),
        ("aws_region", {"name": "eu-west-1"}, {"name": "eu-west-1", "endpoint": "ec2.eu-west-1.amazonaws.com"}),
        ("aws_partition", {}, {"partition": "aws-cn", "dns_suffix": "amazonaws.com.cn"}),
        ("aws_arn", {"arn": "arn:aws:s3:::b:c"}, {"service": "s3", "account": "", "resource": "b:c"}),
        ("aws_service_principal", {"service_name": "logs"}, {"name": "logs.amazonaws.com.cn"}),
        ("aws_service_principal", {"service_name": "s3"}, {"name": "s3.amazonaws.com"}),
    ],
)
def test_what_is_told(type_, written, expected):
    found = told(type_, **written)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("type_", ["aws_caller_identity", "aws_region", "aws_partition", "aws_default_tags", "aws_vpc"])
def test_what_nobody_knows_is_not_told(type_):
    assert told(type_, Surrounding("", None, None)) == {}


def test_partitions():
    regions = ("eu-west-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1")
    assert [partition_of(region)[0] for region in regions] == ["aws", "aws-us-gov", "aws-iso", "aws-iso-b"]


def test_partitions_are_those_that_botocore_knows():
    partitions = json.loads(resources.files("botocore").joinpath("data", "partitions.json").read_text())["partitions"]
    told = {
        region: (each["id"], each["outputs"]["dnsSuffix"])
        for each in partitions
        for region in each["regions"]
        if not region.endswith("-global")
    }
    assert {partition for partition, _ in told.values()} >= {"aws-us-gov", "aws-cn", "aws-eusc", "aws-iso-f"}
    assert {region: partition_of(region)[:2] for region in told} == told


def test_what_is_no_arn_is_refused():
    with pytest.raises(EvaluationError, match="is not an ARN"):
        told("aws_arn", arn="nonsense")
