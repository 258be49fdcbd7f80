"""Live tables out of the answers: by Terraform's names, with what was not answered as Unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from auditor.kinds.dynamodb_table.activity import FACTS, activity
from auditor.kinds.dynamodb_table.asking import (
    LIST,
    RECOVERY_POINTS,
    TYPE,
    arn,
    in_scope,
    of_table,
)
from auditor.kinds.dynamodb_table.attributes import (
    ATTRIBUTES,
    BACKUPS,
    DESCRIBE,
    TIME_TO_LIVE,
)
from auditor.kinds.dynamodb_table.regionwide import Regionwide
from auditor.model.answers import EARLIER, Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.members import GOING, LiveOrigins, answers_of, items, number, sources, untold
from auditor.model.tags import TABLE_TAGS
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value

SOURCES: Final = {"": (DESCRIBE, "Table"), **sources(ATTRIBUTES)}
_CONFIRMED: Final = TABLE_TAGS.sources(SOURCES)
"""Where values stand when the table was asked for its tags by itself."""
_TELLING: Final = {each.name: tuple(each.field.split(".")[1:2]) for each in ATTRIBUTES if each.api == DESCRIBE}
"""Of DescribeTable, by attribute: the member that tells it."""
_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("TableId",),
    "status": ("TableStatus",),
    "created": ("CreationDateTime",),
    "item_count": ("ItemCount",),
    "size_bytes": ("TableSizeBytes",),
    "billing_mode_changed": ("BillingModeSummary",),
    "encryption": ("SSEDescription",),
    "encryption_status": ("SSEDescription",),
    "encryption_inaccessible_since": ("SSEDescription",),
    "key_arn": ("SSEDescription",),
    "stream_arn": ("LatestStreamArn",),
    "global_table_version": ("GlobalTableVersion",),
    "replicas": ("Replicas",),
    "indexes": ("GlobalSecondaryIndexes",),
    "warm_throughput_read": ("WarmThroughput",),
    "warm_throughput_write": ("WarmThroughput",),
    "bounds": ("BillingModeSummary", "GlobalSecondaryIndexes"),
    **dict.fromkeys(FACTS, ("BillingModeSummary", "GlobalSecondaryIndexes")),
}
"""Of DescribeTable, by fact: what it is made of."""
_OFF: Final[Mapping[str, Value]] = {"enabled": False, "kms_key_arn": None}
_PAGES_OF_ARCHIVED: Final = frozenset({"TableNotFoundException"})


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """The names that ListTables tells."""
    answer = answers.get(Request.of(LIST))
    return tuple(sorted(items(answer, "TableNames"))) if answer.ok else answer.unknown


def absence(answers: Answers, _scope: Scope, name: str) -> Unknown | None:
    """A table is missing where DescribeTable says so, and only there."""
    answer = answers.get(of_table(DESCRIBE, name))
    return None if answer.code == "ResourceNotFoundException" else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By name."""
    return isinstance(resource.identity.name, str) and in_scope(scope, resource.identity.name)


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All described tables, and those of the environment that are listed but could not be described."""
    region = Regionwide.of(answers)
    described = {
        str(answer.request.params[0][1]): answer
        for answer in answers_of(answers, DESCRIBE)
        if not answer.request.region and answer.code != "ResourceNotFoundException"
    }
    names = listed(answers, scope)
    known = set() if isinstance(names, Unknown) else set(names)
    for name in sorted(described.keys() | {name for name in known if in_scope(scope, name)}):
        answer = described.get(name) or answers.get(of_table(DESCRIBE, name))
        if answer.ok or (name in known and answer.code != "ResourceNotFoundException"):
            yield table(name, answer, answers, scope, region)


def table(name: str, described: Answer, answers: Answers, scope: Scope, region: Regionwide) -> Resource:
    """The live table of a name."""
    backups, expiry = answers.get(of_table(BACKUPS, name)), answers.get(of_table(TIME_TO_LIVE, name))
    facts: dict[str, Value] = {"arn": arn(scope, name)}
    values: dict[str, Value]
    if described.ok:
        page = described.pages[0]["Table"]
        facts["arn"] = page.get("TableArn", facts["arn"])
        values = _values(page, answers, scope)
        facts |= _facts(page, values, answers, region) | activity(page, answers, scope)
        if page.get("TableStatus") == GOING:
            values |= _untold(page, _TELLING)
            facts |= _untold(page, _MEMBERS)
    else:
        values = dict.fromkeys(_TELLING, described.unknown)
        values["name"] = name
        facts |= dict.fromkeys(_MEMBERS, described.unknown)
    archived = facts["status"] in ("ARCHIVED", "ARCHIVING")
    values["point_in_time_recovery"] = _point_in_time_recovery(backups, facts, archived=archived)
    values["ttl"] = _ttl(expiry, facts)
    values["tags"], tags = region.tags.of_one(str(facts["arn"]))
    told = {answer.request.api: answer for answer in (described, backups, expiry, tags)}
    facts["in_transition"] = _in_transition(facts)
    _wanted(facts, answers, region)
    return Resource(
        side=Side.LIVE,
        kind=TYPE,
        identity=Identity(scope.account, scope.region, name),
        values=values,
        origins=LiveOrigins(SOURCES if tags is region.tags.all else _CONFIRMED, told),
        facts=facts,
    )


def _untold(table: Mapping[str, Any], members: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    """What can't be known of a table that is being deleted, by the members that tell it."""
    found = {name: untold(table, *needed) for name, needed in members.items()}
    return {name: unknown for name, unknown in found.items() if unknown is not None}


def _values(table: Mapping[str, Any], answers: Answers, scope: Scope) -> dict[str, Value]:
    hash_key, range_key = _keys(table)
    throughput = table.get("ProvisionedThroughput", {})
    stream = table.get("StreamSpecification", {})
    protection = table.get("DeletionProtectionEnabled")
    return {
        "name": table["TableName"],
        "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "hash_key": hash_key,
        "range_key": range_key,
        "read_capacity": throughput.get("ReadCapacityUnits"),
        "write_capacity": throughput.get("WriteCapacityUnits"),
        "attribute": {
            entry["AttributeName"]: {"name": entry["AttributeName"], "type": entry["AttributeType"]}
            for entry in table.get("AttributeDefinitions") or ()
        },
        "global_secondary_index": {
            entry["IndexName"]: _global_index(entry) for entry in table.get("GlobalSecondaryIndexes") or ()
        },
        "local_secondary_index": {
            entry["IndexName"]: _index(entry, "name", "range_key", "projection_type", "non_key_attributes")
            for entry in table.get("LocalSecondaryIndexes") or ()
        },
        "on_demand_throughput": _on_demand(table),
        "stream_enabled": stream.get("StreamEnabled", False),
        "stream_view_type": stream.get("StreamViewType"),
        "server_side_encryption": _encryption(table),
        "deletion_protection_enabled": protection
        if protection is not None
        else Unknown(Reason.FAILED, "the answer does not tell whether deletion protection is on", api=DESCRIBE),
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "replica": {
            entry["RegionName"]: _replica(table, entry, answers)
            for entry in table.get("Replicas") or ()
            if entry["RegionName"] != scope.region
        },
    }


def _keys(entry: Mapping[str, Any]) -> tuple[Value, Value]:
    """Partition and sort key; the parts of one of several parts are joined, and so equal no single name."""
    parts: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for key in entry.get("KeySchema") or ():
        if key["KeyType"] not in parts:
            unforeseen = Unknown(Reason.NOT_SUPPORTED, f"a KeyType {key['KeyType']!r} is not known here", api=DESCRIBE)
            return unforeseen, unforeseen
        parts[key["KeyType"]].append(key["AttributeName"])
    return ", ".join(parts["HASH"]) or None, ", ".join(parts["RANGE"]) or None


def _index(entry: Mapping[str, Any], *names: str) -> dict[str, Value]:
    hash_key, range_key = _keys(entry)
    projection = entry.get("Projection", {})
    values: dict[str, Value] = {
        "name": entry["IndexName"],
        "hash_key": hash_key,
        "range_key": range_key,
        "projection_type": projection.get("ProjectionType"),
        "non_key_attributes": tuple(sorted(projection.get("NonKeyAttributes") or ())),
    }
    return {name: values[name] for name in names} if names else values


def _global_index(entry: Mapping[str, Any]) -> dict[str, Value]:
    values = _index(entry)
    throughput = entry.get("ProvisionedThroughput", {})
    values["read_capacity"] = throughput.get("ReadCapacityUnits")
    values["write_capacity"] = throughput.get("WriteCapacityUnits")
    values["on_demand_throughput"] = _on_demand(entry)
    return values


def _on_demand(entry: Mapping[str, Any]) -> Value:
    found = entry.get("OnDemandThroughput")
    if found is None:
        return None
    return {
        "max_read_request_units": found.get("MaxReadRequestUnits"),
        "max_write_request_units": found.get("MaxWriteRequestUnits"),
    }


def _encryption(table: Mapping[str, Any]) -> Value:
    """Without a description, or with a disabled one, AWS's own key is used; a state in transition counts as on."""
    found = table.get("SSEDescription")
    if found is None or found.get("Status") in ("DISABLED", "DISABLING"):
        return _OFF
    return {"enabled": True, "kms_key_arn": found.get("KMSMasterKeyArn")}


def _replica(table: Mapping[str, Any], entry: Mapping[str, Any], answers: Answers) -> Value:
    """The key and the continuous backups of a replica are told in its own Region only."""
    region = entry["RegionName"]
    there, backups = (answers.get(of_table(api, table["TableName"], region)) for api in (DESCRIBE, BACKUPS))
    key: Value = there.unknown
    if there.ok:
        key = _key(there.pages[0]["Table"], entry)
    recovery: Value = backups.unknown
    if backups.ok:
        recovery = _recovery_status(backups) == "ENABLED"
    elif backups.code in _PAGES_OF_ARCHIVED:
        recovery = False
    return {"region_name": region, "kms_key_arn": key, "point_in_time_recovery": recovery}


def _key(there: Mapping[str, Any], entry: Mapping[str, Any]) -> Value:
    key: Value = untold(there, "SSEDescription")
    return there.get("SSEDescription", {}).get("KMSMasterKeyArn", entry.get("KMSMasterKeyId")) if key is None else key


def _recovery_status(answer: Answer) -> str | None:
    description = answer.pages[0]["ContinuousBackupsDescription"]
    status: str | None = description.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    return status


def _point_in_time_recovery(answer: Answer, facts: dict[str, Value], *, archived: bool) -> Value:
    names = tuple(f"point_in_time_recovery_{name}" for name in ("status", "earliest", "latest"))
    if not answer.ok:
        gone = archived and answer.code in _PAGES_OF_ARCHIVED
        value: Value = NOT_APPLICABLE if gone else answer.unknown
        facts |= dict.fromkeys(names, value)
        return value
    status = _recovery_status(answer)
    if status is None:
        value = Unknown(Reason.FAILED, "the answer holds no description of point-in-time recovery", api=BACKUPS)
        facts |= dict.fromkeys(names, value)
        return value
    enabled = status == "ENABLED"
    inner = answer.pages[0]["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    window = (inner.get("EarliestRestorableDateTime"), inner.get("LatestRestorableDateTime"))
    times = window if enabled else (NOT_APPLICABLE, NOT_APPLICABLE)
    facts |= dict(zip(names, (status, *times), strict=True))
    return {
        "enabled": enabled,
        "recovery_period_in_days": inner.get("RecoveryPeriodInDays") if enabled else NOT_APPLICABLE,
    }


def _ttl(answer: Answer, facts: dict[str, Value]) -> Value:
    if not answer.ok:
        facts["ttl_status"] = answer.unknown
        return answer.unknown
    if answer.source == EARLIER and not (isinstance(facts["created"], str) and facts["created"] < answer.at):
        detail = f"it is not known that the table was made before the earlier reading at {answer.at}"
        facts["ttl_status"] = value = Unknown(Reason.NOT_READ, detail, api=TIME_TO_LIVE)
        return value
    found = answer.pages[0]["TimeToLiveDescription"]
    status = facts["ttl_status"] = found.get("TimeToLiveStatus")
    enabled = status in ("ENABLED", "ENABLING")
    return {"enabled": enabled, "attribute_name": found.get("AttributeName") if enabled else NOT_APPLICABLE}


def _facts(
    table: Mapping[str, Any], values: Mapping[str, Value], answers: Answers, region: Regionwide
) -> dict[str, Value]:
    encryption = table.get("SSEDescription", {})
    off = values["server_side_encryption"] is _OFF
    key = encryption.get("KMSMasterKeyArn")
    warm = table.get("WarmThroughput", {})
    return {
        "id": table.get("TableId"),
        "status": table.get("TableStatus"),
        "created": table.get("CreationDateTime"),
        "item_count": table.get("ItemCount"),
        "size_bytes": table.get("TableSizeBytes"),
        "billing_mode_changed": table.get("BillingModeSummary", {}).get("LastUpdateToPayPerRequestDateTime"),
        "encryption": "AWS_OWNED" if off else _manager(key, answers, region),
        "encryption_status": encryption.get("Status"),
        "encryption_inaccessible_since": encryption.get("InaccessibleEncryptionDateTime"),
        "key_arn": NOT_APPLICABLE if off else key,
        "stream_arn": table.get("LatestStreamArn"),
        "global_table_version": table.get("GlobalTableVersion"),
        "replicas": tuple(
            {
                "region_name": entry["RegionName"],
                "status": entry.get("ReplicaStatus"),
                "table_class": entry.get("ReplicaTableClassSummary", {}).get("TableClass"),
            }
            for entry in table.get("Replicas") or ()
        ),
        "indexes": tuple(
            {"name": entry["IndexName"], "status": entry.get("IndexStatus"), "arn": entry.get("IndexArn")}
            for entry in table.get("GlobalSecondaryIndexes") or ()
        ),
        "warm_throughput_read": number(warm.get("ReadUnitsPerSecond")),
        "warm_throughput_write": number(warm.get("WriteUnitsPerSecond")),
        "bounds": _table_bounds(table, values, region),
    }


def _manager(key: str | None, answers: Answers, region: Regionwide) -> Value:
    """Whose key it is: AWS_MANAGED where the account's default alias points to it, else as DescribeKey says."""
    if key is None:
        return Unknown(Reason.FAILED, "the answer names no key", api=DESCRIBE)
    if region.default_key and key.rpartition("/")[2] == region.default_key:
        return "AWS_MANAGED"
    described = answers.get(Request("kms:DescribeKey", (("KeyId", key),)))
    if described.ok:
        return "AWS_MANAGED" if described.pages[0]["KeyMetadata"].get("KeyManager") == "AWS" else "CUSTOMER"
    return "CUSTOMER" if region.aliases.ok else described.unknown


def _table_bounds(table: Mapping[str, Any], values: Mapping[str, Value], region: Regionwide) -> Value:
    if values["billing_mode"] != "PROVISIONED":
        return {}
    if isinstance(region.bounds, Unknown):
        return region.bounds
    root = f"table/{table['TableName']}"
    found: dict[str, Value] = {}
    for resource, prefix, scaled in (
        (root, "", "table"),
        *(
            (f"{root}/index/{entry['IndexName']}", f'global_secondary_index["{entry["IndexName"]}"].', "index")
            for entry in table.get("GlobalSecondaryIndexes") or ()
        ),
    ):
        for dimension, bounds in region.bounds.get(resource, {}).items():
            kind, name = dimension.split(":")[1:]
            if kind == scaled and name in _CAPACITIES:
                found[prefix + _CAPACITIES[name]] = bounds
    return found


_CAPACITIES: Final = {"ReadCapacityUnits": "read_capacity", "WriteCapacityUnits": "write_capacity"}


def _in_transition(facts: Mapping[str, Value]) -> Value:
    changing: list[Value] = []
    if facts["ttl_status"] in ("ENABLING", "DISABLING"):
        changing += ["ttl.enabled", "ttl.attribute_name"]
    if facts["encryption_status"] in ("ENABLING", "DISABLING", "UPDATING"):
        changing += ["server_side_encryption.enabled", "server_side_encryption.kms_key_arn"]
    return tuple(changing)


def _wanted(facts: dict[str, Value], answers: Answers, region: Regionwide) -> None:
    table = str(facts["arn"])
    facts["backups"] = region.backups if isinstance(region.backups, Unknown) else region.backups.get(table, ())
    points = answers.get(Request(RECOVERY_POINTS, (("ResourceArn", table),)))
    facts["recovery_points"] = (
        points.unknown
        if not points.ok
        else tuple(
            {
                "arn": entry.get("RecoveryPointArn"),
                "status": entry.get("Status"),
                "created": entry.get("CreationDate"),
                "vault": entry.get("BackupVaultName"),
            }
            for entry in items(points, "RecoveryPoints")
        )
    )
