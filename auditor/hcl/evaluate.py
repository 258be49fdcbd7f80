"""The value of an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from auditor.hcl import ast, conditional, operators, traversal, types, values
from auditor.hcl.calls import call, decides_itself
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError, LimitExceeded
from auditor.hcl.functions.graphemes import known_start
from auditor.hcl.loops import for_object, for_tuple, splat
from auditor.hcl.provenance import Provenance, Source
from auditor.hcl.scope import UNBOUND, Bindings, Scope, Step
from auditor.hcl.types import STRING, Type
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

LARGEST_VALUE: Final = 3_000_000
MOST_TURNS: Final = 500_000
"""Turns that the loops of one expression take, all together."""
_STEPS: Final = (ast.GetAttr, ast.Index)
_GROWING: Final = frozenset(
    {ast.Template, ast.TemplateFor, ast.Splat, ast.Call, ast.Tuple, ast.Object, ast.ForTuple, ast.ForObject}
)
"""Expressions whose value may be larger than the values that went into it."""


def evaluate(expression: ast.Expression, scope: Scope, source: Source, bindings: Bindings = UNBOUND) -> Value:
    """The value of an expression that stands in `source`.

    Raises:
        EvaluationError: where it has none; the place is that of the innermost part at fault.
    """
    try:
        return Evaluation(scope, source).value(expression, bindings)
    except RecursionError as error:
        detail = "The expression, or what it refers to, is nested too deeply to be evaluated."
        raise LimitExceeded("Expression nested too deeply", detail, Provenance(source, expression.offset)) from error


class Evaluation:
    """The evaluation of expressions of one file in one scope."""

    __slots__ = ("scope", "source", "turns")

    def __init__(self, scope: Scope, source: Source) -> None:
        """Evaluate expressions that stand in `source`."""
        self.scope = scope
        self.source = source
        self.turns = 0

    def take_turn(self) -> None:
        """Count one turn of a loop.

        Raises:
            LimitExceeded: where the expression has taken too many.
        """
        self.turns += 1
        if self.turns > MOST_TURNS:
            detail = f"The loops of one expression take more than {MOST_TURNS:,} turns."
            raise LimitExceeded("Expression too expensive", detail)

    def value(self, node: ast.Expression, bindings: Bindings) -> Value:
        """The value of one node, with the node as origin where its parts have handed none through."""
        try:
            result = _EVALUATED[type(node)](self, node, bindings)
        except EvaluationError as error:
            if error.place is None:
                error.place = Provenance(self.source, node.offset)
            raise
        if type(node) in _GROWING and result.size > LARGEST_VALUE:
            detail = f"The value has more than {LARGEST_VALUE:,} parts."
            raise LimitExceeded("Value too large", detail, Provenance(self.source, node.offset))
        return result if result.origin is not None else result.at(Provenance(self.source, node.offset))

    def attempt(self, node: ast.Expression, bindings: Bindings) -> Value | EvaluationError:
        """The value of a node, or why it has none."""
        try:
            return self.value(node, bindings)
        except LimitExceeded:
            raise
        except EvaluationError as error:
            return error

    def sound(self, node: ast.Expression, bindings: Bindings) -> Value:
        """The value of a node on which all depends: there is nothing to go on with where a part of it fails."""
        return self.value(node, bindings)

    def tolerate(self, error: EvaluationError) -> None:
        """Meet a fault beyond which evaluation could go on.

        Raises:
            EvaluationError: the fault.
        """
        raise error

    def _branch(self, node: ast.Expression, bindings: Bindings) -> tuple[Value, EvaluationError | None]:
        """The value of a branch, or its outline and the error: the branch that is not chosen may fail."""
        found = self.attempt(node, bindings)
        if isinstance(found, Value):
            return found, None
        outline = Outline(self, values.not_evaluable(str(found)))
        value = outline.value(node, bindings)
        self.turns = outline.turns
        return value, found

    def literal(self, node: ast.Literal, _: Bindings) -> Value:
        """A literal; strings are in normal form already."""
        return Value(node.value, None, values.UNMARKED, Provenance(self.source, node.offset))

    def template(self, node: ast.Template, bindings: Bindings) -> Value:
        """The parts of a template as one string; unknown after its first unknown part."""
        return self._joined([(part, self.value(part, bindings)) for part in node.parts])

    def _joined(self, parts: list[tuple[ast.Expression, Value]]) -> Value:
        marks = values.UNMARKED
        written: list[str] = []
        causes: list[Unknown] = []
        prefix = ""
        told = True
        for node, value in parts:
            marks |= value.marks
            content = self._part(node, value)
            if isinstance(content, str):
                written.append(content)
            else:
                if not causes:
                    prefix = "".join(written)
                causes.append(content.cause)
                written.append(content.as_text)
                told = told and bool(content.as_text)
        if causes:
            start = known_start(values.normalized(prefix))
            unknown = values.unknown(STRING, values.merged(causes), not_null=True, prefix=start)
            return unknown.marked(marks).told("".join(written) if told else "")
        return values.string("".join(written)).marked(marks)

    def _part(self, node: ast.Expression, value: Value) -> str | Undecided:
        """The text of one part of a template."""
        summary = "Invalid template interpolation value"
        place = Provenance(self.source, node.offset)
        content = value.content
        if isinstance(content, Undecided) and not types.is_primitive(value.type):
            return Undecided(content.cause)
        try:
            content = convert(value, STRING).content
        except ConversionError as error:
            detail = f"Cannot include the given value in a string template: {error}."
            raise EvaluationError(summary, detail, place) from error
        if not isinstance(content, str | Undecided):
            detail = "The expression result is null. Cannot include a null value in a string template."
            raise EvaluationError(summary, detail, place)
        return content

    def template_wrap(self, node: ast.TemplateWrap, bindings: Bindings) -> Value:
        """The value of the only part of a template."""
        return self.value(node.inner, bindings)

    def template_for(self, node: ast.TemplateFor, bindings: Bindings) -> Value:
        """The bodies of a `%{ for }` directive, joined."""
        rows = for_tuple(self, node.collection, (node.key_name, node.value_name), node.body, bindings)
        if isinstance(rows.content, Undecided):
            return values.unknown(STRING, rows.content.cause, not_null=True).marked(rows.marks)
        return self._joined([(node.body, row) for row in values.items(rows)]).marked(rows.marks)

    def conditional(self, node: ast.Conditional | ast.TemplateIf, bindings: Bindings) -> Value:
        """The chosen branch; the other one is evaluated for its type only."""
        if_true, true_error = self._branch(node.if_true, bindings)
        if_false, false_error = self._branch(node.if_false, bindings)
        condition = self.value(node.condition, bindings)
        result = conditional.choose(condition, if_true, if_false)
        if condition.is_known and (error := true_error if conditional.is_true(condition) else false_error):
            raise error
        return result

    def variable(self, node: ast.Variable, bindings: Bindings) -> Value:
        """A name bound by `for`, or else a reference of one name."""
        return self._reference(node, [], bindings)

    def splat_item(self, _: ast.SplatItem, bindings: Bindings) -> Value:
        """The element at hand of the innermost splat."""
        if bindings.item is None:
            raise TypeError("a splat's element outside of a splat")
        return bindings.item

    def step(self, node: ast.GetAttr | ast.Index, bindings: Bindings) -> Value:
        """A reference with its steps, or steps into the value of an expression."""
        steps: list[ast.GetAttr | ast.Index] = [node]
        subject = node.subject
        while isinstance(subject, _STEPS):
            steps.append(subject)
            subject = subject.subject
        steps.reverse()
        if isinstance(subject, ast.Variable):
            return self._reference(subject, steps, bindings)
        return self._stepped(self.value(subject, bindings), steps, bindings)

    def _reference(self, root: ast.Variable, steps: list[ast.GetAttr | ast.Index], bindings: Bindings) -> Value:
        bound = bindings.get(root.name)
        if bound is not None:
            return self._stepped(bound, steps, bindings)
        wanted: tuple[Step, ...] = tuple([step.name if isinstance(step, ast.GetAttr) else None for step in steps])
        value, used = self.scope.resolve(root.name, wanted)
        return self._stepped(value, steps[used:], bindings)

    def _stepped(self, value: Value, steps: list[ast.GetAttr | ast.Index], bindings: Bindings) -> Value:
        for step in steps:
            try:
                if isinstance(step, ast.GetAttr):
                    value = traversal.attribute(value, step.name)
                else:
                    value = traversal.index(value, self.value(step.key, bindings))
            except EvaluationError as error:
                if error.place is None:
                    error.place = Provenance(self.source, step.offset)
                raise
        return value

    def splat(self, node: ast.Splat, bindings: Bindings) -> Value:
        """The steps of a splat, over each element."""
        return splat(self, node, bindings)

    def call(self, node: ast.Call, bindings: Bindings) -> Value:
        """The result of a function."""
        return call(self, node, bindings)

    def binary(self, node: ast.Binary, bindings: Bindings) -> Value:
        """The result of a binary operator."""
        left = self.value(node.left, bindings)
        return operators.binary(node.operator, left, self.value(node.right, bindings))

    def unary(self, node: ast.Unary, bindings: Bindings) -> Value:
        """The result of a unary operator."""
        return operators.unary(node.operator, self.value(node.operand, bindings))

    def tuple(self, node: ast.Tuple, bindings: Bindings) -> Value:
        """A tuple of the values of its items."""
        return values.sequence([self.value(item, bindings) for item in node.items])

    def object(self, node: ast.Object, bindings: Bindings) -> Value:
        """An object; unknown as a whole where a key is unknown; marks of keys go to the object."""
        attributes: dict[str, Value] = {}
        marks = values.UNMARKED
        causes: list[Unknown] = []
        for key_node, value_node in node.items:
            if isinstance(key_node, ast.Literal) and isinstance(key_node.value, str):
                attributes[key_node.value] = self.value(value_node, bindings)
                continue
            key = self.value(key_node, bindings)
            value = self.value(value_node, bindings)
            marks |= key.marks
            name = self._key(key_node, key)
            if isinstance(name, str):
                attributes[name] = value
            else:
                causes.append(name.cause)
        if causes:
            return values.unknown(types.DYNAMIC, values.merged(causes)).marked(marks)
        return Value(attributes, None, marks)

    def _key(self, node: ast.Expression, key: Value) -> str | Undecided:
        place = Provenance(self.source, node.offset)
        if key.is_null:
            raise EvaluationError("Null value as key", "Can't use a null value as a key.", place)
        try:
            content = convert(key, STRING).content
        except ConversionError as error:
            raise EvaluationError("Incorrect key type", f"Can't use this value as a key: {error}.", place) from error
        if not isinstance(content, str | Undecided):
            raise TypeError("a key that is not a string")
        return content

    def ambiguous_key(self, _: ast.AmbiguousKey, _bindings: Bindings) -> Value:
        """A key that could be a reference or a name."""
        raise EvaluationError(
            "Ambiguous attribute key",
            "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a"
            " literal name containing periods, wrap it in quotes to create a string literal.",
        )

    def for_tuple(self, node: ast.ForTuple, bindings: Bindings) -> Value:
        """`[for ...]`."""
        names = (node.key_name, node.value_name)
        return for_tuple(self, node.collection, names, node.result, bindings, condition=node.condition)

    def for_object(self, node: ast.ForObject, bindings: Bindings) -> Value:
        """`{for ...}`."""
        return for_object(self, node, bindings)


_EVALUATED: Final[Mapping[type, Callable[[Evaluation, Any, Bindings], Value]]] = {
    ast.Literal: Evaluation.literal,
    ast.Template: Evaluation.template,
    ast.TemplateWrap: Evaluation.template_wrap,
    ast.TemplateIf: Evaluation.conditional,
    ast.TemplateFor: Evaluation.template_for,
    ast.Variable: Evaluation.variable,
    ast.SplatItem: Evaluation.splat_item,
    ast.GetAttr: Evaluation.step,
    ast.Index: Evaluation.step,
    ast.Splat: Evaluation.splat,
    ast.Call: Evaluation.call,
    ast.Conditional: Evaluation.conditional,
    ast.Binary: Evaluation.binary,
    ast.Unary: Evaluation.unary,
    ast.Tuple: Evaluation.tuple,
    ast.Object: Evaluation.object,
    ast.AmbiguousKey: Evaluation.ambiguous_key,
    ast.ForTuple: Evaluation.for_tuple,
    ast.ForObject: Evaluation.for_object,
}


class Outline(Evaluation):
    """What is left of an expression that fails: evaluation goes on with an unknown value in the place of each fault.

    Terraform decides by its type whether the branch that a condition does not choose fits the other one.
    """

    __slots__ = ("cause", "faults")

    def __init__(self, of: Evaluation, cause: Unknown) -> None:
        """Go on with what an evaluation has failed at; its turns count."""
        super().__init__(of.scope, of.source)
        self.turns = of.turns
        self.cause = cause
        self.faults = 0

    def tolerate(self, _: EvaluationError) -> None:
        """Count a fault."""
        self.faults += 1

    def sound(self, node: ast.Expression, bindings: Bindings) -> Value:
        """The value of a node without a fault inside.

        Raises:
            EvaluationError: where there is one.
        """
        before = self.faults
        found = self.value(node, bindings)
        if self.faults > before:
            raise EvaluationError("Faulty part", str(self.cause.detail))
        return found

    def value(self, node: ast.Expression, bindings: Bindings) -> Value:
        """The value of one node, unknown where it has none."""
        self.take_turn()
        try:
            if isinstance(node, ast.Conditional | ast.TemplateIf):
                return self._choice(node, bindings)
            if isinstance(node, ast.Call) and decides_itself(node):
                return values.unknown(types.DYNAMIC, self.cause)
            return super().value(node, bindings)
        except LimitExceeded:
            raise
        except EvaluationError as error:
            self.tolerate(error)
            return values.unknown(_type_of(node), self.cause)

    def _choice(self, node: ast.Conditional | ast.TemplateIf, bindings: Bindings) -> Value:
        if_true, if_false = self.value(node.if_true, bindings), self.value(node.if_false, bindings)
        try:
            return conditional.choose(self.value(node.condition, bindings), if_true, if_false)
        except EvaluationError as error:
            self.tolerate(error)
            return conditional.choose(values.unknown(types.BOOL, self.cause), if_true, if_false)


def _type_of(node: ast.Expression) -> Type:
    """The type that an expression has by its form alone."""
    match node:
        case ast.Template() | ast.TemplateFor():
            return STRING
        case ast.Binary():
            return operators.result_type(node.operator)
        case ast.Unary():
            return types.BOOL if node.operator == "!" else types.NUMBER
        case _:
            return types.DYNAMIC
