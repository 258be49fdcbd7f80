"""What the AWS provider's schema says of resources and data sources: types, nesting, defaults, what AWS computes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from auditor.hcl import plain_values, types, values
from auditor.hcl.convert import convert
from auditor.hcl.go_json import NORMALIZED
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType, Type
from auditor.hcl.values import Value

_FILE: Final = Path(__file__).with_name("schema.json")
_COLLECTIONS: Final[Mapping[str, Callable[[Type], Type]]] = {"list": ListType, "set": SetType, "map": MapType}
_PRIMITIVES: Final = {"string": types.STRING, "number": types.NUMBER, "bool": types.BOOL, "dynamic": types.DYNAMIC}


class AttributeSchema(Struct, frozen=True, dict=True):
    """An argument or a computed attribute."""

    type: Type
    required: bool = False
    configurable: bool = True
    """Whether code may set it."""
    computed: bool = False
    """AWS or the provider decides it where nothing is written."""
    sensitive: bool = False
    normalized: str = ""
    """How the provider rewrites a JSON text, as `go_json.normalized` takes it."""
    blank: bool = False
    """An empty text is planned as it is, though it is computed."""
    needs: str = ""
    """An attribute beside it; while that is false or empty this one is planned as if it were not written."""
    zero: str = ""
    """A bool beside it; while that is true this one is planned as 0."""
    suppressed: str | None = None
    """A value that is planned as if it were not written."""
    default: Value | None = None
    """What the provider plans where nothing is written."""

    @cached_property
    def absent(self) -> Value:
        """What stands for nothing: the default, or null."""
        return values.null(self.type) if self.default is None else self.default

    @cached_property
    def absent_in_set(self) -> Value:
        """The same inside a set of blocks, where the provider plans empty texts and lists instead of null."""
        if self.default is None and self.type == types.STRING:
            return values.EMPTY_STRING
        if self.default is None and isinstance(self.type, ListType | SetType):
            return Value((), self.type)
        return self.absent


class NestedBlock(Struct, frozen=True, dict=True):
    """A type of nested blocks."""

    nesting: str
    """`list`, `set`, `single` or `map`."""
    schema: Schema
    computed: bool = False
    """AWS decides it where no block is written."""

    @cached_property
    def type(self) -> Type:
        """The type of all blocks together."""
        inner = self.schema.type
        return inner if self.nesting == "single" else _COLLECTIONS[self.nesting](inner)


class Schema(Struct, frozen=True, dict=True):
    """Attributes and nested blocks of a resource, a data source or a nested block."""

    attributes: Mapping[str, AttributeSchema] = field(default_factory=lambda: MappingProxyType({}))
    blocks: Mapping[str, NestedBlock] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The arguments that must be given."""
        return tuple(name for name, attribute in self.attributes.items() if attribute.required)

    @cached_property
    def absent(self) -> Mapping[str, Value]:
        """What stands for each attribute that is not written, and that nobody decides."""
        return {name: attribute.absent for name, attribute in self.attributes.items()}

    @cached_property
    def absent_in_set(self) -> Mapping[str, Value]:
        """The same inside a set of blocks."""
        return {name: attribute.absent_in_set for name, attribute in self.attributes.items()}

    @cached_property
    def decided(self) -> tuple[str, ...]:
        """The attributes that AWS or the provider decides where nothing is written."""
        return tuple(name for name, each in self.attributes.items() if each.computed and each.default is None)

    @cached_property
    def zeros(self) -> tuple[tuple[str, str], ...]:
        """The attributes that are planned as 0 while a bool beside them is true, each with the bool's name."""
        return tuple((name, each.zero) for name, each in self.attributes.items() if each.zero)

    @cached_property
    def type(self) -> ObjectType:
        """The type of the whole as expressions see it."""
        found: dict[str, Type] = {name: attribute.type for name, attribute in self.attributes.items()}
        for name, block in self.blocks.items():
            found[name] = block.type
        return ObjectType(MappingProxyType(found))


def resource_schema(type_: str) -> Schema | None:
    """The schema of a resource type; None for a type that is not described."""
    return _schema("resources", type_)


def data_schema(type_: str) -> Schema | None:
    """The schema of a data source; None for one that is not described."""
    return _schema("data", type_)


def from_notation(notation: Any) -> Type:  # noqa: ANN401 - a JSON value
    """The type of Terraform's JSON notation: `"string"`, `["map","string"]`, `["object",{...}]`."""
    if isinstance(notation, str):
        return _PRIMITIVES[notation]
    kind, inner = notation
    if kind == "object":
        return ObjectType(MappingProxyType({name: from_notation(type_) for name, type_ in inner.items()}))
    if kind == "tuple":
        return TupleType(tuple(from_notation(type_) for type_ in inner))
    return _COLLECTIONS[kind](from_notation(inner))


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return document


@cache
def _schema(section: str, type_: str) -> Schema | None:
    described = _document()[section].get(type_)
    return None if described is None else _read(described)


def _plain(default: Any) -> Any:  # noqa: ANN401 - a JSON value
    return tuple(_plain(item) for item in default) if isinstance(default, list) else default


def _named(words: list[str], prefix: str) -> str:
    return next((word.removeprefix(prefix) for word in words if word.startswith(prefix)), "")


def _read(described: Mapping[str, Any]) -> Schema:
    attributes = {}
    for name, (notation, mode, *default) in described["attributes"].items():
        words = mode.split()
        type_ = from_notation(notation)
        attributes[name] = AttributeSchema(
            type_,
            required="required" in words,
            configurable="required" in words or "optional" in words,
            computed="computed" in words,
            sensitive="sensitive" in words,
            normalized=next((word for word in words if word in NORMALIZED), ""),
            blank="blank" in words,
            needs=_named(words, "needs:"),
            zero=_named(words, "zero:"),
            suppressed=next((word.partition(":")[2] for word in words if word.startswith("suppressed:")), None),
            default=convert(plain_values.from_plain(_plain(default[0])), type_) if default else None,
        )
    blocks = {
        name: NestedBlock(nesting, _read(inner), computed=bool(computed))
        for name, (nesting, inner, *computed) in described.get("blocks", {}).items()
    }
    return Schema(MappingProxyType(attributes), MappingProxyType(blocks))
