"""Function calls, and the special forms that decide themselves what of their arguments is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from auditor.hcl import ast, types, values
from auditor.hcl.errors import EvaluationError, FunctionError
from auditor.hcl.functions import filesystem, table
from auditor.hcl.functions.filesystem import OutsideProject
from auditor.hcl.functions.specification import Function
from auditor.hcl.functions.specification import call as call_function
from auditor.hcl.provenance import Provenance
from auditor.hcl.scope import Bindings
from auditor.hcl.templates import refuse_nested, render, template_text
from auditor.hcl.types import ListType, SetType, TupleType
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

if TYPE_CHECKING:
    from auditor.hcl.evaluate import Evaluation

_CORE: Final = "core::"
_PROVIDER: Final = "provider::"
_TEMPLATEFILE: Final = ("path", "vars")
_TEMPLATESTRING: Final = ("template", "vars")


def call(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> Value:
    """The result of a call.

    Raises:
        EvaluationError: where there is no such function, or it has no result for its arguments.
    """
    name = node.name.removeprefix(_CORE)
    if (form := _FORMS.get(name)) is not None:
        return form(evaluation, node, bindings)
    function = table.FUNCTIONS.get(name)
    if function is None:
        return _missing(evaluation, node, bindings)
    arguments = _arguments(evaluation, node, bindings)
    if isinstance(arguments, Unknown):
        return values.unknown(types.DYNAMIC, arguments)
    _count(function, len(arguments))
    try:
        return call_function(function, arguments, evaluation.scope.surroundings)
    except FunctionError as error:
        raise error.evaluation_error(name, None) from error


def decides_itself(node: ast.Call) -> bool:
    """Whether a call is a special form."""
    return node.name.removeprefix(_CORE) in _FORMS


def _missing(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> Value:
    if node.name.startswith(_PROVIDER):
        _arguments(evaluation, node, bindings)
        cause = values.not_evaluable(f"the provider function {node.name}() is not built in")
        return values.unknown(types.DYNAMIC, cause)
    if "::" in node.name:
        namespace = node.name.partition("::")[0]
        raise EvaluationError(
            "Unknown provider function",
            f'The function namespace "{namespace}" is not valid. Provider function calls must use the "provider::"'
            " namespace prefix.",
        )
    raise EvaluationError("Call to unknown function", f'There is no function named "{node.name}".')


def _arguments(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> list[Value] | Unknown:
    """The values of the arguments, the last one expanded; the cause where that one is unknown."""
    arguments = [evaluation.sound(argument, bindings) for argument in node.arguments]
    if not node.expand:
        return arguments
    last = arguments.pop()
    summary = "Invalid expanding argument value"
    place = Provenance(evaluation.source, node.arguments[-1].offset)
    if last.is_null:
        raise EvaluationError(summary, "The expanding argument (indicated by ...) must not be null.", place)
    if isinstance(last.content, Undecided):
        return last.content.cause
    if not isinstance(last.type, ListType | SetType | TupleType):
        detail = "The expanding argument (indicated by ...) must be of a tuple, list, or set type."
        raise EvaluationError(summary, detail, place)
    return [*arguments, *(item.marked(last.marks) for item in values.items(last))]


def _count(function: Function, given: int) -> None:
    wanted = len(function.parameters)
    if given < wanted:
        least = "at least " if function.variadic else ""
        raise EvaluationError(
            "Not enough function arguments",
            f'Function "{function.name}" expects {least}{wanted} argument(s). Missing value for'
            f' "{function.parameters[given].name}".',
        )
    if given > wanted and function.variadic is None:
        detail = f'Function "{function.name}" expects only {wanted} argument(s).'
        raise EvaluationError("Too many function arguments", detail)


def _try(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> Value:
    """The first argument that has a value; unknown where that is not wholly known, for then it could still fail."""
    if not node.arguments:
        raise FunctionError("at least one argument is required").evaluation_error("try", None)
    failures: list[EvaluationError] = []
    for argument in node.arguments:
        value = evaluation.attempt(argument, bindings)
        if isinstance(value, EvaluationError):
            failures.append(value)
        elif causes := list(values.causes_of(value)):
            return values.unknown(types.DYNAMIC, values.merged(causes)).marked(value.marks)
        else:
            return value
    listed = "".join(f"\n- {failure.summary}\n  {failure.detail}" for failure in failures)
    message = f"no expression succeeded:{listed}\n\nAt least one expression must produce a successful result"
    raise FunctionError(message).evaluation_error("try", None)


def _can(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> Value:
    """Whether the argument has a value; unknown where that is not wholly known, for then it could still fail."""
    if len(node.arguments) != 1:
        _refuse_count("can", ("expression",), len(node.arguments))
    value = evaluation.attempt(node.arguments[0], bindings)
    if isinstance(value, EvaluationError):
        return values.FALSE
    if causes := list(values.causes_of(value)):
        return values.unknown(types.BOOL, values.merged(causes), not_null=True)
    return values.TRUE.marked(value.marks)


def _templatefile(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> Value:
    """A template that a file holds, rendered."""
    if len(node.arguments) != len(_TEMPLATEFILE):
        _refuse_count("templatefile", _TEMPLATEFILE, len(node.arguments))
    refuse_nested(evaluation, "templatefile")
    path, variables = (evaluation.value(argument, bindings) for argument in node.arguments)
    try:
        located = template_text(path, "path")
        if located is None or not variables.is_known:
            return _unknown_template(path, variables)
        text = filesystem.text_of(evaluation.scope.surroundings, located)
        return render(evaluation, text, located, variables).marked(path.marks)
    except OutsideProject as error:
        return values.unknown(types.DYNAMIC, error.cause)
    except FunctionError as error:
        told = error.withheld() if values.SENSITIVE in path.marks else error
        raise told.evaluation_error("templatefile", None) from error


def _unknown_template(template: Value, variables: Value, type_: types.Type = types.DYNAMIC) -> Value:
    cause = values.merged([*values.causes_of(template), *values.causes_of(variables)])
    return values.unknown(type_, cause).marked(template.marks | variables.marks)


def _templatestring(evaluation: Evaluation, node: ast.Call, bindings: Bindings) -> Value:
    """A template that a reference leads to, rendered."""
    if len(node.arguments) != len(_TEMPLATESTRING):
        _refuse_count("templatestring", _TEMPLATESTRING, len(node.arguments))
    template, variables = node.arguments
    complaint = _unsuitable_template(template)
    if complaint:
        message = f"invalid template expression: {complaint}"
        raise FunctionError(message, "template").evaluation_error("templatestring", None)
    refuse_nested(evaluation, "templatestring")
    given = evaluation.value(template, bindings)
    filled = evaluation.value(variables, bindings)
    try:
        text = template_text(given)
        if text is None or not filled.is_known:
            open_ = filled.type is types.DYNAMIC
            return _unknown_template(given, filled, types.DYNAMIC if open_ else types.STRING)
        return render(evaluation, text, "<templatestring argument>", filled).marked(given.marks)
    except FunctionError as error:
        raise error.evaluation_error("templatestring", None) from error


def _unsuitable_template(template: ast.Expression) -> str:
    if isinstance(template, ast.Template) or (isinstance(template, ast.Literal) and isinstance(template.value, str)):
        return (
            "templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not"
            " support providing a literal template; consider using a template string expression instead"
        )
    root: ast.Expression = template
    while isinstance(root, ast.GetAttr | ast.Index):
        root = root.subject
    if isinstance(root, ast.Variable):
        return ""
    return "must be a direct reference to a single string from elsewhere, containing valid Terraform template syntax"


def _refuse_count(name: str, parameters: tuple[str, ...], given: int) -> None:
    if given < len(parameters):
        raise EvaluationError(
            "Not enough function arguments",
            f'Function "{name}" expects {len(parameters)} argument(s). Missing value for "{parameters[given]}".',
        )
    detail = f'Function "{name}" expects only {len(parameters)} argument(s).'
    raise EvaluationError("Too many function arguments", detail)


_FORMS: Final[Mapping[str, Callable[[Evaluation, ast.Call, Bindings], Value]]] = {
    "try": _try,
    "can": _can,
    "templatefile": _templatefile,
    "templatestring": _templatestring,
}
