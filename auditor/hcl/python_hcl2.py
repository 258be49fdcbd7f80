"""python-hcl2's tree as ours: the first reader where it is asked to be, and the second one everywhere else.

It leaves the bodies of heredocs and template directives unread: our own parser reads those, or the second reading
leaves them out. It is not thread-safe, and slow to load; this is the only user of its tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

import hcl2
from hcl2.rules import (
    base,
    containers,
    directives,
    expressions,
    for_expressions,
    functions,
    indexing,
    literal_rules,
    strings,
)

from auditor.hcl import ast, numbers
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.values import normalized

ANYTHING: Final = ("heredoc",)
"""What python-hcl2 leaves unread, in a second reading: equal to whatever stands there."""

_WORDS: Final = {"true": True, "false": False, "null": None}
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_NOT_A_LINE_END: Final = re.compile(r"[^\n]")

Node = Any
"""A node of python-hcl2's, which has no types, or one of ours (or `ANYTHING`)."""


def parse(source: SourceFile) -> ast.Body:
    """The body of a file as python-hcl2 reads it.

    Raises:
        HclSyntaxError: where python-hcl2 refuses it, at the place that it names.
    """
    try:
        return Conversion(source, second=False).body(hcl2.parses(source.text, discard_comments=True).body)
    except Exception as error:
        if hasattr(error, "subject"):
            raise
        line, column = getattr(error, "line", 1), getattr(error, "column", 1)
        known = isinstance(line, int) and isinstance(column, int) and line > 0
        offset = sum(len(text) + 1 for text in source.text.split("\n")[: line - 1]) + column - 1 if known else 0
        detail = f"python-hcl2 does not take this file ({type(error).__name__})"
        hint = "leave --hcl-reader out: Terraform may take what python-hcl2 refuses"
        raise source.syntax_error(min(offset, len(source.text)), "Refused by python-hcl2", detail, hint) from error


def second_reading(text: str) -> ast.Body:
    """The body of a file, with `ANYTHING` for what is left unread."""
    source = SourceFile("second reading", text)
    return Conversion(source, second=True).body(hcl2.parses(text, discard_comments=True).body)


class Conversion:
    """Turns the tree of one file into ours."""

    def __init__(self, source: SourceFile, *, second: bool) -> None:
        """Convert what stands in `source`."""
        self.source = source
        self.second = second

    def body(self, node: Node) -> ast.Body:
        """A body: attributes by name, and blocks."""
        attributes: dict[str, ast.Attribute] = {}
        blocks: list[ast.Block] = []
        for child in node.children:
            if isinstance(child, base.AttributeRule):
                name, offset = str(child.identifier.token), _start(child, 0)
                if name in attributes and not self.second:
                    detail = f'the argument "{name}" was already set'
                    raise self.source.syntax_error(offset, "Attribute redefined", detail)
                attributes[name] = ast.Attribute(self.source, offset, name, self.expression(child.expression))
            elif isinstance(child, base.BlockRule):
                type_, *labels = (_label(label) for label in child.labels)
                body = self.body(child.body)
                blocks.append(ast.Block(self.source, _start(child, 0), type_, tuple(labels), body))
        return ast.Body(self.source, MappingProxyType(attributes), tuple(blocks))

    def expression(self, node: Node, around: int = 0) -> Node:
        """An expression; `around` is the offset of what it stands in, for nodes without a place."""
        offset = _start(node, around)
        if isinstance(node, expressions.ExprTermRule):
            return self.expression(node.expression, offset)
        if isinstance(node, indexing.GetAttrExprTermRule):
            return self._step(node.get_attr, self.expression(node.expr_term, offset), offset)
        if isinstance(node, indexing.IndexExprTermRule):
            return self._step(node.children[1], self.expression(node.children[0], offset), offset)
        for kinds, convert in _CONVERSIONS:
            if isinstance(node, kinds):
                return convert(self, node, offset)
        # A node that another release of python-hcl2 has: both readings tell it as a refusal of the file.
        raise NotImplementedError(type(node).__name__)

    def unread(self, node: Node, offset: int) -> Node:
        """What python-hcl2 leaves unread: ours to read, in its place in the file."""
        if self.second:
            return ANYTHING
        before = _NOT_A_LINE_END.sub(" ", self.source.text[:offset])
        return parse_expression(SourceFile(self.source.path, before + self.source.text[offset : node._meta.end_pos]))  # noqa: SLF001 - the only source of places

    def name(self, node: Node, offset: int) -> Node:
        """The first name of a reference."""
        return ast.Variable(offset, str(node.token))

    def word(self, node: Node, offset: int) -> Node:
        """A keyword."""
        return ast.Literal(offset, _WORDS[str(node.token)])

    def number(self, node: Node, offset: int) -> Node:
        """A number; a minus that was read along with it is an operator."""
        digits = str(node.token)
        literal = ast.Literal(offset, numbers.parse(digits.removeprefix("-")))
        return ast.Unary(offset, "-", literal) if digits.startswith("-") else literal

    def conditional(self, node: Node, offset: int) -> Node:
        """A choice."""
        branches = (node.condition, node.if_true, node.if_false)
        return ast.Conditional(offset, *(self.expression(branch, offset) for branch in branches))

    def binary(self, node: Node, offset: int) -> Node:
        """An operation on two parts."""
        right = node.binary_term
        operator = str(right.binary_operator.token).strip()
        left = self.expression(node.expr_term, offset)
        return ast.Binary(offset, operator, left, self.expression(right.expr_term, offset))

    def unary(self, node: Node, offset: int) -> Node:
        """An operation on one part."""
        return ast.Unary(offset, str(node.operator), self.expression(node.expr_term, offset))

    def splat(self, node: Node, offset: int) -> Node:
        """A splat of either kind."""
        each: Node = ast.SplatItem(offset)
        for step in node.attr_splat.get_attrs:
            each = self._step(step, each, offset)
        return ast.Splat(offset, self.expression(node.expr_term, offset), each)

    def call(self, node: Node, offset: int) -> Node:
        """A function call."""
        given = node.arguments
        arguments = tuple(self.expression(item, offset) for item in given.arguments) if given else ()
        name = "::".join(str(part.token) for part in node.identifiers)
        return ast.Call(offset, name, arguments, bool(given and given.has_ellipsis))

    def tuple(self, node: Node, offset: int) -> Node:
        """A tuple."""
        return ast.Tuple(offset, tuple(self.expression(item, offset) for item in node.elements))

    def object(self, node: Node, offset: int) -> Node:
        """An object."""
        items = ((self._key(item.key, offset), self.expression(item.expression, offset)) for item in node.elements)
        return ast.Object(offset, tuple(items))

    def loop(self, node: Node, offset: int) -> Node:
        """A `for` expression of either kind."""
        intro = node.for_intro
        names = [str(name.token) for name in (intro.first_iterator, intro.second_iterator) if name]
        key_name = names[0] if len(names) > 1 else ""
        condition = self.expression(node.condition.condition_expr, offset) if node.condition else None
        collection, value = self.expression(intro.iterable, offset), self.expression(node.value_expr, offset)
        if isinstance(node, for_expressions.ForTupleExprRule):
            return ast.ForTuple(offset, key_name, names[-1], collection, value, condition)
        key = self.expression(node.key_expr, offset)
        return ast.ForObject(offset, key_name, names[-1], collection, key, value, condition, bool(node.ellipsis))

    def string(self, node: Node, offset: int) -> Node:
        """A quoted template."""
        unread = any(isinstance(part.content, _DIRECTIVES) for part in node.string_parts)
        if unread and not self.second:
            return self.unread(node, offset)
        return _template(list(self._parts(node.string_parts, offset)), offset)

    def _parts(self, nodes: Node, offset: int) -> Iterator[Node]:
        for part in nodes:
            content = part.content
            if isinstance(content, strings.InterpolationRule):
                yield self.expression(content.expression, offset)
            else:
                yield ANYTHING if isinstance(content, _DIRECTIVES) else str(content)

    def _step(self, step: Node, subject: Node, offset: int) -> Node:
        if isinstance(step, indexing.GetAttrRule):
            return ast.GetAttr(offset, subject, str(step.identifier.token))
        if isinstance(step, indexing.ShortIndexRule):
            return ast.Index(offset, subject, ast.Literal(offset, numbers.parse(str(step.index))))
        return ast.Index(offset, subject, self.expression(step.index_expression, offset))

    def _key(self, key: Node, offset: int) -> Node:
        inner = getattr(key, "expression", None)
        if inner is None:
            return _bare(self.expression(key.value, offset))
        parenthesized = isinstance(inner, expressions.ExprTermRule) and inner.parentheses
        found = self.expression(inner, offset)
        return found if parenthesized else _bare(found)


_DIRECTIVES: Final = (directives.TemplateIfRule, directives.TemplateForRule)
_CONVERSIONS: Final = (
    (literal_rules.IdentifierRule, Conversion.name),
    (literal_rules.LiteralValueRule, Conversion.word),
    ((literal_rules.IntLitRule, literal_rules.FloatLitRule), Conversion.number),
    (strings.HeredocTemplateRule, Conversion.unread),
    (strings.StringRule, Conversion.string),
    (expressions.ConditionalRule, Conversion.conditional),
    (expressions.BinaryOpRule, Conversion.binary),
    (expressions.UnaryOpRule, Conversion.unary),
    ((indexing.FullSplatExprTermRule, indexing.AttrSplatExprTermRule), Conversion.splat),
    (functions.FunctionCallRule, Conversion.call),
    (containers.TupleRule, Conversion.tuple),
    (containers.ObjectRule, Conversion.object),
    ((for_expressions.ForTupleExprRule, for_expressions.ForObjectExprRule), Conversion.loop),
)


def _start(node: Node, around: int) -> int:
    meta = getattr(node, "_meta", None)
    return around if meta is None or meta.empty else int(meta.start_pos)


def _label(node: Node) -> str:
    if isinstance(node, strings.StringRule):
        return _unescaped("".join(str(part.content) for part in node.string_parts))
    return str(node.token)


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])

    return normalized(_ESCAPE.sub(one, text))


def _bare(key: Node) -> Node:
    """A key without parentheses: a name or a keyword is a string."""
    if isinstance(key, ast.Variable):
        return ast.Literal(key.offset, normalized(key.name))
    if isinstance(key, ast.Literal) and (key.value is None or isinstance(key.value, bool)):
        return ast.Literal(key.offset, next(word for word, value in _WORDS.items() if value is key.value))
    return key


def _template(parts: list[Node], offset: int) -> Node:
    """Texts and parts put together; texts that stand side by side are one."""
    joined: list[Node] = []
    for part in parts:
        found = part
        if isinstance(part, str):
            found = ast.Literal(offset, _unescaped(part.replace("$${", "${").replace("%%{", "%{")))
        if joined and _is_text(found) and _is_text(joined[-1]):
            joined[-1] = ast.Literal(offset, joined[-1].value + found.value)
        else:
            joined.append(found)
    if all(isinstance(part, str) for part in parts) or (len(parts) > 1 and len(joined) == 1 and _is_text(joined[0])):
        return joined[0] if joined else ast.Literal(offset, "")
    return ast.TemplateWrap(offset, joined[0]) if len(parts) == 1 else ast.Template(offset, tuple(joined))


def _is_text(node: Node) -> bool:
    return isinstance(node, ast.Literal) and isinstance(node.value, str)
