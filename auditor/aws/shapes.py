"""The shape of answers: every member is of its type, and nothing is missing that an answer is useless without.

botocore keeps what JSON has, whatever the model says. Taken on, a text in the place of a list, or an alarm without a
name, would end the audit where it is first used, or be compared as if it were a value.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from auditor.aws.economy import Moment

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "structure": (dict, OrderedDict),
    "map": (dict, OrderedDict),
    "list": (list,),
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float, Decimal),
    "double": (int, float, Decimal),
    "timestamp": (datetime, Moment),
    "blob": (bytes, str),
}
_DECODED: Final = "policyDocumentType"
"""Of IAM, which botocore has decoded when an answer comes here."""
_KEYS: Final = ("KeySchema[].AttributeName", "KeySchema[].KeyType")
_TAGS: Final = ("Tags[].Key", "Tags[].Value")
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "application-autoscaling:DescribeScalableTargets": tuple(
        f"ScalableTargets[].{name}"
        for name in ("ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity")
    ),
    "application-autoscaling:DescribeScalingPolicies": tuple(
        f"ScalingPolicies[].{name}"
        for name in ("ServiceNamespace", "ResourceId", "ScalableDimension", "PolicyName", "Alarms[].AlarmName")
    ),
    "application-autoscaling:DescribeScheduledActions": tuple(
        f"ScheduledActions[].{name}" for name in ("ServiceNamespace", "ResourceId", "ScheduledActionName", "Schedule")
    ),
    "backup:GetBackupPlan": ("BackupPlan.BackupPlanName", "BackupPlanId", "BackupPlanArn"),
    "backup:GetBackupSelection": ("BackupSelection.SelectionName", "SelectionId", "BackupPlanId"),
    "backup:ListBackupPlans": tuple(
        f"BackupPlansList[].{name}" for name in ("BackupPlanId", "BackupPlanArn", "BackupPlanName")
    ),
    "backup:ListBackupSelections": ("BackupSelectionsList[].SelectionId", "BackupSelectionsList[].BackupPlanId"),
    "backup:ListBackupVaults": ("BackupVaultList[].BackupVaultName", "BackupVaultList[].BackupVaultArn"),
    "cloudwatch:DescribeAlarms": (
        "CompositeAlarms[].AlarmName",
        *(
            f"MetricAlarms[].{name}"
            for name in (
                "AlarmName",
                "Dimensions[].Name",
                "Dimensions[].Value",
                "Metrics[].Id",
                "Metrics[].MetricStat.Metric",
                "Metrics[].MetricStat.Metric.Dimensions[].Name",
                "Metrics[].MetricStat.Metric.Dimensions[].Value",
            )
        ),
    ),
    "cloudwatch:ListTagsForResource": _TAGS,
    "dynamodb:DescribeContinuousBackups": (
        "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
    ),
    "dynamodb:DescribeKinesisStreamingDestination": ("TableName", "KinesisDataStreamDestinations[].StreamArn"),
    "dynamodb:DescribeTable": tuple(
        f"Table.{name}"
        for name in (
            "TableName",
            "TableArn",
            "KeySchema",
            "AttributeDefinitions",
            *_KEYS,
            "AttributeDefinitions[].AttributeName",
            "AttributeDefinitions[].AttributeType",
            "Replicas[].RegionName",
            *(
                f"{indexes}[].{name}"
                for indexes in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
                for name in ("IndexName", "KeySchema", *_KEYS)
            ),
        )
    ),
    "dynamodb:DescribeTimeToLive": ("TimeToLiveDescription.TimeToLiveStatus",),
    "dynamodb:ListContributorInsights": ("ContributorInsightsSummaries[].TableName",),
    "dynamodb:ListTagsOfResource": _TAGS,
    "iam:GetPolicy": tuple(f"Policy.{name}" for name in ("Arn", "DefaultVersionId", "PolicyName", *_TAGS)),
    "iam:GetPolicyVersion": ("PolicyVersion.Document",),
    "kms:DescribeKey": ("KeyMetadata.KeyId", "KeyMetadata.Arn"),
    "kms:ListAliases": ("Aliases[].AliasName", "Aliases[].AliasArn"),
    "kms:ListGrants": ("Grants[].GrantId",),
    "kms:ListResourceTags": ("Tags[].TagKey", "Tags[].TagValue"),
    "resourcegroupstaggingapi:GetResources": (
        "ResourceTagMappingList[].ResourceARN",
        *(f"ResourceTagMappingList[].{name}" for name in _TAGS),
    ),
}
"""Members that every answer has where it has what they are of; besides the envelope, which `operations` names."""


_PATHS: Final = {api: tuple((path, tuple(path.split("."))) for path in paths) for api, paths in NEEDED.items()}


def misfit(answer: Any, shape: Any) -> str:  # noqa: ANN401 - what botocore's parsers make, and its shapes
    """What in an answer is not of its type, in one clause; empty if all is."""
    return _misfit(answer, shape).removeprefix(".")


def _misfit(value: Any, shape: Any) -> str:  # noqa: ANN401 - as above; each answer goes through here, value by value
    kind = shape.type_name
    if type(value) not in _TYPES.get(kind, (type(value),)):
        return "" if shape.name == _DECODED else f" is no {kind}"
    if kind == "structure":
        members = shape.members
        for name, item in value.items():
            if name in members and (told := _misfit(item, members[name])):
                return f".{name}{told}"
    elif kind in ("list", "map"):
        inner = shape.member if kind == "list" else shape.value
        for item in value if kind == "list" else value.values():
            if told := _misfit(item, inner):
                return f"[]{told}"
    return ""


def lacking(api: str, answer: Mapping[str, Any]) -> str:
    """What an answer lacks that it must have, in one clause; empty if nothing.

    Of a table that is being deleted AWS tells little more than that.
    """
    missing = next((path for path, parts in _PATHS.get(api, ()) if not _has(answer, parts)), "")
    status = answer.get("Table", {}).get("TableStatus", "ACTIVE") if missing else ""
    return missing and f"it lacks {missing}{'' if status == 'ACTIVE' else f', of a table that is {status}'}"


def _has(value: Mapping[str, Any], parts: tuple[str, ...]) -> bool:
    if len(parts) == 1:
        return value.get(parts[0]) is not None
    name = parts[0].removesuffix("[]")
    inner = value.get(name)
    if inner is None:
        return True
    return all(_has(each, parts[1:]) for each in inner) if name is not parts[0] else _has(inner, parts[1:])
