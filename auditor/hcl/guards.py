"""Which sensitive values Terraform refuses where sensitive ones are not allowed."""

from __future__ import annotations

from typing import Final

from auditor.hcl import values
from auditor.hcl.values import SENSITIVE, Value

UNGUARDED: Final = "unguarded"
"""Beside SENSITIVE: a module's output alone says so, or a key. Reports cover the value; Terraform 1.11 does not."""


def is_guarded(marks: frozenset[str]) -> bool:
    """Whether Terraform refuses a value of these marks."""
    return SENSITIVE in marks and UNGUARDED not in marks


def holds_guarded(value: Value) -> bool:
    """Whether such marks are on the value or on anything inside it."""
    content = value.content
    inside = content.values() if isinstance(content, values.MAPPINGS) else values.items(value)
    return is_guarded(value.marks) or any(map(holds_guarded, inside))
