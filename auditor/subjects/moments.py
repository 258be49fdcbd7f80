"""Analysis of times: how long ago something was, by the clock of the run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from auditor.model.values import Reason, Unknown, Value


def instant(value: Value) -> datetime | None:
    """The moment that an RFC 3339 text names; None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def newest(values: Iterable[Value]) -> str | Unknown | None:
    """The latest of several times, as text; None of none, unknown where none of them is told."""
    given = tuple(values)
    latest = max(((moment, value) for value in given if (moment := instant(value)) is not None), default=None)
    if latest is not None:
        return str(latest[1])
    return Unknown(Reason.FAILED, "the answer does not tell when it was made") if given else None


def hours_before(now: datetime, value: Value) -> int | None:
    """Whole hours from a time to now, begun ones counted; None where there is no time."""
    moment = instant(value)
    return None if moment is None else -((moment - now) // timedelta(hours=1))
