"""The subject `alarm`: a CloudWatch metric alarm, declared or live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.results import Subject
from auditor.model.values import Value, unknowns
from auditor.subjects.alarm_metrics import SERVICE_MADE, actions_of, can_be_crossed, receives_data, texts
from auditor.subjects.definition import SubjectType, lifted, makers_of, spec
from auditor.subjects.material import LIST_TABLES, Index, Material, metrics_of, table_of
from auditor.subjects.sides import (
    SURROUNDINGS,
    TABLE,
    Definitions,
    Sides,
    attribute,
    existence,
    of_declared,
    of_live,
    of_sides,
    outside,
    sides_of,
    subject_around,
    subjects_of,
)

_ALARM: Final = "cloudwatch:DescribeAlarms MetricAlarms"


def _of_dynamodb(alarm: Resource) -> list[Mapping[str, Value]]:
    return [metric for metric in metrics_of(alarm) if metric.get("namespace") == "AWS/DynamoDB"]


def _service_made(alarm: Resource) -> Value:
    return lifted(alarm.values.get("alarm_name"), lambda name: str(name).startswith(SERVICE_MADE))


def _receives(alarm: Resource) -> Value:
    metrics = _of_dynamodb(alarm)
    if metrics:
        return receives_data(metrics)
    return next(
        (cause for name in ("namespace", "metric_name", "metric_query") for cause in unknowns(alarm.values.get(name))),
        None,
    )


def _crossed(alarm: Resource) -> Value:
    single = alarm.values.get("metric_name") is not None and _of_dynamodb(alarm)
    return can_be_crossed(alarm) if single else None


def _lost_tables(sides: Sides) -> Value:
    """Tables that the alarm looks at and that neither AWS nor the code has; unknown where the list is not whole."""
    live = sides.live
    if not isinstance(live, Resource):
        return live
    named = {name for metric in metrics_of(live) if (name := table_of(metric))}
    declared = {table.identity.name for table in sides.index.declared.get(TABLE, ())}
    lost = sorted(named - sides.index.listed_tables - declared)
    gap = sides.index.gap(LIST_TABLES)
    return gap if lost and gap is not None else tuple(lost)


DEFINITIONS: Final[Definitions] = (
    *existence(f"{_ALARM}.AlarmArn"),
    *attribute(
        "actions_enabled",
        FactType.BOOL,
        "Whether its actions are switched on.",
        f"{_ALARM}.ActionsEnabled",
        omitted="the provider takes true",
    ),
    of_declared(
        spec("declared.alarm_actions", FactType.STRINGS, "What it tells when it goes off.", "alarm_actions"), actions_of
    ),
    of_live(
        spec("live.alarm_actions", FactType.STRINGS, "What it tells when it goes off.", f"{_ALARM}.AlarmActions"),
        actions_of,
    ),
    of_live(
        spec("live.metrics", FactType.STRINGS, "Metrics of DynamoDB that it looks at.", f"{_ALARM}.MetricName"),
        lambda alarm: texts(metric.get("metric_name") for metric in _of_dynamodb(alarm)),
    ),
    of_live(
        spec("live.tables", FactType.STRINGS, "Tables that it looks at.", f"{_ALARM}.Dimensions.Value"),
        lambda alarm: texts(name for metric in metrics_of(alarm) if (name := table_of(metric))),
    ),
    of_live(
        spec(
            "live.receives_data",
            FactType.BOOL,
            "Whether DynamoDB publishes one of its metrics with these dimensions, in this unit.",
            "metric reference",
            absence="it looks at no metric of DynamoDB",
        ),
        _receives,
    ),
    of_declared(
        spec(
            "declared.receives_data",
            FactType.BOOL,
            "Whether DynamoDB publishes one of its metrics with these dimensions, in this unit.",
            "metric reference",
            absence="it looks at no metric of DynamoDB",
        ),
        _receives,
    ),
    *(
        of_side(
            spec(
                f"{side}.can_be_crossed",
                FactType.BOOL,
                "Whether its threshold can be crossed: no metric of DynamoDB is ever below zero.",
                "threshold and comparison_operator",
                absence="it looks at no single metric of DynamoDB, or has no fixed threshold",
            ),
            _crossed,
        )
        for side, of_side in (("declared", of_declared), ("live", of_live))
    ),
    of_sides(
        spec(
            "live.lost_tables",
            FactType.STRINGS,
            "Tables that it looks at and that neither AWS nor the code has; a table that is missing is told as such.",
            f"{LIST_TABLES} TableNames",
            absence="never: an empty list",
        ),
        _lost_tables,
    ),
    of_live(
        spec("live.service_made", FactType.BOOL, "Whether target tracking keeps it for itself.", f"{_ALARM}.AlarmName"),
        _service_made,
    ),
    *SURROUNDINGS,
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:
    """One alarm for each comparison of alarms, and each other alarm on a table of the environment.

    Alarms that target tracking keeps for itself are nobody's.
    """
    yield from subjects_of("alarm", (ALARM,), material, _MAKERS, index)
    seen = {one.identity.name for one in material.comparisons if one.kind == ALARM}
    tables = (one.identity.name for one in material.comparisons if one.kind == TABLE)
    for alarm in (found for table in tables if isinstance(table, str) for found in index.alarms.get(table, ())):
        name = alarm.identity.name
        if name not in seen and _service_made(alarm) is False:
            seen.add(name)
            yield subject_around(
                "alarm", sides_of(outside(ALARM, alarm.identity, alarm, None), index, material), _MAKERS
            )


ALARM: Final = "aws_cloudwatch_metric_alarm"
SUBJECT = SubjectType("alarm", tuple(definition.spec for definition in DEFINITIONS), build)
