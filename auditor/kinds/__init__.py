"""Kinds of resources: all that the auditor knows about one stands in its module, as `KIND`."""

from __future__ import annotations

from functools import cache

from auditor.discovery import constants
from auditor.model.kind import Kind


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, by module name."""
    return constants(__name__, "KIND", Kind)
