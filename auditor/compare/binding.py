"""Which live resource a declared one is, where AWS made its name: what three witnesses say.

Somebody may have moved an alias to another key, or a table to another one: each of them alone proves nothing. The first
witness is what points at the resource (its alias), the second what uses it (tables), the third what the code wrote
onto it (description, tags, policy). Two of them decide; where they do not, the resource is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from auditor.compare.sameness import truly_same
from auditor.model.facts import Resource
from auditor.model.kind import Attribute, Kind
from auditor.model.values import Reason, Truth, Unknown, Value, all_of, equal

_ENOUGH: Final = 2
_NAMED: Final = 2


class Witnesses(Struct, frozen=True):
    """What the witnesses of one declared resource say; names of live resources are the ends of their ARNs."""

    pointing: Mapping[str, str]
    """By the name of what points at it: where that leads."""
    used: Mapping[str, str]
    """By the name of what the code lets use it: what that uses."""
    alike: Mapping[str, int]
    """By the name of a live one: how many of the written attributes it has."""

    def __bool__(self) -> bool:
        return bool(self.pointing or self.used)

    def found(self) -> str | None:
        """The live resource on which two witnesses agree."""
        votes = Counter(name for name in (self._pointed(), self._most_used(), _best(self.alike)) if name is not None)
        return next((name for name, count in votes.items() if count >= _ENOUGH), None)

    def _pointed(self) -> str | None:
        led = set(self.pointing.values())
        return led.pop() if len(led) == 1 else None

    def _most_used(self) -> str | None:
        """What most use; of two that as many use, the one that is pointed at."""
        counts = Counter(self.used.values())
        pointed = self._pointed()
        if pointed is not None and counts[pointed] and counts[pointed] == max(counts.values()):
            return pointed
        return _best(counts)

    def doubt(self, address: str) -> str:
        """Why it is not known, in one sentence."""
        told = "; ".join([*_told(self.pointing, "leads to", "lead to"), *_told(self.used, "uses", "use")])
        if len({*self.pointing.values(), *self.used.values()}) > 1:
            return f"{told}: nothing but Terraform's state tells which of them is {address}"
        return f"{told}, and nothing but Terraform's state tells whether that is {address}"


def _told(said: Mapping[str, str], one: str, many: str) -> Iterator[str]:
    by_target: dict[str, list[str]] = {}
    for name, target in said.items():
        by_target.setdefault(target, []).append(name)
    for target, names in by_target.items():
        more = len(names) - _NAMED
        shown = f"{', '.join(names[:_NAMED])}{f' and {more} more' if more > 0 else ''}"
        yield f"{shown} {one if len(names) == 1 else many} {target}"


def _best(counts: Mapping[str, int]) -> str | None:
    """The name with the highest count, where no other has as many."""
    most = max(counts.values(), default=0)
    best = [name for name, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def likeness(declared: Resource, live: Resource, kind: Kind) -> int:
    """How many of the attributes by which one knows such a resource are written in code and the same in AWS."""
    known = (attribute for attribute in kind.attributes if attribute.name in kind.known_by)
    return sum(_alike(attribute, declared, live.values.get(attribute.name)) is Truth.TRUE for attribute in known)


def _alike(attribute: Attribute, declared: Resource, actual: Value) -> Truth:
    """Whether an attribute is written and the same; of tags only those that the resource's own block writes."""
    written = declared.values.get(attribute.name)
    if isinstance(written, Unknown) or not written:
        return Truth.FALSE
    if isinstance(written, Mapping) and isinstance(actual, Mapping):
        return all_of(equal(value, actual.get(key)) for key, value in written.items())
    return truly_same(attribute, written, actual)


Uses = Mapping[str, Sequence[tuple[Resource, tuple[str, ...]]]]
"""By the address of a resource: the declared ones that refer to it, each with the path of the value that does."""


def uses_of(declared: Iterable[Resource]) -> Uses:
    """Where declared resources of known name refer to others."""
    found: dict[str, list[tuple[Resource, tuple[str, ...]]]] = {}
    for resource in declared:
        if isinstance(resource.identity.name, str) and resource.undetermined is None:
            for path, address in _references(resource.values):
                found.setdefault(address, []).append((resource, path))
    return found


def _references(values: Mapping[str, Value]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The values that are nothing but one reference: path and address, in blocks too."""
    for name, value in values.items():
        if isinstance(value, Unknown):
            if value.reason is Reason.COMPUTED_BY_AWS and len(value.references) == 1 and not value.text:
                yield (name,), value.references[0].rpartition(".")[0]
        elif isinstance(value, Mapping):
            for path, address in _references(value):
                yield (name, *path), address


def name_in(live: Resource, path: tuple[str, ...]) -> str | None:
    """The name of the resource that a live value speaks of, by ARN or by name; None where there is none."""
    value: Value = live.values
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value.rpartition("/")[2] or None if isinstance(value, str) else None
