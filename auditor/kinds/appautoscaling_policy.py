"""Scaling policies of tables and indexes; facts besides the attributes: arn, created, table, index, alarms (names)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, number, pairs, sources
from auditor.model.values import Unknown, Value

TYPE: Final = "aws_appautoscaling_policy"
API: Final = "application-autoscaling:DescribeScalingPolicies"
POLICIES: Final = Request.of(API, ServiceNamespace="dynamodb")
_TRACKING: Final = "ScalingPolicies[].TargetTrackingScalingPolicyConfiguration"
_CUSTOMIZED: Final = f"{_TRACKING}.CustomizedMetricSpecification"


def _text(name: str, field: str, doc: str, *, required: bool = False, replaces: bool = False) -> Attribute:
    return Attribute(name=name, shape=Shape.STRING, doc=doc, required=required, replaces=replaces, api=API, field=field)


def _dimensions(parent: str) -> Attribute:
    return Attribute(
        name="dimensions",
        shape=Shape.BLOCKS,
        doc="Dimensions.",
        identity="name",
        api=API,
        field=f"{parent}.Dimensions",
        children=(
            _text("name", f"{parent}.Dimensions[].Name", "Name.", required=True),
            _text("value", f"{parent}.Dimensions[].Value", "Value.", required=True),
        ),
    )


_STAT: Final = f"{_CUSTOMIZED}.Metrics[].MetricStat"
_METRICS: Final = Attribute(
    name="metrics",
    shape=Shape.BLOCKS,
    doc="Metric math.",
    identity="id",
    api=API,
    field=f"{_CUSTOMIZED}.Metrics",
    children=(
        _text("id", f"{_CUSTOMIZED}.Metrics[].Id", "Id.", required=True),
        _text("expression", f"{_CUSTOMIZED}.Metrics[].Expression", "Expression."),
        _text("label", f"{_CUSTOMIZED}.Metrics[].Label", "Label."),
        Attribute(
            name="return_data",
            shape=Shape.BOOL,
            doc="Whether it is the metric that is kept.",
            default=True,
            api=API,
            field=f"{_CUSTOMIZED}.Metrics[].ReturnData",
        ),
        Attribute(
            name="metric_stat",
            shape=Shape.BLOCK,
            doc="A metric with its statistic.",
            api=API,
            field=_STAT,
            children=(
                _text("stat", f"{_STAT}.Stat", "Statistic.", required=True),
                _text("unit", f"{_STAT}.Unit", "Unit."),
                Attribute(
                    name="metric",
                    shape=Shape.BLOCK,
                    doc="The metric.",
                    required=True,
                    api=API,
                    field=f"{_STAT}.Metric",
                    children=(
                        _text("metric_name", f"{_STAT}.Metric.MetricName", "Metric.", required=True),
                        _text("namespace", f"{_STAT}.Metric.Namespace", "Namespace.", required=True),
                        _dimensions(f"{_STAT}.Metric"),
                    ),
                ),
            ),
        ),
    ),
)

_CONFIGURATION: Final = Attribute(
    name="target_tracking_scaling_policy_configuration",
    shape=Shape.BLOCK,
    doc="Scaling that keeps a metric near a value.",
    api=API,
    field=_TRACKING,
    children=(
        Attribute(
            name="target_value",
            shape=Shape.NUMBER,
            doc="The value to keep.",
            required=True,
            api=API,
            field=f"{_TRACKING}.TargetValue",
        ),
        Attribute(
            name="disable_scale_in",
            shape=Shape.BOOL,
            doc="Whether capacity only grows.",
            default=False,
            api=API,
            field=f"{_TRACKING}.DisableScaleIn",
        ),
        *(
            Attribute(name=name, shape=Shape.NUMBER, doc="Seconds to rest.", api=API, field=f"{_TRACKING}.{field}")
            for name, field in (("scale_in_cooldown", "ScaleInCooldown"), ("scale_out_cooldown", "ScaleOutCooldown"))
        ),
        Attribute(
            name="predefined_metric_specification",
            shape=Shape.BLOCK,
            doc="A metric that AWS knows.",
            api=API,
            field=f"{_TRACKING}.PredefinedMetricSpecification",
            children=(
                _text(
                    "predefined_metric_type",
                    f"{_TRACKING}.PredefinedMetricSpecification.PredefinedMetricType",
                    "Which one.",
                    required=True,
                ),
                _text(
                    "resource_label",
                    f"{_TRACKING}.PredefinedMetricSpecification.ResourceLabel",
                    "Of what; not used by DynamoDB.",
                ),
            ),
        ),
        Attribute(
            name="customized_metric_specification",
            shape=Shape.BLOCK,
            doc="Any metric, or metric math.",
            api=API,
            field=_CUSTOMIZED,
            children=(
                _text("metric_name", f"{_CUSTOMIZED}.MetricName", "Metric."),
                _text("namespace", f"{_CUSTOMIZED}.Namespace", "Namespace."),
                _text("statistic", f"{_CUSTOMIZED}.Statistic", "Statistic."),
                _text("unit", f"{_CUSTOMIZED}.Unit", "Unit."),
                _dimensions(_CUSTOMIZED),
                _METRICS,
            ),
        ),
    ),
)

ATTRIBUTES: Final = (
    *(
        _text(name, f"ScalingPolicies[].{field}", doc, required=True, replaces=True)
        for name, field, doc in (
            ("name", "PolicyName", "Name."),
            ("service_namespace", "ServiceNamespace", "`dynamodb`."),
            ("resource_id", "ResourceId", "`table/NAME` or `table/NAME/index/INDEX`."),
            ("scalable_dimension", "ScalableDimension", "Which capacity is scaled."),
        )
    ),
    Attribute(
        name="policy_type",
        shape=Shape.STRING,
        doc="How it scales.",
        default="StepScaling",
        api=API,
        field="ScalingPolicies[].PolicyType",
    ),
    _CONFIGURATION,
    Attribute(
        name="step_scaling_policy_configuration",
        shape=Shape.BLOCK,
        doc="Scaling in steps, which DynamoDB does not have.",
        compared=False,
    ),
)
SOURCES: Final = {"": (API, "ScalingPolicies[]"), **sources(ATTRIBUTES)}


def requests(_scope: Scope) -> Iterator[Request]:
    """All policies of DynamoDB: that there are none which nobody declares must be read, too."""
    yield POLICIES


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more."""
    return iter(())


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All policies of DynamoDB."""
    answer = answers.get(POLICIES)
    origins = LiveOrigins(SOURCES, {API: answer})
    for entry in sorted(items(answer, "ScalingPolicies"), key=name_of):
        _, table, *index = entry["ResourceId"].split("/")
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, name_of(entry)),
            values={
                "name": entry["PolicyName"],
                "service_namespace": entry["ServiceNamespace"],
                "resource_id": entry["ResourceId"],
                "scalable_dimension": entry["ScalableDimension"],
                "policy_type": entry.get("PolicyType"),
                _CONFIGURATION.name: _configuration(entry.get("TargetTrackingScalingPolicyConfiguration")),
            },
            origins=origins,
            facts={
                "arn": entry.get("PolicyARN"),
                "created": entry.get("CreationTime"),
                "table": table,
                "index": index[-1] if index else None,
                "alarms": tuple(sorted(alarm["AlarmName"] for alarm in entry.get("Alarms") or ())),
            },
        )


def _configuration(found: Mapping[str, Any] | None) -> Value:
    if found is None:
        return None
    return {
        "target_value": number(found.get("TargetValue")),
        "disable_scale_in": found.get("DisableScaleIn", False),
        "scale_in_cooldown": found.get("ScaleInCooldown"),
        "scale_out_cooldown": found.get("ScaleOutCooldown"),
        "predefined_metric_specification": _predefined(found.get("PredefinedMetricSpecification")),
        "customized_metric_specification": _customized(found.get("CustomizedMetricSpecification")),
    }


def _predefined(found: Mapping[str, Any] | None) -> Value:
    if found is None:
        return None
    return {
        "predefined_metric_type": found.get("PredefinedMetricType"),
        "resource_label": found.get("ResourceLabel"),
    }


def _customized(found: Mapping[str, Any] | None) -> Value:
    if found is None:
        return None
    return {
        **_metric(found),
        "statistic": found.get("Statistic"),
        "unit": found.get("Unit"),
        "metrics": {query["Id"]: _query(query) for query in found.get("Metrics") or ()},
    }


def _query(found: Mapping[str, Any]) -> Value:
    stat = found.get("MetricStat")
    return {
        "id": found["Id"],
        "expression": found.get("Expression"),
        "label": found.get("Label"),
        "return_data": found.get("ReturnData"),
        "metric_stat": None
        if stat is None
        else {"stat": stat.get("Stat"), "unit": stat.get("Unit"), "metric": _metric(stat["Metric"])},
    }


def _metric(found: Mapping[str, Any]) -> dict[str, Value]:
    dimensions = pairs(found.get("Dimensions"), "Name", "Value")
    return {
        "metric_name": found.get("MetricName"),
        "namespace": found.get("Namespace"),
        "dimensions": {name: {"name": name, "value": value} for name, value in dimensions.items()},
    }


def name_of(entry: Mapping[str, Any]) -> str:
    """What Terraform imports a policy by."""
    return "/".join(entry[part] for part in ("ServiceNamespace", "ResourceId", "ScalableDimension", "PolicyName"))


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """The policies that the list tells."""
    answer = answers.get(POLICIES)
    return tuple(sorted(name_of(entry) for entry in items(answer, "ScalingPolicies"))) if answer.ok else answer.unknown


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(POLICIES)
    return None if answer.ok else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By its table."""
    table = str(resource.facts["table"])
    return table in scope.names("aws_dynamodb_table") or any(fnmatchcase(table, p) for p in scope.patterns)


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="service_namespace/resource_id/scalable_dimension/name",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=("application-autoscaling:DescribeScalingPolicies",),
    listed=listed,
    absence=absence,
    belongs=belongs,
)
