"""JSON syntax: `*.tf.json` into the same tree as native syntax, `*.tfvars.json` into literals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.hcl import numbers
from auditor.hcl.ast import Attribute, Block, Body, Expression, Literal, Object, Tuple
from auditor.hcl.lexer import MAX_DEPTH
from auditor.hcl.parser import parse_expression
from auditor.hcl.schema import Schema, data_schema, resource_schema
from auditor.hcl.source import SourceFile
from auditor.hcl.template import parse_template
from auditor.hcl.values import normalized
from auditor.model.errors import HclSyntaxError

_COMMENT: Final = "//"
_BLANK: Final = re.compile(r"[ \t\r\n]*").match
_STRING: Final = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+)"').match
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?").match
_WORD: Final = re.compile(r"true|false|null").match
_WORDS: Final = {"true": True, "false": False, "null": None}

_LABELS: Final = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "variable": 1,
    "output": 1,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
}
_NESTED: Final[Mapping[str, Mapping[str, int]]] = {
    "variable": {"validation": 0},
    "output": {"precondition": 0},
    "removed": {"lifecycle": 0, "provisioner": 1},
    "check": {"assert": 0, "data": 2},
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0, "provider_meta": 1},
    "provider": {"default_tags": 0, "ignore_tags": 0, "assume_role": 0, "endpoints": 0},
    "resource": {"lifecycle": 0, "provisioner": 1, "connection": 0, "dynamic": 1},
    "lifecycle": {"precondition": 0, "postcondition": 0},
}
_NESTED_OF: Final = {"data": "resource"}
_REFERENCES: Final = frozenset(
    {"depends_on", "ignore_changes", "iterator", "provider", "providers", "replace_triggered_by"}
)
_CONSTANT: Final[Mapping[str, frozenset[str]]] = {
    "variable": frozenset({"default", "description", "sensitive", "nullable", "ephemeral"}),
    "module": frozenset({"source", "version"}),
}
"""Arguments that know no expressions: a string is what it says."""
_REFERENCES_OF: Final = frozenset(
    {("variable", "type"), ("moved", "from"), ("moved", "to"), ("import", "to"), ("removed", "from")}
)


def parse_json(source: SourceFile) -> Body:
    """The body of a `*.tf.json` file.

    Raises:
        HclSyntaxError: at the first place that is not valid.
    """
    whole = _Reader(source).document()
    blocks: list[Block] = []
    for top in _objects(source, whole, "the file"):
        for key, value in _entries(top):
            if key.value not in _LABELS:
                raise source.syntax_error(key.offset, "Extraneous JSON object property", f"no block type {key.value!r}")
            blocks += _blocks(source, str(key.value), _LABELS[str(key.value)], key.offset, value)
    return Body(source, MappingProxyType({}), tuple(blocks))


def parse_json_values(source: SourceFile) -> Mapping[str, Attribute]:
    """The attributes of a `*.tfvars.json` file; strings are literal.

    Raises:
        HclSyntaxError: at the first place that is not valid.
    """
    whole = _Reader(source).document()
    found: dict[str, Attribute] = {}
    for top in _objects(source, whole, "the file"):
        for key, value in _entries(top):
            name = str(key.value)
            if name in found:
                raise source.syntax_error(key.offset, "Duplicate argument", f'the argument "{name}" was already set')
            found[name] = Attribute(source, key.offset, name, value)
    return found


def _template(source: SourceFile, string: Literal) -> Expression:
    """What a string is where expressions may stand; offsets inside one with escapes are those of its start."""
    text, match = str(string.value), _STRING(source.text, string.offset)
    if match is None or ("$" not in text and "%" not in text):
        return string
    if "\\" not in match[1]:
        return parse_template(source, string.offset + 1, string.offset + 1 + len(match[1]))
    return _apart(source, parse_template, text, string.offset)


def _apart(source: SourceFile, read: Callable[[SourceFile], Expression], text: str, offset: int) -> Expression:
    """Read a text that stands in a JSON string; all its places are that of the string."""
    try:
        found: Expression = moved(read(SourceFile(source.path, text)), offset)
    except HclSyntaxError as error:
        raise source.syntax_error(offset, error.summary, error.detail, error.hint) from error
    return found


def moved(node: Any, offset: int) -> Any:  # noqa: ANN401 - any node, tuple of nodes or leaf
    """The same tree with one offset everywhere."""
    if isinstance(node, tuple):
        return tuple(moved(item, offset) for item in node)
    if not isinstance(node, Struct) or not hasattr(node, "offset"):
        return node
    changed = {name: moved(getattr(node, name), offset) for name in node.__struct_fields__}
    return replace(node, **(changed | {"offset": offset}))


def scalar_end(source: SourceFile, offset: int) -> int | None:
    """Where a string, number or word that begins at an offset ends; None where none begins."""
    found = next(filter(None, (read(source.text, offset) for read in (_STRING, _NUMBER, _WORD))), None)
    return found.end() if found else None


class _Reader:
    """Reads JSON with the offset of every value; strings are literals."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._text = source.text
        self._depth = 0

    def document(self) -> Expression:
        value, position = self._value(self._blank(0))
        position = self._blank(position)
        if position < len(self._text):
            raise self._error(position, "Extra characters after the JSON value")
        return value

    def _error(self, offset: int, detail: str) -> Exception:
        return self._source.syntax_error(offset, "Invalid JSON syntax", detail)

    def _blank(self, position: int) -> int:
        match = _BLANK(self._text, position)
        return match.end() if match else position

    def _value(self, at: int) -> tuple[Expression, int]:
        character = self._text[at : at + 1]
        if character == '"':
            text, end = self._string(at)
            return Literal(at, normalized(text)), end
        if character in ("{", "["):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise self._error(at, f"more than {MAX_DEPTH} levels of nesting are not read")
            made, end = self._object(at) if character == "{" else self._array(at)
            self._depth -= 1
            return made, end
        if word := _WORD(self._text, at):
            return Literal(at, _WORDS[word[0]]), word.end()
        if number := _NUMBER(self._text, at):
            try:
                return Literal(at, numbers.parse(number[0])), number.end()
            except numbers.NumberError as error:
                raise self._error(at, str(error)) from error
        raise self._error(at, "a value is expected here")

    def _string(self, at: int) -> tuple[str, int]:
        match = _STRING(self._text, at)
        if match is None:
            raise self._error(at, "a string in double quotes is expected here, on one line, with valid escapes")
        raw = match[1]
        text = json.loads(match[0]) if "\\" in raw else raw
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self._error(at, "half of a surrogate pair is no character")
        return text, match.end()

    def _object(self, start: int) -> tuple[Expression, int]:
        items: list[tuple[Expression, Expression]] = []
        at = self._blank(start + 1)
        while self._text[at : at + 1] != "}":
            name, end = self._string(at)
            colon = self._blank(end)
            if self._text[colon : colon + 1] != ":":
                raise self._error(colon, "a `:` is expected after the name")
            value, end = self._value(self._blank(colon + 1))
            items.append((Literal(at, normalized(name)), value))
            at = self._next(end, "}")
        return Object(start, tuple(items)), at + 1

    def _array(self, start: int) -> tuple[Expression, int]:
        items: list[Expression] = []
        at = self._blank(start + 1)
        while self._text[at : at + 1] != "]":
            value, end = self._value(at)
            items.append(value)
            at = self._next(end, "]")
        return Tuple(start, tuple(items)), at + 1

    def _next(self, end: int, close: str) -> int:
        """The position of the next item, or of the closing bracket."""
        at = self._blank(end)
        if self._text[at : at + 1] == close:
            return at
        if self._text[at : at + 1] != ",":
            raise self._error(at, f"a `,` or `{close}` is expected here")
        at = self._blank(at + 1)
        if self._text[at : at + 1] == close:
            raise self._error(at, "JSON has no comma after the last item")
        return at


def _entries(node: Object) -> Iterator[tuple[Literal, Expression]]:
    for key, value in node.items:
        if isinstance(key, Literal) and key.value != _COMMENT:
            yield key, value


def _objects(source: SourceFile, node: Expression, what: str) -> Iterator[Object]:
    """The objects that stand for bodies: one, or an array of them."""
    for item in node.items if isinstance(node, Tuple) else (node,):
        if not isinstance(item, Object):
            raise source.syntax_error(node.offset, "Incorrect JSON value type", f"{what} must be a JSON object")
        yield item


def _blocks(
    source: SourceFile,
    type_: str,
    labels: int,
    offset: int,
    node: Expression,
    *,
    schema: Schema | None = None,
    given: tuple[str, ...] = (),
) -> Iterator[Block]:
    if isinstance(node, Literal) and node.value is None:
        return
    for item in _objects(source, node, f"the block {type_}"):
        if labels:
            for key, value in _entries(item):
                yield from _blocks(
                    source, type_, labels - 1, key.offset, value, schema=schema, given=(*given, str(key.value))
                )
        else:
            yield Block(source, offset, type_, given, _body(source, type_, given, item, schema))


def _body(source: SourceFile, type_: str, labels: tuple[str, ...], node: Object, schema: Schema | None) -> Body:
    if type_ == "resource":
        schema = resource_schema(labels[0])
    elif type_ == "data":
        schema = data_schema(labels[0])
    known = dict(_NESTED.get(_NESTED_OF.get(type_, type_), {}))
    if schema is not None:
        known |= dict.fromkeys(schema.blocks, 0) | {"dynamic": 1}
    if type_ == "dynamic":
        known["content"] = 0
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for key, value in _entries(node):
        name = str(key.value)
        if name in known and not (name == "provisioner" and isinstance(value, Tuple)):
            inner = schema.blocks[name].schema if schema is not None and name in schema.blocks else None
            if name == "dynamic":
                blocks += _dynamic(source, key.offset, value, schema)
            else:
                blocks += _blocks(source, name, known[name], key.offset, value, schema=inner)
            continue
        if name in attributes:
            raise source.syntax_error(key.offset, "Duplicate argument", f'the argument "{name}" was already set')
        attributes[name] = Attribute(source, key.offset, name, _argument(source, type_, name, value))
    return Body(source, MappingProxyType(attributes), tuple(blocks))


def _argument(source: SourceFile, block_type: str, name: str, value: Expression) -> Expression:
    """The value of an argument: a reference, a constant, or what may hold templates."""
    if name in _REFERENCES or (block_type, name) in _REFERENCES_OF:
        return _with_templates(source, _reference(source, value))
    return value if name in _CONSTANT.get(block_type, ()) else _with_templates(source, value)


def _dynamic(source: SourceFile, offset: int, node: Expression, schema: Schema | None) -> Iterator[Block]:
    for item in _objects(source, node, "the block dynamic"):
        for key, value in _entries(item):
            inner = schema.blocks.get(str(key.value)) if schema else None
            for body in _objects(source, value, "the block dynamic"):
                label = (str(key.value),)
                made = _body(source, "dynamic", label, body, None)
                content = tuple(
                    replace(block, body=_body(source, "content", (), node_of, inner.schema))
                    if inner and block.type == "content"
                    else block
                    for block, node_of in zip(made.blocks, _contents(source, body), strict=True)
                )
                yield Block(source, offset, "dynamic", label, replace(made, blocks=content))


def _contents(source: SourceFile, body: Object) -> Iterator[Object]:
    for key, value in _entries(body):
        if key.value == "content":
            yield from _objects(source, value, "the block content")


def _with_templates(source: SourceFile, node: Expression) -> Expression:
    """An argument's value: there, unlike in blocks, the names of an object are templates too."""
    if isinstance(node, Tuple):
        return Tuple(node.offset, tuple(_with_templates(source, item) for item in node.items))
    if isinstance(node, Object):
        items = ((_with_templates(source, key), _with_templates(source, value)) for key, value in node.items)
        return Object(node.offset, tuple(items))
    return _template(source, node) if isinstance(node, Literal) and isinstance(node.value, str) else node


def _reference(source: SourceFile, node: Expression) -> Expression:
    """A bare reference that JSON has to put into a string."""
    if isinstance(node, Literal) and isinstance(node.value, str) and "${" not in node.value:
        return _apart(source, parse_expression, node.value, node.offset)
    if isinstance(node, Tuple):
        return Tuple(node.offset, tuple(_reference(source, item) for item in node.items))
    if isinstance(node, Object):
        return Object(node.offset, tuple((key, _reference(source, value)) for key, value in node.items))
    return node
