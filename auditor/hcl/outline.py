"""What is certain of an expression that has no value: its type, as far as its form tells."""

from __future__ import annotations

from auditor.hcl import ast, conditional, operators, types, values
from auditor.hcl.errors import EvaluationError
from auditor.hcl.types import Type
from auditor.hcl.values import Value
from auditor.model.values import Unknown


def outline(node: ast.Expression, cause: Unknown) -> Value:
    """An unknown value, or a sequence or mapping of unknown ones, for an expression that failed.

    Terraform decides by it whether the branch that a condition does not choose fits the other one. Nothing is
    evaluated: the branches of branches would be again and again.
    """
    match node:
        case ast.Literal():
            found = Value(node.value)
        case ast.Tuple():
            found = values.sequence(outline(item, cause) for item in node.items)
        case ast.Object():
            found = _object(node, cause)
        case ast.TemplateWrap():
            found = outline(node.inner, cause)
        case ast.Conditional() | ast.TemplateIf():
            found = _choice(node, cause)
        case _:
            found = values.unknown(_type(node), cause)
    return found


def _object(node: ast.Object, cause: Unknown) -> Value:
    names = [key.value for key, _ in node.items if isinstance(key, ast.Literal) and isinstance(key.value, str)]
    if len(names) < len(node.items):
        return values.unknown(types.DYNAMIC, cause)
    parts = [outline(value, cause) for _, value in node.items]
    return values.mapping(dict(zip(names, parts, strict=True)))


def _choice(node: ast.Conditional | ast.TemplateIf, cause: Unknown) -> Value:
    undecided = values.unknown(types.BOOL, cause)
    try:
        return conditional.choose(undecided, outline(node.if_true, cause), outline(node.if_false, cause))
    except EvaluationError:
        return values.unknown(types.DYNAMIC, cause)


def _type(node: ast.Expression) -> Type:
    match node:
        case ast.Template() | ast.TemplateFor():
            return types.STRING
        case ast.Binary():
            return operators.result_type(node.operator)
        case ast.Unary():
            return types.BOOL if node.operator == "!" else types.NUMBER
        case _:
            return types.DYNAMIC
