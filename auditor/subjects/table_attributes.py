"""Facts of tables that are Terraform attributes: the same path on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.tags import declared_tags
from auditor.model.values import Unknown, Value
from auditor.subjects.definition import at_path, members_of, names_of, spec
from auditor.subjects.sides import Definitions, attribute, blocks, of_declared, of_live

_TABLE: Final = "dynamodb:DescribeTable Table"
_BACKUPS: Final = "dynamodb:DescribeContinuousBackups ContinuousBackupsDescription.PointInTimeRecoveryDescription"
_TTL: Final = "dynamodb:DescribeTimeToLive TimeToLiveDescription"


def _expiry_type(table: Resource) -> Value:
    name, known = at_path(table.values, ("ttl", "attribute_name")), table.values.get("attribute")
    for value in (name, known):
        if isinstance(value, Unknown):
            return value
    return at_path(known, (str(name), "type")) if isinstance(known, Mapping) else None


def _key_attributes(table: Resource) -> Value:
    """Names of the attributes that keys of the table and of its indexes are made of; an Unknown as a whole."""
    holders: list[Value] = [table.values]
    for kind in ("global_secondary_index", "local_secondary_index"):
        indexes = table.values.get(kind)
        if isinstance(indexes, Unknown):
            return indexes
        holders += members_of(indexes).values()
    names: set[str] = set()
    for holder in holders:
        for key in (at_path(holder, ("hash_key",)), at_path(holder, ("range_key",))):
            if isinstance(key, Unknown):
                return key
            if isinstance(key, str):
                names.add(key)
    return tuple(sorted(names))


def _difference(table: Resource, *, unused: bool) -> Value:
    keys, known = _key_attributes(table), names_of(table.values.get("attribute"))
    for value in (keys, known):
        if not isinstance(value, tuple):
            return value
    left, right = (known, keys) if unused else (keys, known)
    return (
        tuple(name for name in left if name not in right)
        if isinstance(left, tuple) and isinstance(right, tuple)
        else ()
    )


ATTRIBUTES: Final[Definitions] = (
    *attribute("name", FactType.STRING, "Name of the table.", f"{_TABLE}.TableName", omitted="never: required"),
    *attribute(
        "billing_mode",
        FactType.STRING,
        "How throughput is paid for.",
        f"{_TABLE}.BillingModeSummary.BillingMode",
        omitted="the provider takes PROVISIONED",
        absence="never: a table that has always been provisioned is read as PROVISIONED",
        values=("PROVISIONED", "PAY_PER_REQUEST"),
    ),
    *attribute(
        "read_capacity",
        FactType.NUMBER,
        "Provisioned reads.",
        f"{_TABLE}.ProvisionedThroughput.ReadCapacityUnits",
        omitted="not managed by the code",
        unit="capacity units",
    ),
    *attribute(
        "write_capacity",
        FactType.NUMBER,
        "Provisioned writes.",
        f"{_TABLE}.ProvisionedThroughput.WriteCapacityUnits",
        omitted="not managed by the code",
        unit="capacity units",
    ),
    *attribute(
        "hash_key",
        FactType.STRING,
        "Attribute of the partition key.",
        f"{_TABLE}.KeySchema.AttributeName",
        omitted="never: required",
    ),
    *attribute(
        "range_key",
        FactType.STRING,
        "Attribute of the sort key.",
        f"{_TABLE}.KeySchema.AttributeName",
        omitted="the table has no sort key",
        absence="the table has no sort key",
    ),
    *attribute(
        "table_class",
        FactType.STRING,
        "Storage class.",
        f"{_TABLE}.TableClassSummary.TableClass",
        omitted="the provider takes STANDARD",
        absence="never: a table without a summary is read as STANDARD",
        values=("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
    ),
    *attribute(
        "deletion_protection_enabled",
        FactType.BOOL,
        "Whether DynamoDB refuses to delete the table.",
        f"{_TABLE}.DeletionProtectionEnabled",
        omitted="the provider takes false, and switches a live protection off",
        absence="unknown: a whole answer has it",
    ),
    *attribute(
        "stream_enabled",
        FactType.BOOL,
        "Whether changes are streamed.",
        f"{_TABLE}.StreamSpecification.StreamEnabled",
        omitted="the provider takes false",
        absence="no stream",
    ),
    *attribute(
        "stream_view_type",
        FactType.STRING,
        "What a stream record holds.",
        f"{_TABLE}.StreamSpecification.StreamViewType",
        omitted="no stream",
        absence="no stream",
    ),
    *attribute(
        "point_in_time_recovery.enabled",
        FactType.BOOL,
        "Whether the table can be restored to any moment of its window.",
        f"{_BACKUPS}.PointInTimeRecoveryStatus",
        omitted="not managed by the code; AWS begins with off",
    ),
    *attribute(
        "point_in_time_recovery.recovery_period_in_days",
        FactType.NUMBER,
        "How far back it can be restored.",
        f"{_BACKUPS}.RecoveryPeriodInDays",
        omitted="not managed by the code; AWS begins with 35",
        absence="recovery is off",
        unit="days",
    ),
    *attribute(
        "server_side_encryption.enabled",
        FactType.BOOL,
        "Whether a KMS key of the account is used, rather than one that AWS owns.",
        f"{_TABLE}.SSEDescription.Status",
        omitted="the code does not say; AWS begins with a key that it owns",
        absence="a key that AWS owns",
    ),
    *attribute(
        "server_side_encryption.kms_key_arn",
        FactType.STRING,
        "ARN of the key.",
        f"{_TABLE}.SSEDescription.KMSMasterKeyArn",
        omitted="the key alias/aws/dynamodb that AWS manages, where encryption is enabled",
        absence="a key that AWS owns",
    ),
    *attribute(
        "ttl.enabled",
        FactType.BOOL,
        "Whether items expire.",
        f"{_TTL}.TimeToLiveStatus",
        omitted="not managed by the code; AWS begins with off",
        absence="off",
    ),
    *attribute(
        "ttl.attribute_name",
        FactType.STRING,
        "Attribute that holds an item's end.",
        f"{_TTL}.AttributeName",
        omitted="not managed by the code",
        absence="never set",
    ),
    of_declared(
        spec(
            "declared.ttl.attribute_type",
            FactType.STRING,
            "Type of the attribute that holds an item's end, where it is part of a key; only numbers (N) expire.",
            "attribute",
            values=("B", "N", "S"),
            absence="it is part of no key, and so has no declared type",
        ),
        _expiry_type,
    ),
    of_live(
        spec(
            "live.ttl.attribute_type",
            FactType.STRING,
            "Type of the attribute that holds an item's end, where it is part of a key; only numbers (N) expire.",
            f"{_TABLE}.AttributeDefinitions.AttributeType",
            values=("B", "N", "S"),
            absence="it is part of no key, and so has no type that DynamoDB knows",
        ),
        _expiry_type,
    ),
    of_declared(
        spec(
            "declared.unused_attributes",
            FactType.STRINGS,
            "Attribute blocks that no key uses.",
            "attribute",
            absence="never: an empty list",
        ),
        lambda table: _difference(table, unused=True),
    ),
    of_declared(
        spec(
            "declared.undefined_attributes",
            FactType.STRINGS,
            "Attributes of keys that no attribute block defines.",
            "attribute",
            absence="never: an empty list",
        ),
        lambda table: _difference(table, unused=False),
    ),
    of_declared(
        spec(
            "declared.tags",
            FactType.MAP,
            "Tags, over the default_tags of the provider.",
            "tags, and default_tags of the provider",
            absence="never: no tags are an empty map",
        ),
        declared_tags,
    ),
    of_live(
        spec(
            "live.tags",
            FactType.MAP,
            "Tags, without those that AWS keeps (aws:).",
            "dynamodb:ListTagsOfResource Tags",
            absence="never: no tags are an empty map",
        ),
        lambda live: live.values.get("tags"),
    ),
    *blocks(
        "global_secondary_index_names",
        "global_secondary_index",
        "Names of the global secondary indexes.",
        f"{_TABLE}.GlobalSecondaryIndexes.IndexName",
    ),
    *blocks(
        "local_secondary_index_names",
        "local_secondary_index",
        "Names of the local secondary indexes.",
        f"{_TABLE}.LocalSecondaryIndexes.IndexName",
    ),
    *blocks(
        "replica_regions",
        "replica",
        "Other Regions in which the table is replicated.",
        f"{_TABLE}.Replicas.RegionName",
    ),
)
