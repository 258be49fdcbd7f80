"""Facts of tables about the alarms on their metrics, on both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.values import Unknown, Value
from auditor.subjects.alarm_metrics import CONSUMED, actions_of, alarm_record, receives_data, share_of_limit
from auditor.subjects.capacity import limit
from auditor.subjects.definition import names_of, spec
from auditor.subjects.material import metrics_of, table_of
from auditor.subjects.sides import Definitions, Sides, of_sides

ALARMS: Final = "cloudwatch:DescribeAlarms"


def _alarms(sides: Sides) -> Value:
    live = sides.live
    if not isinstance(live, Resource):
        return live
    name = live.identity.name
    gap = sides.index.gap(ALARMS)
    if gap is not None or isinstance(name, Unknown):
        return name if gap is None else gap
    alarms = sides.index.alarms.get(name, ())
    limits = {direction: limit(live, sides, direction) for direction in CONSUMED.values()} if alarms else {}
    return tuple({**alarm_record(alarm, name), "share_of_limit": share_of_limit(alarm, limits)} for alarm in alarms)


def _limit(direction: str) -> Callable[[Sides], Value]:
    return lambda sides: limit(live, sides, direction) if isinstance(live := sides.live, Resource) else live


def _index_alarms(sides: Sides) -> Value:
    """Each index with its metrics on which an alarm tells somebody."""
    live, alarms = sides.live, _alarms(sides)
    names = names_of(live.values.get("global_secondary_index")) if isinstance(live, Resource) else live
    if not isinstance(live, Resource) or not isinstance(names, tuple) or not names:
        return names
    if not isinstance(alarms, tuple):
        return alarms
    found: dict[Value, set[str]] = {name: set() for name in names}
    for alarm in sides.index.alarms.get(str(live.identity.name), ()):
        for metric in metrics_of(alarm):
            dimensions = metric.get("dimensions")
            index = dimensions.get("GlobalSecondaryIndexName") if isinstance(dimensions, Mapping) else None
            if index in found and alarm.values.get("actions_enabled") is True and actions_of(alarm):
                found[index].add(str(metric.get("metric_name")))
    return tuple({"name": name, "alarm_metrics": tuple(sorted(metrics))} for name, metrics in found.items())


_ALARM: Final = (
    ("name", FactType.STRING, "Name of the alarm.", "AlarmName"),
    ("metrics", FactType.STRINGS, "Its metrics about this table.", "MetricName"),
    ("dimensions", FactType.STRINGS, "Names of the dimensions of these metrics.", "Dimensions.Name"),
    ("operations", FactType.STRINGS, "Values of the dimension Operation.", "Dimensions.Value"),
    ("indexes", FactType.STRINGS, "Values of the dimension GlobalSecondaryIndexName.", "Dimensions.Value"),
    ("actions_enabled", FactType.BOOL, "Whether its actions are switched on.", "ActionsEnabled"),
    ("alarm_actions", FactType.STRINGS, "What it tells when it goes off.", "AlarmActions"),
)


def _declared_metrics(sides: Sides) -> Value:
    declared = sides.declared
    if not isinstance(declared, Resource):
        return declared
    name = declared.identity.name
    if isinstance(name, Unknown):
        return name
    alarms = sides.index.declared_alarms.get(name, ())
    found = {
        str(metric.get("metric_name"))
        for alarm in alarms
        for metric in metrics_of(alarm)
        if table_of(metric) == name and receives_data([metric]) is not False
    }
    return (*sorted(found), *sides.index.open_alarms[:1])


ALARM_FACTS: Final[Definitions] = (
    of_sides(
        spec(
            "declared.alarm_metrics",
            FactType.STRINGS,
            "Metrics of the table, under dimensions with which they may be published, that declared alarms look at.",
            "declared alarms; an Unknown stands for alarms of which the code does not decide the table",
            absence="never: an empty list",
        ),
        _declared_metrics,
    ),
    of_sides(
        spec(
            "live.alarms",
            FactType.RECORDS,
            "Alarms on metrics of the table or of its indexes.",
            f"{ALARMS} MetricAlarms",
            children=(
                *(spec(path, type_, doc, f"{ALARMS} MetricAlarms.{field}") for path, type_, doc, field in _ALARM),
                spec("receives_data", FactType.BOOL, "Whether one of them is published like that.", "metric reference"),
                spec(
                    "share_of_limit",
                    FactType.NUMBER,
                    "At how much of the units that the table gives at most an alarm on consumed capacity goes off.",
                    f"{ALARMS} MetricAlarms.Threshold",
                    unit="per cent",
                    absence="an alarm on something else, another statistic than Sum, or no limit is set",
                ),
                spec("service_made", FactType.BOOL, "Whether target tracking keeps it.", "name of the alarm"),
            ),
        ),
        _alarms,
    ),
    *(
        of_sides(
            spec(
                f"live.limit.{direction}",
                FactType.NUMBER,
                "What it gives at most: provisioned, or the most that scaling provides, or the on-demand maximum.",
                "dynamodb:DescribeTable Table.ProvisionedThroughput",
                unit="units a second",
                absence="on demand, without a maximum",
            ),
            _limit(direction),
        )
        for direction in CONSUMED.values()
    ),
    of_sides(
        spec(
            "live.indexes",
            FactType.RECORDS,
            "Global secondary indexes.",
            "dynamodb:DescribeTable Table.GlobalSecondaryIndexes",
            children=(
                spec("name", FactType.STRING, "Name.", "dynamodb:DescribeTable Table.GlobalSecondaryIndexes.IndexName"),
                spec(
                    "alarm_metrics",
                    FactType.STRINGS,
                    "Its metrics on which an alarm tells somebody.",
                    f"{ALARMS} MetricAlarms.MetricName",
                ),
            ),
        ),
        _index_alarms,
    ),
)
