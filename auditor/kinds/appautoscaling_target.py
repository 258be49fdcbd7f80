"""Scalable targets of tables and indexes; facts besides the attributes: arn, created, table, index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.calls import Call
from auditor.model.drift import Drift
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, sources, tag_map
from auditor.model.values import Unknown, Value, unknowns

TYPE: Final = "aws_appautoscaling_target"
API: Final = "application-autoscaling:DescribeScalableTargets"
TAGS: Final = "application-autoscaling:ListTagsForResource"
TARGETS: Final = Request.of(API, ServiceNamespace="dynamodb")

_SUSPENDED: Final = (
    ("dynamic_scaling_in_suspended", "DynamicScalingInSuspended"),
    ("dynamic_scaling_out_suspended", "DynamicScalingOutSuspended"),
    ("scheduled_scaling_suspended", "ScheduledScalingSuspended"),
)

ATTRIBUTES: Final = (
    *(
        Attribute(
            name=name,
            shape=Shape.STRING,
            doc=doc,
            required=True,
            replaces=True,
            api=API,
            field=f"ScalableTargets[].{field}",
        )
        for name, field, doc in (
            ("service_namespace", "ServiceNamespace", "`dynamodb`."),
            ("resource_id", "ResourceId", "`table/NAME` or `table/NAME/index/INDEX`."),
            ("scalable_dimension", "ScalableDimension", "Which capacity is scaled."),
        )
    ),
    Attribute(
        name="min_capacity",
        shape=Shape.NUMBER,
        doc="Least capacity.",
        required=True,
        api=API,
        field="ScalableTargets[].MinCapacity",
    ),
    Attribute(
        name="max_capacity",
        shape=Shape.NUMBER,
        doc="Most capacity.",
        required=True,
        api=API,
        field="ScalableTargets[].MaxCapacity",
    ),
    Attribute(
        name="role_arn",
        shape=Shape.STRING,
        doc="Role; for DynamoDB AWS always takes the service-linked one.",
        computed=True,
        service_made="/aws-service-role/",
        api=API,
        field="ScalableTargets[].RoleARN",
    ),
    Attribute(
        name="suspended_state",
        shape=Shape.BLOCK,
        doc="Scaling that is suspended.",
        computed=True,
        api=API,
        field="ScalableTargets[].SuspendedState",
        children=tuple(
            Attribute(
                name=name,
                shape=Shape.BOOL,
                doc="Whether this part is suspended.",
                default=False,
                api=API,
                field=f"ScalableTargets[].SuspendedState.{field}",
            )
            for name, field in _SUSPENDED
        ),
    ),
    Attribute(name="tags", shape=Shape.MAP, doc="Tags, without those that AWS makes.", api=TAGS, field="Tags"),
)
SOURCES: Final = {"": (API, "ScalableTargets[]"), **sources(ATTRIBUTES)}
_WITHOUT_ARN: Final = {**SOURCES, "tags": (API, "ScalableTargets[].ScalableTargetARN")}


def requests(_scope: Scope) -> Iterator[Request]:
    """All targets of DynamoDB: that there are none which nobody declares must be read, too."""
    yield TARGETS


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """The tags of the declared targets.

    Each is asked by itself, as Terraform does: the Resource Groups Tagging API refuses a question about a type that it
    does not cover, and AWS does not say that it covers these.
    """
    if answer.request == TARGETS:
        declared = frozenset(scope.names(TYPE))
        for entry in items(answer, "ScalableTargets"):
            if name_of(entry) in declared and entry.get("ScalableTargetARN"):
                yield tags_of(entry["ScalableTargetARN"])


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All targets of DynamoDB."""
    answer = answers.get(TARGETS)
    for entry in sorted(items(answer, "ScalableTargets"), key=name_of):
        suspended, arn = entry.get("SuspendedState", {}), entry.get("ScalableTargetARN")
        tags = answers.get(tags_of(arn)) if arn else answer
        values: dict[str, Value] = {
            "service_namespace": entry["ServiceNamespace"],
            "resource_id": entry["ResourceId"],
            "scalable_dimension": entry["ScalableDimension"],
            "min_capacity": entry["MinCapacity"],
            "max_capacity": entry["MaxCapacity"],
            "role_arn": entry.get("RoleARN"),
            "suspended_state": {name: suspended.get(field, False) for name, field in _SUSPENDED},
            # Targets made before 2023-03-20 may have no ARN, and can't be tagged (documentation of the provider).
            "tags": tag_map(tags) if arn else {},
        }
        _, table, *index = entry["ResourceId"].split("/")
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, name_of(entry)),
            values=values,
            origins=LiveOrigins(SOURCES if arn else _WITHOUT_ARN, {API: answer, tags.request.api: tags}),
            facts={
                "arn": arn,
                "created": entry.get("CreationTime"),
                "table": table,
                "index": index[-1] if index else None,
            },
        )


def tags_of(arn: str) -> Request:
    """The question about the tags of one."""
    return Request.of(TAGS, ResourceARN=arn)


def name_of(entry: Mapping[str, Any]) -> str:
    """What Terraform imports a target by."""
    return f"{entry['ServiceNamespace']}/{entry['ResourceId']}/{entry['ScalableDimension']}"


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """The targets that the list tells."""
    answer = answers.get(TARGETS)
    return tuple(sorted(name_of(entry) for entry in items(answer, "ScalableTargets"))) if answer.ok else answer.unknown


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(TARGETS)
    return None if answer.ok else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By its table."""
    table = str(resource.facts["table"])
    return table in scope.names("aws_dynamodb_table") or any(fnmatchcase(table, p) for p in scope.patterns)


def put_back(planned: Mapping[str, Value], live: Resource, drift: Drift) -> tuple[Call, ...]:
    """The bounds, which are told together; what is suspended; single tags."""
    if drift.path.startswith("tags["):
        key, value, arn = drift.path[len('tags["') : -len('"]')], drift.declared.value, live.facts["arn"]
        if not arn:
            return ()
        if isinstance(value, str):
            return (Call("application-autoscaling:TagResource", {"ResourceARN": arn, "Tags": {key: value}}),)
        return (Call("application-autoscaling:UntagResource", {"ResourceARN": arn, "TagKeys": [key]}),)
    told = _told(planned, drift.path.partition(".")[0])
    if told is None:
        return ()
    target = {
        "ServiceNamespace": live.values["service_namespace"],
        "ResourceId": live.values["resource_id"],
        "ScalableDimension": live.values["scalable_dimension"],
    }
    return (Call("application-autoscaling:RegisterScalableTarget", {**target, **told}),)


def _told(planned: Mapping[str, Value], attribute: str) -> dict[str, Any] | None:
    """The members that set an attribute; None where there are none, or it is not known what to."""
    match attribute:
        case "min_capacity" | "max_capacity":
            least, most = planned.get("min_capacity"), planned.get("max_capacity")
            return (
                {"MinCapacity": least, "MaxCapacity": most}
                if isinstance(least, int) and isinstance(most, int)
                else None
            )
        case "suspended_state":
            block = planned.get("suspended_state")
            given = {field: block.get(name) for name, field in _SUSPENDED} if isinstance(block, Mapping) else {}
            state = {field: False if value is None else value for field, value in given.items()}
            return None if not state or unknowns(state) else {"SuspendedState": state}
        case _:
            return None


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="service_namespace/resource_id/scalable_dimension",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(API, TAGS),
    optional=frozenset({TAGS}),
    listed=listed,
    absence=absence,
    belongs=belongs,
    put_back=put_back,
)
