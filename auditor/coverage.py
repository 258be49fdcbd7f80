"""What was to be read and was not, in words: one entry for each operation and cause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from auditor.aws.permissions import actions, needed
from auditor.model.answers import EARLIER, Answer, Snapshot
from auditor.model.kind import Kind
from auditor.model.results import Unread
from auditor.model.values import Reason

_WHY = {
    Reason.DENIED: "AWS denied the call",
    Reason.FAILED: "the call did not give a whole answer",
    Reason.NOT_READ: "the call was not made",
    Reason.NOT_SUPPORTED: "the endpoint does not know this operation",
}
_FIX = {
    Reason.FAILED: "run the audit again; if it stays, see the error code",
    Reason.NOT_READ: "run the audit again with more time (--deadline)",
    Reason.NOT_SUPPORTED: "ask an endpoint that serves it, or switch off the rules that need it",
}


def gap(answer: Answer) -> bool:
    """Whether an answer leaves something unread; that a thing does not exist is an answer like any other."""
    return not answer.answered


def unread(answers: Iterable[Answer]) -> tuple[Unread, ...]:
    """The gaps of a reading, by operation and cause, in order of operations."""
    groups: dict[tuple[str, str, Reason], list[Answer]] = {}
    for answer in answers:
        if gap(answer):
            key = answer.request.api, answer.code, answer.reason or Reason.FAILED
            groups.setdefault(key, []).append(answer)
    return tuple(_entry(*key, many) for key, many in sorted(groups.items()))


def not_asked(taken: Snapshot | None, kinds: Iterable[Kind]) -> tuple[str, ...]:
    """The IAM actions of what was not asked for, because no rule that is on and no declaration needs it."""
    known = tuple(kinds)
    return () if taken is None else tuple(sorted(actions(known) - needed(known, taken.scope)))


def earlier(taken: Snapshot | None) -> tuple[str, ...]:
    """What a reading took over from an earlier one, with its age: one sentence for each operation."""
    groups: dict[str, list[str]] = {}
    for answer in taken.answers if taken is not None else ():
        if answer.source == EARLIER:
            groups.setdefault(answer.request.api, []).append(answer.at)
    return tuple(_aged(api, sorted(times), taken.started) for api, times in sorted(groups.items()) if taken is not None)


def _aged(api: str, times: list[str], started: str) -> str:
    hours = (datetime.fromisoformat(started) - datetime.fromisoformat(times[0])).total_seconds() / 3600
    told = f"{len(times)} {'answer' if len(times) == 1 else 'answers'} of {times[0]} to {times[-1]}"
    return f"{api} was not asked where an earlier reading tells it: {told}, up to {hours:.1f} h before this reading."


def _entry(api: str, code: str, reason: Reason, answers: list[Answer]) -> Unread:
    details = sorted({answer.detail for answer in answers if answer.detail})
    action = answers[0].unknown.action
    said = f"{_WHY.get(reason, reason.value)} ({code})"
    return Unread(
        what=api,
        where=tuple(answer.request.key or "the whole Region" for answer in answers),
        why=f"{said}: {details[0]}" if details else said,
        effect="Every fact that this operation tells is unknown where it was not answered.",
        fix=f"grant {action} to the caller" if action else _FIX.get(reason, ""),
        api=api,
        code=code,
        action=action,
    )
