"""Analysis of alarms: whether the metrics an alarm looks at are ever published with its dimensions.

CloudWatch takes an alarm on any metric and any dimensions; where nothing is published with them it never goes off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from auditor.model.facts import Resource
from auditor.model.values import NOT_APPLICABLE, Reason, Truth, Unknown, Value, any_of
from auditor.subjects.material import metrics_of, table_of

_TABLE: Final = frozenset({"TableName"})
_INDEX: Final = _TABLE | {"GlobalSecondaryIndexName"}
_OPERATION: Final = _TABLE | {"Operation"}
_REPLICA: Final = _TABLE | {"ReceivingRegion"}
_STREAM: Final = _OPERATION | {"StreamLabel"}
_DELEGATED: Final = _TABLE | {"DelegatedOperation"}

PUBLISHED: Final[Mapping[str, tuple[frozenset[str], ...]]] = MappingProxyType(
    {
        "AgeOfOldestUnreplicatedRecord": (_DELEGATED,),
        "ConditionalCheckFailedRequests": (_TABLE,),
        "ConsumedReadCapacityUnits": (_TABLE, _INDEX),
        "ConsumedWriteCapacityUnits": (_TABLE, _INDEX),
        "FailedToReplicateRecordCount": (_DELEGATED,),
        "OnDemandMaxReadRequestUnits": (_TABLE, _INDEX),
        "OnDemandMaxWriteRequestUnits": (_TABLE, _INDEX),
        "OnlineIndexConsumedWriteCapacity": (_INDEX,),
        "OnlineIndexPercentageProgress": (_INDEX,),
        "OnlineIndexThrottleEvents": (_INDEX,),
        "PendingReplicationCount": (_REPLICA,),
        "ProvisionedReadCapacityUnits": (_TABLE, _INDEX),
        "ProvisionedWriteCapacityUnits": (_TABLE, _INDEX),
        "ReadThrottleEvents": (_TABLE, _INDEX),
        "ReplicationLatency": (_REPLICA,),
        "ReturnedBytes": (_STREAM,),
        "ReturnedItemCount": (_OPERATION, _STREAM),
        "ReturnedRecordsCount": (_STREAM,),
        "SuccessfulRequestLatency": (_OPERATION, _STREAM),
        "SystemErrors": (_OPERATION,),
        "ThrottledPutRecordCount": (_DELEGATED,),
        "ThrottledRequests": (_OPERATION,),
        "TimeToLiveDeletedItemCount": (_TABLE,),
        "TransactionConflict": (_TABLE,),
        "WriteThrottleEvents": (_TABLE, _INDEX),
    }
)
"""Metric of AWS/DynamoDB about a table -> the sets of dimensions it is published with, by the metric reference."""

DISPUTED: Final[frozenset[tuple[str, frozenset[str]]]] = frozenset({("SystemErrors", _TABLE)})
"""Metric and dimensions about which AWS's own pages differ: the metric reference has them with Operation only, the list
of recommended alarms without."""

SERVICE_MADE: Final = "TargetTracking-table/"
"""How the names of alarms begin that Application Auto Scaling keeps for itself."""


def receives_data(metrics: Iterable[Mapping[str, Value]]) -> Value:
    """Whether at least one of these metrics of DynamoDB is published with its dimensions."""
    truth = any_of(map(_published, metrics))
    if truth is Truth.UNKNOWN:
        return Unknown(
            Reason.NOT_SUPPORTED,
            "AWS's pages differ on whether this metric is published with these dimensions: see in CloudWatch",
        )
    return truth is Truth.TRUE


def _published(metric: Mapping[str, Value]) -> Truth:
    name, dimensions = metric.get("metric_name"), metric.get("dimensions")
    if isinstance(name, Unknown) or isinstance(dimensions, Unknown):
        return Truth.UNKNOWN
    given = frozenset(dimensions) if isinstance(dimensions, Mapping) else frozenset()
    if (name, given) in DISPUTED:
        return Truth.UNKNOWN
    return Truth.of(given in PUBLISHED.get(str(name), ()))


def texts(found: Iterable[Value]) -> Value:
    """Texts, each once and sorted."""
    return tuple(sorted({value for value in found if isinstance(value, str)}))


def dimension_values(metrics: Iterable[Mapping[str, Value]], dimension: str) -> Value:
    """The values of one dimension over several metrics."""
    every = (metric.get("dimensions") for metric in metrics)
    return texts(given.get(dimension) for given in every if isinstance(given, Mapping))


def alarm_record(alarm: Resource, table: str) -> Mapping[str, Value]:
    """What a rule about a table sees of an alarm: only its metrics about that table."""
    metrics = [metric for metric in metrics_of(alarm) if table_of(metric) == table]
    given = [metric.get("dimensions") for metric in metrics]
    name = alarm.values.get("alarm_name")
    return MappingProxyType(
        {
            "name": name,
            "metrics": texts(metric.get("metric_name") for metric in metrics),
            "dimensions": texts(key for one in given if isinstance(one, Mapping) for key in one),
            "operations": dimension_values(metrics, "Operation"),
            "indexes": dimension_values(metrics, "GlobalSecondaryIndexName"),
            "receives_data": receives_data(metrics),
            "service_made": isinstance(name, str) and name.startswith(SERVICE_MADE),
            "actions_enabled": alarm.values.get("actions_enabled"),
            "alarm_actions": actions_of(alarm),
        }
    )


def actions_of(alarm: Resource) -> Value:
    """The targets an alarm tells when it goes off; none is an empty list."""
    actions = alarm.values.get("alarm_actions")
    return () if actions is None or actions is NOT_APPLICABLE else actions
