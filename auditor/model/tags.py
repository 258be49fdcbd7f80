"""Tags of resources: what one answer tells of all of a type, and what AWS tells of each by itself.

The answer about all is late by AWS's own word: of a resource that was tagged a moment ago it tells nothing, or what was
there before. So it is taken at its word only where it tells tags, and none that contradict the code; any other resource
is asked by itself, and its own answer has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from auditor.model.answers import Answer, Answers, Request
from auditor.model.facts import Resource
from auditor.model.kind import Attribute, Shape
from auditor.model.members import items, own_tags, pairs
from auditor.model.values import Truth, Unknown, Value, equal

TAGGED: Final = "resourcegroupstaggingapi:GetResources"

TAGS: Final = Attribute(
    name="tags",
    shape=Shape.MAP,
    doc="Tags, without those that AWS makes.",
    api=TAGGED,
    field="ResourceTagMappingList[].Tags",
)


class Tagging(Struct, frozen=True):
    """How AWS is asked for the tags of a type of resource."""

    type: str
    """As the Resource Groups Tagging API calls it."""
    api: str
    """What tells those of one resource, as a list of pairs called `Tags`."""
    parameter: str
    """Which parameter of that takes the ARN."""

    @property
    def of_all(self) -> Request:
        """The question about all resources of the type."""
        return Request.of(TAGGED, ResourceTypeFilters=(self.type,))

    def of(self, arn: str) -> Request:
        """The question about one."""
        return Request.of(self.api, **{self.parameter: arn})

    def sources(self, sources: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
        """A kind's sources where the resource was asked by itself."""
        return {**sources, TAGS.name: (self.api, "Tags")}


TABLE_TAGS: Final = Tagging("dynamodb:table", "dynamodb:ListTagsOfResource", "ResourceArn")
ALARM_TAGS: Final = Tagging("cloudwatch:alarm", "cloudwatch:ListTagsForResource", "ResourceARN")


class Tags(Struct, frozen=True):
    """What a reading tells of the tags of a type of resource."""

    tagging: Tagging
    answers: Answers
    all: Answer
    told: Mapping[str, Mapping[str, Value]]
    """By ARN, what the answer about all tells; those without tags may be left out."""

    @classmethod
    def of(cls, tagging: Tagging, answers: Answers) -> Tags:
        """Out of the answers, worked out once."""
        answer = answers.get(tagging.of_all)
        entries = items(answer, "ResourceTagMappingList")
        told = {entry["ResourceARN"]: own_tags(pairs(entry.get("Tags"))) for entry in entries}
        return cls(tagging, answers, answer, told)

    def of_one(self, arn: str) -> tuple[Value, Answer]:
        """A resource's tags and the answer that tells them; that there are none is told by its own only."""
        own = self.answers.by_request.get(self.tagging.of(arn))
        if own is not None:
            return own_tags(pairs(items(own, "Tags"))) if own.ok else own.unknown, own
        if not self.all.ok:
            return self.all.unknown, self.all
        return self.told.get(arn) or self.answers.get(self.tagging.of(arn)).unknown, self.all

    def doubts(self, arns: Mapping[str, str], declared: Iterable[Resource]) -> Iterator[Request]:
        """What to ask of single resources: those without tags in the answer about all, or with others than declared.

        `arns` are those of the resources that were read, by name; `declared` are resources of their kind.
        """
        if not self.all.ok:
            return
        doubtful = {arn for arn in arns.values() if not self.told.get(arn)}
        for resource in declared:
            arn = arns.get(resource.identity.name) if isinstance(resource.identity.name, str) else None
            if arn is not None and equal(declared_tags(resource), self.told.get(arn, {})) is Truth.FALSE:
                doubtful.add(arn)
        yield from map(self.tagging.of, sorted(doubtful))


def declared_tags(declared: Resource) -> Value:
    """The tags that code gives a resource, over the provider's, without those that AWS makes; unknown as a whole."""
    merged: dict[str, Value] = {}
    for part in (declared.facts.get("default_tags"), declared.values.get("tags")):
        if isinstance(part, Unknown):
            return part
        if isinstance(part, Mapping):
            merged.update((key, value) for key, value in part.items() if value is not None)
    return own_tags(merged)
