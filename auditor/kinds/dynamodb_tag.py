"""Single tags of tables that resources of their own declare; read only where code has such a resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, sources
from auditor.model.tags import TABLE_TAGS, Tags
from auditor.model.values import Truth, Unknown, equal

TYPE: Final = "aws_dynamodb_tag"
TABLE: Final = "aws_dynamodb_table"
DESCRIBE: Final = "dynamodb:DescribeTable"
TAGS: Final = TABLE_TAGS.api

ATTRIBUTES: Final = (
    Attribute(name="resource_arn", shape=Shape.STRING, doc="The table.", required=True, replaces=True),
    Attribute(name="key", shape=Shape.STRING, doc="Key.", required=True, replaces=True, api=TAGS, field="Tags[].Key"),
    Attribute(name="value", shape=Shape.STRING, doc="Value.", required=True, api=TAGS, field="Tags[].Value"),
)
SOURCES: Final = {"": (TAGS, "Tags[]"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """The tags of all tables at once, and of those that are known by ARN in code."""
    if TYPE in scope.declared:
        yield TABLE_TAGS.of_all
        for arn in sorted({name.rpartition("/")[0] for name in scope.names(TYPE)}):
            yield TABLE_TAGS.of(arn)


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more."""
    return iter(())


def confirm(answers: Answers, scope: Scope, declared: Iterable[Resource]) -> Iterator[Request]:
    """The tags of described tables that the answer about all shows otherwise than code has it of some table.

    Which one that is, code often tells by a reference alone; tables that it names by ARN were asked at once.
    """
    tags = Tags.of(TABLE_TAGS, answers)
    wanted = [(each.values.get("key"), each.values.get("value")) for each in declared if each.kind == TYPE]
    if not (wanted and tags.all.ok):
        return
    for answer in sorted(answers_of(answers, DESCRIBE), key=lambda answer: answer.request):
        if answer.ok and not answer.request.region and answer.request.params[0][1] in scope.names(TABLE):
            arn = answer.pages[0]["Table"]["TableArn"]
            told = tags.told.get(arn, {})
            if any(equal(told.get(str(key)), value) is not Truth.TRUE for key, value in wanted):
                yield TABLE_TAGS.of(arn)


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """Every tag of every table, each as a resource."""
    if TYPE not in scope.declared:
        return
    tags = Tags.of(TABLE_TAGS, answers)
    own = {str(answer.request.params[0][1]) for answer in answers_of(answers, TAGS) if not answer.request.region}
    for arn in sorted(own | tags.told.keys()):
        found, answer = tags.of_one(arn)
        for key, value in found.items() if isinstance(found, Mapping) else ():
            yield Resource(
                side=Side.LIVE,
                kind=TYPE,
                identity=Identity(scope.account, scope.region, f"{arn}/{key}"),
                values={"resource_arn": arn, "key": key, "value": value},
                origins=LiveOrigins(SOURCES, {TAGS: answer}),
                facts={"id": f"{arn},{key}"},
            )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, _scope: Scope, name: str) -> Unknown | None:
    """Missing where the table itself told its tags, or where there is no such table: the answer about all is late."""
    answer = answers.get(TABLE_TAGS.of(name.rpartition("/")[0]))
    return None if answer.ok or answer.code == "ResourceNotFoundException" else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="resource_arn/key",
    name_of_id=lambda told: told.replace(",", "/", 1),
    requests=requests,
    follow=follow,
    confirm=confirm,
    read=read,
    refresh=refresh,
    permissions=(TAGS, "tag:GetResources"),
    absence=absence,
)
