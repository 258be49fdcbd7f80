"""Values as Terraform's JSON plan shows them: blocks as lists of objects, unknown ones left out and listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from auditor.hcl import numbers
from auditor.hcl.expansion import quoted
from auditor.hcl.numbers import Float
from auditor.hcl.types import MapType
from auditor.hcl.values import MAPPINGS, Undecided, Value
from auditor.model.facts import SourceRange, Written
from auditor.model.values import Unknown

MASKED: Final = "(sensitive)"
_WIDE: Final = 2**63
_WIDEST: Final = 2**1023


@dataclass(slots=True)
class PlanShape:
    """The JSON of a value, and what the JSON does not say."""

    reveal_sensitive: bool = True
    unknown: dict[str, Unknown] = field(default_factory=dict)
    """By path."""
    sensitive: list[str] = field(default_factory=list)
    """Paths of marked values."""

    def of(self, value: Value, path: str = "") -> Any:  # noqa: ANN401 - a JSON value
        """The JSON; parts that are unknown are left out of objects, and null in lists."""
        if value.sensitive:
            self.sensitive.append(path)
            if not self.reveal_sensitive and value.is_known and not value.is_null:
                return MASKED
        content = value.content
        if isinstance(content, Undecided):
            self.unknown[path] = content.cause
            return None
        if isinstance(content, MAPPINGS):
            found = {}
            for name, item, inner in _named(value, content, path):
                made = self.of(item, inner)
                if item.is_known:
                    found[name] = made
            return found
        if isinstance(content, tuple):
            return [self.of(item, f"{path}[{index}]") for index, item in enumerate(content)]
        return number(content) if isinstance(content, int | Float) and not isinstance(content, bool) else content


def _named(value: Value, content: Mapping[str, Value], path: str) -> Iterator[tuple[str, Value, str]]:
    """Names, values and paths of the parts of a map or an object."""
    is_map = isinstance(value.type, MapType)
    for name in sorted(content):
        step = f'["{quoted(name)}"]' if is_map or not name.isidentifier() else f".{name}"
        yield name, content[name], f"{path}{step}".lstrip(".")


def number(content: int | Float) -> int | float:
    """A number of JSON; beyond 64 bits a plan keeps what a double holds as a double, and prints its shortest form."""
    if isinstance(content, int):
        in_double = abs(content) >= _WIDE and abs(content) < _WIDEST and int(float(content)) == content
        return int(Decimal(repr(float(content)))) if in_double else int(content)
    return float(numbers.text(content))


def origins_of(value: Value) -> dict[str, Written]:
    """Where each part with an origin comes from, by path; a part that nobody wrote has none."""
    found: dict[str, Written] = {}
    _collect(value, "", found)
    return found


def _collect(value: Value, path: str, found: dict[str, Written]) -> None:
    content = value.content
    if isinstance(content, MAPPINGS) and content:
        for _, item, inner in _named(value, content, path):
            _collect(item, inner, found)
    elif isinstance(content, tuple) and content:
        for index, item in enumerate(content):
            _collect(item, f"{path}[{index}]", found)
    elif value.origin is not None:
        found[path] = Written(_without_repetition(value.origin.chain()))


def _without_repetition(chain: tuple[SourceRange, ...]) -> tuple[SourceRange, ...]:
    """The chain without places on the line of the one before: a literal stands where its attribute stands."""
    kept = [chain[0]]
    for place in chain[1:]:
        if (place.file, place.line) != (kept[-1].file, kept[-1].line):
            kept.append(place)
    return tuple(kept)
