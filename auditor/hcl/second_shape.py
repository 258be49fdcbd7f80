"""Two readings of one file as plain nested tuples, to be compared: ours, and python-hcl2's."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from auditor.hcl import ast, numbers
from auditor.hcl.python_hcl2 import second_reading

Shape = Any


def ours(node: Any) -> Shape:  # noqa: ANN401 - any node of the tree, or a leaf of one
    """Our tree without places."""
    if isinstance(node, ast.Body):
        found = [("attribute", name, ours(node.attributes[name].expression)) for name in node.attributes]
        return ("body", *sorted(found, key=lambda each: each[1]), *(ours(block) for block in node.blocks))
    if isinstance(node, ast.Block):
        return ("block", node.type, *node.labels, ours(node.body))
    if isinstance(node, ast.Literal):
        return ("literal", _number(node.value))
    if isinstance(node, ast.TemplateWrap):
        return ("template", ours(node.inner))
    if isinstance(node, ast.AmbiguousKey):
        return ours(node.written)
    if isinstance(node, ast.Object):
        return ("Object", *((ours(key), ours(value)) for key, value in node.items))
    if isinstance(node, ast.Template):
        return ("template", *(ours(part) for part in node.parts))
    if isinstance(node, tuple):
        return tuple(ours(item) for item in node)
    if isinstance(node, Struct):
        names = [name for name in node.__struct_fields__ if name != "offset"]
        return (type(node).__name__, *(ours(getattr(node, name)) for name in names))
    return node


def theirs(text: str) -> Shape:
    """python-hcl2's tree in the same shape."""
    return ours(second_reading(text))


def _number(value: Any) -> Any:  # noqa: ANN401 - the content of a literal
    if isinstance(value, bool) or not isinstance(value, int | numbers.Float):
        return value
    return f"number {numbers.text(value)}"
