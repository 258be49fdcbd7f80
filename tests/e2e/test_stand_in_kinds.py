"""Every kind against the stand-in: what was made comes back, and what it can't keep is refused or unknown."""

from functools import cache

import boto3
import pytest
from botocore.exceptions import ClientError

from auditor.aws.operations import of_permissions
from auditor.aws.permissions import actions
from auditor.aws.reader import Reader
from auditor.aws.session import Access, connect
from auditor.coverage import unread
from auditor.demo.stand_in.gaps import STANDS
from auditor.demo.stand_in.server import MotoServer
from auditor.kinds import kinds
from auditor.live import read
from auditor.model.answers import Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.values import Reason, Unknown

ACCOUNT, REGION = "111122223333", "ap-southeast-1"
TABLE = "shop-prod-users"
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/changes"
POLICY = f'{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"{ARN}"}}]}}'
TARGET = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{TABLE}",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}
TRACKING = {
    "TargetValue": 70,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
}
ALARMS = "aws_cloudwatch_metric_alarm"
NEVER_MADE = {"backup:GetBackupSelection"}
"""Asked only of selections, which the stand-in refuses to make."""


@pytest.fixture(scope="module")
def client():
    with MotoServer(ACCOUNT) as server:
        session = boto3.Session("testing", "testing", region_name=REGION)
        yield cache(lambda service: session.client(service, endpoint_url=server.url))


@pytest.fixture(scope="module")
def plan(client):
    """Make one of everything that the stand-in keeps; return the id of the backup plan."""
    key = client("kms").create_key(Description="of the tables")["KeyMetadata"]["Arn"]
    client("kms").create_alias(AliasName="alias/shop-prod", TargetKeyId=key)
    client("kms").create_grant(KeyId=key, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:root", Operations=["Decrypt"])
    tables = client("dynamodb")
    tables.create_table(
        TableName=TABLE,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        Tags=[{"Key": "env", "Value": "prod"}],
    )
    tables.enable_kinesis_streaming_destination(TableName=TABLE, StreamArn=STREAM)
    tables.update_contributor_insights(TableName=TABLE, ContributorInsightsAction="ENABLE")
    tables.put_resource_policy(ResourceArn=ARN, Policy=POLICY)
    tables.create_backup(TableName=TABLE, BackupName="by-hand")
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(MinCapacity=1, MaxCapacity=9, Tags={"env": "prod"}, **TARGET)
    scaling.put_scheduled_action(
        ScheduledActionName="night", Schedule="cron(0 22 * * ? *)", ScalableTargetAction={"MinCapacity": 1}, **TARGET
    )
    scaling.put_scaling_policy(
        PolicyName="follow",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
        **TARGET,
    )
    client("cloudwatch").put_metric_alarm(
        AlarmName="shop-prod-errors",
        MetricName="SystemErrors",
        Namespace="AWS/DynamoDB",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=[{"Key": "env", "Value": "prod"}],
    )
    client("iam").create_policy(PolicyName="shop-prod-read", PolicyDocument=POLICY)
    client("backup").create_backup_vault(BackupVaultName="shop-prod")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "shop-prod", "ScheduleExpression": "cron(0 5 * * ? *)"}
    made = client("backup").create_backup_plan(BackupPlan={"BackupPlanName": "shop-prod-daily", "Rules": [rule]})
    return made["BackupPlanId"]


def reading(client, plan):
    """A reading with everything declared and wanted; the tags of the alarm differ from the code's."""
    found = kinds()
    scope = Scope(
        account=ACCOUNT,
        region=REGION,
        declared={kind.type: () for kind in found}
        | {
            "aws_dynamodb_table": (TABLE,),
            "aws_dynamodb_tag": (f"{ARN}/env",),
            "aws_dynamodb_resource_policy": (ARN,),
            "aws_appautoscaling_target": ("/".join(TARGET.values()),),
            "aws_iam_policy": ("shop-prod-read",),
            "aws_backup_plan": ("shop-prod-daily",),
            "aws_backup_vault": ("shop-prod",),
            "aws_backup_selection": (f"{plan}/tables",),
            ALARMS: ("shop-prod-errors",),
            "aws_cloudwatch_composite_alarm": ("shop-prod-any",),
        },
        patterns=("shop-prod-*",),
        wanted=frozenset(action for kind in found for action in (*kind.wanted, *kind.optional)),
    )
    access = Access(region=REGION, endpoint=client("dynamodb").meta.endpoint_url, account=ACCOUNT)
    connection = connect(access, actions(found))
    untagged = Resource(Side.DECLARED, ALARMS, Identity(ACCOUNT, REGION, "shop-prod-errors"), {})
    snapshot = read(
        found,
        scope,
        Reader(connection),
        confirm=lambda answers: (request for kind in found for request in kind.confirm(answers, scope, [untagged])),
    )
    connection.close()
    return snapshot, {kind.type: list(kind.read(snapshot.answers, snapshot.scope)) for kind in found}


@pytest.fixture(scope="module")
def told(client, plan):
    return reading(client, plan)


def test_every_operation_of_every_kind_is_answered(told):
    snapshot, _ = told
    assert not unread(snapshot.answers)
    asked = {answer.request.api for answer in snapshot.answers}
    assert {each.api for each in of_permissions(actions(kinds()))} - asked == NEVER_MADE


@pytest.mark.parametrize(
    ("kind", "attribute", "values"),
    [
        ("aws_dynamodb_table", "tags", [{"env": "prod"}]),
        ("aws_dynamodb_table", "replica", [{}]),
        ("aws_dynamodb_tag", "value", ["prod"]),
        ("aws_dynamodb_contributor_insights", "table_name", [TABLE]),
        ("aws_dynamodb_kinesis_streaming_destination", "stream_arn", [STREAM]),
        ("aws_dynamodb_resource_policy", "policy", [POLICY]),
        ("aws_dynamodb_table_replica", "tags", []),
        ("aws_appautoscaling_target", "max_capacity", [9]),
        ("aws_appautoscaling_target", "tags", [{"env": "prod"}]),
        ("aws_appautoscaling_policy", "name", ["follow"]),
        ("aws_appautoscaling_scheduled_action", "schedule", ["cron(0 22 * * ? *)"]),
        ("aws_cloudwatch_composite_alarm", "alarm_name", []),
        ("aws_kms_key", "description", ["of the tables"]),
        ("aws_iam_policy", "name", ["shop-prod-read"]),
        ("aws_backup_vault", "name", ["shop-prod"]),
        ("aws_backup_plan", "name", ["shop-prod-daily"]),
        ("aws_backup_selection", "name", []),
    ],
)
def test_what_was_made_comes_back(told, kind, attribute, values):
    _, found = told
    assert [resource.values[attribute] for resource in found[kind]] == values


def test_alarms_aliases_grants_and_backups_come_back(told):
    snapshot, found = told
    alarms = {alarm.identity.name: alarm for alarm in found[ALARMS]}
    assert alarms.pop("shop-prod-errors").values["tags"] == {"env": "prod"}
    assert all(alarm.facts["service_made"] for alarm in alarms.values())
    assert "alias/shop-prod" in {alias.identity.name for alias in found["aws_kms_alias"]}
    (grants,) = snapshot.answers.of("kms:ListGrants")
    assert [grant["Operations"] for grant in grants.pages[0]["Grants"]] == [["Decrypt"]]
    (table,) = found["aws_dynamodb_table"]
    assert [backup["name"] for backup in table.facts["backups"]] == ["by-hand"]
    assert table.facts["recovery_points"] == ()


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("dynamodb", "update_table", {"TableName": TABLE, "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}),
        ("cloudwatch", "put_composite_alarm", {"AlarmName": "shop-prod-any", "AlarmRule": "TRUE"}),
        (
            "backup",
            "create_backup_selection",
            {
                "BackupPlanId": "p",
                "BackupSelection": {"SelectionName": "tables", "IamRoleArn": "arn:aws:iam::1:role/b"},
            },
        ),
        (
            "backup",
            "start_backup_job",
            {"BackupVaultName": "shop-prod", "ResourceArn": ARN, "IamRoleArn": "arn:aws:iam::1:role/b"},
        ),
    ],
)
def test_what_it_can_not_keep_is_refused(client, plan, service, method, arguments):
    with pytest.raises(ClientError) as refused:
        getattr(client(service), method)(**arguments)
    assert refused.value.response["Error"]["Code"] in ("UnknownOperationException", "404")


def test_what_it_does_not_implement_is_unknown_with_that_cause(client, plan, monkeypatch):
    monkeypatch.delitem(STANDS, ("backup", "ListRecoveryPointsByResource"))
    snapshot, found = reading(client, plan)
    (gap,) = unread(snapshot.answers)
    assert (gap.api, "does not know this operation" in gap.why) == ("backup:ListRecoveryPointsByResource", True)
    (table,) = found["aws_dynamodb_table"]
    points = table.facts["recovery_points"]
    assert isinstance(points, Unknown)
    assert points.reason is Reason.NOT_SUPPORTED
