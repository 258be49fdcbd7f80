"""Resource policies of tables and of their streams, read only where a rule or the code asks for them.

Facts: id (the ARN that the policy is attached to), revision_id.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, sources
from auditor.model.values import Reason, Unknown

TYPE: Final = "aws_dynamodb_resource_policy"
API: Final = "dynamodb:GetResourcePolicy"
TABLES: Final = Request.of("dynamodb:ListTables")
TABLE: Final = "dynamodb:DescribeTable"

ATTRIBUTES: Final = (
    Attribute(
        name="resource_arn",
        shape=Shape.STRING,
        doc="The table, or its stream.",
        required=True,
        replaces=True,
    ),
    Attribute(name="policy", shape=Shape.JSON, doc="The policy.", required=True, by_text=True, api=API, field="Policy"),
    Attribute(
        name="confirm_remove_self_resource_access",
        shape=Shape.BOOL,
        doc="Acts when the policy is written only.",
        default=False,
        compared=False,
        kept=True,
        apart_from_null=True,
    ),
)
SOURCES: Final = {"": (API, "Policy"), **sources(ATTRIBUTES)}


def _asked(scope: Scope) -> bool:
    return API in scope.wanted or TYPE in scope.declared


def requests(scope: Scope) -> Iterator[Request]:
    """The policies whose table or stream is known by ARN in code."""
    if _asked(scope):
        yield from (Request.of(API, ResourceArn=arn) for arn in scope.names(TYPE))


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """The policy of every described table, and that of its stream where it has one."""
    if answer.request.api == "dynamodb:DescribeTable" and not answer.request.region and _asked(scope):
        table = answer.pages[0]["Table"]
        yield Request.of(API, ResourceArn=table["TableArn"])
        if table.get("StreamSpecification", {}).get("StreamEnabled") and table.get("LatestStreamArn"):
            yield Request.of(API, ResourceArn=table["LatestStreamArn"])


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The policies that there are."""
    for answer in sorted(answers_of(answers, API), key=lambda answer: answer.request):
        arn = str(answer.request.params[0][1])
        if answer.ok:
            yield Resource(
                side=Side.LIVE,
                kind=TYPE,
                identity=Identity(scope.account, scope.region, arn),
                values={"resource_arn": arn, "policy": answer.pages[0]["Policy"]},
                origins=LiveOrigins(SOURCES, {API: answer}),
                facts={"id": arn, "revision_id": answer.pages[0].get("RevisionId")},
            )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def listed(answers: Answers, scope: Scope) -> tuple[str, ...] | Unknown:
    """The tables and streams with a policy; unknown where one of them, or a table, was not told or not asked."""
    if not _asked(scope):
        return Unknown(Reason.NOT_READ, "resource policies were not asked for", api=API)
    tables = (answer for answer in answers_of(answers, TABLE) if not answer.request.region)
    told = (answers.get(TABLES), *tables, *answers_of(answers, API))
    if (gap := next((answer for answer in told if not answer.answered), None)) is not None:
        return gap.unknown
    return tuple(sorted(str(answer.request.params[0][1]) for answer in answers_of(answers, API) if answer.ok))


def absence(answers: Answers, _scope: Scope, name: str) -> Unknown | None:
    """Missing where AWS says that there is none, or no such table."""
    answer = answers.get(Request.of(API, ResourceArn=name))
    return None if answer.code in ("PolicyNotFoundException", "ResourceNotFoundException") else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By its table."""
    table = str(resource.identity.name).partition(":table/")[2].partition("/")[0]
    return table in scope.names("aws_dynamodb_table") or any(fnmatchcase(table, p) for p in scope.patterns)


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="resource_arn",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=("dynamodb:GetResourcePolicy",),
    listed=listed,
    absence=absence,
    belongs=belongs,
)
