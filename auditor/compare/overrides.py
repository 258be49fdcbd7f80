"""`lifecycle.ignore_changes`: the value that state has takes the place of the one in code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from auditor.model.values import Value

_STEP: Final = re.compile(r'\.?([A-Za-z_][\w-]*)|\["((?:[^"\\]|\\.)*)"\]|\[\d+\]')
EVERYTHING: Final = "all"


def steps(path: str) -> tuple[str, ...]:
    """The names and keys of a path; positions of single blocks are left out."""
    return tuple(name or key for name, key in _STEP.findall(path) if name or key)


class LeftOut:
    """The paths that `ignore_changes` leaves out of the comparison."""

    __slots__ = ("_steps", "everything")

    def __init__(self, ignored: Iterable[str]) -> None:
        self._steps = tuple(steps(path) for path in ignored)
        self.everything = (EVERYTHING,) in self._steps

    def __bool__(self) -> bool:
        return bool(self._steps)

    def covers(self, path: str) -> bool:
        """Whether this path, or one above it, is left out."""
        if not self._steps:
            return False
        found = steps(path)
        return self.everything or any(found[: len(left_out)] == left_out for left_out in self._steps)

    def planned(self, declared: Mapping[str, Value], stored: Mapping[str, Value]) -> Mapping[str, Value]:
        """The declared values with the stored ones in the place of those that are left out; tags are not among them."""
        if not self._steps:
            return declared
        if self.everything:
            return {**declared, **stored}
        planned = dict(declared)
        for name, *inner in self._steps:
            if name in ("tags", "tags_all"):
                continue
            if not inner:
                planned[name] = stored.get(name, planned.get(name))
            elif isinstance(block := planned.get(name), Mapping) and isinstance(before := stored.get(name), Mapping):
                planned[name] = _replaced(block, before, inner)
        return planned


def _replaced(block: Mapping[str, Value], before: Mapping[str, Value], inner: list[str]) -> Mapping[str, Value]:
    name, *rest = inner
    ours, theirs = block.get(name), before.get(name)
    if rest and isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        theirs = _replaced(ours, theirs, rest)
    return {**block, name: theirs}
