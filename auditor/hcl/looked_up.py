"""Data sources that AWS alone can answer: what they look for, and what was found as values of their schema."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from auditor.hcl import plain_values, types, values
from auditor.hcl.provenance import Provenance
from auditor.hcl.providers import ProviderConfiguration
from auditor.hcl.schema import Schema
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, Type
from auditor.hcl.values import Value
from auditor.model import values as model
from auditor.model.data_sources import DataSource

SOUGHT_BY: Final[Mapping[str, str]] = MappingProxyType(
    {"aws_dynamodb_table": "name", "aws_kms_alias": "name", "aws_kms_key": "key_id"}
)
"""The argument that a data source is found by."""
_OTHER_CREDENTIALS: Final = frozenset({"access_key", "assume_role", "assume_role_with_web_identity", "profile"})


def data_source(
    type_: str, written: Mapping[str, Value], provider: ProviderConfiguration | None, region: Value | None
) -> DataSource | None:
    """What AWS can be asked; None where that is not known, or where a provider of its own may ask another account."""
    sought = written.get(SOUGHT_BY[type_])
    where = "" if region is None else region.content
    foreign = provider is not None and provider.alias and provider.values.keys() & _OTHER_CREDENTIALS
    if sought is None or sought.sensitive or foreign:
        return None
    if not isinstance(sought.content, str) or not isinstance(where, str):
        return None
    return DataSource(type_, sought.content, where)


def told(
    found: Mapping[str, model.Value] | model.Unknown,
    schema: Schema,
    address: str,
    provider: ProviderConfiguration | None,
    origin: Provenance,
) -> Mapping[str, Value]:
    """The attributes that AWS told; where it did not tell, all of them unknown by that cause."""
    computed = {name: attribute.type for name, attribute in schema.attributes.items() if attribute.computed}
    computed |= {name: block.type for name, block in schema.blocks.items() if block.computed}
    if isinstance(found, model.Unknown):
        return {name: _unknown(type_, found, f"{address}.{name}") for name, type_ in computed.items()}
    if "tags" in found:
        found = {**found, "tags": _kept(found["tags"], provider)}
    return {
        name: _value(found[name], type_, f"{address}.{name}", origin)
        for name, type_ in computed.items()
        if name in found
    }


def _kept(tags: model.Value, provider: ProviderConfiguration | None) -> model.Value:
    """Without the tags that the provider ignores."""
    if provider is None or not isinstance(tags, Mapping):
        return tags
    return {key: value for key, value in tags.items() if not provider.ignores_tag(key)}


def _value(content: model.Value, type_: Type, reference: str, origin: Provenance) -> Value:
    """A value of this type; the provider keeps a zero for what AWS leaves out, and null for what does not apply."""
    if isinstance(content, model.Unknown):
        return _unknown(type_, content, reference)
    if content is model.NOT_APPLICABLE:
        return values.null(type_, origin)
    match type_:
        case ObjectType():
            told = content if isinstance(content, Mapping) else {}
            return values.mapping(
                {name: _value(told.get(name), inner, reference, origin) for name, inner in type_.attributes.items()},
                origin,
            )
        case MapType():
            told = content if isinstance(content, Mapping) else {}
            items = {name: _value(item, type_.element, reference, origin) for name, item in told.items()}
            return values.map_of(type_.element, items, origin)
        case ListType() | SetType():
            several = content if isinstance(content, tuple) else ()
            elements = [_value(item, type_.element, reference, origin) for item in several]
            return (values.list_of if isinstance(type_, ListType) else values.set_of)(type_.element, elements, origin)
    zero = _ZEROS[type_]
    return plain_values.from_plain(zero if content is None else content, origin)


_ZEROS: Final[Mapping[Type, model.Value]] = {types.STRING: "", types.NUMBER: 0, types.BOOL: False}


def _unknown(type_: Type, cause: model.Unknown, reference: str) -> Value:
    return values.unknown(type_, replace(cause, references=(reference,)))
