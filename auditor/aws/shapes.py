"""The shape of answers: every member is of its type, and nothing is missing that an answer is useless without.

botocore keeps what JSON has, whatever the model says. Taken on, a text in the place of a list, or an alarm without a
name, would end the audit where it is first used, or be compared as if it were a value.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from auditor.aws.economy import Moment
from auditor.model.members import GOING

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
    "cloudwatch:GetMetricData": ("MetricDataResults[].Id",),
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
_FORMS: Final = {
    "ResourceId": re.compile(r"[^/]+/.+", re.DOTALL),
    "ScalableDimension": re.compile(r"[^:]+:[^:]+:[^:]+"),
    "TableArn": re.compile(r"arn(:[^:]*){4}:table/.+", re.DOTALL),
}
"""Of needed members that are taken apart, by name."""


class _Need:
    """What is needed of a member: that it is there, of its form, and what each thing in it must have."""

    __slots__ = ("form", "inside", "itself", "many")

    def __init__(self, name: str) -> None:
        self.itself = self.many = False
        self.form = _FORMS.get(name)
        self.inside: dict[str, _Need] = {}


def _needs(paths: Iterable[str]) -> dict[str, _Need]:
    top: dict[str, _Need] = {}
    for path in paths:
        inside = top
        for part in path.split("."):
            name = part.removesuffix("[]")
            need = inside.setdefault(name, _Need(name))
            need.many |= part.endswith("[]")
            inside = need.inside
        need.itself = True
    return top


_DESCRIBE: Final = "dynamodb:DescribeTable"
_OF_A_GOING_ONE: Final = _needs(
    path for path in NEEDED[_DESCRIBE] if path not in ("Table.KeySchema", "Table.AttributeDefinitions")
)
_NEEDS: Final = {api: _needs(paths) for api, paths in NEEDED.items()}


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

    Of a table that is being deleted AWS does not tell the keys: what it does tell is true, and the kind knows the rest
    for unknown.
    """
    going = api == _DESCRIBE and answer.get("Table", {}).get("TableStatus") == GOING
    missing = _lacking(answer, _OF_A_GOING_ONE if going else _NEEDS.get(api, {}))
    return missing and f"it lacks {missing[1:]}"


def _lacking(value: Mapping[str, Any], needs: Mapping[str, _Need]) -> str:
    for name, need in needs.items():
        inner = value.get(name)
        if inner is None:
            if need.itself:
                return f".{name}"
        elif need.form is not None and not need.form.fullmatch(inner):
            return f".{name} in its form"
        elif need.inside:
            for each in inner if need.many else (inner,):
                if told := _lacking(each, need.inside):
                    return f".{name}{'[]' if need.many else ''}{told}"
    return ""
