"""The arguments of `aws_dynamodb_table`, in provider version 5.100."""

from __future__ import annotations

from typing import Final

from auditor.kinds.dynamodb_table.at_creation import AT_CREATION
from auditor.model.kind import Attribute, Dormant, Equivalence, Shape
from auditor.model.tags import TAGS

DESCRIBE: Final = "dynamodb:DescribeTable"
BACKUPS: Final = "dynamodb:DescribeContinuousBackups"
TIME_TO_LIVE: Final = "dynamodb:DescribeTimeToLive"

_PROVISIONED: Final = ("billing_mode", "PROVISIONED")


def _capacity(name: str, field: str, parent: str) -> Attribute:
    return Attribute(
        name=name,
        shape=Shape.NUMBER,
        doc="Provisioned units a second; inside the bounds of autoscaling AWS moves them by itself.",
        computed=True,
        needs=_PROVISIONED,
        autoscaled=True,
        api=DESCRIBE,
        field=f"{parent}.ProvisionedThroughput.{field}",
    )


def _on_demand_throughput(parent: str) -> Attribute:
    return Attribute(
        name="on_demand_throughput",
        shape=Shape.BLOCK,
        doc="Maximum throughput while on demand.",
        api=DESCRIBE,
        field=f"{parent}.OnDemandThroughput",
        children=tuple(
            Attribute(
                name=name,
                shape=Shape.NUMBER,
                doc="Request units a second; -1 is no maximum.",
                computed=True,
                equivalence=Equivalence.NO_MAXIMUM,
                api=DESCRIBE,
                field=f"{parent}.OnDemandThroughput.{field}",
            )
            for name, field in (
                ("max_read_request_units", "MaxReadRequestUnits"),
                ("max_write_request_units", "MaxWriteRequestUnits"),
            )
        ),
    )


_ATTRIBUTE: Final = Attribute(
    name="attribute",
    shape=Shape.BLOCKS,
    doc="Attributes that keys use.",
    computed=True,
    names_only=True,
    keys_of=("hash_key", "range_key", "global_secondary_index", "local_secondary_index"),
    identity="name",
    api=DESCRIBE,
    field="Table.AttributeDefinitions",
    children=(
        Attribute(name="name", shape=Shape.STRING, doc="Name.", required=True),
        Attribute(
            name="type",
            shape=Shape.STRING,
            doc="S, N or B.",
            required=True,
            api=DESCRIBE,
            field="Table.AttributeDefinitions[].AttributeType",
        ),
    ),
)

_GLOBAL_INDEX: Final = Attribute(
    name="global_secondary_index",
    shape=Shape.BLOCKS,
    doc="Global secondary indexes.",
    identity="name",
    api=DESCRIBE,
    field="Table.GlobalSecondaryIndexes",
    children=(
        Attribute(name="name", shape=Shape.STRING, doc="Name.", required=True),
        Attribute(
            name="hash_key",
            shape=Shape.STRING,
            doc="Partition key.",
            required=True,
            api=DESCRIBE,
            field="Table.GlobalSecondaryIndexes[].KeySchema",
        ),
        Attribute(
            name="range_key",
            shape=Shape.STRING,
            doc="Sort key.",
            api=DESCRIBE,
            field="Table.GlobalSecondaryIndexes[].KeySchema",
        ),
        Attribute(
            name="projection_type",
            shape=Shape.STRING,
            doc="ALL, INCLUDE or KEYS_ONLY.",
            required=True,
            api=DESCRIBE,
            field="Table.GlobalSecondaryIndexes[].Projection.ProjectionType",
        ),
        Attribute(
            name="non_key_attributes",
            shape=Shape.SET,
            doc="Projected attributes.",
            api=DESCRIBE,
            field="Table.GlobalSecondaryIndexes[].Projection.NonKeyAttributes",
        ),
        _capacity("read_capacity", "ReadCapacityUnits", "Table.GlobalSecondaryIndexes[]"),
        _capacity("write_capacity", "WriteCapacityUnits", "Table.GlobalSecondaryIndexes[]"),
        _on_demand_throughput("Table.GlobalSecondaryIndexes[]"),
    ),
)

_LOCAL_INDEX: Final = Attribute(
    name="local_secondary_index",
    shape=Shape.BLOCKS,
    doc="Local secondary indexes.",
    replaces=True,
    names_only=True,
    identity="name",
    api=DESCRIBE,
    field="Table.LocalSecondaryIndexes",
    children=(
        Attribute(name="name", shape=Shape.STRING, doc="Name.", required=True),
        Attribute(
            name="range_key",
            shape=Shape.STRING,
            doc="Sort key.",
            required=True,
            api=DESCRIBE,
            field="Table.LocalSecondaryIndexes[].KeySchema",
        ),
        Attribute(
            name="projection_type",
            shape=Shape.STRING,
            doc="ALL, INCLUDE or KEYS_ONLY.",
            required=True,
            api=DESCRIBE,
            field="Table.LocalSecondaryIndexes[].Projection.ProjectionType",
        ),
        Attribute(
            name="non_key_attributes",
            shape=Shape.SET,
            doc="Projected attributes; a list in the provider, but without order in AWS.",
            api=DESCRIBE,
            field="Table.LocalSecondaryIndexes[].Projection.NonKeyAttributes",
        ),
    ),
)

_ENCRYPTION: Final = Attribute(
    name="server_side_encryption",
    shape=Shape.BLOCK,
    doc="Encryption with a key of the account; disabled is the key that AWS owns.",
    computed=True,
    api=DESCRIBE,
    field="Table.SSEDescription",
    children=(
        Attribute(
            name="enabled",
            shape=Shape.BOOL,
            doc="Whether a key of the account is used.",
            required=True,
            aws_default=False,
            protects=True,
            api=DESCRIBE,
            field="Table.SSEDescription.Status",
        ),
        Attribute(
            name="kms_key_arn",
            shape=Shape.STRING,
            doc="The key; absent is the account's AWS managed key.",
            computed=True,
            dormant=Dormant.DISABLED,
            key_reference=True,
            api=DESCRIBE,
            field="Table.SSEDescription.KMSMasterKeyArn",
        ),
    ),
)

_POINT_IN_TIME_RECOVERY: Final = Attribute(
    name="point_in_time_recovery",
    shape=Shape.BLOCK,
    doc="Continuous backups.",
    computed=True,
    api=BACKUPS,
    field="ContinuousBackupsDescription.PointInTimeRecoveryDescription",
    children=(
        Attribute(
            name="enabled",
            shape=Shape.BOOL,
            doc="Whether every second of the window can be restored.",
            required=True,
            aws_default=False,
            protects=True,
            api=BACKUPS,
            field="ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
        ),
        Attribute(
            name="recovery_period_in_days",
            shape=Shape.NUMBER,
            doc="Length of the window.",
            computed=True,
            aws_default=35,
            dormant=Dormant.DISABLED,
            api=BACKUPS,
            field="ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays",
        ),
    ),
)

_TTL: Final = Attribute(
    name="ttl",
    shape=Shape.BLOCK,
    doc="Expiry of items.",
    computed=True,
    api=TIME_TO_LIVE,
    field="TimeToLiveDescription",
    children=(
        Attribute(
            name="enabled",
            shape=Shape.BOOL,
            doc="Whether items expire.",
            aws_default=False,
            api=TIME_TO_LIVE,
            field="TimeToLiveDescription.TimeToLiveStatus",
        ),
        Attribute(
            name="attribute_name",
            shape=Shape.STRING,
            doc="The attribute that holds the time of expiry.",
            dormant=Dormant.DISABLED_AND_UNSET,
            api=TIME_TO_LIVE,
            field="TimeToLiveDescription.AttributeName",
        ),
    ),
)

_REPLICA: Final = Attribute(
    name="replica",
    shape=Shape.BLOCKS,
    doc="Replicas in other Regions.",
    identity="region_name",
    own_region_apart=True,
    api=DESCRIBE,
    field="Table.Replicas",
    children=(
        Attribute(name="region_name", shape=Shape.STRING, doc="Region.", required=True),
        Attribute(
            name="kms_key_arn",
            shape=Shape.STRING,
            doc="Key in that Region; absent is the AWS managed key or the one that AWS owns.",
            computed=True,
            key_reference=True,
            api=DESCRIBE,
            field="Table.Replicas[].KMSMasterKeyId",
        ),
        Attribute(
            name="point_in_time_recovery",
            shape=Shape.BOOL,
            doc="Continuous backups in that Region.",
            default=False,
            protects=True,
            api=BACKUPS,
            field="ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
        ),
        Attribute(
            name="propagate_tags",
            shape=Shape.BOOL,
            doc="Whether the table's tags are copied; AWS does not tell.",
            default=False,
            compared=False,
            kept=True,
        ),
    ),
)

ATTRIBUTES: Final = (
    Attribute(
        name="name",
        shape=Shape.STRING,
        doc="Name of the table.",
        required=True,
        replaces=True,
        api=DESCRIBE,
        field="Table.TableName",
    ),
    Attribute(
        name="billing_mode",
        shape=Shape.STRING,
        doc="PROVISIONED or PAY_PER_REQUEST.",
        default="PROVISIONED",
        api=DESCRIBE,
        field="Table.BillingModeSummary.BillingMode",
    ),
    Attribute(
        name="hash_key",
        shape=Shape.STRING,
        doc="Partition key.",
        computed=True,
        replaces=True,
        api=DESCRIBE,
        field="Table.KeySchema",
    ),
    Attribute(
        name="range_key",
        shape=Shape.STRING,
        doc="Sort key.",
        replaces=True,
        api=DESCRIBE,
        field="Table.KeySchema",
    ),
    _capacity("read_capacity", "ReadCapacityUnits", "Table"),
    _capacity("write_capacity", "WriteCapacityUnits", "Table"),
    _ATTRIBUTE,
    _GLOBAL_INDEX,
    _LOCAL_INDEX,
    _on_demand_throughput("Table"),
    Attribute(
        name="stream_enabled",
        shape=Shape.BOOL,
        doc="Whether changes are streamed.",
        protects=True,
        api=DESCRIBE,
        field="Table.StreamSpecification.StreamEnabled",
    ),
    Attribute(
        name="stream_view_type",
        shape=Shape.STRING,
        doc="What a stream record holds.",
        computed=True,
        needs=("stream_enabled", True),
        api=DESCRIBE,
        field="Table.StreamSpecification.StreamViewType",
    ),
    _ENCRYPTION,
    Attribute(
        name="deletion_protection_enabled",
        shape=Shape.BOOL,
        doc="Whether the table refuses to be deleted.",
        protects=True,
        api=DESCRIBE,
        field="Table.DeletionProtectionEnabled",
    ),
    Attribute(
        name="table_class",
        shape=Shape.STRING,
        doc="STANDARD or STANDARD_INFREQUENT_ACCESS.",
        default="STANDARD",
        api=DESCRIBE,
        field="Table.TableClassSummary.TableClass",
    ),
    _REPLICA,
    _POINT_IN_TIME_RECOVERY,
    _TTL,
    TAGS,
    *AT_CREATION,
)
