"""Contributor Insights of tables and indexes, read only where code declares or a rule wants it; fact: status.

Only whether it is on counts: every state but DISABLED is on for Terraform.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, sources
from auditor.model.values import Unknown

TYPE: Final = "aws_dynamodb_contributor_insights"
API: Final = "dynamodb:ListContributorInsights"
INSIGHTS: Final = Request.of(API)
_SUMMARY: Final = "ContributorInsightsSummaries[]"

ATTRIBUTES: Final = (
    Attribute(
        name="table_name",
        shape=Shape.STRING,
        doc="The table.",
        required=True,
        replaces=True,
        api=API,
        field=f"{_SUMMARY}.TableName",
    ),
    Attribute(
        name="index_name",
        shape=Shape.STRING,
        doc="One of its global indexes; omitted: the table itself.",
        default="",
        replaces=True,
        api=API,
        field=f"{_SUMMARY}.IndexName",
    ),
    Attribute(name="timeouts", shape=Shape.BLOCK, doc="How long Terraform waits.", compared=False),
)
SOURCES: Final = {"": (API, _SUMMARY), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """All of the Region in one list."""
    if TYPE in scope.declared or API in scope.wanted:
        yield INSIGHTS


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more."""
    return iter(())


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """What is on."""
    answer = answers.get(INSIGHTS)
    origins = LiveOrigins(SOURCES, {API: answer})
    for entry in items(answer, "ContributorInsightsSummaries"):
        status = entry.get("ContributorInsightsStatus")
        if status == "DISABLED":
            continue
        table, index = entry["TableName"].rpartition("/")[2], entry.get("IndexName", "")
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, f"{table}/{index}" if index else table),
            values={"table_name": table, "index_name": index},
            origins=origins,
            facts={"status": status},
        )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Off where a whole list does not tell that it is on."""
    answer = answers.get(INSIGHTS)
    return None if answer.ok else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="table_name/index_name",
    name_of_id=lambda told: told.removeprefix("name:").rpartition("/")[0].replace("/index:", "/").strip("/"),
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(API,),
    optional=frozenset({API}),
    absence=absence,
)
