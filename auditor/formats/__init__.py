"""The report formats: all that the auditor knows about one stands in its module, as `FORMAT`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from auditor.discovery import constants
from auditor.formats.interface import Format

_SHARED: Final = frozenset({"compiled", "encode", "interface", "page", "parity", "verdict", "words"})


@cache
def formats() -> Mapping[str, Format]:
    """All formats by name."""
    found = constants(__name__, "FORMAT", Format, besides=_SHARED)
    return MappingProxyType({it.name: it for it in found})
