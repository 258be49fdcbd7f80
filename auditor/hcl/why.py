"""Why a declared value is what it is: the places in code that handed it on, the deciding one first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from auditor.hcl.configuration import Configuration
from auditor.hcl.plan_shape import MASKED
from auditor.hcl.values import Value, items
from auditor.model.errors import SourceError
from auditor.model.facts import Origin, SourceRange, Written

_LONGEST_LINE: Final = 200

Line = tuple[str, int]
"""A file and the number of a line."""


class Reason(Struct, frozen=True):
    """Why one value, by its path, is what it is."""

    path: str
    places: tuple[tuple[SourceRange, str], ...] = ()
    """Each with its line, from the deciding literal on; lines of sensitive values are withheld."""
    otherwise: str = ""
    """Why there are none."""


def why(
    configuration: Configuration, address: str, path: str, keyed: Mapping[str, Origin] | None = None
) -> tuple[Reason, ...]:
    """The reasons of the value at a path, or of all values below it.

    `path` is one of the planned values, or one of `keyed`, which are the same values by other paths.

    Raises:
        SourceError: where there is no such resource or path.
    """
    by_address = {resource.address: resource for resource in configuration.resources}
    if address not in by_address:
        raise _not_found(f"nothing is declared at {address!r}", address, by_address)
    resource = by_address[address]
    silent = {
        **dict.fromkeys(_paths(resource.planned_values, ""), "nobody wrote it: the provider's default"),
        **{below: cause.detail for below, cause in resource.unknown.items()},
    }
    withheld = frozenset(_sensitive_lines(configuration))
    for found in (resource.origins, keyed or {}):
        if written := [below for below in found if _lies_below(below, path)]:
            return tuple(_reason(configuration, below, found[below], withheld) for below in written)
    if path in silent:
        return (Reason(path, otherwise=silent[path]),)
    raise _not_found(f"{address} has no value {path!r}", path, (*resource.origins, *(keyed or {}), *silent))


def _reason(configuration: Configuration, path: str, origin: Origin, withheld: frozenset[Line]) -> Reason:
    chain = origin.chain if isinstance(origin, Written) else ()
    texts = {file.path: file.text for file in configuration.files}
    return Reason(path, tuple((place, _line(texts.get(place.file, ""), place, withheld)) for place in chain))


def _line(text: str, place: SourceRange, withheld: frozenset[Line]) -> str:
    if (place.file, place.line) in withheld:
        return MASKED
    return "".join(text.split("\n")[place.line - 1 : place.line]).strip()[:_LONGEST_LINE]


def _lies_below(path: str, above: str) -> bool:
    return path == above or (path.startswith(above) and path[len(above)] in ".[")


def _paths(value: object, path: str) -> Iterator[str]:
    """The paths of a planned value and of all its parts."""
    if path:
        yield path
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _paths(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, f"{path}[{index}]")


def _sensitive_lines(configuration: Configuration) -> Iterator[Line]:
    """The lines that a sensitive value was written on, or handed on by, anywhere in the code."""
    written = (value for resource in configuration.resources for value in resource.written.values())
    for value in (*written, *configuration.variables.values()):
        yield from _marked_lines(value, inside=False)


def _marked_lines(value: Value, *, inside: bool) -> Iterator[Line]:
    inside = inside or value.sensitive
    if inside and value.origin is not None:
        for place in value.origin.chain():
            yield place.file, place.line
    for part in items(value):
        yield from _marked_lines(part, inside=inside)


def _not_found(summary: str, wanted: str, known: Iterable[str]) -> SourceError:
    names = list(dict.fromkeys(known))
    found = [name for name in names if name.endswith(f".{wanted}")] or difflib.get_close_matches(wanted, names, n=1)
    return SourceError(summary, hint=f"did you mean {found[0]}?" if found else "see `audit declared`")
