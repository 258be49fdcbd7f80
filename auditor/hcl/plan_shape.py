"""Values as Terraform's JSON plan shows them: blocks as lists of objects, unknown ones left out and listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field

from auditor.hcl import numbers
from auditor.hcl.expansion import quoted
from auditor.hcl.numbers import Float, SizedInt
from auditor.hcl.provenance import Provenance
from auditor.hcl.values import MAPPINGS, Undecided, Value
from auditor.model.facts import Written
from auditor.model.values import Unknown

MASKED: Final = "(sensitive)"
_WIDE: Final = 2**63
_WIDEST: Final = 2**1023
_NUMBERS: Final = frozenset({int, SizedInt, Float})
_EMPTY: Final[Mapping[type, Callable[[], Any]]] = {tuple: list, **dict.fromkeys(MAPPINGS, dict)}


class PlanShape(Struct):
    """The JSON of a value, and what the JSON does not say."""

    reveal_sensitive: bool = True
    unknown: dict[str, Unknown] = field(default_factory=dict)
    """By path."""
    sensitive: list[str] = field(default_factory=list)
    """Paths of marked values."""
    origins: dict[str, Provenance] = field(default_factory=dict)
    """Where each part comes from, by path; a part that nobody wrote has none."""

    def of(self, value: Value, path: str = "") -> Any:  # noqa: ANN401 - a JSON value
        """The JSON; parts that are unknown are left out of objects, and null in lists."""
        content: Any = value.content
        if value.marks and value.sensitive:
            self.sensitive.append(path)
            if not self.reveal_sensitive and value.is_known and not value.is_null:
                content = MASKED
        kind = type(content)
        if kind in MAPPINGS and content:
            return self._object(value, content, path)
        if kind is tuple and content:
            return [self.of(item, f"{path}[{index}]") for index, item in enumerate(content)]
        if value.origin is not None:
            self.origins[path] = value.origin
        if kind is Undecided:
            self.unknown[path] = content.cause
            return None
        return _EMPTY[kind]() if kind in _EMPTY else number(content) if kind in _NUMBERS else content

    def _object(self, value: Value, content: Mapping[str, Value], path: str) -> dict[str, Any]:
        before = f"{path}." if path else ""
        is_map = value.is_map
        found: dict[str, Any] = {}
        for name in sorted(content):
            item = content[name]
            if item.content is None and item.origin is None and not item.marks:
                found[name] = None
                continue
            keyed = is_map or not name.isidentifier()
            made = self.of(item, f'{path}["{quoted(name)}"]' if keyed else before + name)
            if made is not None or item.is_known:
                found[name] = made
        return found


def number(content: int | Float) -> int | float:
    """A number of JSON; beyond 64 bits a plan keeps what a double holds as a double, and prints its shortest form."""
    if isinstance(content, int):
        in_double = abs(content) >= _WIDE and abs(content) < _WIDEST and int(float(content)) == content
        return int(Decimal(repr(float(content)))) if in_double else int(content)
    return float(numbers.text(content))


def origins_of(value: Value) -> dict[str, Written]:
    """Where each part with an origin comes from, by path; a part that nobody wrote has none."""
    shape = PlanShape()
    shape.of(value)
    return {path: written(origin) for path, origin in shape.origins.items()}


def written(origin: Provenance) -> Written:
    """The chain without places on the line of the one before: a literal stands where its attribute stands."""
    chain = origin.chain()
    kept = [chain[0]]
    for place in chain[1:]:
        if (place.file, place.line) != (kept[-1].file, kept[-1].line):
            kept.append(place)
    return Written(tuple(kept))
