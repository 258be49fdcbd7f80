"""Things that depend on each other as wholes: Terraform orders blocks, not the values in them."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator
from typing import Final

from auditor.hcl import ast
from auditor.hcl.ast import Attribute, Block, Body
from auditor.hcl.directory import Module
from auditor.hcl.installed_modules import Calls
from auditor.hcl.references import references, root_of
from auditor.hcl.source import SourceFile
from auditor.hcl.validation.complaint import Complaint, Complaints
from auditor.hcl.validation.names import Steps, steps_of

SUMMARY: Final = "Cycle"
_NOT_AN_EDGE: Final = frozenset({"ignore_changes", "provider", "providers", "source", "version"})
_CALL: Final = frozenset({"count", "for_each", "depends_on"})

Node = str
"""An address: `module.a.var.b`, `local.c`, `data.t.n`; a module's own name stands for all that is inside."""


def of_cycles(root: Module, calls: Calls) -> Complaints:
    """The first cycle of a configuration, if there is one."""
    graph = _Graph(calls)
    graph.add(root, "", ())
    try:
        graphlib.TopologicalSorter(graph.edges).prepare()
    except graphlib.CycleError as error:
        found: list[Node] = list(reversed(error.args[1]))
        placed = [graph.places[node] for node in found if node in graph.places]
        if placed:
            yield Complaint(SUMMARY, f"Each depends on the next: {' → '.join(found)}.", *placed[0])


class _Graph:
    """What each part of a configuration refers to."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.edges: dict[Node, set[Node]] = {}
        self.places: dict[Node, tuple[SourceFile, int]] = {}

    def add(self, module: Module, prefix: str, waits_for: tuple[Node, ...]) -> None:
        """Add a module, of which everything waits for what decides how often it is there."""
        for name, local in module.locals.items():
            self._node(f"{prefix}local.{name}", local, (*self._inside(module, prefix, local), *waits_for))
        for type_, shown in (("output", "output"), ("variable", "var")):
            for (name,), block in module.of(type_).items():
                self._block(module, f"{prefix}{shown}.{name}", prefix, block, waits_for)
        for mode, shown in (("resource", ""), ("data", "data."), ("ephemeral", "ephemeral.")):
            for (type_, name), block in module.of(mode).items():
                address = f"{prefix}{shown}{type_}.{name}"
                self._block(module, address, prefix, block, waits_for)
        for (name,), call in module.of("module").items():
            self._call(module, prefix, name, call, waits_for)

    def _block(self, module: Module, address: Node, prefix: str, block: Block, waits_for: tuple[Node, ...]) -> None:
        """Add what a block refers to; a reference to itself is complained about elsewhere, or is a condition's."""
        own = (node for node in self._of_body(module, prefix, block.body) if node != address)
        self._node(address, block, (*own, *waits_for))

    def _call(self, module: Module, prefix: str, name: str, call: Block, waits_for: tuple[Node, ...]) -> None:
        called = self._calls.of(module, name)
        if called is None:
            return
        inner = f"{prefix}module.{name}."
        outside = [self._inside(module, prefix, each) for key, each in call.body.attributes.items() if key in _CALL]
        waiting = (*waits_for, *(node for nodes in outside for node in nodes))
        self.add(called, inner, waiting)
        for (variable,) in called.of("variable"):
            argument = call.body.attributes.get(variable)
            if argument is not None:
                self._node(f"{inner}var.{variable}", argument, self._inside(module, prefix, argument))
        whole = [node for node in self.edges if node.startswith(inner)]
        self._node(inner.rstrip("."), call, whole)

    def _node(self, node: Node, part: Block | Attribute, needs: Iterator[Node] | tuple[Node, ...] | list[Node]) -> None:
        self.edges.setdefault(node, set()).update(needs)
        self.places[node] = (part.source, part.offset)

    def _of_body(self, module: Module, prefix: str, body: Body) -> Iterator[Node]:
        for name, attribute in body.attributes.items():
            if name not in _NOT_AN_EDGE:
                yield from self._inside(module, prefix, attribute)
        for block in body.blocks:
            yield from self._of_body(module, prefix, block.body)

    def _inside(self, module: Module, prefix: str, attribute: Attribute) -> Iterator[Node]:
        whole = attribute.name == "depends_on"
        for reference in references(attribute.expression):
            root = root_of(reference)
            if isinstance(root, ast.Variable):
                yield from self._named(module, prefix, root.name, steps_of(reference), whole=whole)

    def _named(self, module: Module, prefix: str, root: str, steps: Steps, *, whole: bool) -> Iterator[Node]:
        """What a reference waits for; of a module its outputs, unless it is waited for as a whole."""
        first = steps[0] if steps else None
        if first is None:
            return
        if root == "module":
            called = self._calls.of(module, first)
            output = next((step for step in steps[1:3] if step is not None), None)
            if whole or called is None:
                yield f"{prefix}module.{first}"
            else:
                names = [output] if output is not None else [name for (name,) in called.of("output")]
                yield from (f"{prefix}module.{first}.output.{name}" for name in names)
        elif root in ("data", "ephemeral"):
            yield f"{prefix}{root}.{first}.{steps[1] if len(steps) > 1 else ''}"
        elif root in ("var", "local"):
            yield f"{prefix}{root}.{first}"
        elif root == "resource" and len(steps) > 1:
            yield f"{prefix}{first}.{steps[1]}"
        elif (root, first) in module.of("resource"):
            yield f"{prefix}{root}.{first}"
