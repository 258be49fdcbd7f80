"""The small tree a Terraform file is read into: bodies, blocks, attributes and expressions, each with its offset.

Offsets are characters from the start of the text; `SourceFile.range_at` turns one into file, line and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from auditor.hcl.numbers import Number
from auditor.hcl.source import SourceFile


@dataclass(frozen=True, slots=True)
class Literal:
    """A string (in normal form C, escapes resolved), number, bool or null."""

    offset: int
    value: str | bool | Number | None


@dataclass(frozen=True, slots=True)
class Template:
    """Parts put together to a string; `"${x}"` alone is a `TemplateWrap`, a text without any part a `Literal`."""

    offset: int
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class TemplateWrap:
    """A template that is exactly one interpolation: the value inside, with its type."""

    offset: int
    inner: Expression


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """`%{ if condition }...%{ else }...%{ endif }`: both branches are strings."""

    offset: int
    condition: Expression
    if_true: Expression
    if_false: Expression


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """`%{ for key, value in collection }...%{ endfor }`: the bodies joined."""

    offset: int
    key_name: str
    """Empty where only the value is named."""
    value_name: str
    collection: Expression
    body: Expression


@dataclass(frozen=True, slots=True)
class Variable:
    """The first name of a reference: `var`, `local`, `aws_kms_key`, or a name bound by `for`."""

    offset: int
    name: str


@dataclass(frozen=True, slots=True)
class SplatItem:
    """The element at hand inside the `each` of a `Splat` (the innermost one)."""

    offset: int


@dataclass(frozen=True, slots=True)
class GetAttr:
    """`subject.name`."""

    offset: int
    subject: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`subject[key]`, or the legacy `subject.0` with a number as key."""

    offset: int
    subject: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Splat:
    """`subject[*].steps` or `subject.*.steps`: `each` holds the steps, over a `SplatItem`."""

    offset: int
    subject: Expression
    each: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `expand` is the `...` after the last argument. Namespaced names are joined by `::`."""

    offset: int
    name: str
    arguments: tuple[Expression, ...]
    expand: bool = False


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? if_true : if_false`."""

    offset: int
    condition: Expression
    if_true: Expression
    if_false: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    offset: int
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    """`-operand` or `!operand`."""

    offset: int
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Tuple:
    """`[...]`."""

    offset: int
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AmbiguousKey:
    """An object key such as `a.b` without parentheses, which Terraform refuses when it evaluates it.

    `providers` of a module call is not evaluated: there such keys name configurations.
    """

    offset: int
    written: Expression


@dataclass(frozen=True, slots=True)
class Object:
    """`{...}`: keys and values; a bare name as key is a string `Literal`."""

    offset: int
    items: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class ForTuple:
    """`[for key, value in collection : result if condition]`."""

    offset: int
    key_name: str
    """Empty where only the value is named."""
    value_name: str
    collection: Expression
    result: Expression
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class ForObject:
    """`{for key, value in collection : key => result... if condition}`."""

    offset: int
    key_name: str
    value_name: str
    collection: Expression
    key: Expression
    result: Expression
    condition: Expression | None
    group: bool
    """`...`: results of one key are collected in a tuple."""


Expression = (
    Literal
    | Template
    | TemplateWrap
    | TemplateIf
    | TemplateFor
    | Variable
    | SplatItem
    | GetAttr
    | Index
    | Splat
    | Call
    | Conditional
    | Binary
    | Unary
    | Tuple
    | Object
    | AmbiguousKey
    | ForTuple
    | ForObject
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = expression`."""

    source: SourceFile
    offset: int
    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" { body }`."""

    source: SourceFile
    offset: int
    type: str
    labels: tuple[str, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Body:
    """The attributes by name and the blocks in order of appearance."""

    source: SourceFile
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    blocks: tuple[Block, ...] = ()

    def blocks_of(self, type_: str) -> tuple[Block, ...]:
        """The blocks of one type, in order."""
        return tuple(block for block in self.blocks if block.type == type_)
