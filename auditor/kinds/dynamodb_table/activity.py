"""What CloudWatch measured of a table in the last days: throttled requests, system errors, capacity used.

DynamoDB publishes throttle events and errors only where there were any, so that a whole answer without data points
means none. Capacity is compared by the hour: the units consumed in it, spread evenly, against those provisioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.members import items, number
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value

METRIC_DATA: Final = "cloudwatch:GetMetricData"
DAYS: Final = 7
_DAY, _HOUR = 86_400, 3_600
_DIRECTIONS: Final = ("Read", "Write")
# Errors are published by operation.
_OPERATIONS: Final = (
    "BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction",
    "GetItem", "GetRecords", "PutItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem",
)  # fmt: skip
_COMPLETE: Final = "Complete"
_UNEVEN: Final = "Uneven"

FACTS: Final = ("throttle_events", "system_errors", "capacity_used")
_NOT_ASKED: Final = Unknown(Reason.NOT_READ, "CloudWatch was not asked for its metrics", api=METRIC_DATA)

Series = Mapping[str, Decimal]
"""Values by the time their period began."""


def request(table: Mapping[str, Any]) -> Request:
    """The one question about a described table and its indexes.

    A metric is named by `NAME STATISTIC PERIOD DIMENSION=VALUE...`; names of tables and indexes have no spaces.
    """
    places = _places(table)
    metrics = [*_throttles(places), *_errors(table["TableName"])]
    if _provisioned(table):
        metrics += [metric for pair in _uses(places) for metric in pair]
    return Request.of(METRIC_DATA, Namespace="AWS/DynamoDB", Days=DAYS, Metrics=tuple(metrics))


def activity(table: Mapping[str, Any], answers: Answers, scope: Scope) -> dict[str, Value]:
    """The facts: `throttle_events`, `system_errors`, and `capacity_used` in percent of the busiest hour."""
    if METRIC_DATA not in scope.wanted:
        return dict.fromkeys(FACTS, _NOT_ASKED)
    answer = answers.get(request(table))
    if not answer.ok:
        return dict.fromkeys(FACTS, answer.unknown)
    series = _series(answer)
    places = _places(table)
    return {
        "throttle_events": _sum(series[metric] for metric in _throttles(places)),
        "system_errors": _sum(series[metric] for metric in _errors(table["TableName"])),
        "capacity_used": _busiest((series[used], series[provisioned]) for used, provisioned in _uses(places))
        if _provisioned(table)
        else NOT_APPLICABLE,
    }


def _provisioned(table: Mapping[str, Any]) -> bool:
    return bool(table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED") == "PROVISIONED")


def _places(table: Mapping[str, Any]) -> Sequence[str]:
    """The dimensions of what has a throughput of its own: the table, and each index."""
    own = f"TableName={table['TableName']}"
    indexes = table.get("GlobalSecondaryIndexes") or ()
    return (own, *(f"{own} GlobalSecondaryIndexName={entry['IndexName']}" for entry in indexes))


def _throttles(places: Iterable[str]) -> list[str]:
    return [f"{direction}ThrottleEvents Sum {_DAY} {place}" for place in places for direction in _DIRECTIONS]


def _errors(table: str) -> list[str]:
    return [f"SystemErrors Sum {_DAY} TableName={table} Operation={operation}" for operation in _OPERATIONS]


def _uses(places: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of what is consumed and what is provisioned."""
    for place in places:
        for direction in _DIRECTIONS:
            yield (
                f"Consumed{direction}CapacityUnits Sum {_HOUR} {place}",
                f"Provisioned{direction}CapacityUnits Average {_HOUR} {place}",
            )


def _series(answer: Answer) -> dict[str, Series | Unknown]:
    """What was told of each metric that was asked for, over all pages; the last status of each holds."""
    asked: tuple[str, ...] = dict(answer.request.params)["Metrics"]
    metrics = {f"m{number}": metric for number, metric in enumerate(asked)}
    values: dict[str, dict[str, Decimal]] = {metric: {} for metric in asked}
    status: dict[str, str] = {}
    for result in items(answer, "MetricDataResults"):
        if (metric := metrics.get(result["Id"])) is None:
            continue
        times, told = result.get("Timestamps") or (), result.get("Values") or ()
        if len(times) != len(told) or status.get(metric) == _UNEVEN:
            status[metric] = _UNEVEN
        else:
            status[metric] = result.get("StatusCode", _COMPLETE)
            values[metric] |= {at: Decimal(str(value)) for at, value in zip(times, told, strict=True)}
    return {metric: _whole(values[metric], metric, status.get(metric, "NotTold")) for metric in asked}


def _whole(values: Series, metric: str, status: str) -> Series | Unknown:
    if status == _COMPLETE:
        return values
    return Unknown(Reason.FAILED, f"CloudWatch does not tell {metric} whole", api=METRIC_DATA, code=status)


def _sum(series: Iterable[Series | Unknown]) -> Value:
    total = Decimal(0)
    for each in series:
        if isinstance(each, Unknown):
            return each
        total += sum(each.values())
    return number(float(total))


def _busiest(pairs: Iterable[tuple[Series | Unknown, Series | Unknown]]) -> Value:
    """The highest share of an hour; unknown where units were consumed in an hour whose provision is not told."""
    highest = Decimal(0)
    for used, provisioned in pairs:
        if isinstance(used, Unknown):
            return used
        if isinstance(provisioned, Unknown):
            return provisioned
        for hour, units in used.items():
            if not units:
                continue
            if not provisioned.get(hour):
                return Unknown(
                    Reason.FAILED, f"CloudWatch does not tell what was provisioned at {hour}", api=METRIC_DATA
                )
            highest = max(highest, units / _HOUR / provisioned[hour] * 100)
    return number(float(round(highest, 1)))
