"""The stand-in of AWS: whose account answers, what is counted and refused, and every answer it mends."""

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from auditor.demo.stand_in.server import MotoServer

REGION = "ap-southeast-1"
ACCOUNT = "111122223333"
ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def server():
    with MotoServer(ACCOUNT) as server:
        yield server
        assert server.defects == []


@pytest.fixture
def client(server):
    def make(service, access_key="testing", **keys):
        keys = {"aws_access_key_id": access_key, "aws_secret_access_key": "testing"} | keys
        return boto3.client(service, region_name=REGION, endpoint_url=server.url, config=ONCE, **keys)

    return make


def create_table(client, name="users", **members):
    members = {"BillingMode": "PAY_PER_REQUEST"} | members
    return client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        **members,
    )["TableDescription"]


def describe(client, name="users"):
    return client("dynamodb").describe_table(TableName=name)["Table"]


def error_code(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


# Whose account answers


def test_account_of_the_server(client):
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert create_table(client)["TableArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/users"


def test_access_key_that_is_an_account(client):
    create_table(client)
    other = client("dynamodb", "222233334444")
    assert client("sts", "222233334444").get_caller_identity()["Account"] == "222233334444"
    assert other.list_tables()["TableNames"] == []


def test_account_of_an_assumed_role(client):
    role = client("sts").assume_role(RoleArn="arn:aws:iam::333344445555:role/audit", RoleSessionName="audit")
    keys = role["Credentials"]
    assumed = client(
        "sts",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert assumed.get_caller_identity()["Account"] == "333344445555"


def test_next_server_is_empty(client):
    create_table(client)
    with MotoServer(ACCOUNT) as other:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        dynamodb = boto3.client("dynamodb", region_name=REGION, endpoint_url=other.url, **keys)
        assert dynamodb.list_tables()["TableNames"] == []


def test_ends_by_itself():
    with MotoServer(life_seconds=0.2) as server:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        sts = boto3.client("sts", region_name=REGION, endpoint_url=server.url, config=ONCE, **keys)
        server._thread.join(5)
        assert not server._thread.is_alive()
        assert sts is not None


# What is counted and refused


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("dynamodb", "ListTables", "AccessDeniedException"),
        ("kms", "ListAliases", "AccessDeniedException"),
        ("sts", "GetCallerIdentity", "AccessDenied"),
        ("cloudwatch", "DescribeAlarms", "AccessDeniedException"),
        ("backup", "ListProtectedResources", "AccessDeniedException"),
    ],
)
def test_denied_in_every_protocol(server, client, service, operation, code):
    method = getattr(client(service), xform_name(operation))
    method()
    server.deny(operation)
    assert error_code(method) == code
    server.heal()
    method()
    name = "monitoring" if service == "cloudwatch" else service
    assert server.counts[f"{name}:{operation}"] == 3


def test_denied_for_one_table(server, client):
    create_table(client, "users")
    create_table(client, "orders")
    server.deny("DescribeTable", match="orders")
    assert describe(client, "users")["TableName"] == "users"
    assert error_code(describe, client=client, name="orders") == "AccessDeniedException"


def test_failing_a_number_of_times(server, client):
    server.fail("ListTables", "ThrottlingException", times=1)
    list_tables = client("dynamodb").list_tables
    assert error_code(list_tables) == "ThrottlingException"
    assert list_tables()["TableNames"] == []


def test_operation_moto_lacks_is_a_clean_error(server, client):
    assert error_code(client("dynamodb").list_imports) == "UnknownOperationException"
    assert [defect.partition(": ")[0] for defect in server.defects] == ["dynamodb:ListImports"]
    server.defects.clear()


# What DynamoDB answers


def test_billing_mode_summary(client):
    capacity = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    create_table(client, BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
    assert "BillingModeSummary" not in describe(client)
    client("dynamodb").update_table(TableName="users", BillingMode="PAY_PER_REQUEST")
    assert describe(client)["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    client("dynamodb").update_table(TableName="users", BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
    assert describe(client)["BillingModeSummary"]["BillingMode"] == "PROVISIONED"


def test_encryption_names_the_key_by_arn(client):
    assert "SSEDescription" not in create_table(client)
    key = client("kms").create_key()["KeyMetadata"]
    client("kms").create_alias(AliasName="alias/tables", TargetKeyId=key["KeyId"])
    for given in (key["KeyId"], "alias/tables", key["Arn"]):
        specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": given}
        client("dynamodb").update_table(TableName="users", SSESpecification=specification)
        assert describe(client)["SSEDescription"]["KMSMasterKeyArn"] == key["Arn"]

    client("dynamodb").update_table(TableName="users", SSESpecification={"Enabled": True, "SSEType": "KMS"})
    managed = client("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert describe(client)["SSEDescription"]["KMSMasterKeyArn"] == managed["Arn"]
    client("dynamodb").update_table(TableName="users", SSESpecification={"Enabled": False})
    assert "SSEDescription" not in describe(client)


def test_members_moto_forgets(client):
    table = create_table(client, TableClass="STANDARD_INFREQUENT_ACCESS", OnDemandThroughput={"MaxReadRequestUnits": 9})
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 9}
    assert table["TableId"] == describe(client)["TableId"]
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} & table.keys()

    client("dynamodb").delete_table(TableName="users")
    create_table(client)
    assert not {"TableClassSummary", "OnDemandThroughput"} & describe(client).keys()


def test_index(client):
    index = {
        "IndexName": "all",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "OnDemandThroughput": {"MaxReadRequestUnits": 3},
    }
    create_table(client, GlobalSecondaryIndexes=[index])
    (described,) = describe(client)["GlobalSecondaryIndexes"]
    assert described["IndexArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/users/index/all"
    assert described["OnDemandThroughput"] == {"MaxReadRequestUnits": 3}


def test_time_to_live(client):
    create_table(client)
    for enabled, expected in ((True, "end"), (False, None)):
        specification = {"Enabled": enabled, "AttributeName": "end"}
        client("dynamodb").update_time_to_live(TableName="users", TimeToLiveSpecification=specification)
        described = client("dynamodb").describe_time_to_live(TableName="users")["TimeToLiveDescription"]
        assert described.get("AttributeName") == expected
    assert error_code(client("dynamodb").describe_time_to_live, TableName="none") == "ResourceNotFoundException"


def test_policy_of_a_stream(client):
    dynamodb = client("dynamodb")
    stream = create_table(client, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    arns = [stream["LatestStreamArn"], stream["TableArn"]]
    assert error_code(dynamodb.get_resource_policy, ResourceArn=arns[0]) == "PolicyNotFoundException"
    for arn in arns:
        dynamodb.put_resource_policy(ResourceArn=arn, Policy=arn)
    assert [dynamodb.get_resource_policy(ResourceArn=arn)["Policy"] for arn in arns] == arns
    dynamodb.delete_resource_policy(ResourceArn=arns[0])
    assert error_code(dynamodb.get_resource_policy, ResourceArn=arns[0]) == "PolicyNotFoundException"
    assert dynamodb.get_resource_policy(ResourceArn=arns[1])["Policy"] == arns[1]


def test_contributor_insights(client):
    dynamodb = client("dynamodb")
    create_table(client)
    assert dynamodb.describe_contributor_insights(TableName="users")["ContributorInsightsStatus"] == "DISABLED"
    dynamodb.update_contributor_insights(TableName="users", ContributorInsightsAction="ENABLE")
    assert dynamodb.describe_contributor_insights(TableName="users")["ContributorInsightsStatus"] == "ENABLED"
    (listed,) = dynamodb.list_contributor_insights()["ContributorInsightsSummaries"]
    assert (listed["TableName"], listed["ContributorInsightsStatus"]) == ("users", "ENABLED")


def test_kinesis_destination(client):
    dynamodb, stream = client("dynamodb"), f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/changes"
    create_table(client)
    for change, expected in (
        (None, []),
        (dynamodb.enable_kinesis_streaming_destination, ["ACTIVE"]),
        (dynamodb.disable_kinesis_streaming_destination, ["DISABLED"]),
    ):
        if change:
            change(TableName="users", StreamArn=stream)
        described = dynamodb.describe_kinesis_streaming_destination(TableName="users")
        assert [d["DestinationStatus"] for d in described["KinesisDataStreamDestinations"]] == expected


# What KMS answers


def test_key_of_aws(client):
    (alias,) = (a for a in client("kms").list_aliases()["Aliases"] if a["AliasName"] == "alias/aws/dynamodb")
    assert "TargetKeyId" not in alias
    managed = client("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert managed["KeyManager"] == "AWS"
    assert client("kms").get_key_rotation_status(KeyId=managed["KeyId"])["KeyRotationEnabled"] is True
    (alias,) = (a for a in client("kms").list_aliases()["Aliases"] if a["AliasName"] == "alias/aws/dynamodb")
    assert alias["TargetKeyId"] == managed["KeyId"]


def test_customer_key(client):
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    assert (key["KeyManager"], key["KeyUsage"], key["MultiRegion"]) == ("CUSTOMER", "ENCRYPT_DECRYPT", False)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key["KeyId"])
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
    status = kms.get_key_rotation_status(KeyId=key["Arn"])
    assert (status["KeyId"], status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (key["Arn"], True, 100)
    assert '"Statement"' in kms.get_key_policy(KeyId=key["KeyId"])["Policy"]
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False


# What the others answer


def test_scalable_target(client):
    scaling = client("application-autoscaling")
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/users",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    create_table(client)
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2, Tags={"Owner": "platform-team"})
    (described,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert described["SuspendedState"]["DynamicScalingInSuspended"] is False
    assert described["RoleARN"].startswith(f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/")
    arn = described["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"Owner": "platform-team"}
    scaling.untag_resource(ResourceARN=arn, TagKeys=["Owner"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {}


def test_no_backups(client):
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/users"
    assert client("backup").list_protected_resources()["Results"] == []
    assert client("backup").list_recovery_points_by_resource(ResourceArn=arn)["RecoveryPoints"] == []
