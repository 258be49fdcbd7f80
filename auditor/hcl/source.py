"""A source file in memory: its text, and places in it as Terraform counts them."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

from auditor.hcl.functions.graphemes import clusters
from auditor.model.errors import HclSyntaxError, SourceError
from auditor.model.facts import SourceRange

MAX_BYTES: Final = 10_000_000
_MAX_LINE_SHOWN: Final = 200

Edited = Mapping[Path, str]
"""Texts that files would have after an edit, by path; nothing of them is on disk."""
UNEDITED: Final[Edited] = MappingProxyType({})


class SourceFile(Struct, frozen=True, eq=False, dict=True):
    """A file's text, without a byte order mark; `path` is shown, relative to the project root.

    Not slotted: the line table is worked out at the first question for a place.
    """

    path: str
    text: str
    sha256: str = ""
    """Of the bytes on disk; empty for a text that did not come from a file."""
    size: int = 0
    """Bytes on disk."""
    _ranges: dict[int, SourceRange] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, found = [0], self.text.find("\n")
        while found >= 0:
            starts.append(found + 1)
            found = self.text.find("\n", found + 1)
        return starts

    def range_at(self, offset: int, /) -> SourceRange:
        """The place of an offset; columns count grapheme clusters, as Terraform's do."""
        known = self._ranges.get(offset)
        if known is None:
            line = bisect_right(self._line_starts, offset)
            before = self.text[self._line_starts[line - 1] : offset]
            column = len(before) if before.isascii() else len(clusters(before))
            known = self._ranges[offset] = SourceRange(self.path, line, column + 1)
        return known

    def line_at(self, offset: int) -> str:
        """The text of the line that an offset stands in."""
        line = bisect_right(self._line_starts, offset)
        start = self._line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else None][:_MAX_LINE_SHOWN].rstrip("\r")

    def syntax_error(self, offset: int, summary: str, detail: str, hint: str = "") -> HclSyntaxError:
        """The error of what stands at an offset."""
        return HclSyntaxError(
            summary, detail=detail, subject=self.range_at(offset), line=self.line_at(offset), hint=hint
        )


def read_source(path: Path, shown: str, within: Path | None = None, edited: Edited = UNEDITED) -> SourceFile:
    """Read a file; symbolic links may not lead out of `within`. A text in `edited` stands in the place of the file's.

    Raises:
        SourceError: where it can't be read, is too large, or is not UTF-8.
    """
    if path in edited:
        return SourceFile(shown, edited[path])
    # Path.resolve() raises where links lead in a circle; here the reading itself refuses those.
    if within is not None and not Path(os.path.realpath(path)).is_relative_to(within):
        raise SourceError(
            f"{shown} lies outside of the project",
            detail="it is a link out of the project root, which is not followed",
            hint="copy the file, or start from a project root that holds it",
        )
    try:
        if path.exists() and not path.is_file():
            raise SourceError(f"{shown} is no regular file", hint="remove it")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(
                f"{shown} is too large",
                detail=f"it has more than {MAX_BYTES:,} bytes",
                hint="split it; Terraform code is never that long by hand",
            )
        content = path.read_bytes()
    except OSError as error:
        hint = "check the name" if isinstance(error, FileNotFoundError) else "check its permissions"
        raise SourceError(f"{shown} can't be read", detail=error.strerror or str(error), hint=hint) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise HclSyntaxError(
            "Invalid character encoding",
            detail="the file is not encoded as UTF-8",
            subject=SourceRange(shown, line),
            hint="save it as UTF-8",
        ) from error
    return SourceFile(shown, text, sha256(content).hexdigest(), len(content))
