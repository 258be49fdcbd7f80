"""What the static checks find, before it is noted; and what each call of a module leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.hcl.source import SourceFile


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, and where it stands."""

    summary: str
    detail: str
    source: SourceFile
    offset: int


Complaints = Iterator[Complaint]
