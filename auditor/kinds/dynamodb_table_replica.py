"""Replicas of tables in other Regions that resources of their own declare; facts: status, arn, default_key.

Read only where code has such a resource: what a table tells of its replicas stands with the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, default_key, items, own_tags, pairs, sources, untold
from auditor.model.values import Reason, Unknown, Value

TYPE: Final = "aws_dynamodb_table_replica"
DESCRIBE: Final = "dynamodb:DescribeTable"
BACKUPS: Final = "dynamodb:DescribeContinuousBackups"
TAGS: Final = "dynamodb:ListTagsOfResource"
ALIASES: Final = "kms:ListAliases"
_PITR: Final = "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus"

ATTRIBUTES: Final = (
    Attribute(
        name="global_table_arn",
        shape=Shape.STRING,
        doc="The table that is replicated.",
        required=True,
        replaces=True,
        api=DESCRIBE,
        field="Table.TableArn",
    ),
    Attribute(
        name="kms_key_arn",
        shape=Shape.STRING,
        doc="Key of the replica; omitted: the account's default key.",
        computed=True,
        replaces=True,
        key_reference=True,
        api=DESCRIBE,
        field="Table.SSEDescription.KMSMasterKeyArn",
    ),
    Attribute(
        name="point_in_time_recovery",
        shape=Shape.BOOL,
        doc="Whether the replica can be restored to any second.",
        default=False,
        protects=True,
        api=BACKUPS,
        field=_PITR,
    ),
    Attribute(
        name="table_class_override",
        shape=Shape.STRING,
        doc="Table class, where it is another than the table's.",
        replaces=True,
        api=DESCRIBE,
        field="Table.Replicas[].ReplicaTableClassSummary.TableClass",
    ),
    Attribute(
        name="deletion_protection_enabled",
        shape=Shape.BOOL,
        doc="Whether the replica is protected against deletion.",
        computed=True,
        aws_default=False,
        protects=True,
        api=DESCRIBE,
        field="Table.DeletionProtectionEnabled",
    ),
    Attribute(
        name="tags",
        shape=Shape.MAP,
        doc="Tags, without those that AWS makes.",
        api=TAGS,
        field="Tags",
    ),
    Attribute(name="timeouts", shape=Shape.BLOCK, doc="How long Terraform waits.", compared=False),
)
SOURCES: Final = {"": (DESCRIBE, "Table.Replicas[]"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """The tables that code names by ARN, in their Region and in that of the replica."""
    for name in scope.names(TYPE):
        arn, _, region = name.rpartition("/")
        _, _, table = arn.partition(":table/")
        yield Request.of(DESCRIBE, _request_region(arn, scope), TableName=table)
        yield from _replica(scope, table, region)


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """What a described table's replicas say of themselves."""
    if TYPE in scope.declared and answer.request.api == DESCRIBE:
        table = answer.pages[0]["Table"]
        for replica in table.get("Replicas") or ():
            if replica["RegionName"] not in table["TableArn"].split(":"):
                yield from _replica(scope, table["TableName"], replica["RegionName"])


def _replica(scope: Scope, table: str, region: str) -> Iterator[Request]:
    place = "" if region == scope.region else region
    yield Request.of(DESCRIBE, place, TableName=table)
    yield Request.of(BACKUPS, place, TableName=table)
    yield Request.of(ALIASES, place)
    yield _tags_of(scope, table, region)


def _tags_of(scope: Scope, table: str, region: str) -> Request:
    arn = f"arn:{scope.partition}:dynamodb:{region}:{scope.account}:table/{table}"
    return Request.of(TAGS, "" if region == scope.region else region, ResourceArn=arn)


def _request_region(arn: str, scope: Scope) -> str:
    region = arn.split(":")[3] if arn.count(":") > 3 else ""  # noqa: PLR2004 - arn:partition:service:region:...
    return "" if region == scope.region else region


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The replicas that described tables tell of, from the side of the table."""
    if TYPE not in scope.declared:
        return
    for answer in sorted(answers_of(answers, DESCRIBE), key=lambda answer: answer.request):
        if answer.ok:
            table = answer.pages[0]["Table"]
            for replica in table.get("Replicas") or ():
                if replica["RegionName"] not in table["TableArn"].split(":"):
                    yield _resource(table, replica, answer, answers, scope)


def _resource(
    table: Mapping[str, Any], replica: Mapping[str, Any], shown: Answer, answers: Answers, scope: Scope
) -> Resource:
    name, region = table["TableName"], replica["RegionName"]
    place = "" if region == scope.region else region
    described = answers.get(Request.of(DESCRIBE, place, TableName=name))
    recovery, tags = answers.get(Request.of(BACKUPS, place, TableName=name)), answers.get(_tags_of(scope, name, region))
    there = described.pages[0]["Table"] if described.ok else None
    key = _key(replica, described)
    values: dict[str, Value] = {
        "global_table_arn": table["TableArn"],
        "kms_key_arn": key,
        "point_in_time_recovery": _recovery(recovery),
        "table_class_override": replica.get("ReplicaTableClassSummary", {}).get("TableClass"),
        "deletion_protection_enabled": described.unknown if there is None else _protection(there),
        "tags": own_tags(pairs(items(tags, "Tags"))) if tags.ok else tags.unknown,
    }
    return Resource(
        side=Side.LIVE,
        kind=TYPE,
        identity=Identity(scope.account, region, f"{table['TableArn']}/{region}"),
        values=values,
        origins=LiveOrigins(SOURCES, {DESCRIBE: described if described.ok else shown, BACKUPS: recovery, TAGS: tags}),
        facts={
            "arn": there["TableArn"] if there is not None else replica.get("ReplicaArn"),
            "status": replica.get("ReplicaStatus"),
            "default_key": _is_default(key, region, answers, scope),
        },
    )


def _key(replica: Mapping[str, Any], described: Answer) -> Value:
    """The replica's own word first: what the table says about its replicas' keys is not reliable."""
    if not described.ok:
        return described.unknown
    table = described.pages[0]["Table"]
    own = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
    unknown = untold(table, "SSEDescription")
    return (own or replica.get("KMSMasterKeyId")) if unknown is None else unknown


def _protection(table: Mapping[str, Any]) -> Value:
    protected: bool | None = table.get("DeletionProtectionEnabled")
    if protected is None:
        return Unknown(Reason.FAILED, "the answer does not tell deletion protection", api=DESCRIBE)
    return protected


def _recovery(answer: Answer) -> Value:
    if not answer.ok:
        return answer.unknown
    told = answer.pages[0]["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription")
    if told is None:
        return Unknown(Reason.FAILED, "the answer does not tell point-in-time recovery", api=BACKUPS)
    on: bool = told.get("PointInTimeRecoveryStatus") == "ENABLED"
    return on


def _is_default(key: Value, region: str, answers: Answers, scope: Scope) -> Value:
    """Whether a key is the account's default one of the replica's Region."""
    if not isinstance(key, str):
        return key if isinstance(key, Unknown) else True
    aliases = answers.get(Request.of(ALIASES, "" if region == scope.region else region))
    default = default_key(aliases, "dynamodb")
    if not aliases.ok:
        return aliases.unknown
    found: bool = bool(default) and key.endswith(f":{region}:{scope.account}:key/{default}")
    return found


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As the replica's Region tells it, the account's default key too."""
    return live


def absence(answers: Answers, scope: Scope, name: str) -> Unknown | None:
    """Missing where the described table, which is not being deleted, does not list it, or does not exist itself."""
    arn, _, _ = name.rpartition("/")
    answer = answers.get(Request.of(DESCRIBE, _request_region(arn, scope), TableName=arn.partition(":table/")[2]))
    if answer.ok:
        return untold(answer.pages[0]["Table"], "Replicas")
    return None if answer.code == "ResourceNotFoundException" else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="global_table_arn/region",
    name_of_id=lambda _told: "",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:ListTagsOfResource",
        ALIASES,
    ),
    absence=absence,
    elsewhere=True,
)
