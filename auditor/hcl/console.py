"""Expressions as a console takes them: a text in, a text or a row of a table out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from auditor.hcl import ast, types, values
from auditor.hcl.errors import EvaluationError, FunctionError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.functions.json_text import json_string, json_text
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.numbers import Float
from auditor.hcl.numbers import text as number_text
from auditor.hcl.parser import parse_expression
from auditor.hcl.scope import Scope, Step
from auditor.hcl.source import SourceFile
from auditor.hcl.types import ListType, MapType, Primitive, SetType
from auditor.hcl.values import Undecided, Value
from auditor.model.errors import HclSyntaxError, SourceError

_NAME: Final = "<expression>"


class EmptyScope:
    """The scope of a root module in which nothing is declared."""

    __slots__ = ("surroundings", "workspace")

    def __init__(self, surroundings: Surroundings, workspace: str = "default") -> None:
        """Give what functions may ask of the world, and the workspace."""
        self.surroundings = surroundings
        self.workspace = workspace

    def resolve(self, name: str, steps: tuple[Step, ...], /) -> tuple[Value, int]:
        """`path` and `terraform.workspace`; anything else is not declared."""
        first = steps[0] if steps else None
        if name == "path" and first in ("module", "root"):
            return values.string("."), 1
        if name == "path" and first == "cwd":
            return values.string(str(self.surroundings.directory)), 1
        if name == "terraform" and first == "workspace":
            return values.string(self.workspace), 1
        raise EvaluationError(*_undeclared(name, steps))


def _undeclared(name: str, steps: tuple[Step, ...]) -> tuple[str, str]:
    """The complaint about a reference in a module without declarations."""
    first = str(steps[0] if steps else "")
    if name in _COMPLAINTS:
        summary, detail = _COMPLAINTS[name]
        return summary, detail.format(name=first)
    if not steps:
        return (
            "Invalid reference",
            (
                "A reference to a resource type must be followed by at least one attribute access, specifying the"
                " resource name."
            ),
        )
    kind, type_, label = ("data", first, str(steps[1:2] and steps[1])) if name == "data" else ("managed", name, first)
    detail = f'A {kind} resource "{type_}" "{label}" has not been declared in the root module.'
    return "Reference to undeclared resource", detail


_COMPLAINTS: Final[Mapping[str, tuple[str, str]]] = {
    "var": (
        "Reference to undeclared input variable",
        (
            'An input variable with the name "{name}" has not been declared. This variable can be declared with a'
            ' variable "{name}" {{}} block.'
        ),
    ),
    "local": (
        "Reference to undeclared local value",
        'A local value with the name "{name}" has not been declared.',
    ),
    "module": (
        "Reference to undeclared module",
        'No module call named "{name}" is declared in the root module.',
    ),
    "path": ('Invalid "path" attribute', 'The "path" object does not have an attribute named "{name}".'),
    "terraform": (
        'Invalid "terraform" attribute',
        (
            'The "terraform" object does not have an attribute named "{name}". The only supported attributes are'
            " terraform.workspace, the name of the currently-selected workspace, and terraform.applying, a boolean"
            " which is true only during apply."
        ),
    ),
    "each": (
        'Reference to "each" in context without for_each',
        (
            'The "each" object can be used only in "module" or "resource" blocks, and only when the "for_each" argument'
            " is set."
        ),
    ),
    "count": (
        'Reference to "count" in non-counted context',
        (
            'The "count" object can only be used in "module", "resource", and "data" blocks, and only when the "count"'
            " argument is set."
        ),
    ),
    "self": (
        'Invalid "self" reference',
        (
            'The "self" object is not available in this context. This object can be used only in resource provisioner,'
            " connection, and postcondition blocks."
        ),
    ),
}


def evaluate_text(expression: str, scope: Scope) -> str:
    """The value of an expression as the console prints it.

    Raises:
        HclSyntaxError: where the text is no expression.
        SourceError: where it has no value.
    """
    source = SourceFile(_NAME, f"{expression}\n")
    tree = parse_expression(source)
    asked = _asked_for_type(tree)
    try:
        if asked is not None:
            return types.expression_text(evaluate(asked, scope, source).type)
        return printed(evaluate(tree, scope, source))
    except EvaluationError as error:
        place = error.place.source.range_at(error.place.offset) if error.place else None
        raise SourceError(error.summary, detail=error.detail, subject=place) from error


def _asked_for_type(tree: ast.Expression) -> ast.Expression | None:
    """The argument of `type()`, which only the console knows."""
    if isinstance(tree, ast.Call) and tree.name == "type" and len(tree.arguments) == 1:
        return tree.arguments[0]
    return None


def eval_rows(rows: Sequence[Mapping[str, Any]], scope: Scope) -> list[dict[str, Any]]:
    """The rows completed: `expr` with `ok` and either `error`, or `value` (JSON text) and `type`.

    `sensitive` is true or `inside`; so is `unknown`, with the value null and no type. What JSON can't say has the value
    null, its type as an expression, and its printed form in `console`.
    """
    return [_row(str(row["expr"]), scope) for row in rows]


def _row(expression: str, scope: Scope) -> dict[str, Any]:
    source = SourceFile(_NAME, f"{expression}\n")
    row: dict[str, Any] = {"expr": expression}
    try:
        tree = parse_expression(source)
        if (asked := _asked_for_type(tree)) is not None:
            return {**row, "ok": True, "console": types.expression_text(evaluate(asked, scope, source).type)}
        value = evaluate(tree, scope, source)
    except EvaluationError as error:
        return {**row, "ok": False, "error": str(error)}
    except HclSyntaxError as error:
        return {**row, "ok": False, "error": f"{error.summary}: {error.detail}"}
    row["ok"] = True
    plain, marks = values.unmark_deep(value)
    if values.SENSITIVE in marks:
        row["sensitive"] = True if value.sensitive else "inside"
    if not values.is_wholly_known(plain):
        return {**row, "value": None, "unknown": "inside" if plain.is_known else True}
    type_ = types.DYNAMIC if plain.is_null else plain.type
    try:
        return {**row, "value": json_text(plain), "type": types.notation(type_)}
    except FunctionError:
        return {**row, "value": None, "type": types.expression_text(type_), "console": printed(plain)}


def printed(value: Value, indent: int = 0) -> str:
    """A value as the console prints it."""
    content = value.content
    if value.sensitive:
        return "(sensitive value)"
    if value.marks:
        return "(ephemeral value)"
    if isinstance(content, Undecided):
        return "(known after apply)"
    if content is None:
        return _printed_null(value.type)
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, str):
        return _printed_string(content, indent)
    if isinstance(content, int | Float):
        return number_text(content)
    return _printed_collection(value, indent)


def _printed_null(type_: types.Type) -> str:
    if isinstance(type_, Primitive):
        return "null" if type_ is types.DYNAMIC else f"to{type_.name}(null)"
    if isinstance(type_, ListType | SetType | MapType):
        return f"to{types.friendly(type_).split()[0]}(null)"
    return f"null /* {types.friendly(type_)} */"


def _printed_string(content: str, indent: int) -> str:
    if "\n" in content and indent == 0:
        closing = "" if content.endswith("\n") else "\n"
        return f"<<EOT\n{content}{closing}EOT"
    return json_string(content).replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&")


def _printed_collection(value: Value, indent: int) -> str:
    pad, outer = " " * (indent + 2), " " * indent
    content, type_ = value.content, value.type
    if isinstance(content, Mapping):
        lines = [f"{pad}{json_string(name)} = {printed(content[name], indent + 2)}" for name in sorted(content)]
        inner = "{\n" + "\n".join(lines) + f"\n{outer}}}" if lines else "{}"
    else:
        lines = [f"{pad}{printed(item, indent + 2)}," for item in values.items(value)]
        inner = "[\n" + "\n".join(lines) + f"\n{outer}]" if lines else "[]"
    if isinstance(type_, ListType | SetType | MapType):
        return f"to{types.friendly(type_).split()[0]}({inner})"
    return inner
