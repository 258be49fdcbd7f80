"""Two readings of one file as plain nested tuples: ours, and python-hcl2's; the only user of python-hcl2's tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import hcl2
from hcl2.rules import (
    base,
    containers,
    directives,
    expressions,
    for_expressions,
    functions,
    indexing,
    literal_rules,
    strings,
)

from auditor.hcl import ast, numbers
from auditor.hcl.values import normalized

ANYTHING: Final = ("heredoc",)
"""What python-hcl2 leaves unread: equal to whatever stands there."""

_WORDS: Final = {"true": True, "false": False, "null": None}
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}

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
    if hasattr(node, "__dataclass_fields__"):
        names = [name for name in node.__dataclass_fields__ if name != "offset"]
        return (type(node).__name__, *(ours(getattr(node, name)) for name in names))
    return node


def theirs(text: str) -> Shape:
    """python-hcl2's tree in the same shape."""
    return _body(hcl2.parses(text, discard_comments=True).body)


def _number(value: Any) -> Any:  # noqa: ANN401 - the content of a literal
    if isinstance(value, bool) or not isinstance(value, int | numbers.Float):
        return value
    return f"number {numbers.text(value)}"


def _body(node: Any) -> Shape:  # noqa: ANN401 - python-hcl2 has no types
    attributes, blocks = [], []
    for child in node.children:
        if isinstance(child, base.AttributeRule):
            attributes.append(("attribute", str(child.identifier.token), _expression(child.expression)))
        elif isinstance(child, base.BlockRule):
            labels = [_label(label) for label in child.labels]
            blocks.append(("block", *labels, _body(child.body)))
    return ("body", *sorted(attributes, key=lambda each: each[1]), *blocks)


def _label(node: Any) -> str:  # noqa: ANN401
    if isinstance(node, strings.StringRule):
        return _unescaped("".join(str(part.content) for part in node.string_parts))
    return str(node.token)


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])

    return normalized(_ESCAPE.sub(one, text))


def _expression(node: Any) -> Shape:  # noqa: ANN401, C901, PLR0911, PLR0912 - one line a kind of node
    if isinstance(node, expressions.ExprTermRule):
        return _expression(node.expression)
    if isinstance(node, literal_rules.IdentifierRule):
        return ("Variable", str(node.token))
    if isinstance(node, literal_rules.LiteralValueRule):
        return ("literal", _WORDS[str(node.token)])
    if isinstance(node, literal_rules.IntLitRule | literal_rules.FloatLitRule):
        digits = str(node.token)
        literal = ("literal", _number(numbers.parse(digits.removeprefix("-"))))
        return ("Unary", "-", literal) if digits.startswith("-") else literal
    if isinstance(node, strings.HeredocTemplateRule):
        return ANYTHING
    if isinstance(node, strings.StringRule):
        return _template(list(_parts(node.string_parts)))
    if isinstance(node, expressions.ConditionalRule):
        branches = (node.condition, node.if_true, node.if_false)
        return ("Conditional", *(_expression(branch) for branch in branches))
    if isinstance(node, expressions.BinaryOpRule):
        right = node.binary_term
        operator = str(right.binary_operator.token).strip()
        return ("Binary", operator, _expression(node.expr_term), _expression(right.expr_term))
    if isinstance(node, expressions.UnaryOpRule):
        return ("Unary", str(node.operator), _expression(node.expr_term))
    if isinstance(node, indexing.GetAttrExprTermRule):
        return _step(node.get_attr, _expression(node.expr_term))
    if isinstance(node, indexing.IndexExprTermRule):
        return _step(node.children[1], _expression(node.children[0]))
    if isinstance(node, indexing.FullSplatExprTermRule | indexing.AttrSplatExprTermRule):
        each: Shape = ("SplatItem",)
        for step in node.attr_splat.get_attrs:
            each = _step(step, each)
        return ("Splat", _expression(node.expr_term), each)
    if isinstance(node, functions.FunctionCallRule):
        given = node.arguments
        arguments = tuple(_expression(item) for item in given.arguments) if given else ()
        name = "::".join(str(part.token) for part in node.identifiers)
        return ("Call", name, arguments, bool(given and given.has_ellipsis))
    if isinstance(node, containers.TupleRule):
        return ("Tuple", tuple(_expression(item) for item in node.elements))
    if isinstance(node, containers.ObjectRule):
        return ("Object", *((_key(item.key), _expression(item.expression)) for item in node.elements))
    if isinstance(node, for_expressions.ForTupleExprRule | for_expressions.ForObjectExprRule):
        return _for(node)
    raise NotImplementedError(type(node).__name__)


def _step(step: Any, subject: Shape) -> Shape:  # noqa: ANN401
    if isinstance(step, indexing.GetAttrRule):
        return ("GetAttr", subject, str(step.identifier.token))
    if isinstance(step, indexing.ShortIndexRule):
        return ("Index", subject, ("literal", f"number {step.index}"))
    return ("Index", subject, _expression(step.index_expression))


def _key(key: Any) -> Shape:  # noqa: ANN401
    inner = getattr(key, "expression", None)
    if inner is not None:
        parenthesized = isinstance(inner, expressions.ExprTermRule) and inner.parentheses
        return _expression(inner) if parenthesized else _bare(_expression(inner))
    return _bare(_expression(key.value))


def _bare(shape: Shape) -> Shape:
    """A key without parentheses: a name or a keyword is a string."""
    if shape[0] == "Variable":
        return ("literal", normalized(shape[1]))
    if shape[0] == "literal" and shape[1] in (True, False, None) and not isinstance(shape[1], str):
        return ("literal", next(word for word, value in _WORDS.items() if value is shape[1]))
    return shape


def _for(node: Any) -> Shape:  # noqa: ANN401
    intro = node.for_intro
    names = [str(name.token) for name in (intro.first_iterator, intro.second_iterator) if name]
    key_name = names[0] if len(names) > 1 else ""
    condition = _expression(node.condition.condition_expr) if node.condition else None
    head = (key_name, names[-1], _expression(intro.iterable))
    if isinstance(node, for_expressions.ForTupleExprRule):
        return ("ForTuple", *head, _expression(node.value_expr), condition)
    results = (_expression(node.key_expr), _expression(node.value_expr))
    return ("ForObject", *head, *results, condition, bool(node.ellipsis))


def _parts(nodes: Any) -> Iterator[Shape]:  # noqa: ANN401
    for part in nodes:
        content = part.content
        if isinstance(content, strings.InterpolationRule):
            yield _expression(content.expression)
        elif isinstance(content, directives.TemplateIfRule | directives.TemplateForRule):
            # These two have private fields only.
            yield ANYTHING
        else:
            yield str(content)


def _template(parts: list[Shape]) -> Shape:
    joined: list[Shape] = []
    text = ""
    for part in [*parts, ANYTHING]:
        if isinstance(part, str):
            text += part.replace("$${", "${").replace("%%{", "%{")
            continue
        if text:
            joined.append(("literal", _unescaped(text)))
            text = ""
        joined.append(part)
    joined.pop()
    if len(parts) > 1:
        joined = _merged(joined)
    if all(isinstance(part, str) for part in parts) or (len(parts) > 1 and len(joined) == 1 and _is_text(joined[0])):
        return joined[0] if joined else ("literal", "")
    return ("template", *joined)


def _is_text(shape: Shape) -> bool:
    return isinstance(shape, tuple) and len(shape) == 2 and shape[0] == "literal" and isinstance(shape[1], str)  # noqa: PLR2004 - a pair


def _merged(parts: list[Shape]) -> list[Shape]:
    """Texts that stand side by side as one: a quoted string inside an interpolation is text like any other."""
    merged: list[Shape] = []
    for part in parts:
        if merged and _is_text(part) and _is_text(merged[-1]):
            merged[-1] = ("literal", merged[-1][1] + part[1])
        else:
            merged.append(part)
    return merged
