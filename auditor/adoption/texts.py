"""The texts of files while edits are thought of: which can be edited, and what they become."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from auditor.hcl.edit import Change, applied
from auditor.hcl.layout import Layout, layout
from auditor.hcl.provenance import Source
from auditor.hcl.source import SourceFile

_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
_JSON: Final = ".json"
_INSTALLED: Final = ".terraform/"


class Texts(Struct):
    """The files of one reading of the code, by the paths they are shown by."""

    base: Path
    """What shown paths are relative to."""
    files: Mapping[str, SourceFile]
    _layouts: dict[str, Layout] = field(default_factory=dict)

    def layout(self, source: Source) -> Layout | None:
        """The layout of a file that can be edited; None for anything else.

        Options, environment variables, and modules that `terraform init` fetched can't be; for JSON there is `json`.
        """
        if not isinstance(source, SourceFile) or self.files.get(source.path) is not source or why_not(source.path):
            return None
        if source.path not in self._layouts:
            self._layouts[source.path] = layout(source)
        return self._layouts[source.path]

    def json(self, source: Source) -> SourceFile | None:
        """A file in JSON of which single values can be edited; None for anything else."""
        if not isinstance(source, SourceFile) or self.files.get(source.path) is not source:
            return None
        return source if source.path.endswith(_JSON) and not _fetched(source.path) else None

    def with_changes(self, changes: Iterable[Change]) -> dict[Path, str] | None:
        """The texts of the files that the changes are about; None where changes overlap."""
        found: dict[Path, str] = {}
        for file, group in groupby(sorted(set(changes)), key=lambda change: change.file):
            text = applied(self.files[file].text, group)
            if text is None:
                return None
            found[self.base / file] = text
        return found


def why_not(path: str) -> str:
    """Why a file is not edited; empty where it is."""
    if path.endswith(_JSON):
        return "it is written in JSON, of which only texts, numbers and truth values that are there are edited"
    if _fetched(path):
        return "it belongs to a module that `terraform init` fetched"
    return ""


def _fetched(path: str) -> bool:
    return path.startswith(_INSTALLED) or f"/{_INSTALLED}" in path


def unified(path: str, before: str, after: str) -> str:
    """A change of a file as `patch -p1` and `git apply` take it; empty where nothing changed. An empty file is new."""
    old = f"a/{path}" if before else "/dev/null"
    rows = difflib.unified_diff(_LINES.findall(before), _LINES.findall(after), old, f"b/{path}")
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
