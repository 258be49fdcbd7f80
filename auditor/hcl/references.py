"""The references inside an expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from auditor.hcl import ast

_LOOPS: Final = (ast.ForTuple, ast.ForObject, ast.TemplateFor)
_PARTS: Final[Mapping[type, tuple[str, ...]]] = {
    kind: tuple(name for name, type_ in kind.__annotations__.items() if "Expression" in type_)
    for kind in get_args(ast.Expression)
}
"""The fields of each kind of expression that hold expressions."""


def references(node: ast.Expression, bound: frozenset[str] = frozenset()) -> list[ast.Expression]:
    """Each reference with its constant steps, without those to names that the expression binds itself."""
    found: list[ast.Expression] = []
    _collect(node, bound, found)
    return found


def _collect(node: ast.Expression, bound: frozenset[str], found: list[ast.Expression]) -> None:
    steps: ast.Expression = node
    while isinstance(steps, ast.GetAttr) or (isinstance(steps, ast.Index) and isinstance(steps.key, ast.Literal)):
        steps = steps.subject
    if isinstance(steps, ast.Variable):
        if steps.name not in bound:
            found.append(node)
    elif steps is not node:
        _collect(steps, bound, found)
    else:
        inner = bound | {node.key_name, node.value_name} if isinstance(node, _LOOPS) else bound
        for name in _PARTS[type(node)]:
            for part in _expressions(getattr(node, name)):
                _collect(part, bound if name == "collection" else inner, found)


def root_of(reference: ast.Expression) -> ast.Expression:
    """What the steps of a reference start from."""
    while isinstance(reference, ast.GetAttr | ast.Index):
        reference = reference.subject
    return reference


def _expressions(part: object) -> Iterator[ast.Expression]:
    """The expressions that a field holds: one, none, or nested tuples of them."""
    if isinstance(part, tuple):
        for item in part:
            yield from _expressions(item)
    elif part is not None:
        yield part  # type: ignore[misc]  # all that such a field holds
