"""What an expression is evaluated in: the names it may refer to and the functions it may call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.values import Value

Step = str | None
"""A step of a reference after its first name: an attribute's name, or None for an index of any kind."""


class Scope(Protocol):
    """Resolves references lazily, and lends functions their surroundings."""

    @property
    def surroundings(self) -> Surroundings:
        """What functions may ask of the world."""
        ...

    def resolve(self, name: str, steps: tuple[Step, ...], /) -> tuple[Value, int]:
        """The value that a reference leads to, and how many of its steps it has used up.

        `var.tags["a"].b` asks for `var` with the steps `("tags", None, "b")`; the answer may be the value of
        `var.tags` and 1. Steps beyond an index tell which part of many instances is wanted.

        Raises:
            EvaluationError: where the reference leads nowhere.
        """
        ...


class Bindings:
    """Names bound inside an expression by `for`, over those of an outer expression."""

    __slots__ = ("_names", "item", "shared")

    def __init__(self, names: Mapping[str, Value], item: Value | None = None, *, shared: bool = False) -> None:
        """Bind names, and the element at hand of a splat; `shared` where all instances of a block bind them alike."""
        self._names = names
        self.item = item
        self.shared = shared

    def get(self, name: str) -> Value | None:
        """The value bound to a name."""
        return self._names.get(name)

    def with_names(self, names: Mapping[str, Value]) -> Bindings:
        """These bindings with others in front of them."""
        return Bindings({**self._names, **names}, self.item)

    def with_item(self, item: Value) -> Bindings:
        """These bindings with another element at hand."""
        return Bindings(self._names, item)

    def as_shared(self) -> Bindings:
        """The same bindings, of which it is known that all instances of a block have them."""
        return Bindings(self._names, self.item, shared=True)


UNBOUND: Final = Bindings({}, shared=True)
