"""Members of whole answers: the items of all pages, maps of pairs, exact numbers, and origins made on demand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from auditor.model.answers import Answer, Answers
from auditor.model.facts import ApiField, Origin
from auditor.model.kind import Attribute
from auditor.model.values import Reason, Unknown, Value

REDACTED: Final = "(redacted) "
"""What a tag value begins with that was taken out of a snapshot."""
GOING: Final = "DELETING"
"""Status of a table that is being deleted."""
_MADE_UP: Final = re.compile(r"(.+)[0-9a-fA-F]{26}")
_KEYS: Final = re.compile(r'\["[^"]*"\]')


def items(answer: Answer, member: str) -> Iterator[Any]:
    """The items of a list member over all pages of a whole answer; none where the answer is not whole."""
    for page in answer.pages:
        yield from page.get(member) or ()


def answers_of(answers: Answers, api: str) -> Iterator[Answer]:
    """All answers of one operation, unordered."""
    return (answer for request, answer in answers.by_request.items() if request.api == api)


def untold(table: Mapping[str, Any], *members: str) -> Unknown | None:
    """Of a table that is being deleted AWS tells little: without a member nothing is known of what that tells.

    Of any other table a member that is not there means something: that it has none of them, or the default.
    """
    going = table.get("TableStatus") == GOING
    missing = next((name for name in members if going and name not in table), None)
    if missing is None:
        return None
    detail = f"of a table that is being deleted AWS does not tell {missing}"
    return Unknown(Reason.FAILED, detail, api="dynamodb:DescribeTable")


def pairs(entries: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, Value]:
    """A list of key and value records as a map, by key."""
    return {entry[key]: entry[value] for entry in sorted(entries or (), key=lambda entry: entry[key])}


def keyed(blocks: Iterable[Mapping[str, Value]], identity: str) -> Mapping[str, Value] | Unknown:
    """Blocks by their identity; unknown as a whole where two of them have the same."""
    found: dict[str, Value] = {}
    for block in blocks:
        key = str(block[identity])
        if key in found:
            return Unknown(Reason.NOT_SUPPORTED, f"two of them have the {identity} {key}")
        found[key] = block
    return found


def own_tags(tags: Mapping[str, Value]) -> dict[str, Value]:
    """Tags without those that AWS itself makes; a value that was taken out of a snapshot is unknown."""
    return {key: unredacted(value) for key, value in tags.items() if not key.startswith("aws:")}


def unredacted(value: Value) -> Value:
    """A value; unknown where it was taken out of the snapshot."""
    if isinstance(value, str) and value.startswith(REDACTED):
        return Unknown(Reason.NOT_READ, f"the snapshot is redacted: {value}")
    return value


def prefix_of(name: Value) -> str:
    """The start of a name whose rest the provider made up, as it tells the two apart; empty where it did not."""
    found = _MADE_UP.fullmatch(name) if isinstance(name, str) else None
    return found[1] if found else ""


def default_key(aliases: Answer, service: str) -> str:
    """Id of the key that AWS made for a service; empty where there is none, or it was not told."""
    for entry in items(aliases, "Aliases"):
        if entry["AliasName"] == f"alias/aws/{service}":
            return str(entry.get("TargetKeyId", ""))
    return ""


def tag_map(answer: Answer) -> Value:
    """The tags of an answer that tells them as a map, without those that AWS makes."""
    if not answer.ok:
        return answer.unknown
    return own_tags({key: value for page in answer.pages for key, value in sorted(page["Tags"].items())})


def number(value: float | str | None) -> int | Decimal | None:
    """A number of an answer, exactly as it was written there."""
    if value is None or isinstance(value, int):
        return value
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else exact


def sources(attributes: Iterable[Attribute], prefix: str = "") -> dict[str, tuple[str, str]]:
    """Operation and field of each attribute, by path without keys."""
    found: dict[str, tuple[str, str]] = {}
    for attribute in attributes:
        path = f"{prefix}{attribute.name}"
        if attribute.api:
            found[path] = (attribute.api, attribute.field)
        found |= sources(attribute.children, f"{path}.")
    return found


class LiveOrigins(Mapping[str, Origin]):
    """Origins of a live resource by path, made when they are asked for.

    `sources` is shared by all resources of a kind; `answers` are this resource's own, by operation. The empty path
    is the answer that showed the resource.
    """

    __slots__ = ("_answers", "_sources")

    def __init__(self, sources: Mapping[str, tuple[str, str]], answers: Mapping[str, Answer]) -> None:
        self._sources = sources
        self._answers = answers

    def __getitem__(self, path: str) -> Origin:
        return self._of(*self._sources[_KEYS.sub("", path) if "[" in path else path])

    def beside(self, origin: ApiField) -> ApiField:
        """Another field of the answer that showed the resource, with the time of that; of another one as it is."""
        return self._of(origin.api, origin.field) if self._sources.get("", ("", ""))[0] == origin.api else origin

    def _of(self, api: str, field: str) -> ApiField:
        answer = self._answers.get(api)
        return ApiField(api, field) if answer is None else ApiField(api, field, answer.at, answer.request_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)
