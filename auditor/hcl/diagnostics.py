"""What a reading has to say beside its values: errors that cost one value, and warnings."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from auditor.hcl.errors import EvaluationError
from auditor.hcl.source import SourceFile
from auditor.model.facts import SourceRange


class Severity(StrEnum):
    """How bad it is: Terraform stops at an error; here it makes the value that it stands for unknown."""

    ERROR = "error"
    WARNING = "warning"


class Diagnostic(Struct, frozen=True):
    """One complaint about the code."""

    severity: Severity
    summary: str
    detail: str = ""
    place: SourceRange | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.severity}: {self.summary}: {self.detail}"


class Diagnostics:
    """Collects complaints; the same one is kept once."""

    def __init__(self) -> None:
        self.other_provider = ""
        """Which other major version of the provider plans than the one whose schema is known: `a later`, if any."""
        self._found: dict[Diagnostic, None] = {}
        self._lines: set[tuple[str, int]] = set()

    def error(self, summary: str, detail: str, place: SourceRange | None = None) -> None:
        """Note an error."""
        self._found[Diagnostic(Severity.ERROR, summary, detail, place)] = None
        if place is not None:
            self._lines.add((place.file, place.line))

    def error_unless_told(self, summary: str, detail: str, place: SourceRange) -> None:
        """Note an error, if none is noted on its line: evaluation told of it in its own words."""
        if (place.file, place.line) not in self._lines:
            self.error(summary, detail, place)

    def told(self, summary: str) -> bool:
        """Whether an error of this summary is noted."""
        return any(each.summary == summary for each in self._found)

    def warning(self, summary: str, detail: str, place: SourceRange | None = None) -> None:
        """Note a warning."""
        self._found[Diagnostic(Severity.WARNING, summary, detail, place)] = None

    def evaluation(self, error: EvaluationError, source: SourceFile, offset: int) -> None:
        """Note an expression without a value, at its own place or else at the given one."""
        place = error.place.source.range_at(error.place.offset) if error.place else source.range_at(offset)
        self.error(error.summary, error.detail, place)

    def all(self) -> tuple[Diagnostic, ...]:
        """Everything noted, in order."""
        return tuple(self._found)
