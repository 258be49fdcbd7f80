"""A clean estate of 120 tables has no drift; each of 42 changes by hand, one table each, is found, and nothing else."""

import copy

import pytest
from plan_cases import ACCOUNT, REGION

from auditor.compare import compare
from auditor.declared import declared, names
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.drift import Existence, Plan, Reality
from auditor.model.values import Reason

TABLES = 120
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/own"
OTHER = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/other"
DIMENSION = "dynamodb:table:ReadCapacityUnits"
ROLE = "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"

CODE = f"""
provider "aws" {{
  region = "{REGION}"
  default_tags {{
    tags = {{ env = "prod" }}
  }}
}}

locals {{
  names    = toset([for n in range({TABLES}) : format("shop-prod-%03d", n)])
  recovery = true
}}

resource "aws_dynamodb_table" "this" {{
  for_each                    = local.names
  name                        = each.key
  billing_mode                = "PROVISIONED"
  read_capacity               = 10
  write_capacity              = 5
  hash_key                    = "id"
  range_key                   = "at"
  stream_enabled              = true
  stream_view_type            = "NEW_IMAGE"
  deletion_protection_enabled = true
  table_class                 = "STANDARD"

  dynamic "attribute" {{
    for_each = {{ id = "S", at = "N", email = "S", state = "S" }}
    content {{
      name = attribute.key
      type = attribute.value
    }}
  }}

  global_secondary_index {{
    name               = "by-email"
    hash_key           = "email"
    projection_type    = "INCLUDE"
    non_key_attributes = ["a", "b"]
    read_capacity      = 5
    write_capacity     = 5
  }}

  local_secondary_index {{
    name            = "by-state"
    range_key       = "state"
    projection_type = "ALL"
  }}

  server_side_encryption {{
    enabled     = true
    kms_key_arn = "{KEY}"
  }}

  point_in_time_recovery {{
    enabled                 = local.recovery
    recovery_period_in_days = 20
  }}

  ttl {{
    enabled        = true
    attribute_name = "expires"
  }}

  replica {{
    region_name = "us-west-2"
  }}

  tags = {{ team = "data", Class = "internal" }}
}}

resource "aws_appautoscaling_target" "read" {{
  for_each           = local.names
  service_namespace  = "dynamodb"
  resource_id        = "table/${{each.key}}"
  scalable_dimension = "{DIMENSION}"
  min_capacity       = 5
  max_capacity       = 100
}}

resource "aws_cloudwatch_metric_alarm" "throttled" {{
  for_each            = local.names
  alarm_name          = "${{each.key}}-throttled"
  namespace           = "AWS/DynamoDB"
  metric_name         = "ThrottledRequests"
  dimensions          = {{ TableName = each.key }}
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 5
  period              = 60
  statistic           = "Sum"
  threshold           = 1
  alarm_actions       = ["arn:aws:sns:{REGION}:{ACCOUNT}:pager"]
}}
"""


def name_of(number):
    return f"shop-prod-{number:03}"


def index(name, key, **more):
    return {
        "IndexName": name,
        "IndexStatus": "ACTIVE",
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b", "a"]},
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    } | more


def applied(name):
    """What AWS tells of a table, its scaling and its alarm, as they were applied; writing differs from the code."""
    local = {
        "IndexName": "by-state",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "state", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    types = {"state": "S", "id": "S", "email": "S", "at": "N"}
    return {
        "table": {
            "TableName": name,
            "TableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}",
            "TableStatus": "ACTIVE",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": type_} for key, type_ in types.items()],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
            "ProvisionedThroughput": {"ReadCapacityUnits": 30, "WriteCapacityUnits": 5, "NumberOfDecreasesToday": 3},
            "DeletionProtectionEnabled": True,
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY},
            "GlobalSecondaryIndexes": [index("by-email", "email")],
            "LocalSecondaryIndexes": [local],
            "Replicas": [{"RegionName": "us-west-2", "ReplicaStatus": "ACTIVE"}],
        },
        "recovery": {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 20},
        "ttl": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"},
        "tags": {"env": "prod", "team": "data", "Class": "internal", "aws:cloudformation:stack-name": "x"},
        "replica": {"TableName": name, "TableStatus": "ACTIVE", "KeySchema": [], "AttributeDefinitions": []},
        "replica_recovery": {"PointInTimeRecoveryStatus": "DISABLED"},
        "target_tags": {"env": "prod"},
        "target": {
            "ScalableTargetARN": f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/{name}",
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{name}",
            "ScalableDimension": DIMENSION,
            "MinCapacity": 5,
            "MaxCapacity": 100,
            "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/{ROLE}",
            "SuspendedState": {
                "DynamicScalingInSuspended": False,
                "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": False,
            },
        },
        "alarm": {
            "AlarmName": f"{name}-throttled",
            "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}-throttled",
            "ActionsEnabled": True,
            "OKActions": [],
            "AlarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"],
            "InsufficientDataActions": [],
            "StateValue": "ALARM",
            "MetricName": "ThrottledRequests",
            "Namespace": "AWS/DynamoDB",
            "Statistic": "Sum",
            "Dimensions": [{"Name": "TableName", "Value": name}],
            "Period": 60,
            "EvaluationPeriods": 5,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    }


def having(part, **members):
    """A change: members set; those that are None are left out."""

    def change(live):
        live[part] |= members
        for member in [name for name, value in members.items() if value is None]:
            del live[part][member]

    return change


def without(part):
    def change(live):
        live[part] = None

    return change


def attribute_of_type_n(live):
    for each in live["table"]["AttributeDefinitions"]:
        if each["AttributeName"] == "email":
            each["AttributeType"] = "N"


def local_projection(live):
    live["table"]["LocalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "KEYS_ONLY"}


def throughput(read, write):
    return having("table", ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write})


def indexes(*listed):
    return having("table", GlobalSecondaryIndexes=list(listed))


def suspended(live):
    live["target"]["SuspendedState"]["DynamicScalingInSuspended"] = True


EMAIL = 'global_secondary_index["by-email"]'
CHANGES = (
    (having("table", DeletionProtectionEnabled=False), "deletion_protection_enabled"),
    (having("table", StreamSpecification=None), "stream_enabled stream_view_type"),
    (
        having("table", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}),
        "stream_view_type",
    ),
    (having("table", TableClassSummary={"TableClass": "STANDARD_INFREQUENT_ACCESS"}), "table_class"),
    (throughput(500, 5), "read_capacity"),
    (throughput(10, 50), "write_capacity"),
    (
        having("table", OnDemandThroughput={"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": -1}),
        "on_demand_throughput",
    ),
    (
        having("table", SSEDescription={"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": OTHER}),
        "server_side_encryption.kms_key_arn",
    ),
    (having("table", SSEDescription=None), "server_side_encryption"),
    (having("table", GlobalSecondaryIndexes=None), EMAIL),
    (
        indexes(index("by-email", "email"), index("by-hand", "state")),
        'global_secondary_index["by-hand"]',
    ),
    (indexes(index("by-email", "state")), f"{EMAIL}.hash_key"),
    (
        indexes(index("by-email", "email", Projection={"ProjectionType": "ALL"})),
        f"{EMAIL}.projection_type {EMAIL}.non_key_attributes",
    ),
    (
        indexes(index("by-email", "email", Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]})),
        f"{EMAIL}.non_key_attributes",
    ),
    (
        indexes(index("by-email", "email", ProvisionedThroughput={"ReadCapacityUnits": 50, "WriteCapacityUnits": 5})),
        f"{EMAIL}.read_capacity",
    ),
    (
        indexes(index("by-email", "email", OnDemandThroughput={"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 9})),
        f"{EMAIL}.on_demand_throughput",
    ),
    (local_projection, 'local_secondary_index["by-state"].projection_type'),
    (having("table", LocalSecondaryIndexes=None), 'local_secondary_index["by-state"]'),
    (attribute_of_type_n, 'attribute["email"].type'),
    (having("table", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}]), "range_key"),
    (
        having(
            "table",
            KeySchema=[{"AttributeName": "email", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        ),
        "hash_key",
    ),
    (having("table", Replicas=None), 'replica["us-west-2"]'),
    (
        having("replica_recovery", PointInTimeRecoveryStatus="ENABLED", RecoveryPeriodInDays=35),
        'replica["us-west-2"].point_in_time_recovery',
    ),
    (having("recovery", PointInTimeRecoveryStatus="DISABLED", RecoveryPeriodInDays=None), "point_in_time_recovery"),
    (having("recovery", RecoveryPeriodInDays=35), "point_in_time_recovery.recovery_period_in_days"),
    (having("ttl", TimeToLiveStatus="DISABLED", AttributeName=None), "ttl"),
    (having("ttl", AttributeName="other"), "ttl.attribute_name"),
    (having("tags", Class="public"), 'tags["Class"]'),
    (having("tags", team=None), 'tags["team"]'),
    (having("tags", added="by hand"), 'tags["added"]'),
    (having("tags", env="dev"), 'tags["env"]'),
    (without("table"), ""),
    (having("target", MinCapacity=1), "min_capacity"),
    (having("target", MaxCapacity=40), "max_capacity"),
    (having("target_tags", env="dev"), 'tags["env"]'),
    (suspended, "suspended_state"),
    (without("target"), ""),
    (having("alarm", ActionsEnabled=False), "actions_enabled"),
    (having("alarm", AlarmActions=[]), "alarm_actions"),
    (having("alarm", Threshold=9.0), "threshold"),
    (having("alarm", TreatMissingData="notBreaching"), "treat_missing_data"),
    (having("alarm", AlarmDescription="by hand"), "alarm_description"),
    (without("alarm"), ""),
)
"""What was done, and every path that may be told of it (or a path above); none: the resource is missing."""


def answers(world):
    """All of it as the answers that a reading gets."""
    tables = {name: live for name, live in world.items() if live["table"] is not None}

    def told(api, region="", /, *, params, **body):
        return Answer(Request.of(api, region, **params), (body,))

    def missing(api, name):
        code = "ResourceNotFoundException"
        return Answer(Request.of(api, TableName=name), ok=False, code=code, reason=Reason.FAILED)

    yield told("dynamodb:ListTables", params={}, TableNames=list(tables))
    for name in world.keys() - tables.keys():
        yield missing("dynamodb:DescribeTable", name)
    for name, live in tables.items():
        asked = {"TableName": name}
        for region, table, recovery in (("", "table", "recovery"), ("us-west-2", "replica", "replica_recovery")):
            description = {"PointInTimeRecoveryDescription": live[recovery]}
            yield told("dynamodb:DescribeTable", region, params=asked, Table=live[table])
            yield told(
                "dynamodb:DescribeContinuousBackups", region, params=asked, ContinuousBackupsDescription=description
            )
        yield told("dynamodb:DescribeTimeToLive", params=asked, TimeToLiveDescription=live["ttl"])
    for region in ("", "us-west-2"):
        yield told("kms:ListAliases", region, params={}, Aliases=[])
    mappings = [
        {
            "ResourceARN": live["table"]["TableArn"],
            "Tags": [{"Key": key, "Value": value} for key, value in live["tags"].items()],
        }
        for live in tables.values()
    ]
    bulk = "resourcegroupstaggingapi:GetResources"
    yield told(bulk, params={"ResourceTypeFilters": ("dynamodb:table",)}, ResourceTagMappingList=mappings)
    alarms = [live["alarm"] for live in world.values() if live["alarm"]]
    tagged = [{"ResourceARN": alarm["AlarmArn"], "Tags": [{"Key": "env", "Value": "prod"}]} for alarm in alarms]
    yield told(bulk, params={"ResourceTypeFilters": ("cloudwatch:alarm",)}, ResourceTagMappingList=tagged)
    yield told(
        "cloudwatch:DescribeAlarms", params={"AlarmTypes": ("MetricAlarm", "CompositeAlarm")}, MetricAlarms=alarms
    )
    targets = [live["target"] for live in world.values() if live["target"]]
    namespace = {"ServiceNamespace": "dynamodb"}
    scaling = "application-autoscaling:Describe"
    yield told(f"{scaling}ScalableTargets", params=namespace, ScalableTargets=targets)
    for live in world.values():
        if live["target"]:
            asked = {"ResourceARN": live["target"]["ScalableTargetARN"]}
            yield told("application-autoscaling:ListTagsForResource", params=asked, Tags=live["target_tags"])
    yield told(f"{scaling}ScalingPolicies", params=namespace, ScalingPolicies=[])


@pytest.fixture(scope="module")
def resources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("estate")
    (folder / "main.tf").write_text(CODE, encoding="utf-8")
    return declared(load(folder, account=ACCOUNT, region=REGION), kinds(), account=ACCOUNT, region=REGION)


def compared(resources, world):
    found = Answers({answer.request: answer for answer in answers(world)})
    scope = Scope(ACCOUNT, REGION, declared=names(resources), patterns=("shop-prod-*",))
    live = [resource for kind in kinds() for resource in kind.read(found, scope)]
    return compare(resources, live, found, kinds(), scope)


@pytest.fixture
def world():
    return {name_of(number): applied(name_of(number)) for number in range(TABLES)}


DRIFTED = (Reality.DIFFERENT, Reality.UNDECLARED)


def test_a_clean_estate_has_no_drift(resources, world):
    comparisons = compared(resources, world)
    assert len(comparisons) == 3 * TABLES
    assert [c.address for c in comparisons if c.existence is not Existence.BOTH] == []
    assert [(c.address, d.path) for c in comparisons for d in c.drifts if d.reality is not Reality.EQUAL] == []


def test_every_change_is_found_and_nothing_else(resources, world):
    for number, (change, _) in enumerate(CHANGES):
        change(world[name_of(number)])
    found = {}
    for comparison in compared(resources, world):
        number = int(comparison.address.partition("shop-prod-")[2][:3])
        if comparison.existence is Existence.MISSING:
            found.setdefault(number, set()).add("")
        for drift in comparison.drifts:
            if drift.reality in DRIFTED:
                found.setdefault(number, set()).add(drift.path)
            assert drift.reality is not Reality.UNDETERMINED, (comparison.address, drift.path)
    assert found.keys() == set(range(len(CHANGES)))
    for number, (_, told) in enumerate(CHANGES):
        wanted = told.split(" ")
        extra = {path for path in found[number] if not any(path.startswith(each) for each in wanted)}
        assert not extra, (number, wanted, found[number])


def test_a_change_is_found_whatever_the_others_are(resources, world):
    """One at a time, and put back: no table tells of another one's change."""
    clean = copy.deepcopy(world)
    for number, (change, _) in list(enumerate(CHANGES))[::7]:
        world[name_of(0)] = copy.deepcopy(clean[name_of(0)])
        change(world[name_of(0)])
        drifted = {
            c.address.partition("shop-prod-")[2][:3]
            for c in compared(resources, world)
            if c.existence is not Existence.BOTH or any(d.reality in DRIFTED for d in c.drifts)
        }
        assert drifted == {"000"}, number


def test_nothing_of_a_clean_estate_would_be_planned_but_autoscaled_capacity(resources, world):
    """Capacity that autoscaling moved is not drift, but a plan without `ignore_changes` sets it back."""
    planned = {(c.plan, *c.changed) for c in compared(resources, world)}
    assert planned == {(Plan.NO_OP,), (Plan.UPDATE, "read_capacity")}
