"""Files of HCL's native syntax: bodies of attributes and blocks."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from auditor.hcl import numbers
from auditor.hcl.ast import Attribute, Block, Body, Expression, Literal
from auditor.hcl.expressions import ExpressionParser
from auditor.hcl.lexer import IDENTIFIER
from auditor.hcl.source import SourceFile
from auditor.hcl.values import normalized

# Most attributes are a name and one plain literal on a line of their own; this reads them in one step.
_PLAIN: Final = re.compile(
    rf'(?:[ \t]*\n)*+[ \t]*({IDENTIFIER})[ \t]*+=[ \t]*+(?:"([^"\\$%\r\n]*)"|(\d{{1,99}})|(true|false))[ \t]*+(?=\n)'
).match


def parse(source: SourceFile) -> Body:
    """The body of a file.

    Raises:
        HclSyntaxError: at the first place that is not valid.
    """
    parser = BodyParser(source)
    parser.advance()
    return parser.body("end")


def parse_expression(source: SourceFile) -> Expression:
    """A text that is one expression.

    Raises:
        HclSyntaxError: where it is none.
    """
    parser = ExpressionParser(source)
    parser.flat = True
    parser.advance()
    result = parser.expression()
    parser.expect("end", "Extra characters after expression", f"nothing is expected here, but {parser.shown()}")
    return result


class BodyParser(ExpressionParser):
    """Reads bodies."""

    __slots__ = ()

    def body(self, close: str) -> Body:
        """Attributes and blocks up to a closing brace or the end, which becomes the current token."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        while self.kind != close:
            if self.kind == "newline":
                self.plain_attributes(attributes)
                self.advance()
            elif self.kind == "word":
                offset, name = self.start, self.word
                self.advance()
                if self.kind == "=":
                    self._add(attributes, self._attribute(offset, name))
                    if self.kind not in {"newline", "end"}:
                        detail = f"an argument ends with its line; {self.shown()} stands behind it"
                        self.fail("Missing newline after argument", detail)
                else:
                    blocks.append(self._block(offset, name))
            elif self.kind in {"string", "quote"}:
                self.fail("Invalid argument name", "names of arguments stand without quotes")
            else:
                self.fail("Argument or block definition required", f"a name is expected here, not {self.shown()}")
        return Body(self.source, MappingProxyType(attributes), tuple(blocks))

    def plain_attributes(self, attributes: dict[str, Attribute]) -> None:
        """Read the plain attributes that follow the line end at hand."""
        while match := _PLAIN(self.text, self.end, self.limit):
            name, text, digits, truth = match.groups()
            value = normalized(text) if text is not None else numbers.parse(digits) if digits else truth == "true"
            offset = match.start(1)
            literal = Literal(match.start(match.lastindex or 0) - (text is not None), value)
            self._add(attributes, Attribute(self.source, offset, name, literal))
            self.end = match.end() + 1

    def _add(self, attributes: dict[str, Attribute], attribute: Attribute) -> None:
        earlier = attributes.setdefault(attribute.name, attribute)
        if earlier is not attribute:
            line = self.source.range_at(earlier.offset).line
            detail = f'the argument "{attribute.name}" was already set on line {line}'
            self.fail("Attribute redefined", detail, attribute.offset)

    def _attribute(self, offset: int, name: str) -> Attribute:
        self.advance()
        return Attribute(self.source, offset, name, self.expression())

    def _block(self, offset: int, type_: str) -> Block:
        self.deeper()
        labels: list[str] = []
        while self.kind != "{":
            if self.kind == "word":
                labels.append(self.word)
                self.advance()
            elif self.kind in {"string", "quote"}:
                label_start = self.start
                label = self.operand()
                if not isinstance(label, Literal):
                    self.fail("Invalid string literal", "labels of blocks can't hold templates", label_start)
                labels.append(str(label.value))
            elif self.kind == "newline" and not labels:
                detail = "`=` makes an argument of a name, `{` on the same line a block"
                self.fail("Argument or block definition required", detail, offset)
            else:
                self.fail("Invalid block definition", f"a label or `{{` is expected here, not {self.shown()}")
        self.advance()
        body = self.body("}") if self.kind == "newline" else self.single_line_body()
        self.expect("}", "Unclosed configuration block", f"the block {type_} has no closing brace")
        self.advance()
        if self.kind not in {"newline", "end"}:
            detail = f"a block ends with its line; {self.shown()} stands behind it"
            self.fail("Missing newline after block definition", detail)
        self.depth -= 1
        return Block(self.source, offset, type_, tuple(labels), body)

    def single_line_body(self) -> Body:
        """The one attribute, or none, of a block on one line, up to its closing brace."""
        attributes: dict[str, Attribute] = {}
        if self.kind != "}":
            self.expect("word", "Argument definition required", f"an argument is expected here, not {self.shown()}")
            offset, name = self.start, self.word
            self.advance()
            self.expect("=", "Argument definition required", "a block on one line holds no other block")
            self._add(attributes, self._attribute(offset, name))
            detail = "a block on one line holds one argument; give each a line of its own"
            self.expect("}", "Invalid single-argument block definition", detail)
        return Body(self.source, MappingProxyType(attributes))
