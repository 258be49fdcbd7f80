"""What the static checks find, before it is noted; and what each call of a module leads to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from auditor.hcl.source import SourceFile


class Complaint(Struct, frozen=True):
    """What is wrong, and where it stands."""

    summary: str
    detail: str
    source: SourceFile
    offset: int


Complaints = Iterator[Complaint]
