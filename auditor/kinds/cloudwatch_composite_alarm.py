"""CloudWatch alarms that combine others; facts: arn, id (its name), state, state_updated, configuration_updated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, sources
from auditor.model.tags import ALARM_TAGS, TAGS, Tags
from auditor.model.values import Unknown, Value

TYPE: Final = "aws_cloudwatch_composite_alarm"
API: Final = "cloudwatch:DescribeAlarms"
ALARMS: Final = Request.of(API, AlarmTypes=("MetricAlarm", "CompositeAlarm"))
_ALARM: Final = "CompositeAlarms[]"
_ACTIONS: Final = (
    ("alarm_actions", "AlarmActions"),
    ("ok_actions", "OKActions"),
    ("insufficient_data_actions", "InsufficientDataActions"),
)


def _of(name: str, field: str, doc: str, shape: Shape = Shape.STRING, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    return Attribute(name=name, shape=shape, doc=doc, api=API, field=f"{_ALARM}.{field}", **more)


ATTRIBUTES: Final = (
    _of("alarm_name", "AlarmName", "Name.", required=True, replaces=True),
    _of("alarm_rule", "AlarmRule", "Which alarms it combines, and how.", required=True),
    _of("alarm_description", "AlarmDescription", "Description."),
    _of(
        "actions_enabled",
        "ActionsEnabled",
        "Whether it tells anybody.",
        Shape.BOOL,
        default=True,
        replaces=True,
        protects=True,
    ),
    _of("alarm_actions", "AlarmActions", "Whom it tells of an alarm.", Shape.SET),
    _of("ok_actions", "OKActions", "Whom it tells of the end.", Shape.SET),
    _of("insufficient_data_actions", "InsufficientDataActions", "Whom it tells of missing data.", Shape.SET),
    _of(
        "actions_suppressor",
        "ActionsSuppressor",
        "An alarm during which it tells nobody.",
        Shape.BLOCK,
        children=(
            _of("alarm", "ActionsSuppressor", "The alarm.", required=True),
            _of("extension_period", "ActionsSuppressorExtensionPeriod", "Seconds.", Shape.NUMBER, required=True),
            _of("wait_period", "ActionsSuppressorWaitPeriod", "Seconds.", Shape.NUMBER, required=True),
        ),
    ),
    TAGS,
)
SOURCES: Final = {"": (API, _ALARM), **sources(ATTRIBUTES)}
_CONFIRMED: Final = ALARM_TAGS.sources(SOURCES)


def requests(scope: Scope) -> Iterator[Request]:
    """All alarms; their tags in one go, where the code declares one of these."""
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
        for entry in items(answers.get(ALARMS), "CompositeAlarms")
        if entry["AlarmName"] in scope.names(TYPE) or _in_scope(entry["AlarmName"], scope)
    }
    yield from Tags.of(ALARM_TAGS, answers).doubts(found, (each for each in declared if each.kind == TYPE))


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All composite alarms."""
    answer, tags = answers.get(ALARMS), Tags.of(ALARM_TAGS, answers)
    for entry in sorted(items(answer, "CompositeAlarms"), key=lambda entry: str(entry["AlarmName"])):
        name, other = entry["AlarmName"], entry.get("ActionsSuppressor")
        own_tags, told = tags.of_one(str(entry.get("AlarmArn")))
        lists = {attribute: tuple(sorted(entry.get(field) or ())) for attribute, field in _ACTIONS}
        values: dict[str, Value] = {
            "alarm_name": name,
            "alarm_rule": entry.get("AlarmRule"),
            "alarm_description": entry.get("AlarmDescription"),
            "actions_enabled": entry.get("ActionsEnabled"),
            **lists,
            "actions_suppressor": None
            if not other
            else {
                "alarm": other,
                "extension_period": entry.get("ActionsSuppressorExtensionPeriod"),
                "wait_period": entry.get("ActionsSuppressorWaitPeriod"),
            },
            "tags": own_tags,
        }
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
            },
        )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """The names that DescribeAlarms tells."""
    answer = answers.get(ALARMS)
    return tuple(sorted(e["AlarmName"] for e in items(answer, "CompositeAlarms"))) if answer.ok else answer.unknown


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(ALARMS)
    return None if answer.ok else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By its name."""
    return _in_scope(str(resource.identity.name), scope)


def _in_scope(name: str, scope: Scope) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in scope.patterns)


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
)
