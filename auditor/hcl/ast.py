"""The small tree a Terraform file is read into: bodies, blocks, attributes and expressions, each with its offset.

Offsets are characters from the start of the text; `SourceFile.range_at` turns one into file, line and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from auditor.hcl.numbers import Number
from auditor.hcl.source import SourceFile


class Literal(Struct, frozen=True):
    """A string (in normal form C, escapes resolved), number, bool or null."""

    offset: int
    value: str | bool | Number | None


class Template(Struct, frozen=True):
    """Parts put together to a string; `"${x}"` alone is a `TemplateWrap`, a text without any part a `Literal`."""

    offset: int
    parts: tuple[Expression, ...]


class TemplateWrap(Struct, frozen=True):
    """A template that is exactly one interpolation: the value inside, with its type."""

    offset: int
    inner: Expression


class TemplateIf(Struct, frozen=True):
    """`%{ if condition }...%{ else }...%{ endif }`: both branches are strings."""

    offset: int
    condition: Expression
    if_true: Expression
    if_false: Expression


class TemplateFor(Struct, frozen=True):
    """`%{ for key, value in collection }...%{ endfor }`: the bodies joined."""

    offset: int
    key_name: str
    """Empty where only the value is named."""
    value_name: str
    collection: Expression
    body: Expression


class Variable(Struct, frozen=True):
    """The first name of a reference: `var`, `local`, `aws_kms_key`, or a name bound by `for`."""

    offset: int
    name: str


class SplatItem(Struct, frozen=True):
    """The element at hand inside the `each` of a `Splat` (the innermost one)."""

    offset: int


class GetAttr(Struct, frozen=True):
    """`subject.name`."""

    offset: int
    subject: Expression
    name: str


class Index(Struct, frozen=True):
    """`subject[key]`, or the legacy `subject.0` with a number as key."""

    offset: int
    subject: Expression
    key: Expression


class Splat(Struct, frozen=True):
    """`subject[*].steps` or `subject.*.steps`: `each` holds the steps, over a `SplatItem`."""

    offset: int
    subject: Expression
    each: Expression


class Call(Struct, frozen=True):
    """A function call; `expand` is the `...` after the last argument. Namespaced names are joined by `::`."""

    offset: int
    name: str
    arguments: tuple[Expression, ...]
    expand: bool = False


class Conditional(Struct, frozen=True):
    """`condition ? if_true : if_false`."""

    offset: int
    condition: Expression
    if_true: Expression
    if_false: Expression


class Binary(Struct, frozen=True):
    """`left operator right`."""

    offset: int
    operator: str
    left: Expression
    right: Expression


class Unary(Struct, frozen=True):
    """`-operand` or `!operand`."""

    offset: int
    operator: str
    operand: Expression


class Tuple(Struct, frozen=True):
    """`[...]`."""

    offset: int
    items: tuple[Expression, ...]


class AmbiguousKey(Struct, frozen=True):
    """An object key such as `a.b` without parentheses, which Terraform refuses when it evaluates it.

    `providers` of a module call is not evaluated: there such keys name configurations.
    """

    offset: int
    written: Expression


class Object(Struct, frozen=True):
    """`{...}`: keys and values; a bare name as key is a string `Literal`."""

    offset: int
    items: tuple[tuple[Expression, Expression], ...]


class ForTuple(Struct, frozen=True):
    """`[for key, value in collection : result if condition]`."""

    offset: int
    key_name: str
    """Empty where only the value is named."""
    value_name: str
    collection: Expression
    result: Expression
    condition: Expression | None


class ForObject(Struct, frozen=True):
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


class Attribute(Struct, frozen=True):
    """`name = expression`."""

    source: SourceFile
    offset: int
    name: str
    expression: Expression


class Block(Struct, frozen=True):
    """`type "label" { body }`."""

    source: SourceFile
    offset: int
    type: str
    labels: tuple[str, ...]
    body: Body


class Body(Struct, frozen=True):
    """The attributes by name and the blocks in order of appearance."""

    source: SourceFile
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    blocks: tuple[Block, ...] = ()

    def blocks_of(self, type_: str) -> tuple[Block, ...]:
        """The blocks of one type, in order."""
        return tuple(block for block in self.blocks if block.type == type_)
