"""Single tags of tables that resources of their own declare; read only where code has such a resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, items, pairs, sources
from auditor.model.values import Unknown

TYPE: Final = "aws_dynamodb_tag"
TABLE: Final = "aws_dynamodb_table"
DESCRIBE: Final = "dynamodb:DescribeTable"
TAGS: Final = "dynamodb:ListTagsOfResource"
ALL_TAGS: Final = Request.of("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("dynamodb:table",))

ATTRIBUTES: Final = (
    Attribute(name="resource_arn", shape=Shape.STRING, doc="The table.", required=True, replaces=True),
    Attribute(name="key", shape=Shape.STRING, doc="Key.", required=True, replaces=True, api=TAGS, field="Tags[].Key"),
    Attribute(name="value", shape=Shape.STRING, doc="Value.", required=True, api=TAGS, field="Tags[].Value"),
)
SOURCES: Final = {"": (TAGS, "Tags[]"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """The tags of all tables at once, and of those that are known by ARN in code."""
    if TYPE in scope.declared:
        yield ALL_TAGS
        for arn in sorted({name.rpartition("/")[0] for name in scope.names(TYPE)}):
            yield Request.of(TAGS, ResourceArn=arn)


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more."""
    return iter(())


def confirm(answers: Answers, scope: Scope, declared: Iterable[Resource]) -> Iterator[Request]:
    """The tags of described tables that the answer about all shows without a tag that code puts on some table.

    Which one that is, code often tells by a reference alone; tables that it names by ARN were asked at once.
    """
    keys = {str(resource.values.get("key")) for resource in declared if resource.kind == TYPE}
    common = answers.get(ALL_TAGS)
    if not (keys and common.ok):
        return
    told = {entry["ResourceARN"]: pairs(entry.get("Tags")) for entry in items(common, "ResourceTagMappingList")}
    for answer in sorted(answers_of(answers, DESCRIBE), key=lambda answer: answer.request):
        if answer.ok and not answer.request.region and answer.request.params[0][1] in scope.names(TABLE):
            arn = answer.pages[0]["Table"]["TableArn"]
            if keys - told.get(arn, {}).keys():
                yield Request.of(TAGS, ResourceArn=arn)


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """Every tag of every table, each as a resource."""
    if TYPE not in scope.declared:
        return
    for arn, answer in sorted(_told(answers).items()):
        entries = _entries(answer, arn)
        for key, value in pairs(entries).items():
            yield Resource(
                side=Side.LIVE,
                kind=TYPE,
                identity=Identity(scope.account, scope.region, f"{arn}/{key}"),
                values={"resource_arn": arn, "key": key, "value": value},
                origins=LiveOrigins(SOURCES, {TAGS: answer}),
                facts={"id": f"{arn},{key}"},
            )


def _told(answers: Answers) -> dict[str, Answer]:
    """The answer that tells the tags of a table, by ARN: its own before the common one."""
    common = answers.get(ALL_TAGS)
    found = {entry["ResourceARN"]: common for entry in items(common, "ResourceTagMappingList")}
    for answer in answers_of(answers, TAGS):
        if answer.ok and not answer.request.region:
            found[str(answer.request.params[0][1])] = answer
    return found


def _entries(answer: Answer, arn: str) -> list[dict[str, str]]:
    if answer.request.api == TAGS:
        return list(items(answer, "Tags"))
    tagged = (entry for entry in items(answer, "ResourceTagMappingList") if entry["ResourceARN"] == arn)
    return [tag for entry in tagged for tag in entry.get("Tags") or ()]


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, _scope: Scope, name: str) -> Unknown | None:
    """Missing where the table itself told its tags, or where there is no such table: the answer about all is late."""
    answer = answers.get(Request.of(TAGS, ResourceArn=name.rpartition("/")[0]))
    return None if answer.ok or answer.code == "ResourceNotFoundException" else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="resource_arn/key",
    requests=requests,
    follow=follow,
    confirm=confirm,
    read=read,
    refresh=refresh,
    permissions=("dynamodb:ListTagsOfResource", "tag:GetResources"),
    absence=absence,
)
