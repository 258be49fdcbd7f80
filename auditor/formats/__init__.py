"""The report formats: all that the auditor knows about one stands in its module, as `FORMAT`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from auditor.discovery import constants
from auditor.formats.interface import Format
from auditor.model.errors import ReportError

_SHARED: Final = frozenset(
    {
        "commands", "compiled", "drifting", "encode", "interface", "page", "parity", "remedies", "since", "trend",
        "verdict", "waiver_changes", "words",
    }
)  # fmt: skip


@cache
def formats() -> Mapping[str, Format]:
    """All formats by name."""
    found = constants(__name__, "FORMAT", Format, besides=_SHARED)
    return MappingProxyType({it.name: it for it in found})


def rendered_again(content: bytes, chosen: Format, name: str) -> bytes:
    """A report that was written, in another format; ReportError where the bytes of the file `name` are no report."""
    from auditor.formats.json import decode  # noqa: PLC0415 - a module of this package

    document = decode(content)
    try:
        return chosen.render(document)
    except Exception as error:  # whatever a file leads to that says it is a report and is none
        raise ReportError(
            f"{name} is not a whole report: {type(error).__name__}: {error}",
            hint="give the report.json of a bundle as it was written; `audit render --schema` says what it holds",
        ) from error
