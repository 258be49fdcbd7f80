"""Pages of a list, with the next offset as an opaque token."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar

from fakeaws.world import ApiError

Item = TypeVar("Item")


def page(items: Sequence[Item], token: str | None, size: int) -> tuple[Sequence[Item], str | None]:
    """One page and the token of the next; None after the last."""
    start = _offset(token)
    end = min(start + size, len(items))
    following = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return items[start:end], following


def _offset(token: str | None) -> int:
    try:
        return int(base64.b64decode(token, validate=True)) if token else 0
    except ValueError:
        raise ApiError(400, "ValidationException", "Invalid token") from None


def limited(asked: int | None, longest: int, default: int | None = None) -> int:
    """The page size that was asked for, if AWS would take it."""
    size = asked or default or longest
    if not 1 <= size <= longest:
        raise ApiError(400, "ValidationException", f"must be between 1 and {longest}")
    return size


def named(**members: object) -> dict[str, object]:
    """The members that are there."""
    return {name: value for name, value in members.items() if value is not None}
