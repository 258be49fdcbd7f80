"""A call that would change AWS: told to whoever puts something back; the auditor never makes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Call(Struct, frozen=True):
    """One call with its input."""

    api: str
    """`service:Operation` in botocore's names, as `dynamodb:UpdateTable`."""
    input: Mapping[str, Any]
    """The operation's members: strings, numbers, booleans, lists and mappings of them."""
