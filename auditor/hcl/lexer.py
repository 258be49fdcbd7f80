"""Tokens of HCL's native syntax, one at a time: one master regular expression, with and without line ends."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from auditor.hcl.source import SourceFile

MAX_DEPTH: Final = 100
"""Levels of nesting; no code written by people comes near."""
MAX_LINKS: Final = 1_000
"""Links of one chain of operators or steps."""

IDENTIFIER: Final = r"[^\W\d][\w-]*"
_BLANK: Final = r"[ \t]++|\#[^\n]*+|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/"
_TOKEN: Final = rf"""
  (?P<word>{IDENTIFIER})
| (?P<string>"[^"\\$%\r\n]*+")
| (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
| (?P<newline>\r?\n)
| (?P<heredoc><<-?{IDENTIFIER}\r?\n)
| (?P<operator>=>|==|!=|<=|>=|&&|\|\||\.\.\.|::|~\}}|[-+*/%!<>=?:,.()\[\]{{}}])
| (?P<quote>")
| (?P<end>\Z)
| (?P<bad>.)
"""
_BY_LINES: Final = re.compile(f"(?:{_BLANK})*+(?:{_TOKEN})", re.VERBOSE | re.DOTALL).match
_FLAT: Final = re.compile(rf"(?:{_BLANK}|\r?\n)*+(?:{_TOKEN})", re.VERBOSE | re.DOTALL).match

_SHOWN: Final = {"newline": "the end of the line", "end": "the end of the file", "quote": 'a "'}


class Lexer:
    """The current token of a text and what moves on to the next.

    `kind` is `word`, `string`, `number`, `newline`, `heredoc`, `quote`, `end`, `bad`, or the operator itself;
    `flat` says that line ends are blanks. A change of `flat` counts from the next `advance` on.
    """

    __slots__ = ("depth", "end", "flat", "kind", "limit", "source", "start", "text", "word")

    def __init__(self, source: SourceFile, position: int = 0, limit: int | None = None) -> None:
        """Stand before the first token of a part of the source."""
        self.source = source
        self.text = source.text
        self.end = position
        self.limit = len(source.text) if limit is None else limit
        self.flat = False
        self.depth = 0
        self.start = position
        self.kind = ""
        self.word = ""

    def advance(self) -> None:
        """Go to the next token."""
        match = (_FLAT if self.flat else _BY_LINES)(self.text, self.end, self.limit)
        if match is None:  # never: `bad` takes any character and `end` the end
            raise AssertionError
        kind = match.lastgroup or ""
        self.start, self.end = match.span(kind)
        self.word = match[kind]
        self.kind = self.word if kind == "operator" else kind

    def deeper(self) -> None:
        """Count one more level of nesting; the caller takes it back."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep()

    def too_deep(self) -> NoReturn:
        """Refuse code that is nested beyond the bound."""
        raise self.source.syntax_error(
            self.start,
            "Expression nested too deeply",
            f"more than {MAX_DEPTH} levels, or {MAX_LINKS:,} links of one chain, are not read",
            "give parts of it names in a `locals` block",
        )

    def expect(self, kind: str, summary: str, detail: str) -> None:
        """Require the current token to be of that kind."""
        if self.kind != kind:
            self.fail(summary, detail)

    def fail(self, summary: str, detail: str, offset: int | None = None) -> NoReturn:
        """Refuse what stands here; a character that no token starts with goes before."""
        if offset is None:
            offset = self.start
            if self.kind == "bad":
                summary, detail = "Invalid character", f"{self.word!r} has no meaning in Terraform's language"
                if self.text.startswith("/*", offset):
                    summary, detail = "Unterminated comment", "there is no */ after this /*"
                elif self.word in "'`\u201c\u201d":
                    detail = f'{self.word} has no meaning here; strings stand in double quotes (")'
        raise self.source.syntax_error(offset, summary, detail)

    def shown(self) -> str:
        """The current token for a message."""
        return _SHOWN.get(self.kind) or f"`{self.word.strip()[:40]}`"
