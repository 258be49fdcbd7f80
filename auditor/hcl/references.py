"""The references inside an expression."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from auditor.hcl import ast


def references(node: ast.Expression, bound: frozenset[str] = frozenset()) -> Iterator[ast.Expression]:
    """Each reference with its constant steps, without those to names that the expression binds itself."""
    steps: ast.Expression = node
    while isinstance(steps, ast.GetAttr) or (isinstance(steps, ast.Index) and isinstance(steps.key, ast.Literal)):
        steps = steps.subject
    if isinstance(steps, ast.Variable):
        if steps.name not in bound:
            yield node
        return
    if steps is not node:
        yield from references(steps, bound)
        return
    inner = bound
    if isinstance(node, ast.ForTuple | ast.ForObject | ast.TemplateFor):
        yield from references(node.collection, bound)
        inner = bound | {node.key_name, node.value_name}
    for part in _parts(node):
        yield from references(part, inner)


def root_of(reference: ast.Expression) -> ast.Expression:
    """What the steps of a reference start from."""
    while isinstance(reference, ast.GetAttr | ast.Index):
        reference = reference.subject
    return reference


def _parts(node: ast.Expression) -> Iterator[ast.Expression]:
    looped = isinstance(node, ast.ForTuple | ast.ForObject | ast.TemplateFor)
    for field in dataclasses.fields(node):
        if not (looped and field.name == "collection"):
            yield from _expressions(getattr(node, field.name))


def _expressions(part: object) -> Iterator[ast.Expression]:
    if isinstance(part, tuple):
        for item in part:
            yield from _expressions(item)
    elif isinstance(part, ast.Expression):
        yield part
