"""CloudWatch metric alarms.

Facts of a live alarm besides its attributes: arn, id (its name), state, state_updated, configuration_updated, and
service_made: whether target tracking made it, so that nobody has to declare it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.calls import Call
from auditor.model.drift import Drift
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, number, pairs, sources
from auditor.model.tags import ALARM_TAGS, TAGS, Tags
from auditor.model.values import Unknown, Value

TYPE: Final = "aws_cloudwatch_metric_alarm"
API: Final = "cloudwatch:DescribeAlarms"
ALARMS: Final = Request.of(API, AlarmTypes=("MetricAlarm", "CompositeAlarm"))
_SERVICE_MADE: Final = "TargetTracking-table/"
_ALARM: Final = "MetricAlarms[]"


def _of(name: str, field: str, doc: str, shape: Shape = Shape.STRING, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    return Attribute(name=name, shape=shape, doc=doc, api=API, field=f"{_ALARM}.{field}", **more)


_QUERY: Final = _of(
    "metric_query",
    "Metrics",
    "Metric math.",
    Shape.BLOCKS,
    identity="id",
    children=(
        _of("id", "Metrics[].Id", "Id.", required=True),
        _of("account_id", "Metrics[].AccountId", "Account of the metric."),
        _of("expression", "Metrics[].Expression", "Expression."),
        _of("label", "Metrics[].Label", "Label."),
        _of("period", "Metrics[].Period", "Seconds.", Shape.NUMBER),
        _of("return_data", "Metrics[].ReturnData", "Whether the alarm watches it.", Shape.BOOL, default=False),
        _of(
            "metric",
            "Metrics[].MetricStat",
            "A metric.",
            Shape.BLOCK,
            children=(
                _of("metric_name", "Metrics[].MetricStat.Metric.MetricName", "Metric.", required=True),
                _of("namespace", "Metrics[].MetricStat.Metric.Namespace", "Namespace."),
                _of("dimensions", "Metrics[].MetricStat.Metric.Dimensions", "Dimensions.", Shape.MAP),
                _of("period", "Metrics[].MetricStat.Period", "Seconds.", Shape.NUMBER, required=True),
                _of("stat", "Metrics[].MetricStat.Stat", "Statistic.", required=True),
                _of("unit", "Metrics[].MetricStat.Unit", "Unit."),
            ),
        ),
    ),
)

ATTRIBUTES: Final = (
    _of("alarm_name", "AlarmName", "Name.", required=True, replaces=True),
    _of("alarm_description", "AlarmDescription", "Description."),
    _of("actions_enabled", "ActionsEnabled", "Whether it tells anybody.", Shape.BOOL, default=True, protects=True),
    _of("alarm_actions", "AlarmActions", "Whom it tells of an alarm.", Shape.SET),
    _of("ok_actions", "OKActions", "Whom it tells of the end.", Shape.SET),
    _of("insufficient_data_actions", "InsufficientDataActions", "Whom it tells of missing data.", Shape.SET),
    _of("namespace", "Namespace", "Namespace of the metric."),
    _of("metric_name", "MetricName", "Metric."),
    _of("dimensions", "Dimensions", "Of what.", Shape.MAP),
    _of("statistic", "Statistic", "How a period is summed up."),
    _of("extended_statistic", "ExtendedStatistic", "The same, as a percentile."),
    _of("period", "Period", "Seconds that are summed up.", Shape.NUMBER),
    _of("evaluation_periods", "EvaluationPeriods", "Periods looked at.", Shape.NUMBER, required=True),
    _of("datapoints_to_alarm", "DatapointsToAlarm", "How many of them must be beyond.", Shape.NUMBER),
    _of("threshold", "Threshold", "The limit.", Shape.NUMBER),
    _of("threshold_metric_id", "ThresholdMetricId", "The limit as a metric."),
    _of("comparison_operator", "ComparisonOperator", "On which side of the limit it alarms.", required=True),
    _of("treat_missing_data", "TreatMissingData", "What a period without data counts as.", default="missing"),
    _of("unit", "Unit", "Unit."),
    _of(
        "evaluate_low_sample_count_percentiles",
        "EvaluateLowSampleCountPercentile",
        "Percentiles of few samples.",
        computed=True,
        aws_default="evaluate",
    ),
    _QUERY,
    TAGS,
)
SOURCES: Final = {"": (API, _ALARM), **sources(ATTRIBUTES)}
_CONFIRMED: Final = ALARM_TAGS.sources(SOURCES)

_PLAIN: Final = (
    ("alarm_name", "AlarmName"),
    ("alarm_description", "AlarmDescription"),
    ("actions_enabled", "ActionsEnabled"),
    ("namespace", "Namespace"),
    ("metric_name", "MetricName"),
    ("statistic", "Statistic"),
    ("extended_statistic", "ExtendedStatistic"),
    ("period", "Period"),
    ("evaluation_periods", "EvaluationPeriods"),
    ("datapoints_to_alarm", "DatapointsToAlarm"),
    ("threshold_metric_id", "ThresholdMetricId"),
    ("comparison_operator", "ComparisonOperator"),
    ("unit", "Unit"),
    ("evaluate_low_sample_count_percentiles", "EvaluateLowSampleCountPercentile"),
)
_ACTIONS: Final = (
    ("alarm_actions", "AlarmActions"),
    ("ok_actions", "OKActions"),
    ("insufficient_data_actions", "InsufficientDataActions"),
)


def requests(scope: Scope) -> Iterator[Request]:
    """All alarms; their tags in one go, where the code declares an alarm."""
    yield ALARMS
    if scope.names(TYPE):
        yield ALARM_TAGS.of_all


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more."""
    return iter(())


def confirm(answers: Answers, scope: Scope, declared: Iterable[Resource]) -> Iterator[Request]:
    """The tags of the environment's alarms that the answer about all leaves in doubt."""
    found = {
        entry["AlarmName"]: str(entry.get("AlarmArn"))
        for entry in items(answers.get(ALARMS), "MetricAlarms")
        if entry["AlarmName"] in scope.names(TYPE) or _in_scope(entry["AlarmName"], scope)
    }
    yield from Tags.of(ALARM_TAGS, answers).doubts(found, (each for each in declared if each.kind == TYPE))


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All metric alarms, also those that AWS made."""
    answer, tags = answers.get(ALARMS), Tags.of(ALARM_TAGS, answers)
    for entry in sorted(items(answer, "MetricAlarms"), key=lambda entry: str(entry["AlarmName"])):
        name = entry["AlarmName"]
        values = _values(entry)
        values["tags"], told = tags.of_one(str(entry.get("AlarmArn")))
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, name),
            values=values,
            origins=LiveOrigins(SOURCES if told is tags.all else _CONFIRMED, {API: answer, told.request.api: told}),
            facts={
                "arn": entry.get("AlarmArn"),
                "id": name,
                "state": entry.get("StateValue"),
                "state_updated": entry.get("StateUpdatedTimestamp"),
                "configuration_updated": entry.get("AlarmConfigurationUpdatedTimestamp"),
                "service_made": name.startswith(_SERVICE_MADE),
            },
        )


def _values(entry: Mapping[str, Any]) -> dict[str, Value]:
    values: dict[str, Value] = {name: entry.get(field) for name, field in _PLAIN}
    values |= {name: tuple(sorted(entry.get(field) or ())) for name, field in _ACTIONS}
    values["dimensions"] = pairs(entry.get("Dimensions"), "Name", "Value")
    values["threshold"] = number(entry.get("Threshold"))
    values["treat_missing_data"] = entry.get("TreatMissingData", "missing")
    values["metric_query"] = {query["Id"]: _query(query) for query in entry.get("Metrics") or ()}
    return values


def _query(query: Mapping[str, Any]) -> Value:
    stat = query.get("MetricStat")
    return {
        "id": query["Id"],
        "account_id": query.get("AccountId"),
        "expression": query.get("Expression"),
        "label": query.get("Label"),
        "period": query.get("Period"),
        "return_data": query.get("ReturnData"),
        "metric": None
        if stat is None
        else {
            "metric_name": stat["Metric"].get("MetricName"),
            "namespace": stat["Metric"].get("Namespace"),
            "dimensions": pairs(stat["Metric"].get("Dimensions"), "Name", "Value"),
            "period": stat.get("Period"),
            "stat": stat.get("Stat"),
            "unit": stat.get("Unit"),
        },
    }


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """The names that DescribeAlarms tells."""
    answer = answers.get(ALARMS)
    return tuple(sorted(entry["AlarmName"] for entry in items(answer, "MetricAlarms"))) if answer.ok else answer.unknown


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(ALARMS)
    return None if answer.ok else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By its name, unless AWS made it."""
    return _in_scope(str(resource.identity.name), scope)


def _in_scope(name: str, scope: Scope) -> bool:
    return not name.startswith(_SERVICE_MADE) and any(fnmatchcase(name, pattern) for pattern in scope.patterns)


def put_back(_planned: Mapping[str, Value], live: Resource, drift: Drift) -> tuple[Call, ...]:
    """Actions on or off; everything else of an alarm is told anew as a whole, which is left to a plan."""
    if drift.path != "actions_enabled":
        return ()
    does = "Disable" if drift.declared.value is False else "Enable"
    return (Call(f"cloudwatch:{does}AlarmActions", {"AlarmNames": [str(live.identity.name)]}),)


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="alarm_name",
    requests=requests,
    follow=follow,
    confirm=confirm,
    read=read,
    refresh=refresh,
    permissions=(API, ALARM_TAGS.api, "tag:GetResources"),
    optional=frozenset({ALARM_TAGS.api}),
    listed=listed,
    absence=absence,
    belongs=belongs,
    put_back=put_back,
)
