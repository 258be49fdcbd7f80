"""What to ask AWS about tables: declared names at once, listed names of the environment as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.kinds.dynamodb_table import activity
from auditor.kinds.dynamodb_table.attributes import BACKUPS, DESCRIBE, TAGGED, TAGS, TIME_TO_LIVE
from auditor.model.answers import Answer, Request, Scope
from auditor.model.members import items

TYPE: Final = "aws_dynamodb_table"
LIST: Final = "dynamodb:ListTables"
LIST_BACKUPS: Final = "dynamodb:ListBackups"
RECOVERY_POINTS: Final = "backup:ListRecoveryPointsByResource"

ALIASES: Final = Request.of("kms:ListAliases")
TARGETS: Final = Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb")
ALL_TAGS: Final = Request.of(TAGGED, ResourceTypeFilters=("dynamodb:table",))
ALL_BACKUPS: Final = Request.of(LIST_BACKUPS, BackupType="ALL")

PERMISSIONS: Final = (
    "application-autoscaling:DescribeScalableTargets",
    "backup:ListRecoveryPointsByResource",
    "cloudwatch:GetMetricData",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListBackups",
    "dynamodb:ListTables",
    "dynamodb:ListTagsOfResource",
    "kms:DescribeKey",
    "kms:ListAliases",
    "tag:GetResources",
)
WANTED: Final = frozenset({LIST_BACKUPS, RECOVERY_POINTS, activity.METRIC_DATA})
"""Those that only rules ask for."""


def arn(scope: Scope, name: str) -> str:
    """The ARN of a table of this account and Region."""
    return f"arn:{scope.partition}:dynamodb:{scope.region}:{scope.account}:table/{name}"


def in_scope(scope: Scope, name: str) -> bool:
    """Whether a live table lies in the environment's name space."""
    return any(fnmatchcase(name, pattern) for pattern in scope.patterns)


def of_table(api: str, name: str, region: str = "") -> Request:
    """One of the requests that a table needs."""
    return Request(api, (("TableName", name),), region)


def _describing(names: Iterable[str]) -> Iterator[Request]:
    for name in names:
        yield of_table(DESCRIBE, name)
        yield of_table(BACKUPS, name)
        yield of_table(TIME_TO_LIVE, name)


def requests(scope: Scope) -> Iterator[Request]:
    """The lists, and the declared tables without waiting for them."""
    yield Request.of(LIST)
    yield ALL_TAGS
    yield ALIASES
    if LIST_BACKUPS in scope.wanted:
        yield ALL_BACKUPS
    yield from _describing((*scope.names(TYPE), *scope.sought(TYPE)))


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """Listed tables of the environment; a table's key, autoscaling and replicas; tags that the bulk answer lacks."""
    match answer.request.api:
        case "dynamodb:ListTables":
            yield from _describing(name for name in items(answer, "TableNames") if in_scope(scope, name))
        case "dynamodb:DescribeTable" if not answer.request.region:
            yield from _around(scope, answer.pages[0]["Table"])
        case "resourcegroupstaggingapi:GetResources" if answer.request == ALL_TAGS:
            tagged = {entry["ResourceARN"] for entry in items(answer, "ResourceTagMappingList")}
            for name in (*scope.names(TYPE), *scope.sought(TYPE)):
                if arn(scope, name) not in tagged:
                    yield Request.of(TAGS, ResourceArn=arn(scope, name))


def _around(scope: Scope, table: dict[str, Any]) -> Iterator[Request]:
    key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
    if key:
        yield Request.of("kms:DescribeKey", KeyId=key)
    if table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED") == "PROVISIONED":
        yield TARGETS
    if RECOVERY_POINTS in scope.wanted:
        yield Request.of(RECOVERY_POINTS, ResourceArn=table["TableArn"])
    if activity.METRIC_DATA in scope.wanted:
        yield activity.request(table)
    for replica in table.get("Replicas") or ():
        region = replica["RegionName"]
        if region != scope.region:
            yield of_table(DESCRIBE, table["TableName"], region)
            yield of_table(BACKUPS, table["TableName"], region)
            yield Request.of(ALIASES.api, region)
