"""All functions by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auditor.hcl.functions import (
    formatting,
    mappings,
    numeric,
    regular_expressions,
    sequences,
    sets,
    strings,
    type_conversion,
)
from auditor.hcl.functions.specification import Function

_FAMILIES: Final = (
    formatting.FAMILY,
    mappings.FAMILY,
    numeric.FAMILY,
    regular_expressions.FAMILY,
    sequences.FAMILY,
    sets.FAMILY,
    strings.FAMILY,
    type_conversion.FAMILY,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {name: function for family in _FAMILIES for name, function in family.functions.items()}
)
