"""Data sources that AWS alone can answer: what the code looks for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.model.values import Unknown, Value


@dataclass(frozen=True, slots=True, order=True)
class DataSource:
    """One look-up of the code: `aws_kms_alias` by the name `alias/shop-prod`."""

    type: str
    """Terraform type."""
    sought: str
    """The value of the argument that it is found by."""
    region: str = ""
    """Of its provider, where the code tells one."""


Found = Mapping[str, Value] | Unknown | None
"""The attributes of a data source; Unknown: AWS did not tell; None: AWS has nothing of the kind, so that plan fails."""
