"""Facts of tables about where copies of their data go: replicas in other Regions, Kinesis streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.model.answers import Request
from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.values import Unknown, Value
from auditor.subjects.definition import members_of, spec
from auditor.subjects.sides import Definitions, Sides, of_live, of_sides

_TABLE: Final = "dynamodb:DescribeTable Table"
KINESIS: Final = "dynamodb:DescribeKinesisStreamingDestination"


def _replicas(live: Resource) -> Value:
    replicas = live.values.get("replica")
    if isinstance(replicas, Unknown):
        return replicas
    return tuple(
        {
            "name": region,
            "point_in_time_recovery": replica.get("point_in_time_recovery"),
            "kms_key_arn": replica.get("kms_key_arn"),
        }
        for region, replica in sorted(members_of(replicas).items())
        if isinstance(replica, Mapping)
    )


def _destinations(sides: Sides) -> Value:
    live = sides.live
    if not isinstance(live, Resource):
        return live
    answer = sides.material.answers.get(Request.of(KINESIS, TableName=live.identity.name))
    if not answer.answered:
        return answer.unknown
    return tuple(
        {"name": entry["StreamArn"], "status": entry.get("DestinationStatus")}
        for page in answer.pages
        for entry in page["KinesisDataStreamDestinations"]
        if entry.get("DestinationStatus") != "DISABLED"
    )


COPIES: Final[Definitions] = (
    of_live(
        spec(
            "live.replicas",
            FactType.RECORDS,
            "Replicas in other Regions.",
            f"{_TABLE}.Replicas",
            absence="never: no replicas are an empty list",
            children=(
                spec("name", FactType.STRING, "Region.", f"{_TABLE}.Replicas.RegionName"),
                spec(
                    "point_in_time_recovery",
                    FactType.BOOL,
                    "Whether it can be restored to any moment, as its own Region tells.",
                    "dynamodb:DescribeContinuousBackups "
                    "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
                ),
                spec(
                    "kms_key_arn",
                    FactType.STRING,
                    "Key that encrypts it, as its own Region tells.",
                    f"{_TABLE}.SSEDescription.KMSMasterKeyArn",
                    absence="a key that AWS owns",
                ),
            ),
        ),
        _replicas,
    ),
    of_sides(
        spec(
            "live.kinesis_destinations",
            FactType.RECORDS,
            "Kinesis streams that get its changes, but for those that are switched off.",
            f"{KINESIS} KinesisDataStreamDestinations",
            absence="never: an empty list",
            children=(
                spec(
                    "name", FactType.STRING, "ARN of the stream.", f"{KINESIS} KinesisDataStreamDestinations.StreamArn"
                ),
                spec(
                    "status",
                    FactType.STRING,
                    "State.",
                    f"{KINESIS} KinesisDataStreamDestinations.DestinationStatus",
                    values=("ACTIVE", "DISABLED", "DISABLING", "ENABLE_FAILED", "ENABLING", "UPDATING"),
                ),
            ),
        ),
        _destinations,
    ),
)
