"""Scheduled changes of capacity, read only where code declares or a rule wants them.

Facts besides the attributes: arn, created, table, index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, sources
from auditor.model.values import Unknown

TYPE: Final = "aws_appautoscaling_scheduled_action"
API: Final = "application-autoscaling:DescribeScheduledActions"
ACTIONS: Final = Request.of(API, ServiceNamespace="dynamodb")
_ACTION: Final = "ScheduledActions[]"


def _text(name: str, field: str, doc: str, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    return Attribute(name=name, shape=Shape.STRING, doc=doc, api=API, field=f"{_ACTION}.{field}", **more)


ATTRIBUTES: Final = (
    _text("name", "ScheduledActionName", "Name.", required=True, replaces=True),
    _text("service_namespace", "ServiceNamespace", "`dynamodb`.", required=True, replaces=True),
    _text("resource_id", "ResourceId", "`table/NAME` or `table/NAME/index/INDEX`.", required=True, replaces=True),
    _text("scalable_dimension", "ScalableDimension", "Which capacity.", required=True, replaces=True),
    _text("schedule", "Schedule", "When: at(...), rate(...) or cron(...).", required=True),
    _text("timezone", "Timezone", "Time zone of the schedule.", default="UTC"),
    _text("start_time", "StartTime", "From when on it acts."),
    _text("end_time", "EndTime", "Until when it acts."),
    Attribute(
        name="scalable_target_action",
        shape=Shape.BLOCK,
        doc="The new limits.",
        api=API,
        field=f"{_ACTION}.ScalableTargetAction",
        children=(
            _text("min_capacity", "ScalableTargetAction.MinCapacity", "Least capacity."),
            _text("max_capacity", "ScalableTargetAction.MaxCapacity", "Most capacity."),
        ),
    ),
)
SOURCES: Final = {"": (API, _ACTION), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """All actions of DynamoDB in one list."""
    if TYPE in scope.declared or API in scope.wanted:
        yield ACTIONS


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more."""
    return iter(())


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All actions that were told."""
    answer = answers.get(ACTIONS)
    origins = LiveOrigins(SOURCES, {API: answer})
    for entry in sorted(items(answer, "ScheduledActions"), key=_name):
        limits = entry.get("ScalableTargetAction") or {}
        _, table, *index = entry["ResourceId"].split("/")
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, _name(entry)),
            values={
                "name": entry["ScheduledActionName"],
                "service_namespace": entry["ServiceNamespace"],
                "resource_id": entry["ResourceId"],
                "scalable_dimension": entry.get("ScalableDimension"),
                "schedule": entry["Schedule"],
                "timezone": entry.get("Timezone", "UTC"),
                "start_time": _seconds(entry.get("StartTime")),
                "end_time": _seconds(entry.get("EndTime")),
                "scalable_target_action": {
                    "min_capacity": _digits(limits.get("MinCapacity")),
                    "max_capacity": _digits(limits.get("MaxCapacity")),
                },
            },
            origins=origins,
            facts={
                "arn": entry.get("ScheduledActionARN"),
                "created": entry.get("CreationTime"),
                "table": table,
                "index": index[-1] if index else None,
            },
        )


def _name(entry: Mapping[str, Any]) -> str:
    parts = ("ServiceNamespace", "ResourceId", "ScalableDimension", "ScheduledActionName")
    return "/".join(str(entry.get(part, "")) for part in parts)


def _seconds(time: str | None) -> str | None:
    """A time as the provider writes it: in whole seconds."""
    return None if time is None else f"{time.partition('.')[0].removesuffix('Z')}Z"


def _digits(capacity: int | None) -> str | None:
    """The provider keeps capacities as text, so that none is another than zero."""
    return None if capacity is None else str(capacity)


def refresh(live: Resource, answers: Answers) -> Resource:
    """As AWS tells it; a time zone that it leaves out, which is UTC, is stored as none."""
    entries = items(answers.get(ACTIONS), "ScheduledActions")
    entry = next(entry for entry in entries if _name(entry) == live.identity.name)
    return replace(live, values={**live.values, "timezone": entry.get("Timezone", "")})


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(ACTIONS)
    return None if answer.ok else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="service_namespace/resource_id/scalable_dimension/name",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(API,),
    optional=frozenset({API}),
    absence=absence,
)
