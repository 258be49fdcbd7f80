"""The subject `alarm`: a CloudWatch metric alarm, declared or live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.results import Subject
from auditor.model.values import Value
from auditor.subjects.alarm_metrics import SERVICE_MADE, actions_of, receives_data, texts
from auditor.subjects.definition import SubjectType, lifted, makers_of, spec
from auditor.subjects.material import Index, Material, metrics_of, table_of
from auditor.subjects.sides import (
    SURROUNDINGS,
    TABLE,
    Definitions,
    Sides,
    attribute,
    existence,
    of_declared,
    of_live,
    outside,
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
    return receives_data(metrics) if metrics else None


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
            "Whether DynamoDB publishes one of its metrics with these dimensions.",
            "metric reference",
            absence="it looks at no metric of DynamoDB",
        ),
        _receives,
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
            yield subject_around("alarm", Sides(outside(ALARM, alarm.identity, alarm, None), index, material), _MAKERS)


ALARM: Final = "aws_cloudwatch_metric_alarm"
SUBJECT = SubjectType("alarm", tuple(definition.spec for definition in DEFINITIONS), build)
