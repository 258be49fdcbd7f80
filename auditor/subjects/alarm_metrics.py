"""Analysis of alarms: whether the metrics an alarm looks at are ever published with its dimensions.

CloudWatch takes an alarm on any metric and any dimensions; where nothing is published with them it never goes off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from auditor.model.facts import Resource
from auditor.model.values import NOT_APPLICABLE, Reason, Truth, Unknown, Value, all_of, any_of
from auditor.subjects.material import metrics_of, table_of

_TABLE: Final = frozenset({"TableName"})
_INDEX: Final = _TABLE | {"GlobalSecondaryIndexName"}
_OPERATION: Final = _TABLE | {"Operation"}
_REPLICA: Final = _TABLE | {"ReceivingRegion"}
_STREAM: Final = _OPERATION | {"StreamLabel"}
_DELEGATED: Final = _TABLE | {"DelegatedOperation"}

_ACCOUNT: Final[frozenset[str]] = frozenset()
_LIMITS: Final = ("AccountLimit", "KeyRangeThroughput", "MaxOnDemandThroughput", "ProvisionedThroughput")

PUBLISHED: Final[Mapping[str, tuple[frozenset[str], ...]]] = MappingProxyType(
    {
        **{f"{what}{limit}ThrottleEvents": (_TABLE, _INDEX) for what in ("Read", "Write") for limit in _LIMITS},
        **{f"Account{most}{what}s": (_ACCOUNT,) for most in ("Max", "MaxTableLevel") for what in ("Read", "Write")},
        **{
            f"{which}{what}CapacityUtilization": (_ACCOUNT,)
            for which in ("AccountProvisioned", "MaxProvisionedTable")
            for what in ("Read", "Write")
        },
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
        "UserErrors": (_ACCOUNT,),
        "WriteThrottleEvents": (_TABLE, _INDEX),
    }
)
"""Metric of AWS/DynamoDB -> the sets of dimensions it is published with, by the metric reference."""

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: "Percent" for name in PUBLISHED if name.endswith("CapacityUtilization")},
        "AgeOfOldestUnreplicatedRecord": "Milliseconds",
        "ReplicationLatency": "Milliseconds",
        "ReturnedBytes": "Bytes",
        "SuccessfulRequestLatency": "Milliseconds",
    }
)
"""Metric -> the unit it is published in, where that is not Count. An alarm in another unit gets no data."""

OPERATIONS: Final = frozenset(
    {
        "BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement",
        "ExecuteTransaction", "GetItem", "GetRecords", "PutItem", "Query", "Scan", "TransactGetItems",
        "TransactWriteItems", "UpdateItem",
    }
)  # fmt: skip
"""Values of the dimension Operation; CloudWatch takes others, and upper for lower case, without complaint."""

DISPUTED: Final[frozenset[tuple[str, frozenset[str]]]] = frozenset({("SystemErrors", _TABLE)})
"""Metric and dimensions about which AWS's own pages differ: the metric reference has them with Operation only, the list
of recommended alarms without."""

SERVICE_MADE: Final = "TargetTracking-table/"
"""How the names of alarms begin that Application Auto Scaling keeps for itself."""


def receives_data(metrics: Iterable[Mapping[str, Value]]) -> Value:
    """Whether at least one of these metrics of DynamoDB is published with its dimensions."""
    truth = any_of(map(_published, metrics))
    return _UNTOLD if truth is Truth.UNKNOWN else truth is Truth.TRUE


_UNTOLD: Final = Unknown(
    Reason.NOT_SUPPORTED,
    "whether this metric is published with these dimensions is not known, or AWS's pages differ: see in CloudWatch",
)


def _published(metric: Mapping[str, Value]) -> Truth:
    name, dimensions = metric.get("metric_name"), metric.get("dimensions")
    if isinstance(name, Unknown) or isinstance(dimensions, Unknown):
        return Truth.UNKNOWN
    values = dimensions if isinstance(dimensions, Mapping) else {}
    given = frozenset(values)
    if (name, given) in DISPUTED or not isinstance(name, str) or name not in PUBLISHED:
        return Truth.UNKNOWN
    return all_of(
        (
            Truth.of(given in PUBLISHED[name]),
            _among(values.get("Operation"), OPERATIONS),
            _among(metric.get("unit"), {UNITS.get(name, "Count")}),
        )
    )


def _among(value: Value, known: Collection[str]) -> Truth:
    """Whether a value, where there is one, is among the known ones."""
    if isinstance(value, Unknown):
        return Truth.UNKNOWN
    return Truth.of(value is None or value in known)


def can_be_crossed(alarm: Resource) -> Value:
    """Whether the alarm's threshold can be crossed: what DynamoDB publishes is never negative."""
    threshold, comparison = alarm.values.get("threshold"), alarm.values.get("comparison_operator")
    for value in (threshold, comparison):
        if isinstance(value, Unknown):
            return value
    if not isinstance(threshold, int | Decimal):
        return None
    if comparison == "LessThanThreshold":
        return threshold > 0
    return comparison != "LessThanOrEqualToThreshold" or threshold >= 0


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


CONSUMED: Final[Mapping[str, str]] = MappingProxyType(
    {"ConsumedReadCapacityUnits": "read", "ConsumedWriteCapacityUnits": "write"}
)
"""Metric -> the capacity that it is a part of."""
_UNMEASURED: Final = Unknown(
    Reason.NOT_SUPPORTED, "what the expressions of its metric queries come to is not worked out"
)


def share_of_limit(alarm: Resource, limits: Mapping[str, Value]) -> Value:
    """At what per cent of the units that a table gives at most an alarm on consumed capacity goes off.

    `limits` by direction, in units a second. Absent for other alarms, for those that wait for less, for other
    statistics than Sum, whose data points are single requests, and where no limit is set; unknown for metric queries.
    """
    values = alarm.values
    consumed = {CONSUMED[str(name)] for each in metrics_of(alarm) if (name := each.get("metric_name")) in CONSUMED}
    if not consumed:
        return None
    if not values.get("metric_name"):
        return _UNMEASURED
    most, threshold, period = limits[consumed.pop()], values.get("threshold"), values.get("period")
    if isinstance(most, Unknown):
        return most
    more = str(values.get("comparison_operator")).startswith("GreaterThan")
    if not more or values.get("statistic") != "Sum" or not isinstance(most, int) or not isinstance(period, int):
        return None
    units = most * period
    return 100 * Decimal(threshold) / units if units > 0 and isinstance(threshold, int | Decimal) else None


def actions_of(alarm: Resource) -> Value:
    """The targets an alarm tells when it goes off; none is an empty list."""
    actions = alarm.values.get("alarm_actions")
    return () if actions is None or actions is NOT_APPLICABLE else actions
