"""Between Terraform's values and the model's, which have neither types nor marks."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from auditor.hcl import numbers, types, values
from auditor.hcl.numbers import Float, SizedInt
from auditor.hcl.provenance import Provenance
from auditor.hcl.values import MAPPINGS, UNMARKED, Undecided, Value
from auditor.model import values as model


def plain(value: Value) -> model.Value:
    """The value as the model holds it: numbers as int or Decimal, sets sorted, unknown ones by their cause."""
    content = value.content
    if isinstance(content, str):
        return content
    if isinstance(content, Undecided):
        return content.cause
    if isinstance(content, MAPPINGS):
        return MappingProxyType({name: plain(content[name]) for name in sorted(content)})
    if isinstance(content, tuple):
        return tuple(plain(item) for item in content)
    if isinstance(content, Float):
        return numbers.decimal(content)
    return int(content) if isinstance(content, SizedInt) else content  # type: ignore[return-value]  # no mapping is left


def from_plain(content: model.Value, origin: Provenance | None = None) -> Value:
    """The value of a plain one: tuples for sequences, objects for mappings."""
    if isinstance(content, model.Unknown):
        return values.unknown(types.DYNAMIC, content, origin)
    if isinstance(content, MAPPINGS):
        return values.mapping(
            {values.normalized(name): from_plain(item, origin) for name, item in content.items()}, origin
        )
    if isinstance(content, tuple):
        return values.sequence((from_plain(item, origin) for item in content), origin)
    if isinstance(content, str):
        return values.string(content, origin)
    if isinstance(content, Decimal):
        return values.number(numbers.parse(str(content)) or 0, origin)
    if content is None or isinstance(content, bool | int):
        return Value(content, None, UNMARKED, origin)
    return values.null(types.DYNAMIC, origin)
