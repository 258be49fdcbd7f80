"""What became of waivers since the run before: a pure function of what two reports say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct


class Change(StrEnum):
    """What happened to a waiver."""

    ADDED = "added"
    REMOVED = "removed"
    EXTENDED = "extended"
    """It ends later than it did."""
    REWRITTEN = "rewritten"
    """Another rule, subject, path, owner, approver, reason, ticket or date; what it covers may have grown."""
    STATE = "state"
    """The same words, worth something else: it expires soon, has expired, covers no fail any more."""


WORDS: Final = ("rule", "subject", "path", "reason", "owner", "approver", "ticket", "created", "expires")
"""What is written of a waiver, besides its id."""


class WaiverChange(Struct, frozen=True):
    """One change of one waiver."""

    id: str
    change: Change
    fields: tuple[str, ...]
    """The words that differ, in the order of the file; `state` where they are the same."""
    before: Mapping[str, Any]
    """The waiver as the earlier report has it; empty where it has none."""
    after: Mapping[str, Any]


def told(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a later report needs to know of the waivers of a decoded JSON report."""
    return [{name: str(waiver.get(name) or "") for name in ("id", *WORDS, "state")} for waiver in report["waivers"]]


def changed_waivers(
    before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]
) -> tuple[WaiverChange, ...]:
    """The waivers that differ from one run to a later one of the same environment, by id; both as `told` tells them."""
    old, new = ({waiver["id"]: waiver for waiver in waivers} for waivers in (before, after))
    return tuple(change for id_ in sorted({*old, *new}) for change in _changes(id_, old.get(id_, {}), new.get(id_, {})))


def _changes(id_: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[WaiverChange]:
    fields = tuple(name for name in WORDS if before.get(name) != after.get(name))
    if not after:
        yield WaiverChange(id_, Change.REMOVED, (), before, after)
    elif not before:
        yield WaiverChange(id_, Change.ADDED, (), before, after)
    elif fields == ("expires",) and after["expires"] > before["expires"]:
        yield WaiverChange(id_, Change.EXTENDED, fields, before, after)
    elif fields:
        yield WaiverChange(id_, Change.REWRITTEN, fields, before, after)
    elif before["state"] != after["state"]:
        yield WaiverChange(id_, Change.STATE, ("state",), before, after)
