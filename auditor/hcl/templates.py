"""`templatefile` and `templatestring`: templates evaluated with variables of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from auditor.hcl import ast
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.lexer import IDENTIFIER
from auditor.hcl.references import references, root_of
from auditor.hcl.scope import UNBOUND, Step
from auditor.hcl.source import SourceFile
from auditor.hcl.template import parse_template
from auditor.hcl.types import STRING
from auditor.hcl.values import Value
from auditor.model.errors import HclSyntaxError

if TYPE_CHECKING:
    from auditor.hcl.evaluate import Evaluation

_BOM: Final = "\ufeff"
_NAME: Final = re.compile(IDENTIFIER)


class TemplateScope:
    """The scope of a template: nothing but its variables."""

    __slots__ = ("surroundings", "variables")

    def __init__(self, surroundings: Surroundings, variables: Mapping[str, Value]) -> None:
        """Give what functions may ask of the world, and the variables."""
        self.surroundings = surroundings
        self.variables = variables

    def resolve(self, name: str, _: tuple[Step, ...], /) -> tuple[Value, int]:
        """The variable of that name."""
        return self.variables[name], 0


def render(evaluation: Evaluation, text: str, name: str, variables: Value) -> Value:
    """The value of a template.

    Raises:
        FunctionError: where it is no template, or refers to what is not given.
        EvaluationError: where a part of it has no value.
    """
    given = variables.content
    if given is None:
        raise FunctionError("argument must not be null", "vars")
    if not isinstance(given, Mapping):
        raise FunctionError("invalid vars value: must be a map", "vars")
    for key in given:
        if _NAME.fullmatch(key) is None:
            rule = "must start with a letter, followed by zero or more letters, digits, and underscores"
            raise FunctionError(f'invalid template variable name "{key}": {rule}', "vars")
    source = SourceFile(name, text.removeprefix(_BOM))
    try:
        tree = parse_template(source)
    except HclSyntaxError as error:
        raise FunctionError(f"{error.subject}: {error.summary}; {error.detail}") from error
    _refuse_missing(tree, source, given)
    scope = TemplateScope(evaluation.scope.surroundings, given)
    value = type(evaluation)(scope, source).value(tree, UNBOUND).marked(variables.marks)
    if value.is_null:
        first, last = source.range_at(0), source.range_at(len(source.text))
        end = f"{last.column}" if last.line == first.line else f"{last.line},{last.column}"
        complaint = "The result of the template is null, which is not a valid result for a templatestring call"
        raise FunctionError(f"{name}:1,1-{end}: Template result is null; {complaint}.")
    return value


def _refuse_missing(tree: ast.Expression, source: SourceFile, given: Mapping[str, Value]) -> None:
    for reference in references(tree):
        root = root_of(reference)
        if isinstance(root, ast.Variable) and root.name not in given:
            place = source.range_at(root.offset)
            end = place.column + len(root.name)
            complaint = f'vars map does not contain key "{root.name}", referenced at {place.file}:{place.line}'
            raise FunctionError(f"{complaint},{place.column}-{end}", "vars")


def refuse_nested(evaluation: Evaluation, name: str) -> None:
    """Templates don't call for templates.

    Raises:
        EvaluationError: inside of a template.
    """
    if isinstance(evaluation.scope, TemplateScope):
        complaint = f"cannot recursively call {name} from inside another template function"
        raise FunctionError(complaint).evaluation_error(name, None)


def template_text(template: Value, parameter: str = "template") -> str | None:
    """The text of a template or of its path; None where it is unknown.

    Raises:
        FunctionError: where it is no string.
    """
    try:
        text = convert(template, STRING).content
    except ConversionError as error:
        raise FunctionError(str(error), parameter) from error
    if text is None:
        raise FunctionError("argument must not be null", parameter)
    return text if isinstance(text, str) else None
