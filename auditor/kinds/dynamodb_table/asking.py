"""What to ask AWS about tables: declared names at once, listed names of the environment as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.kinds.dynamodb_table import activity
from auditor.kinds.dynamodb_table.attributes import BACKUPS, DESCRIBE, TIME_TO_LIVE
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Resource
from auditor.model.members import answers_of, items
from auditor.model.tags import TABLE_TAGS, Tags

TYPE: Final = "aws_dynamodb_table"
LIST: Final = "dynamodb:ListTables"
LIST_BACKUPS: Final = "dynamodb:ListBackups"
RECOVERY_POINTS: Final = "backup:ListRecoveryPointsByResource"

ALIASES: Final = Request.of("kms:ListAliases")
TARGETS: Final = Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb")
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
    yield TABLE_TAGS.of_all
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
        case "resourcegroupstaggingapi:GetResources" if answer.request == TABLE_TAGS.of_all:
            tags = Tags.of(TABLE_TAGS, Answers({answer.request: answer}))
            yield from tags.doubts({name: arn(scope, name) for name in (*scope.names(TYPE), *scope.sought(TYPE))}, ())


def confirm(answers: Answers, scope: Scope, declared: Iterable[Resource]) -> Iterator[Request]:
    """The tags of tables that the answer about all leaves in doubt; declared ones left out are not waited for."""
    arns = {name: arn(scope, name) for name in _known(answers, scope)}
    yield from Tags.of(TABLE_TAGS, answers).doubts(arns, (each for each in declared if each.kind == TYPE))


def _known(answers: Answers, scope: Scope) -> list[str]:
    """The names of the tables that a reading tells of."""
    described = {
        str(answer.request.params[0][1])
        for answer in answers_of(answers, DESCRIBE)
        if answer.ok and not answer.request.region
    }
    listed = items(answers.get(Request.of(LIST)), "TableNames")
    return sorted(described | {name for name in listed if in_scope(scope, name)})


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
