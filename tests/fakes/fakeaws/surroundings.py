"""Answers of the services around tables: autoscaling, alarms, tags, backups, identity."""

from __future__ import annotations

import re
import time
import uuid

from fakeaws.cbor import Timestamp
from fakeaws.dynamodb import tags
from fakeaws.paging import limited, named, page
from fakeaws.world import EPOCH, ApiError, Body, Where, World

METRICS = ("ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors")
LATE = 2
"""The alarm of a table whose tags the answer about all does not tell yet, by its number."""


def _scaled(world: World, asked: Body, where: Where) -> list[tuple[int, str]]:
    if asked.get("ServiceNamespace") != "dynamodb" or not world.here(where):
        return []
    wanted = asked.get("ResourceIds") or ([asked["ResourceId"]] if asked.get("ResourceId") else None)
    return [row for row in world.scaled if wanted is None or f"table/{world.names[row[0]]}" in wanted]


def describe_scalable_targets(world: World, asked: Body, where: Where) -> Body:
    part, token = page(_scaled(world, asked, where), asked.get("NextToken"), limited(asked.get("MaxResults"), 50))
    role = (
        f"arn:aws:iam::{where.account}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
    )
    suspended = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    targets = [
        {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{world.names[i]}",
            "ScalableDimension": f"dynamodb:table:{direction}CapacityUnits",
            "MinCapacity": 5,
            "MaxCapacity": 100,
            "RoleARN": role,
            "CreationTime": EPOCH + i,
            "SuspendedState": dict.fromkeys(suspended, False),
            "ScalableTargetARN": _target_arn((i, direction), where),
        }
        for i, direction in part
    ]
    return named(ScalableTargets=targets, NextToken=token)


def _target_arn(target: tuple[int, str], where: Where) -> str:
    return where.arn("application-autoscaling", f"scalable-target/{target[0]}{target[1]}")


def describe_scaling_policies(world: World, asked: Body, where: Where) -> Body:
    part, token = page(_scaled(world, asked, where), asked.get("NextToken"), limited(asked.get("MaxResults"), 10))
    policies = []
    for i, direction in part:
        unique = uuid.UUID(bytes=world.digest(f"pol{direction}", i)[:16])
        rest = f"{unique}:resource/dynamodb/table/{world.names[i]}:policyName/{direction}AutoScaling"
        policies.append(
            {
                "PolicyARN": where.arn("autoscaling", f"scalingPolicy:{rest}"),
                "PolicyName": f"{direction}AutoScaling",
                "ServiceNamespace": "dynamodb",
                "ResourceId": f"table/{world.names[i]}",
                "ScalableDimension": f"dynamodb:table:{direction}CapacityUnits",
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": f"DynamoDB{direction}CapacityUtilization"
                    },
                    "ScaleInCooldown": 60,
                    "ScaleOutCooldown": 60,
                },
                "Alarms": [],
                "CreationTime": EPOCH + i,
            }
        )
    return named(ScalingPolicies=policies, NextToken=token)


def describe_scheduled_actions(world: World, asked: Body, where: Where) -> Body:
    part, token = page(_scaled(world, asked, where), asked.get("NextToken"), limited(asked.get("MaxResults"), 50))
    actions = [
        {
            "ScheduledActionName": "night",
            "ScheduledActionARN": where.arn("autoscaling", f"scheduledAction:{i}:{direction}"),
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{world.names[i]}",
            "ScalableDimension": f"dynamodb:table:{direction}CapacityUnits",
            "Schedule": "cron(0 22 * * ? *)",
            "StartTime": EPOCH + i,
            "ScalableTargetAction": {"MinCapacity": 1},
            "CreationTime": EPOCH + i,
        }
        for i, direction in part
    ]
    return named(ScheduledActions=actions, NextToken=token)


def describe_alarms(world: World, asked: Body, where: Where) -> Body:
    rows = world.alarms if world.here(where) else []
    names, prefix = asked.get("AlarmNames"), asked.get("AlarmNamePrefix") or ""
    if names or prefix:
        named_rows = [(row, f"{world.names[row[0]]}-{METRICS[row[1]]}") for row in rows]
        rows = [row for row, name in named_rows if (not names or name in names) and name.startswith(prefix)]
    part, token = page(rows, asked.get("NextToken"), limited(asked.get("MaxRecords"), 100, 50))
    alarms = [_alarm(world, i, number, where) for i, number in part]
    return named(MetricAlarms=alarms, CompositeAlarms=[], NextToken=token)


def _alarm(world: World, i: int, number: int, where: Where) -> Body:
    metric = METRICS[number]
    name = f"{world.names[i]}-{metric}"
    return {
        "AlarmName": name,
        "AlarmArn": where.arn("cloudwatch", f"alarm:{name}"),
        "AlarmConfigurationUpdatedTimestamp": Timestamp(EPOCH),
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [where.arn("sns", f"{world.project}-{world.env}-alerts")],
        "InsufficientDataActions": [],
        "StateValue": "OK",
        "StateReason": "fake",
        "StateUpdatedTimestamp": Timestamp(EPOCH),
        "MetricName": metric,
        "Namespace": "AWS/DynamoDB",
        "Statistic": "Sum",
        "Dimensions": [{"Name": "TableName", "Value": world.names[i]}],
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }


def get_metric_data(_world: World, asked: Body, _where: Where) -> Body:
    """Nothing went wrong; of what is provisioned, some was used in one hour."""
    results = [
        {"Id": query["Id"], "Label": query["Id"], "StatusCode": "Complete", **_measured(query["MetricStat"])}
        for query in asked.get("MetricDataQueries") or ()
    ]
    return {"MetricDataResults": results, "Messages": []}


def _measured(stat: Body) -> Body:
    value = {"Consumed": 360.0, "Provisioned": 5.0}.get(stat["Metric"]["MetricName"].partition("Read")[0])
    return {"Timestamps": [] if value is None else [Timestamp(EPOCH)], "Values": [] if value is None else [value]}


def list_tags_for_resource(world: World, asked: Body, where: Where) -> Body:
    """Those of an alarm are pairs, those of a scalable target a map."""
    arn = asked.get("ResourceARN") if world.here(where) else None
    if arn in {_alarm_arn(world, alarm, where) for alarm in world.alarms}:
        return {"Tags": _alarm_tags(world)}
    if arn in {_target_arn(target, where) for target in world.scaled}:
        return {"Tags": {"Project": world.project}}
    raise ApiError(404, "ResourceNotFoundException", f"Unknown: {asked.get('ResourceARN')}")


def _alarm_arn(world: World, alarm: tuple[int, int], where: Where) -> str:
    return where.arn("cloudwatch", f"alarm:{world.names[alarm[0]]}-{METRICS[alarm[1]]}")


def _alarm_tags(world: World) -> list[Body]:
    return [{"Key": "Project", "Value": world.project}]


def get_resources(world: World, asked: Body, where: Where) -> Body:
    """Tables and alarms; of the last alarm of a table it tells nothing yet."""
    types = set(asked.get("ResourceTypeFilters") or ["dynamodb"]) if world.here(where) else set()
    rows: list[int | tuple[int, int]] = []
    if types & {"dynamodb", "dynamodb:table"}:
        rows += world.tagged
    if types & {"cloudwatch", "cloudwatch:alarm"}:
        rows += [(i, number) for i, number in world.alarms if number < LATE]
    part, token = page(rows, asked.get("PaginationToken"), limited(asked.get("ResourcesPerPage"), 100, 50))
    mappings = [
        {"ResourceARN": world.table_arn(row, where), "Tags": tags(world, row)}
        if isinstance(row, int)
        else {"ResourceARN": _alarm_arn(world, row, where), "Tags": _alarm_tags(world)}
        for row in part
    ]
    return {"ResourceTagMappingList": mappings, "PaginationToken": token or ""}


def get_caller_identity(_world: World, _asked: Body, where: Where) -> Body:
    arn = f"arn:aws:sts::{where.account}:assumed-role/auditor/fake"
    return {"UserId": "AROAFAKE:auditor", "Account": where.account, "Arn": arn}


def assume_role(_world: World, asked: Body, where: Where) -> Body:
    """A role named `denied...` can't be assumed; one named `external...` asks for the external id `agreed`."""
    role, session = asked.get("RoleArn", ""), asked.get("RoleSessionName", "x")
    name = role.rpartition("/")[2]
    if name.startswith("denied") or (name.startswith("external") and asked.get("ExternalId") != "agreed"):
        caller = f"arn:aws:iam::{where.account}:user/ci"
        message = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}"
        raise ApiError(403, "AccessDenied", message)
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", session, re.ASCII):
        pattern = r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        message = f"Value '{session}' at 'roleSessionName' failed to satisfy constraint: {pattern}"
        raise ApiError(400, "ValidationError", message)
    account = role.split(":")[4]
    expires = time.gmtime(time.time() + int(asked.get("DurationSeconds", 3600)))
    return {
        "Credentials": {
            "AccessKeyId": f"ASIA{account}FAKE",
            "SecretAccessKey": "fake",
            "SessionToken": f"fake-{account}",
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", expires),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"AROAFAKE:{session}",
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        },
    }


OPERATIONS = {
    "DescribeScalableTargets": describe_scalable_targets,
    "DescribeScalingPolicies": describe_scaling_policies,
    "DescribeScheduledActions": describe_scheduled_actions,
    "DescribeAlarms": describe_alarms,
    "GetMetricData": get_metric_data,
    "GetResources": get_resources,
    "ListTagsForResource": list_tags_for_resource,
    "GetCallerIdentity": get_caller_identity,
    "AssumeRole": assume_role,
}
