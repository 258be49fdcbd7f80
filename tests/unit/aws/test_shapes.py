"""What an answer must be like before anybody reads it: types as in botocore, nothing missing that is needed."""

from datetime import UTC, datetime
from types import SimpleNamespace

import botocore.session
import pytest
from botocore.hooks import HierarchicalEmitter

from auditor.aws.economy import moment
from auditor.aws.guard import BadAnswer, install
from auditor.aws.operations import OPERATIONS
from auditor.aws.shapes import NEEDED, lacking, misfit

SESSION = botocore.session.Session()
TABLE = {
    "TableName": "t",
    "TableArn": "arn:aws:dynamodb:eu-west-1:1:table/t",
    "CreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
    "TableSizeBytes": 1,
    "DeletionProtectionEnabled": True,
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def model(api):
    service, _, name = api.partition(":")
    return SESSION.get_service_model(service).operation_model(name)


def of_table(**changes):
    return {"Table": TABLE | changes}


def test_an_answer_as_aws_gives_it_fits():
    shape = model("dynamodb:DescribeTable").output_shape
    whole = of_table(FromTheFuture={"a": 1}, CreationDateTime=moment(1.7e9)) | {
        "ResponseMetadata": {"RetryAttempts": 0}
    }
    assert misfit(whole, shape) == lacking("dynamodb:DescribeTable", whole) == ""
    assert misfit({"MetricDataResults": [{"Values": [1, 1.5]}]}, model("cloudwatch:GetMetricData").output_shape) == ""
    decoded = {"PolicyVersion": {"Document": {"Statement": []}}}
    assert misfit(decoded, model("iam:GetPolicyVersion").output_shape) == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"TableSizeBytes": "12"}, "Table.TableSizeBytes is no long"),
        ({"TableSizeBytes": True}, "Table.TableSizeBytes is no long"),
        ({"DeletionProtectionEnabled": "true"}, "Table.DeletionProtectionEnabled is no boolean"),
        ({"CreationDateTime": "yesterday"}, "Table.CreationDateTime is no timestamp"),
        ({"KeySchema": {}}, "Table.KeySchema is no list"),
        ({"KeySchema": ["id"]}, "Table.KeySchema[] is no structure"),
        ({"KeySchema": [{"AttributeName": 1, "KeyType": "HASH"}]}, "Table.KeySchema[].AttributeName is no string"),
        ({"TableName": None}, "Table.TableName is no string"),
    ],
)
def test_what_is_of_another_type_is_told_with_its_path(changes, told):
    assert misfit(of_table(**changes), model("dynamodb:DescribeTable").output_shape) == told


def test_what_is_missing_is_told_with_its_path():
    assert lacking("dynamodb:DescribeTable", {"Table": {}}) == "it lacks Table.TableName"
    keyless = of_table(GlobalSecondaryIndexes=[{"IndexName": "i", "KeySchema": [{"KeyType": "HASH"}]}])
    told = "it lacks Table.GlobalSecondaryIndexes[].KeySchema[].AttributeName"
    assert lacking("dynamodb:DescribeTable", keyless) == told
    assert lacking("dynamodb:DescribeTable", of_table(KeySchema=None)) == "it lacks Table.KeySchema"
    going = {"TableName": "t", "TableArn": TABLE["TableArn"], "TableStatus": "DELETING"}
    assert lacking("dynamodb:DescribeTable", {"Table": going}) == ""
    assert lacking("dynamodb:DescribeTable", {"Table": going | {"TableArn": None}}) == "it lacks Table.TableArn"
    half = going | {"KeySchema": [{"AttributeName": "id"}]}
    assert lacking("dynamodb:DescribeTable", {"Table": half}) == "it lacks Table.KeySchema[].KeyType"
    assert lacking("dynamodb:ListTables", {}) == ""  # that is the envelope's matter


@pytest.mark.parametrize(
    ("api", "collection", "changes"),
    [
        ("DescribeScalableTargets", "ScalableTargets", {"ResourceId": "users"}),
        ("DescribeScalableTargets", "ScalableTargets", {"ScalableDimension": "ReadCapacityUnits"}),
        ("DescribeScheduledActions", "ScheduledActions", {"ResourceId": ""}),
    ],
)
def test_what_is_taken_apart_must_be_of_its_form(api, collection, changes):
    entry = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/users/index/by-mail",
        "ScalableDimension": "dynamodb:index:ReadCapacityUnits",
        "MinCapacity": 1,
        "MaxCapacity": 2,
        "ScheduledActionName": "s",
        "Schedule": "rate(1 day)",
    }
    api = f"application-autoscaling:{api}"
    assert lacking(api, {collection: [entry]}) == ""
    told = f"it lacks {collection}[].{next(iter(changes))} in its form"
    assert lacking(api, {collection: [entry, entry | changes]}) == told


@pytest.mark.parametrize("arn", ["", "t", "arn:aws:dynamodb:eu-west-1:1", "arn:aws:kms:eu-west-1:1:key/t"])
def test_the_arn_of_a_table_is_one(arn):
    assert lacking("dynamodb:DescribeTable", of_table(TableArn=arn)) == "it lacks Table.TableArn in its form"


@pytest.mark.parametrize("api", NEEDED)
def test_what_is_needed_is_a_member_in_botocore_s_model(api):
    assert api in OPERATIONS
    for path in NEEDED[api]:
        shape = model(api).output_shape
        for name in path.split("."):
            shape = shape.members[name.removesuffix("[]")]
            shape = shape.member if name.endswith("[]") else shape


@pytest.mark.parametrize("table", [{"TableName": "t"}, TABLE | {"KeySchema": "id"}])
def test_such_an_answer_is_none(table):
    events = HierarchicalEmitter()
    install(events)
    whole = SimpleNamespace(status_code=200, headers={}, content=b"")
    about = {"http_response": whole, "model": model("dynamodb:DescribeTable")}
    events.emit("after-call.dynamodb.DescribeTable", parsed={"Table": TABLE}, **about)
    with pytest.raises(BadAnswer, match=r"DescribeTable answered with status 200, but .*Table"):
        events.emit("after-call.dynamodb.DescribeTable", parsed={"Table": table}, **about)
