"""The typed catalogue of facts that rules may speak about."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class FactType(StrEnum):
    """The type of a fact's value; literals and operators in rules must fit it."""

    BOOL = "bool"
    NUMBER = "number"
    STRING = "string"
    TIME = "time"
    """RFC 3339 UTC text."""
    STRINGS = "strings"
    """Tuple of strings."""
    MAP = "map"
    """Strings by string."""
    RECORDS = "records"
    """Tuple of mappings, each with the children's facts."""


class FactSpec(Struct, frozen=True, kw_only=True):
    """What one fact means."""

    path: str
    """As `live.point_in_time_recovery.status`; inside records relative to the record."""
    type: FactType
    doc: str
    unit: str = ""
    api: str = ""
    """The operation that tells, as `dynamodb:DescribeContinuousBackups`; empty: code or analysis."""
    field: str = ""
    """Path inside that operation's answer, or the name of the analysis."""
    absence: str = ""
    """What it means when the value is absent."""
    values: tuple[str, ...] = ()
    """All values a string can take, where they are a closed list."""
    children: tuple[FactSpec, ...] = ()


Catalogue = Mapping[str, Mapping[str, FactSpec]]
"""Subject type -> path -> what it means."""
