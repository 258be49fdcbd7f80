"""Data sources that AWS alone can answer: what the code looks for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from auditor.model.values import Unknown, Value


class DataSource(Struct, frozen=True, order=True):
    """One look-up of the code: `aws_kms_alias` by the name `alias/shop-prod`."""

    type: str
    """Terraform type."""
    sought: str
    """The value of the argument that it is found by."""
    region: str = ""
    """Of its provider, where the code tells one."""


Found = Mapping[str, Value] | Unknown | None
"""The attributes of a data source; Unknown: AWS did not tell; None: AWS has nothing of the kind, so that plan fails."""
