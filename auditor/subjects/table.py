"""The subject `table`: a DynamoDB table, declared or live, with its key, alarms, scaling, backups and policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.results import Subject
from auditor.model.values import NOT_APPLICABLE, Value
from auditor.policy.globs import matches
from auditor.subjects import capacity, encryption
from auditor.subjects.definition import Definition, SubjectType, at_path, lifted, makers_of, members_of, spec
from auditor.subjects.material import Index, Material
from auditor.subjects.sides import (
    SURROUNDINGS,
    TABLE,
    Definitions,
    Sides,
    existence,
    live_fact,
    of_declared,
    of_live,
    of_sides,
    subjects_of,
)
from auditor.subjects.table_alarms import ALARM_FACTS
from auditor.subjects.table_attributes import ATTRIBUTES
from auditor.subjects.table_copies import COPIES
from auditor.subjects.table_placement import PLACEMENT
from auditor.subjects.table_policies import POLICIES
from auditor.subjects.table_recovery import RECOVERY

_TABLE: Final = "dynamodb:DescribeTable Table"
_SSE: Final = f"{_TABLE}.SSEDescription"
_KEY: Final = "kms:DescribeKey KeyMetadata"
_ROTATION: Final = "kms:GetKeyRotationStatus"

STATUSES: Final = (
    "CREATING", "UPDATING", "DELETING", "ACTIVE", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED",
    "REPLICATION_NOT_AUTHORIZED",
)  # fmt: skip


def _recovery_status(live: Resource) -> Value:
    enabled = at_path(live.values, ("point_in_time_recovery", "enabled"))
    return lifted(enabled, lambda value: "ENABLED" if value else "DISABLED")


def _in_scope(sides: Sides) -> Value:
    declared = sides.declared
    if not isinstance(declared, Resource):
        return declared
    patterns = sides.environment.patterns
    if not patterns:
        return NOT_APPLICABLE
    return lifted(declared.values.get("name"), lambda name: any(matches(glob, str(name)) for glob in patterns))


STATE: Final[Definitions] = (
    *existence(f"{_TABLE}.TableStatus"),
    live_fact("live.status", FactType.STRING, "State of the table.", f"{_TABLE}.TableStatus", values=STATUSES),
    live_fact("live.arn", FactType.STRING, "ARN of the table.", f"{_TABLE}.TableArn"),
    of_live(
        spec(
            "live.point_in_time_recovery.status",
            FactType.STRING,
            "Whether point-in-time recovery is on.",
            "dynamodb:DescribeContinuousBackups "
            "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
            values=("ENABLED", "DISABLED"),
            absence="unknown: a whole answer has it",
        ),
        _recovery_status,
    ),
    of_sides(
        spec(
            "declared.in_scope",
            FactType.BOOL,
            "Whether the declared name fits a pattern of the environment's scope.",
            "globs of the environment's scope",
            absence="the environment has no scope, and its names have nothing in common",
        ),
        _in_scope,
    ),
    of_declared(
        spec(
            "declared.ignore_changes",
            FactType.STRINGS,
            "Attributes whose changes Terraform leaves alone; `all` stands for every one.",
            "lifecycle.ignore_changes",
            absence="never: an empty list",
        ),
        lambda declared: declared.ignored,
    ),
)


_NAMING: Final = ("environment", "env")


def _environment_tags(live: Resource) -> Value:
    """Values of tags that name an environment, in lower case."""
    return lifted(
        live.values.get("tags"),
        lambda tags: tuple(
            value.lower() if isinstance(value, str) else value
            for key, value in members_of(tags).items()
            if key.lower() in _NAMING
        ),
    )


def _environment_names(sides: Sides) -> Value:
    return (sides.environment.name.lower(), sides.environment.tier.lower())


NAMING: Final[Definitions] = (
    of_live(
        spec(
            "live.environment_tags",
            FactType.STRINGS,
            "Values of the tags Environment and Env, whatever their case, in lower case.",
            "dynamodb:ListTagsOfResource Tags.Value",
            absence="no tags",
        ),
        _environment_tags,
    ),
    of_sides(
        spec("environment.names", FactType.STRINGS, "Its name and its tier, in lower case.", "audit.toml"),
        _environment_names,
    ),
)


# Encryption


def _of_key(path: str, type_: FactType, doc: str, source: str, value: Callable[[Resource], Value]) -> Definition[Sides]:
    """A fact of the key that encrypts the live table; not applicable where AWS owns it."""

    def of(sides: Sides) -> Value:
        live = sides.live
        if not isinstance(live, Resource):
            return live
        key = encryption.key_of(live, sides)
        return value(key) if isinstance(key, Resource) else key

    return of_sides(spec(path, type_, doc, source, absence="a key that AWS owns"), of)


ENCRYPTION: Final[Definitions] = (
    live_fact(
        "live.encryption",
        FactType.STRING,
        "Whose key encrypts the table.",
        f"{_SSE}.KMSMasterKeyArn",
        values=encryption.MODES,
        absence="never: a table without a description of it is encrypted with a key that AWS owns",
    ),
    live_fact(
        "live.server_side_encryption.status",
        FactType.STRING,
        "State of encryption with a KMS key.",
        f"{_SSE}.Status",
        name="encryption_status",
        values=("ENABLING", "ENABLED", "DISABLING", "DISABLED", "UPDATING"),
        absence="a key that AWS owns",
    ),
    live_fact(
        "live.server_side_encryption.inaccessible_since",
        FactType.TIME,
        "Since when DynamoDB can't use the key.",
        f"{_SSE}.InaccessibleEncryptionDateTime",
        name="encryption_inaccessible_since",
        absence="the key is within reach",
    ),
    of_sides(
        spec(
            "declared.encryption",
            FactType.STRING,
            "Whose key the code asks for.",
            "declared encryption: no block, no key, the alias of AWS, or a key of the same code",
            values=encryption.MODES,
        ),
        encryption.declared_mode_seen,
    ),
    _of_key("live.key.arn", FactType.STRING, "ARN of the key.", f"{_KEY}.Arn", lambda key: key.facts.get("arn")),
    _of_key(
        "live.key.manager",
        FactType.STRING,
        "Who manages it.",
        f"{_KEY}.KeyManager",
        lambda key: key.facts.get("key_manager"),
    ),
    _of_key(
        "live.key.state",
        FactType.STRING,
        "State of the key.",
        f"{_KEY}.KeyState",
        lambda key: key.facts.get("key_state"),
    ),
    _of_key(
        "live.key.multi_region",
        FactType.BOOL,
        "Whether it may have replicas in other Regions.",
        f"{_KEY}.MultiRegion",
        lambda key: key.values.get("multi_region"),
    ),
    _of_key(
        "live.key.rotation_enabled",
        FactType.BOOL,
        "Whether AWS rotates it by itself.",
        f"{_ROTATION} KeyRotationEnabled",
        lambda key: key.values.get("enable_key_rotation"),
    ),
)


# Capacity


def _scaling(side: str, direction: str) -> Callable[[Sides], Value]:
    def of(sides: Sides) -> Value:
        table = sides.live if side == "live" else sides.declared
        if not isinstance(table, Resource):
            return table
        if direction:
            return capacity.table_scaled(table, sides, direction)
        return capacity.unscaled_indexes(table, sides)

    return of


_SCALING: Final = (
    ("live", f"{capacity.POLICIES} ScalingPolicies"),
    ("declared", "aws_appautoscaling_target and aws_appautoscaling_policy"),
)
CAPACITY: Final[Definitions] = (
    *(
        of_sides(
            spec(
                f"{side}.autoscaling.{direction}",
                FactType.BOOL,
                f"Whether {direction}s of the table are scaled: a target that is not suspended, with a policy.",
                source,
            ),
            _scaling(side, direction),
        )
        for side, source in _SCALING
        for direction in ("read", "write")
    ),
    *(
        of_sides(
            spec(
                f"{side}.autoscaling.unscaled_indexes",
                FactType.STRINGS,
                "Global secondary indexes of which reads or writes are not scaled.",
                source,
            ),
            _scaling(side, ""),
        )
        for side, source in _SCALING
    ),
    of_sides(
        spec(
            "live.autoscaling.settings",
            FactType.RECORDS,
            "What scales the table and its indexes, each capacity with its bounds.",
            f"{capacity.TARGETS} ScalableTargets",
            children=(
                spec(
                    "name", FactType.STRING, "Resource and dimension.", f"{capacity.TARGETS} ScalableTargets.ResourceId"
                ),
                spec(
                    "min",
                    FactType.NUMBER,
                    "Least.",
                    f"{capacity.TARGETS} ScalableTargets.MinCapacity",
                    unit="capacity units",
                ),
                spec(
                    "max",
                    FactType.NUMBER,
                    "Most.",
                    f"{capacity.TARGETS} ScalableTargets.MaxCapacity",
                    unit="capacity units",
                ),
                spec(
                    "target_value",
                    FactType.NUMBER,
                    "Utilisation that is kept.",
                    f"{capacity.POLICIES} ScalingPolicies.TargetTrackingScalingPolicyConfiguration.TargetValue",
                    unit="percent",
                    absence="no policy that tracks one",
                ),
            ),
        ),
        lambda sides: capacity.settings(table, sides) if isinstance(table := sides.live, Resource) else table,
    ),
)


_METRICS: Final = "cloudwatch:GetMetricData MetricDataResults.Values"
ACTIVITY: Final[Definitions] = (
    live_fact(
        "live.metrics.throttle_events",
        FactType.NUMBER,
        "Requests of the last 7 days that were throttled, on the table and its indexes.",
        _METRICS,
        name="throttle_events",
        absence="never: DynamoDB publishes no data where there were none",
    ),
    live_fact(
        "live.metrics.system_errors",
        FactType.NUMBER,
        "Requests of the last 7 days that DynamoDB answered with an internal error.",
        _METRICS,
        name="system_errors",
        absence="never: DynamoDB publishes no data where there were none",
    ),
    live_fact(
        "live.metrics.capacity_used",
        FactType.NUMBER,
        "Capacity used in the busiest hour of the last 7 days, of what was provisioned, on the table or an index.",
        _METRICS,
        name="capacity_used",
        unit="percent",
        absence="the table is on demand",
    ),
)


DEFINITIONS: Final[Definitions] = (
    *STATE,
    *ATTRIBUTES,
    *NAMING,
    *PLACEMENT,
    *ENCRYPTION,
    *ALARM_FACTS,
    *CAPACITY,
    *ACTIVITY,
    *RECOVERY,
    *COPIES,
    *POLICIES,
    *SURROUNDINGS,
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:
    """One table for each comparison of tables: declared, live or both."""
    return subjects_of("table", (TABLE,), material, _MAKERS, index)


SUBJECT = SubjectType("table", tuple(definition.spec for definition in DEFINITIONS), build)
