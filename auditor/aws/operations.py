"""The operations that the auditor may call, as data: envelope, paging, known rate, resources of the permission.

A kind can ask only for what stands here. The contract tests hold every row against botocore's service models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from auditor.aws.metrics import metric_data


class Paging(Struct, frozen=True, kw_only=True):
    """How an operation pages."""

    output: str
    """Member that carries the token of the next page; absent or empty on the last."""
    input: str
    """Parameter that takes it."""
    size: str = ""
    """Parameter that asks for longer pages; empty where the default is the longest."""
    longest: int = 0


def _as_asked(params: Mapping[str, Any], _now: datetime, /) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in params.items()}


class Operation(Struct, frozen=True, kw_only=True):
    """One read operation of AWS."""

    api: str
    """`service:Operation`, in botocore's names."""
    envelope: str
    """Top-level member that every whole answer has; without it HTTP 200 is not an answer."""
    rate: float | None = None
    """Calls a second that AWS allows per account and Region; None: not published, so high that it never showed."""
    threads: int = 2
    """Enough to keep the rate at 100 ms a call, or to saturate one core where there is no rate."""
    paging: Paging | None = None
    action: str = ""
    """IAM action, where its prefix is not the service's name."""
    resource: str = "*"
    """What the permission can be narrowed to: `table`, `key`, `policy`, `alarm` or everything."""

    sent: Callable[[Mapping[str, Any], datetime], dict[str, Any]] = _as_asked
    """What is sent for a request's parameters at a time."""

    @property
    def service(self) -> str:
        """Its service, in botocore's names."""
        return self.api.partition(":")[0]

    @property
    def name(self) -> str:
        """Its own name, in botocore's names."""
        return self.api.partition(":")[2]

    @property
    def permission(self) -> str:
        """The IAM action that allows it."""
        return self.action or self.api


# Sources of the rates. "model": the documentation inside botocore's service model. "KMS guide", "CloudWatch guide": the
# request quota tables of those developer guides. "assumed": nothing is published, but callers report throttling.
_ALL: Final = (
    Operation(
        api="dynamodb:ListTables",
        envelope="TableNames",
        paging=Paging(output="LastEvaluatedTableName", input="ExclusiveStartTableName"),
    ),
    # The control plane as a whole allows 2,500 a second (DynamoDB guide).
    Operation(api="dynamodb:DescribeTable", envelope="Table", rate=2500, threads=8, resource="table"),
    # 10 a second: model.
    Operation(
        api="dynamodb:DescribeContinuousBackups",
        envelope="ContinuousBackupsDescription",
        rate=10,
        threads=8,
        resource="table",
    ),
    # Assumed: reports go from 0.5 to 10 a second, so start low and adapt.
    Operation(
        api="dynamodb:DescribeTimeToLive", envelope="TimeToLiveDescription", rate=6.25, threads=8, resource="table"
    ),
    # 10 a second: model.
    Operation(
        api="dynamodb:ListTagsOfResource",
        envelope="Tags",
        rate=10,
        threads=8,
        paging=Paging(output="NextToken", input="NextToken"),
        resource="table",
    ),
    Operation(api="dynamodb:GetResourcePolicy", envelope="Policy", rate=10, resource="table"),
    Operation(
        api="dynamodb:DescribeKinesisStreamingDestination",
        envelope="KinesisDataStreamDestinations",
        rate=10,
        resource="table",
    ),
    Operation(
        api="dynamodb:ListContributorInsights",
        envelope="ContributorInsightsSummaries",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken", size="MaxResults", longest=100),
    ),
    # 5 a second: model.
    Operation(
        api="dynamodb:ListBackups",
        envelope="BackupSummaries",
        rate=5,
        paging=Paging(output="LastEvaluatedBackupArn", input="ExclusiveStartBackupArn", size="Limit", longest=100),
    ),
    Operation(
        api="backup:ListBackupPlans",
        envelope="BackupPlansList",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken", size="MaxResults", longest=1000),
    ),
    Operation(api="backup:GetBackupPlan", envelope="BackupPlan", rate=6.25),
    Operation(
        api="backup:ListBackupSelections",
        envelope="BackupSelectionsList",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken", size="MaxResults", longest=1000),
    ),
    Operation(api="backup:GetBackupSelection", envelope="BackupSelection", rate=6.25),
    Operation(
        api="backup:ListBackupVaults",
        envelope="BackupVaultList",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken", size="MaxResults", longest=1000),
    ),
    Operation(
        api="backup:ListTags",
        envelope="Tags",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken", size="MaxResults", longest=1000),
    ),
    Operation(
        api="backup:ListRecoveryPointsByResource",
        envelope="RecoveryPoints",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken", size="MaxResults", longest=1000),
    ),
    # Assumed.
    Operation(
        api="resourcegroupstaggingapi:GetResources",
        envelope="ResourceTagMappingList",
        rate=6.25,
        paging=Paging(output="PaginationToken", input="PaginationToken", size="ResourcesPerPage", longest=100),
        action="tag:GetResources",
    ),
    # KMS guide; the operations have separate buckets.
    Operation(
        api="kms:ListAliases",
        envelope="Aliases",
        rate=100,
        paging=Paging(output="NextMarker", input="Marker", size="Limit", longest=100),
    ),
    Operation(api="kms:DescribeKey", envelope="KeyMetadata", rate=100, threads=4, resource="key"),
    Operation(api="kms:GetKeyRotationStatus", envelope="KeyRotationEnabled", rate=30, threads=4, resource="key"),
    Operation(api="kms:GetKeyPolicy", envelope="Policy", rate=30, threads=4, resource="key"),
    Operation(
        api="kms:ListResourceTags",
        envelope="Tags",
        rate=100,
        paging=Paging(output="NextMarker", input="Marker", size="Limit", longest=50),
        resource="key",
    ),
    Operation(
        api="kms:ListGrants",
        envelope="Grants",
        rate=100,
        paging=Paging(output="NextMarker", input="Marker", size="Limit", longest=100),
        resource="key",
    ),
    Operation(
        api="kms:ListKeyRotations",
        envelope="Rotations",
        rate=100,
        paging=Paging(output="NextMarker", input="Marker", size="Limit", longest=1000),
        resource="key",
    ),
    # Assumed; IAM is one for all Regions.
    Operation(api="iam:GetPolicy", envelope="Policy", rate=10, resource="policy"),
    Operation(api="iam:GetPolicyVersion", envelope="PolicyVersion", rate=10, resource="policy"),
    # Assumed.
    Operation(
        api="application-autoscaling:DescribeScheduledActions",
        envelope="ScheduledActions",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken"),
    ),
    Operation(
        api="application-autoscaling:DescribeScalableTargets",
        envelope="ScalableTargets",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken"),
    ),
    Operation(
        api="application-autoscaling:DescribeScalingPolicies",
        envelope="ScalingPolicies",
        rate=6.25,
        paging=Paging(output="NextToken", input="NextToken"),
    ),
    Operation(api="application-autoscaling:ListTagsForResource", envelope="Tags", rate=6.25),
    # 9 a second: CloudWatch guide.
    Operation(
        api="cloudwatch:DescribeAlarms",
        envelope="MetricAlarms",
        rate=9,
        paging=Paging(output="NextToken", input="NextToken", size="MaxRecords", longest=100),
    ),
    # Assumed.
    Operation(api="cloudwatch:ListTagsForResource", envelope="Tags", rate=6.25, resource="alarm"),
    # 50 a second: CloudWatch guide.
    Operation(
        api="cloudwatch:GetMetricData",
        envelope="MetricDataResults",
        rate=50,
        threads=4,
        paging=Paging(output="NextToken", input="NextToken"),
        sent=metric_data,
    ),
)

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({operation.api: operation for operation in _ALL})
"""By API."""

_BY_ANY_NAME: Final = {**OPERATIONS, **{operation.permission: operation for operation in _ALL}}


def find(api: str) -> Operation | None:
    """The operation of an API or IAM action; None for one that the auditor does not know, and so never calls."""
    return _BY_ANY_NAME.get(api)


def of_permissions(actions: Iterable[str]) -> tuple[Operation, ...]:
    """The operations that a set of IAM actions stands for, by API; KeyError for an action without a row above."""
    return tuple(sorted({_BY_ANY_NAME[action] for action in actions}, key=lambda operation: operation.api))
