"""Kinesis streams that tables copy their changes to, read only where code declares or a rule wants them; fact: status.

A destination that is DISABLED is as good as none; every other state counts as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, items, sources
from auditor.model.values import Unknown

TYPE: Final = "aws_dynamodb_kinesis_streaming_destination"
API: Final = "dynamodb:DescribeKinesisStreamingDestination"
_DESTINATION: Final = "KinesisDataStreamDestinations[]"

ATTRIBUTES: Final = (
    Attribute(
        name="table_name",
        shape=Shape.STRING,
        doc="The table.",
        required=True,
        replaces=True,
        api=API,
        field="TableName",
    ),
    Attribute(
        name="stream_arn",
        shape=Shape.STRING,
        doc="The stream.",
        required=True,
        replaces=True,
        api=API,
        field=f"{_DESTINATION}.StreamArn",
    ),
    Attribute(
        name="approximate_creation_date_time_precision",
        shape=Shape.STRING,
        doc="MILLISECOND or MICROSECOND.",
        computed=True,
        aws_default="MILLISECOND",
        replaces=True,
        api=API,
        field=f"{_DESTINATION}.ApproximateCreationDateTimePrecision",
    ),
)
SOURCES: Final = {"": (API, _DESTINATION), **sources(ATTRIBUTES)}


def _asked(scope: Scope) -> bool:
    return TYPE in scope.declared or API in scope.wanted


def requests(scope: Scope) -> Iterator[Request]:
    """The destinations whose table is known by name in code."""
    for table in sorted({name.partition("/")[0] for name in scope.names(TYPE)}):
        yield Request.of(API, TableName=table)


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """The destinations of every described table."""
    if answer.request.api == "dynamodb:DescribeTable" and not answer.request.region and _asked(scope):
        yield Request.of(API, TableName=answer.pages[0]["Table"]["TableName"])


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The destinations that are not switched off."""
    for answer in sorted(answers_of(answers, API), key=lambda answer: answer.request):
        table = str(answer.request.params[0][1])
        for entry in items(answer, "KinesisDataStreamDestinations"):
            if entry.get("DestinationStatus") == "DISABLED":
                continue
            yield Resource(
                side=Side.LIVE,
                kind=TYPE,
                identity=Identity(scope.account, scope.region, f"{table}/{entry['StreamArn']}"),
                values={
                    "table_name": table,
                    "stream_arn": entry["StreamArn"],
                    "approximate_creation_date_time_precision": entry.get("ApproximateCreationDateTimePrecision"),
                },
                origins=LiveOrigins(SOURCES, {API: answer}),
                facts={"status": entry.get("DestinationStatus")},
            )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, _scope: Scope, name: str) -> Unknown | None:
    """Missing where the whole answer about the table lacks it, or where there is no such table."""
    answer = answers.get(Request.of(API, TableName=name.partition("/")[0]))
    return None if answer.ok or answer.code == "ResourceNotFoundException" else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="table_name/stream_arn",
    name_of_id=lambda told: told.replace(",", "/", 1),
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(API,),
    optional=frozenset({API}),
    absence=absence,
)
