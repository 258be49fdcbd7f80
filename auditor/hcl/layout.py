"""Where things stand in a file's text: the ends of expressions, the braces of bodies and objects.

The tree of a file tells where a node starts; whoever edits the text has to know where it ends, and what is around it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from auditor.hcl.ast import Attribute, Block, Body, Expression, Object
from auditor.hcl.lexer import Lexer
from auditor.hcl.parser import BodyParser
from auditor.hcl.source import SourceFile


class Span(Struct, frozen=True):
    """A part of a text, in characters from its start; `end` stands behind the last one."""

    start: int
    end: int


class Braces(Struct, frozen=True):
    """What stands between a pair of braces, and where that which begins with them starts."""

    head: int
    inner: Span


class Element(Struct, frozen=True):
    """`key = value` of an object."""

    object: Object
    key: Expression
    value: Expression


class Layout(Struct):
    """A file with the places of all that it holds; nodes are those of `body`."""

    source: SourceFile
    body: Body
    _spans: dict[int, Span] = field(default_factory=dict)
    """Of expressions, by the node's identity."""
    _starting: dict[int, list[Expression]] = field(default_factory=dict)
    """Expressions by offset, the innermost first."""
    _braces: dict[int, Braces] = field(default_factory=dict)
    """Of bodies and objects, by identity."""

    def span(self, expression: Expression) -> Span:
        """Where an expression stands, with parentheses around it."""
        return self._spans[id(expression)]

    def braces(self, of: Body | Object) -> Braces | None:
        """The braces around a body or an object; None for the body of the whole file."""
        return self._braces.get(id(of))

    def starting_at(self, offset: int) -> tuple[Expression, ...]:
        """The expressions that start at an offset, the innermost first."""
        return tuple(self._starting.get(offset, ()))

    def attribute_at(self, offset: int) -> tuple[Body, Attribute] | None:
        """The attribute whose name, or whose expression, stands at an offset, with the body it is in."""
        for body in self._bodies():
            for attribute in body.attributes.values():
                if offset in (attribute.offset, attribute.expression.offset):
                    return body, attribute
        return None

    def element_at(self, offset: int) -> Element | None:
        """The element of an object whose value starts at an offset."""
        for found in self._objects():
            for key, value in found.items:
                if value.offset == offset:
                    return Element(found, key, value)
        return None

    def block_at(self, offset: int) -> Block | None:
        """The block that starts at an offset."""
        return next((b for body in self._bodies() for b in body.blocks if b.offset == offset), None)

    def line_start(self, offset: int) -> int:
        """Where the line of an offset starts."""
        return self.source.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line end."""
        text = self.source.text
        found = text.find("\n", offset)
        end = len(text) if found < 0 else found
        return end - 1 if end > offset and text[end - 1] == "\r" else end

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset starts, or the text ends."""
        found = self.source.text.find("\n", offset)
        return len(self.source.text) if found < 0 else found + 1

    @property
    def line_break(self) -> str:
        """How lines end in this file."""
        return "\r\n" if "\r\n" in self.source.text else "\n"

    def indentation(self, offset: int) -> str:
        """The blanks that the line of an offset starts with."""
        line = self.source.text[self.line_start(offset) : self.line_end(offset)]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def _bodies(self) -> Iterator[Body]:
        waiting = [self.body]
        while waiting:
            body = waiting.pop()
            yield body
            waiting += [block.body for block in body.blocks]

    def _objects(self) -> Iterator[Object]:
        for many in self._starting.values():
            yield from (each for each in many if isinstance(each, Object))


def layout(source: SourceFile) -> Layout:
    """The layout of a file in native syntax.

    Raises:
        HclSyntaxError: where it is not valid.
    """
    parser = _Measuring(source)
    parser.advance()
    body = parser.body("end")
    return Layout(source, body, parser.spans, parser.starting, parser.found)


class _Measuring(BodyParser):
    """Reads a file and notes the ends of what it has read."""

    __slots__ = ("behind", "found", "spans", "starting")

    def __init__(self, source: SourceFile) -> None:
        super().__init__(source)
        self.behind = 0
        self.spans: dict[int, Span] = {}
        self.starting: dict[int, list[Expression]] = {}
        self.found: dict[int, Braces] = {}

    def advance(self) -> None:
        self.behind = self.end
        Lexer.advance(self)

    def plain_attributes(self, attributes: dict[str, Attribute]) -> None:
        """Read nothing ahead: every expression is to be noted."""

    def expression(self) -> Expression:
        start = self.start
        return self._noted(start, super().expression())

    def operand(self) -> Expression:
        start = self.start
        return self._noted(start, super().operand())

    def object(self, start: int) -> Expression:
        opened = start + 1
        result = super().object(start)
        self.found[id(result)] = Braces(start, Span(opened, self.start))
        return result

    def body(self, close: str) -> Body:
        opened = self.behind
        result = super().body(close)
        if close != "end":
            self.found[id(result)] = Braces(opened - 1, Span(opened, self.start))
        return result

    def single_line_body(self) -> Body:
        opened = self.behind
        result = super().single_line_body()
        self.found[id(result)] = Braces(opened - 1, Span(opened, self.start))
        return result

    def _noted(self, start: int, expression: Expression) -> Expression:
        """Note where an expression stands; parentheses around it count the last time."""
        self.spans[id(expression)] = Span(start, self.behind)
        known = self.starting.setdefault(start, [])
        if not any(each is expression for each in known):
            known.append(expression)
        return expression
