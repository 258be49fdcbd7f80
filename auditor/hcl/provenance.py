"""Where a value comes from: the places in code that decided it and handed it on."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from auditor.model.facts import SourceRange


class Source(Protocol):
    """A file that turns offsets into places."""

    def range_at(self, offset: int, /) -> SourceRange:
        """The place of an offset, in characters from the start of the file."""
        ...


class Provenance(Struct, frozen=True):
    """A place that handed a value on, linked to the one it came from; values share the links."""

    source: Source
    offset: int
    previous: Provenance | None = None

    def chain(self) -> tuple[SourceRange, ...]:
        """The places from the deciding literal to the latest one."""
        found: list[SourceRange] = []
        link: Provenance | None = self
        while link is not None:
            found.append(link.source.range_at(link.offset))
            link = link.previous
        return tuple(reversed(found))
