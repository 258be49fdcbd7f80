"""Templates: quoted strings, heredocs and whole template texts, with interpolations, directives and strip markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from auditor.hcl.ast import Expression, Literal, Template, TemplateFor, TemplateIf, TemplateWrap
from auditor.hcl.expressions import ExpressionParser
from auditor.hcl.source import SourceFile
from auditor.hcl.values import normalized

_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_CODE_POINT: Final = re.compile(r"u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}").match
_IN_QUOTES: Final = re.compile(r'[^"\\$%\n]+').match
_IN_LINE: Final = re.compile(r"[^$%\n]+").match
_MAX_CODE_POINT: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


class _Text(Struct):
    """A literal piece; it is still to be trimmed, which is why it can change."""

    offset: int
    text: str


class _Interpolation(Struct, frozen=True):
    offset: int
    expression: Expression


class _Directive(Struct, frozen=True):
    """`if` and `for` with their expression, or `else`, `endif`, `endfor`."""

    offset: int
    word: str
    expression: Expression | None = None
    key_name: str = ""
    value_name: str = ""


_Piece = _Text | _Interpolation | _Directive
_Matcher = Callable[..., re.Match[str] | None]


def quoted(parser: ExpressionParser) -> Expression:
    """The quoted template at the current token `quote`; moves past it."""
    start = parser.start
    result = _Reader(parser, _IN_QUOTES).read(start)
    parser.advance()
    return result


def heredoc(parser: ExpressionParser) -> Expression:
    """The heredoc at the current token; moves past its closing marker, to the line end behind it."""
    start, flush = parser.start, parser.word.startswith("<<-")
    marker = re.escape(parser.word[3 if flush else 2 :].strip())
    closing = re.compile(rf"[^\S\n]*{marker}[^\S\n]*(?=\n)").match
    result = _Reader(parser, _IN_LINE, closing, flush=flush).read(start)
    parser.advance()
    return result


def parse_template(source: SourceFile, position: int = 0, limit: int | None = None) -> Expression:
    """A text that is one template, as a file for `templatefile` or a string of JSON syntax."""
    return _Reader(ExpressionParser(source, position, limit), _IN_LINE).read(position)


class _Reader:
    """Reads pieces up to the end of the template, trims them, and builds the tree."""

    def __init__(
        self,
        parser: ExpressionParser,
        literal: _Matcher,
        closing: _Matcher | None = None,
        *,
        flush: bool = False,
    ) -> None:
        self._parser = parser
        self._literal = literal
        self._closing = closing
        self._flush = flush
        self._pieces: list[_Piece] = []
        self._collected: list[str] = []
        self._piece_start = 0
        self._trim_next = False

    def read(self, start: int) -> Expression:
        self._scan(start)
        if self._flush:
            _remove_indentation(self._pieces)
        return _Builder(self._parser, self._pieces).whole(start)

    def _scan(self, start: int) -> None:
        """Collect the pieces; the parser then stands behind the closing quote or marker."""
        parser = self._parser
        text, position, limit = parser.text, parser.end, parser.limit
        self._piece_start = position
        at_line_start = True
        while True:
            closed = self._closing(text, position, limit) if self._closing and at_line_start else None
            if closed:
                parser.end = closed.end()
                return
            at_line_start = False
            plain = self._literal(text, position, limit)
            if plain:
                self._collected.append(plain[0])
                position = plain.end()
            elif position >= limit:
                if self._closing or self._literal is _IN_QUOTES:
                    parser.fail("Unterminated template string", "no closing marker was found for the string", start)
                self._end_literal(position)
                parser.end = position
                return
            elif text[position] == '"' and self._literal is _IN_QUOTES:
                self._end_literal(position)
                parser.end = position + 1
                return
            else:
                at_line_start = text[position] == "\n"
                position = self._special(text[position], position)

    def _special(self, character: str, position: int) -> int:
        """Read what begins with a backslash, a line end, `$` or `%`; gives the position behind it."""
        text = self._parser.text
        if character == "\\":
            decoded, position = self._escape(position)
            self._collected.append(decoded)
            return position
        if character == "\n":
            if self._literal is _IN_QUOTES:
                detail = "a quoted string must end on its line; use a heredoc, or \\n for a line end"
                self._parser.fail("Invalid multi-line string", detail, position)
            self._collected.append("\n")
            self._end_literal(position + 1)
            return position + 1
        if text.startswith((character * 2 + "{"), position):
            self._collected.append(character + "{")
            return position + 3
        if text.startswith("{", position + 1):
            self._end_literal(position)
            self._sequence(character, position)
            self._piece_start = self._parser.end
            return self._parser.end
        self._collected.append(character)
        return position + 1

    def _end_literal(self, position: int) -> None:
        """Make a piece of the text collected up to here."""
        if self._collected:
            text = "".join(self._collected)
            self._pieces.append(_Text(self._piece_start, text.lstrip() if self._trim_next else text))
            self._trim_next = False
            self._collected.clear()
        self._piece_start = position

    def _escape(self, position: int) -> tuple[str, int]:
        text = self._parser.text
        letter = text[position + 1 : position + 2]
        if letter in _ESCAPES and letter:
            return _ESCAPES[letter], position + 2
        match = _CODE_POINT(text, position + 1)
        code = int(match[0][1:], 16) if match else -1
        if match is None or code > _MAX_CODE_POINT or code in _SURROGATES:
            detail = 'only \\n, \\r, \\t, \\", \\\\, \\uNNNN and \\UNNNNNNNN are escape sequences'
            self._parser.fail("Invalid escape sequence", detail, position)
        return chr(code), match.end()

    def _sequence(self, character: str, position: int) -> None:
        """Read `${...}` or `%{...}` from its first character on."""
        parser = self._parser
        parser.end = position + 2
        if parser.text.startswith("~", parser.end):
            parser.end += 1
            last = self._pieces[-1] if self._pieces else None
            if isinstance(last, _Text):
                last.text = last.text.rstrip()
        self._trim_next = False
        outer, parser.flat = parser.flat, True
        parser.deeper()
        parser.advance()
        if character == "$":
            piece: _Piece = _Interpolation(position, parser.expression())
        else:
            piece = self._directive(position)
        if parser.kind not in {"}", "~}"}:
            summary = "Extra characters after interpolation expression" if character == "$" else "Invalid directive"
            parser.fail(summary, f"a closing brace is expected here, not {parser.shown()}")
        self._pieces.append(piece)
        self._trim_next = parser.kind == "~}"
        parser.flat = outer
        parser.depth -= 1

    def _directive(self, position: int) -> _Directive:
        parser = self._parser
        parser.expect("word", "Invalid template directive", f"a directive name is expected, not {parser.shown()}")
        word = parser.word
        parser.advance()
        if word == "if":
            return _Directive(position, word, parser.expression())
        if word in {"else", "endif", "endfor"}:
            return _Directive(position, word)
        if word != "for":
            parser.fail("Invalid template directive", f"`{word}` is not a directive", position)
        names = []
        while True:
            parser.expect("word", "Invalid 'for' directive", f"a name is expected here, not {parser.shown()}")
            names.append(parser.word)
            parser.advance()
            if parser.kind != "," or len(names) > 1:
                break
            parser.advance()
        if parser.kind != "word" or parser.word != "in":
            parser.fail("Invalid 'for' directive", f"`in` is expected here, not {parser.shown()}")
        parser.advance()
        collection = parser.expression()
        key_name = names[0] if len(names) > 1 else ""
        return _Directive(position, word, collection, key_name, names[-1])


def _remove_indentation(pieces: Sequence[_Piece]) -> None:
    """Take the smallest indentation off the literals that start a line; lines of blanks alone do not count."""
    smallest: int | None = None
    starting: list[_Text] = []
    new_line = True
    for piece in pieces:
        if new_line:
            new_line = False
            spaces: int | None = 0
            if isinstance(piece, _Text):
                stripped = piece.text.lstrip()
                if not stripped and piece.text.endswith("\n"):
                    spaces = None
                else:
                    spaces = len(piece.text) - len(stripped)
                    starting.append(piece)
            if spaces is not None and (smallest is None or spaces < smallest):
                smallest = spaces
        if isinstance(piece, _Text) and piece.text.endswith("\n"):
            new_line = True
    for piece in starting:
        piece.text = piece.text[smallest:]


class _Builder:
    """Builds the tree of the flat pieces."""

    def __init__(self, parser: ExpressionParser, pieces: Sequence[_Piece]) -> None:
        self._parser = parser
        self._pieces = pieces
        self._next = 0

    def whole(self, start: int) -> Expression:
        if len(self._pieces) == 1 and isinstance(self._pieces[0], _Interpolation):
            return TemplateWrap(start, self._pieces[0].expression)
        return _joined(start, self._parts(None, ()))

    def _parts(self, opened: _Directive | None, closers: tuple[str, ...]) -> list[Expression]:
        parts: list[Expression] = []
        while self._next < len(self._pieces):
            piece = self._pieces[self._next]
            if isinstance(piece, _Directive) and piece.word in closers:
                return parts
            self._next += 1
            if isinstance(piece, _Text):
                if piece.text:
                    parts.append(Literal(piece.offset, normalized(piece.text)))
            elif isinstance(piece, _Interpolation):
                parts.append(piece.expression)
            else:
                parts.append(self._built(piece))
        if opened is not None:
            detail = f"the `{opened.word}` directive has no `{closers[-1]}`"
            self._parser.fail("Unexpected end of template", detail, opened.offset)
        return parts

    def _built(self, opened: _Directive) -> Expression:
        if opened.expression is None:
            detail = f"there is no open directive for this `{opened.word}`"
            self._parser.fail(f"Unexpected {opened.word} directive", detail, opened.offset)
        self._parser.deeper()
        if opened.word == "for":
            body = _joined(opened.offset, self._parts(opened, ("endfor",)))
            built: Expression = TemplateFor(opened.offset, opened.key_name, opened.value_name, opened.expression, body)
        else:
            if_true = _joined(opened.offset, self._parts(opened, ("else", "endif")))
            if_false: Expression = Literal(opened.offset, "")
            if self._word_here() == "else":
                self._next += 1
                if_false = _joined(opened.offset, self._parts(opened, ("endif",)))
            built = TemplateIf(opened.offset, opened.expression, if_true, if_false)
        self._next += 1
        self._parser.depth -= 1
        return built

    def _word_here(self) -> str:
        piece = self._pieces[self._next]
        return piece.word if isinstance(piece, _Directive) else ""


def _joined(start: int, parts: list[Expression]) -> Expression:
    """One literal where there is nothing else, else a template."""
    if not parts:
        return Literal(start, "")
    if all(isinstance(part, Literal) and isinstance(part.value, str) for part in parts) and len(parts) > 1:
        texts = [part.value for part in parts if isinstance(part, Literal) and isinstance(part.value, str)]
        return Literal(start, normalized("".join(texts)))
    first = parts[0]
    if len(parts) == 1 and isinstance(first, Literal) and isinstance(first.value, str):
        return Literal(start, first.value)
    return Template(start, tuple(parts))
