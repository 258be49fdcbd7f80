"""All functions by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auditor.hcl.functions import (
    date_time,
    encoding,
    filesystem,
    formatting,
    hash_crypto,
    ip_network,
    mappings,
    numeric,
    provider_aws,
    regular_expressions,
    sequences,
    sets,
    strings,
    structured_text,
    type_conversion,
    yaml_text,
)
from auditor.hcl.functions.specification import Function

_FAMILIES: Final = (
    date_time.FAMILY,
    encoding.FAMILY,
    filesystem.FAMILY,
    formatting.FAMILY,
    hash_crypto.FAMILY,
    ip_network.FAMILY,
    mappings.FAMILY,
    numeric.FAMILY,
    provider_aws.FAMILY,
    regular_expressions.FAMILY,
    sequences.FAMILY,
    sets.FAMILY,
    strings.FAMILY,
    structured_text.FAMILY,
    type_conversion.FAMILY,
    yaml_text.FAMILY,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {name: function for family in _FAMILIES for name, function in family.functions.items()}
)
