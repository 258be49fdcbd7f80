"""Waivers: accepted fails with owner, approver and end; their file, their states, what they match."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from auditor.model.errors import InvalidWaiver
from auditor.model.results import Finding, Status, Waiver
from auditor.policy.document import Node, did_you_mean, read
from auditor.policy.globs import covers, matches, only_wildcards

SCHEMA: Final = "auditor/waivers/v1"

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Its name in reports, as W-2026-014.",
        "rule": "Rule id, or a glob of them; * stands for anything.",
        "subject": "Glob over the subject's name, address or identity, or over `finding/` and the finding's id.",
        "path": "Glob over the attribute path; default: all.",
        "reason": "Why the fail is accepted.",
        "owner": "The role that answers for it.",
        "approver": "The role that accepted it; not the owner.",
        "ticket": "Where the decision is recorded.",
        "created": "Date, YYYY-MM-DD.",
        "expires": "Date, YYYY-MM-DD; the last day on which it holds.",
    }
)
_OPTIONAL: Final = ("path",)
_FINDING: Final = "finding/"

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NO_DATE: Final = "this is not a date"

LONGEST_DAYS: Final = 366
"""The longest time from created to expires, unless the caller says otherwise."""
SOON_DAYS: Final = 14


class State(StrEnum):
    """What a waiver is worth on a day."""

    VALID = "valid"
    EXPIRES_SOON = "expires_soon"
    """Valid, for no more than SOON_DAYS days."""
    EXPIRED = "expired"
    UNMATCHED = "unmatched"
    """It certainly covers no fail of this audit."""
    TOO_BROAD = "too_broad"
    """It covers every rule, or several rules on every subject that there is; it holds for nothing."""


HOLDING: Final = frozenset({State.VALID, State.EXPIRES_SOON})
"""States in which a fail that a waiver covers does not count."""


def load_waivers(
    path: Path, rules: Collection[str], *, shown: str = "", longest_days: int = LONGEST_DAYS
) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order.

    `rules` are the known rule ids. Raises InvalidWaiver.
    """
    shown = shown or path.as_posix()
    try:
        root, _ = read(path, shown, InvalidWaiver)
    except OSError as caught:
        raise InvalidWaiver(f"can't read {shown}: {caught.strerror}") from None
    fields = root.fields(("schema", "waivers"), ("schema", "waivers"), f"schema: {SCHEMA}, and a list of waivers")
    fields["schema"].choice((SCHEMA,), "schema")
    waivers: dict[str, Waiver] = {}
    for node in fields["waivers"].items():
        waiver = _waiver(node, rules, longest_days)
        if waiver.id in waivers:
            node.fail(f"two waivers are called {waiver.id!r}", f"first at {waivers[waiver.id].place}")
        waivers[waiver.id] = waiver
    return tuple(waivers.values())


def _waiver(node: Node, rules: Collection[str], longest_days: int) -> Waiver:
    required = [name for name in FIELDS if name not in _OPTIONAL]
    nodes = node.fields(FIELDS, required, f"a waiver has {', '.join(required)}")
    texts = {name: one.text(name, longest=1000) for name, one in nodes.items()}
    if not any(matches(texts["rule"], rule) for rule in rules):
        nodes["rule"].fail(f"no rule is called {texts['rule'][:60]!r}", did_you_mean(texts["rule"], rules))
    if texts["approver"].casefold() == texts["owner"].casefold():
        nodes["approver"].fail("owner and approver must not be the same")
    created, expires = _date(nodes["created"]), _date(nodes["expires"])
    if expires < created:
        nodes["expires"].fail("it expires before it was created")
    latest = created + timedelta(days=longest_days)
    if expires > latest:
        nodes["expires"].fail(
            f"a waiver holds for at most {longest_days} days", f"{latest.isoformat()} at the latest; renew it then"
        )
    return Waiver(**texts, place=node.place)


def _date(node: Node) -> date:
    text = node.text("a date")
    try:
        # `fromisoformat` reads other forms too, week dates among them.
        return date(*map(int, text.split("-"))) if _DATE.fullmatch(text) else node.fail(_NO_DATE, "YYYY-MM-DD")
    except ValueError:
        node.fail(_NO_DATE, "YYYY-MM-DD")


def state(waiver: Waiver, today: date, *, soon_days: int = SOON_DAYS) -> State:
    """What the waiver is worth by its own words; whether it is unmatched only judging can tell."""
    every_subject = only_wildcards(waiver.subject)
    if only_wildcards(waiver.rule) or (every_subject and "*" in waiver.rule):
        return State.TOO_BROAD
    left = (date.fromisoformat(waiver.expires) - today).days
    if left < 0:
        return State.EXPIRED
    return State.EXPIRES_SOON if left <= soon_days else State.VALID


def speaks_of(waiver: Waiver, rule: str) -> bool:
    """Whether the waiver is about a rule."""
    return matches(waiver.rule, rule)


def speaks_about(waiver: Waiver, *names: str) -> bool:
    """Whether the waiver is about a subject, known by name, address and identity."""
    return any(matches(waiver.subject, name) for name in names if name)


def applies(waiver: Waiver, finding: Finding) -> bool:
    """Whether the waiver speaks about this finding, if it is a fail."""
    return finding.status is Status.FAIL and _about(waiver, finding)


def may_apply(waiver: Waiver, finding: Finding) -> bool:
    """Whether it might, once this finding is decided, wherever it then points at."""
    return finding.status is not Status.FAIL and _about(waiver, finding, anywhere=True)


def _about(waiver: Waiver, finding: Finding, *, anywhere: bool = False) -> bool:
    names = (finding.subject, finding.address, finding.identity, f"{_FINDING}{finding.fingerprint}")
    return (
        speaks_of(waiver, finding.rule)
        and speaks_about(waiver, *names)
        and (anywhere or not waiver.path or covers(waiver.path, finding.path))
    )


def covering(waivers: Iterable[tuple[Waiver, State]], finding: Finding) -> tuple[Waiver, State] | None:
    """The waiver that covers a finding: the first that holds, else the first that speaks about it."""
    found = [(waiver, state_) for waiver, state_ in waivers if applies(waiver, finding)]
    return next((one for one in found if one[1] in HOLDING), next(iter(found), None))
