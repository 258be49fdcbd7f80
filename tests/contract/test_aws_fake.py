"""The fake against botocore's service models: what it says, AWS could have said."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from fakeaws import FakeServer, cbor
from fakeaws.backups import PLAN, SELECTION
from fakeaws.kind import kind

from auditor.aws.operations import OPERATIONS
from auditor.aws.session import Access, connect


@pytest.fixture(scope="module")
def aws():
    with FakeServer(tables=230, seed=7, drift=0.3) as server:
        yield server


@pytest.fixture(scope="module")
def connection(aws):
    permissions = {*kind().permissions, *(operation.permission for operation in OPERATIONS.values())}
    opened = connect(Access(region="ap-southeast-1", endpoint=aws.url), permissions)
    yield opened
    opened.close()


def misfits(shape, value, path):
    """Members that the model does not have, and required ones that are not there."""
    if shape.type_name == "structure":
        yield from (f"{path}.{name}" for name in value.keys() - shape.members.keys())
        yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
        for name in value.keys() & shape.members.keys():
            yield from misfits(shape.members[name], value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from misfits(shape.member, item, f"{path}[]")


def wire(client, operation, **params):
    """What came over the wire, before botocore's parser left out what it does not know."""
    caught = []

    def keep(http_response, **_):
        caught.append(http_response)

    client.meta.events.register("after-call", keep)
    try:
        parsed = client._make_api_call(operation, params)
    finally:
        client.meta.events.unregister("after-call", keep)
    body, kind_of_body = caught[0].content, caught[0].headers["Content-Type"]
    if "xml" in kind_of_body:
        return {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    return cbor.loads(body) if "cbor" in kind_of_body else json.loads(body)


def samples(world):
    """One table for each value of each feature."""
    features = (
        "sse",
        "billing_mode",
        "resource_policy",
        "kinesis",
        "stream",
        "ttl",
        "pitr",
        "table_class",
        "gsis",
        "lsis",
    )
    found = {}
    for i in range(world.tables):
        spec = world.spec(i)
        for feature in features:
            found.setdefault((feature, spec[feature]), i)
    return sorted(set(found.values()))


POLICY = "arn:aws:iam::123456789012:policy/koneksi-staging-read"
METRIC = {"Namespace": "AWS/DynamoDB", "MetricName": "ConsumedReadCapacityUnits"}
OF_ONE_THING = {
    "cloudwatch:GetMetricData": {
        "StartTime": datetime(2026, 1, 1, tzinfo=UTC),
        "EndTime": datetime(2026, 1, 8, tzinfo=UTC),
        "MetricDataQueries": [{"Id": "m0", "MetricStat": {"Metric": METRIC, "Period": 3600, "Stat": "Sum"}}],
    },
    "backup:GetBackupPlan": {"BackupPlanId": PLAN},
    "backup:ListBackupSelections": {"BackupPlanId": PLAN},
    "backup:GetBackupSelection": {"BackupPlanId": PLAN, "SelectionId": SELECTION},
    "backup:ListTags": {"ResourceArn": f"arn:aws:backup:ap-southeast-1:123456789012:backup-plan:{PLAN}"},
    "iam:GetPolicy": {"PolicyArn": POLICY},
    "iam:GetPolicyVersion": {"PolicyArn": POLICY, "VersionId": "v1"},
}


def params(aws, operation):
    """Parameters that touch every feature."""
    world, arn = aws.world, "arn:aws:dynamodb:ap-southeast-1:123456789012:table/"
    if operation.resource == "key":
        return [{"KeyId": world.key_id(key)} for key in ("aws", *range(world.keys))]
    names = [world.names[i] for i in samples(world)]
    if operation.name in ("ListTagsOfResource", "ListRecoveryPointsByResource"):
        return [{"ResourceArn": arn + name} for name in names]
    if operation.resource == "alarm":
        i, _ = world.alarms[0]
        return [
            {
                "ResourceARN": arn.replace("dynamodb", "cloudwatch").replace(
                    "table/", f"alarm:{world.names[i]}-ReadThrottleEvents"
                )
            }
        ]
    if operation.api == "application-autoscaling:ListTagsForResource":
        i, way = world.scaled[0]
        return [
            {"ResourceARN": f"arn:aws:application-autoscaling:ap-southeast-1:123456789012:scalable-target/{i}{way}"}
        ]
    if operation.name == "GetResourcePolicy":
        return [{"ResourceArn": arn + world.names[i]} for i in samples(world) if world.spec(i)["resource_policy"]]
    if operation.api in OF_ONE_THING:
        return [OF_ONE_THING[operation.api]]
    if operation.resource == "table":
        return [{"TableName": name} for name in names]
    return [{"ServiceNamespace": "dynamodb"}] if operation.service == "application-autoscaling" else [{}]


@pytest.mark.parametrize("api", OPERATIONS)
def test_every_answer_fits_the_model(aws, connection, api):
    operation = OPERATIONS[api]
    client = connection.client(operation.service)
    shape = client.meta.service_model.operation_model(operation.name).output_shape
    asked = params(aws, operation)
    assert asked
    for given in asked:
        assert list(misfits(shape, wire(client, operation.name, **given), api)) == []


def test_what_aws_leaves_out_is_left_out(aws, connection):
    client = connection.client("dynamodb")
    for i in samples(aws.world):
        spec = aws.world.spec(i)
        table = client.describe_table(TableName=spec["name"])["Table"]
        assert ("SSEDescription" in table) == (spec["sse"] != "owned")
        assert ("TableClassSummary" in table) == (spec["table_class"] is not None)
        assert ("GlobalSecondaryIndexes" in table) == (spec["gsis"] > 0)
        assert ("StreamSpecification" in table) == (spec["stream"] is not None)
        on_demand = spec["billing_mode"] == "PAY_PER_REQUEST" or spec["ex_on_demand"]
        assert ("BillingModeSummary" in table) == on_demand


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("describe_table", {"TableName": "none"}, "ResourceNotFoundException"),
        ("describe_continuous_backups", {"TableName": "none"}, "TableNotFoundException"),
        ("describe_time_to_live", {"TableName": "none"}, "ResourceNotFoundException"),
        ("list_tables", {"Limit": 101}, "ValidationException"),
    ],
)
def test_errors_have_aws_codes(connection, method, params, code):
    with pytest.raises(ClientError) as caught:
        getattr(connection.client("dynamodb"), method)(**params)
    assert caught.value.response["Error"]["Code"] == code


def test_writes_are_not_answered(aws):
    session = pytest.importorskip("botocore.session").Session()
    client = session.create_client("dynamodb", region_name="ap-southeast-1", endpoint_url=aws.url)
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client.delete_table(TableName=aws.world.names[0])
    client.close()
    assert aws.stats()["unknown"] == ["dynamodb:DeleteTable"]


def test_the_answer_key_names_what_differs_from_the_baseline(aws):
    world = aws.world
    drifted = [world.spec(i) for i in range(world.tables) if world.spec(i)["drifted"]]
    assert 40 < len(drifted) < 100
    assert {name for spec in drifted for name in spec["drifted"]} == {
        "pitr",
        "sse",
        "deletion_protection",
        "tags",
        "ttl",
        "billing",
        "untagged",
    }
    assert all(spec["pitr"] is False for spec in drifted if spec["drifted"] == ["pitr"])
