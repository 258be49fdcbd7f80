"""References inside expressions: what an attribute is made of, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.hcl.ast import Expression, GetAttr, Index, Variable
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.module_instance import ModuleInstance
from auditor.hcl.scope import UNBOUND, Bindings, Scope
from auditor.hcl.source import SourceFile
from auditor.hcl.values import Value

_DEEPEST: Final = 4
"""Locals and arguments of modules that are looked through, one behind the other."""


class Sight(Struct, frozen=True):
    """An expression with all that is needed to evaluate it, and the module it stands in."""

    expression: Expression
    scope: Scope
    source: SourceFile
    module: ModuleInstance
    bindings: Bindings = UNBOUND

    def value(self) -> Value | None:
        """Its value; None where it has none."""
        try:
            return evaluate(self.expression, self.scope, self.source, self.bindings)
        except EvaluationError:
            return None

    def of(self, expression: Expression) -> Sight:
        """A part of the expression."""
        return replace(self, expression=expression)


def references(sight: Sight, depth: int = 0) -> Iterator[Sight]:
    """The references in an expression, each as a whole, and those in the locals and arguments they lead to."""
    for found in _maximal(sight.expression):
        here = sight.of(found)
        yield here
        behind = _behind(here)
        if behind is not None and depth < _DEEPEST:
            yield from references(behind, depth + 1)


def _maximal(node: object) -> Iterator[Expression]:
    if isinstance(node, Variable):
        yield node
        return
    if isinstance(node, GetAttr | Index) and _leads_to_name(node):
        yield node
        while isinstance(node, GetAttr | Index):
            if isinstance(node, Index):
                yield from _maximal(node.key)
            node = node.subject
        return
    if isinstance(node, tuple):
        for item in node:
            yield from _maximal(item)
    elif isinstance(node, Struct):
        for name in node.__struct_fields__:
            yield from _maximal(getattr(node, name))


def _leads_to_name(node: Expression) -> bool:
    while isinstance(node, GetAttr | Index):
        node = node.subject
    return isinstance(node, Variable)


def _behind(sight: Sight) -> Sight | None:
    """The expression of the local, or of the module's argument, that a reference names."""
    node, first = sight.expression, ""
    while isinstance(node, GetAttr | Index):
        first = node.name if isinstance(node, GetAttr) else ""
        node = node.subject
    module = sight.module
    if not isinstance(node, Variable) or sight.bindings.get(node.name) is not None:
        return None
    if node.name == "local" and (local := module.module.locals.get(first)) is not None:
        return Sight(local.expression, module, local.source, module)
    called = module.called
    if node.name == "var" and called is not None and (given := called.block.body.attributes.get(first)) is not None:
        return Sight(given.expression, called.scope, given.source, called.by)
    return None
