"""Expressions of HCL's native syntax: precedence climbing over the tokens."""

from __future__ import annotations

from typing import Final

from auditor.hcl import numbers
from auditor.hcl.ast import (
    AmbiguousKey,
    Binary,
    Call,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    GetAttr,
    Index,
    Literal,
    Object,
    Splat,
    SplatItem,
    Tuple,
    Unary,
    Variable,
)
from auditor.hcl.lexer import MAX_LINKS, Lexer
from auditor.hcl.values import normalized

_POWERS: Final = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_KEYWORDS: Final = {"true": True, "false": False, "null": None}
_KEYWORD_NAMES: Final = {value: name for name, value in _KEYWORDS.items()}


class ExpressionParser(Lexer):
    """Reads one expression, leaving the token after it as the current one."""

    __slots__ = ()

    def expression(self) -> Expression:
        """The expression that starts at the current token."""
        self.deeper()
        start = self.start
        result = self.operand()
        if self.kind in _POWERS:
            result = self._binary(result, start, 1)
        if self.kind == "?":
            self.advance()
            if_true = self.expression()
            self.expect(":", "Missing false expression in conditional", f"a `:` is missing before {self.shown()}")
            self.advance()
            result = Conditional(start, result, if_true, self.expression())
        self.depth -= 1
        return result

    def _binary(self, left: Expression, start: int, minimum: int) -> Expression:
        links = 0
        while (power := _POWERS.get(self.kind, 0)) >= minimum:
            operator = self.kind
            self.advance()
            right_start = self.start
            right = self.operand()
            if _POWERS.get(self.kind, 0) > power:
                right = self._binary(right, right_start, power + 1)
            left = Binary(start, operator, left, right)
            links += 1
            if links > MAX_LINKS:
                self.too_deep()
        return left

    def operand(self) -> Expression:
        """A term with its traversals, or a unary operator over one."""
        kind, start = self.kind, self.start
        if kind == "word":
            name = self.word
            self.advance()
            if self.kind in {"(", "::"}:
                term: Expression = self._call(name, start)
            elif name in _KEYWORDS:
                term = Literal(start, _KEYWORDS[name])
            else:
                term = Variable(start, name)
        elif kind == "string":
            term = Literal(start, normalized(self.word[1:-1]))
            self.advance()
        elif kind == "number":
            term = self._number()
            self.advance()
        elif kind in {"-", "!"}:
            self.deeper()
            self.advance()
            term = Unary(start, kind, self.operand())
            self.depth -= 1
            return term
        else:
            term = self._bracketed(kind, start)
        return self._traversals(term) if self.kind in {".", "["} else term

    def _bracketed(self, kind: str, start: int) -> Expression:
        """A term that begins with a bracket or is a template."""
        if kind in {"quote", "heredoc"}:
            return self._template()
        if kind not in {"(", "[", "{"}:
            self.fail("Invalid expression", f"an expression is expected here, not {self.shown()}")
        outer, self.flat = self.flat, kind != "{"
        self.advance()
        if kind == "{":
            while self.kind == "newline":
                self.advance()
        if kind == "(":
            term = self.expression()
            self.expect(")", "Unbalanced parentheses", f"a `)` is expected here, not {self.shown()}")
        elif self.kind == "word" and self.word == "for":
            term = self._for(start, "]" if kind == "[" else "}")
        else:
            term = self._tuple(start) if kind == "[" else self.object(start)
        self.flat = outer
        self.advance()
        return term

    def _template(self) -> Expression:
        from auditor.hcl.template import heredoc, quoted  # noqa: PLC0415 - templates hold expressions and the reverse

        return quoted(self) if self.kind == "quote" else heredoc(self)

    def _call(self, name: str, start: int) -> Expression:
        while self.kind == "::":
            self.advance()
            self.expect("word", "Missing function name", f"a name is expected after `::`, not {self.shown()}")
            name = f"{name}::{self.word}"
            self.advance()
        self.expect("(", "Missing open parenthesis", f"a `(` is expected after the function name {name}")
        outer, self.flat = self.flat, True
        self.advance()
        arguments: list[Expression] = []
        expand = False
        while self.kind != ")":
            arguments.append(self.expression())
            if self.kind == "...":
                expand = True
                self.advance()
                self.expect(")", "Missing closing parenthesis", "after `...` only the closing parenthesis may follow")
            elif self.kind != ")":
                self.expect(",", "Missing argument separator", f"a `,` is expected here, not {self.shown()}")
                self.advance()
        self.flat = outer
        self.advance()
        return Call(start, name, tuple(arguments), expand)

    def _tuple(self, start: int) -> Expression:
        items: list[Expression] = []
        while self.kind != "]":
            items.append(self.expression())
            if self.kind != "]":
                self.expect(",", "Missing item separator", f"a `,` is expected here, not {self.shown()}")
                self.advance()
        return Tuple(start, tuple(items))

    def object(self, start: int) -> Expression:
        """The elements of an object, up to the brace that closes it."""
        items: list[tuple[Expression, Expression]] = []
        while self.kind != "}":
            if self.kind == "newline":
                self.advance()
                continue
            in_parentheses = self.kind == "("
            key = self.expression()
            if self.kind not in {"=", ":"}:
                self.fail("Missing attribute value", f"`=` is expected after the key, not {self.shown()}")
            self.advance()
            items.append((key if in_parentheses else _key(key), self.expression()))
            if self.kind in {",", "newline"}:
                self.advance()
            elif self.kind != "}":
                self.fail("Missing attribute separator", f"a new line or `,` is expected here, not {self.shown()}")
        return Object(start, tuple(items))

    def _for(self, start: int, close: str) -> Expression:
        self.flat = True
        self.advance()
        key_name, value_name = "", self._for_name()
        if self.kind == ",":
            self.advance()
            key_name, value_name = value_name, self._for_name()
        if self.word != "in" or self.kind != "word":
            self.fail("Invalid 'for' expression", f"`in` is expected here, not {self.shown()}")
        self.advance()
        collection = self.expression()
        self.expect(":", "Invalid 'for' expression", f"a `:` is expected after the collection, not {self.shown()}")
        self.advance()
        result = self.expression()
        key: Expression | None = None
        group = False
        if close == "}":
            self.expect("=>", "Invalid 'for' expression", f"`=>` is expected here, not {self.shown()}")
            self.advance()
            key, result = result, self.expression()
            if self.kind == "...":
                group = True
                self.advance()
        condition: Expression | None = None
        if self.kind == "word" and self.word == "if":
            self.advance()
            condition = self.expression()
        self.expect(close, "Invalid 'for' expression", f"`{close}` is expected here, not {self.shown()}")
        if key is None:
            return ForTuple(start, key_name, value_name, collection, result, condition)
        return ForObject(start, key_name, value_name, collection, key, result, condition, group)

    def _for_name(self) -> str:
        self.expect("word", "Invalid 'for' expression", f"a name is expected here, not {self.shown()}")
        name = self.word
        self.advance()
        return name

    def _traversals(self, subject: Expression) -> Expression:
        links = 0
        while True:
            if self.kind == ".":
                subject = self._step(subject)
            elif self.kind == "[":
                subject = self._index(subject)
            else:
                return subject
            links += 1
            if links > MAX_LINKS:
                self.too_deep()

    def _step(self, subject: Expression) -> Expression:
        """`.name`, `.0` or the splat `.*` with the steps that belong to it."""
        offset = self.start
        self.advance()
        if self.kind == "word":
            subject = GetAttr(offset, subject, self.word)
        elif self.kind == "number":
            subject = self._legacy_index(subject, offset)
        elif self.kind == "*":
            self.advance()
            each: Expression = SplatItem(offset)
            links = 0
            while self.kind == ".":
                step = self.start
                self.advance()
                if self.kind == "number":
                    each = self._legacy_index(each, step)
                elif self.kind == "word":
                    each = GetAttr(step, each, self.word)
                else:
                    self.fail("Nested splat expression not allowed", "after `.*` only names and positions may follow")
                self.advance()
                links += 1
                if links > MAX_LINKS:
                    self.too_deep()
            return Splat(offset, subject, each)
        else:
            self.fail("Invalid attribute name", f"a name is expected after the dot, not {self.shown()}")
        self.advance()
        return subject

    def _number(self) -> Literal:
        try:
            return Literal(self.start, numbers.parse(self.word))
        except numbers.NumberError as error:
            self.fail("Invalid number literal", str(error))

    def _legacy_index(self, subject: Expression, offset: int) -> Expression:
        if not self.word.isdecimal():
            self.fail("Invalid legacy index syntax", "write [0][1] for positions in lists of lists")
        return Index(offset, subject, self._number())

    def _index(self, subject: Expression) -> Expression:
        """`[expression]` or the splat `[*]` with all that follows it."""
        offset = self.start
        outer, self.flat = self.flat, True
        self.advance()
        if self.kind == "*":
            self.advance()
            self.expect("]", "Missing close bracket on splat index", f"a `]` is expected here, not {self.shown()}")
            self.flat = outer
            self.advance()
            self.deeper()
            each = self._traversals(SplatItem(offset))
            self.depth -= 1
            return Splat(offset, subject, each)
        key = self.expression()
        self.expect("]", "Missing close bracket on index", f"a `]` is expected here, not {self.shown()}")
        self.flat = outer
        self.advance()
        return Index(offset, subject, key)


def _key(key: Expression) -> Expression:
    """An object key without parentheses: a bare name is a string, a longer reference is refused when evaluated."""
    if isinstance(key, Variable):
        return Literal(key.offset, normalized(key.name))
    if isinstance(key, Literal) and (key.value is None or isinstance(key.value, bool)):
        return Literal(key.offset, _KEYWORD_NAMES[key.value])
    return AmbiguousKey(key.offset, key) if _is_reference(key) else key


def _is_reference(expression: Expression) -> bool:
    while isinstance(expression, GetAttr) or (isinstance(expression, Index) and isinstance(expression.key, Literal)):
        expression = expression.subject
    return isinstance(expression, Variable)
