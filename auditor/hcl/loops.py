"""Expressions that go over the elements of a collection: `for` and splat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from auditor.hcl import ast, types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError
from auditor.hcl.provenance import Provenance
from auditor.hcl.scope import Bindings
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

if TYPE_CHECKING:
    from auditor.hcl.evaluate import Evaluation

_ITERABLE = (ListType, SetType, MapType, TupleType, ObjectType)


class _Loop:
    """One run over a collection: the bindings of each turn, marks and causes of what stays unknown."""

    def __init__(
        self, evaluation: Evaluation, collection: ast.Expression, names: tuple[str, str], bindings: Bindings
    ) -> None:
        self.evaluation = evaluation
        self.names = names
        self.outer = bindings
        self.collection = evaluation.value(collection, bindings)
        self.place = Provenance(evaluation.source, collection.offset)
        self.marks = self.collection.marks
        self.causes: list[Unknown] = []
        self._refuse_what_cannot_be_walked()

    def _refuse_what_cannot_be_walked(self) -> None:
        collection = self.collection
        if collection.is_null:
            detail = "A null value cannot be used as the collection in a 'for' expression."
            raise EvaluationError("Iteration over null value", detail, self.place)
        if isinstance(collection.content, Undecided):
            self.causes.append(collection.content.cause)
        if collection.type is not types.DYNAMIC and not isinstance(collection.type, _ITERABLE):
            name = types.friendly(collection.type)
            detail = f"A value of type {name} cannot be used as the collection in a 'for' expression."
            raise EvaluationError("Iteration over non-iterable value", detail, self.place)

    def turns(self, condition: ast.Expression | None) -> list[Bindings]:
        """The bindings of each turn for which the condition holds."""
        found: list[Bindings] = []
        if not self.collection.is_known:
            return found
        key_name, value_name = self.names
        if condition is not None and not self.collection.content:
            # Terraform tries the condition with anything at all before the first turn.
            anything = values.unknown(types.DYNAMIC, values.not_evaluable("an element of an empty collection"))
            self._tried(condition, self.outer.with_names(dict.fromkeys(filter(None, self.names), anything)))
        for key, item in values.entries(self.collection):
            self.evaluation.take_turn()
            bound = {key_name: key, value_name: item} if key_name else {value_name: item}
            bindings = self.outer.with_names(bound)
            if condition is None or self._holds(condition, bindings):
                found.append(bindings)
        return found

    def _holds(self, condition: ast.Expression, bindings: Bindings) -> bool:
        value = self._tried(condition, bindings)
        self.marks |= value.marks
        if isinstance(value.content, Undecided):
            self.causes.append(value.content.cause)
            return False
        return value.content is True

    def _tried(self, condition: ast.Expression, bindings: Bindings) -> Value:
        value = self.evaluation.sound(condition, bindings)
        place = Provenance(self.evaluation.source, condition.offset)
        if value.is_null:
            detail = "The value of the 'if' clause must not be null."
            raise EvaluationError("Condition is null", detail, place)
        try:
            return convert(value, types.BOOL)
        except ConversionError as error:
            detail = f"The 'if' clause value is invalid: {error}."
            raise EvaluationError("Invalid 'for' condition", detail, place) from error

    def key(self, node: ast.Expression, bindings: Bindings) -> str | None:
        """The key of one turn; None where it is unknown."""
        key = self.evaluation.value(node, bindings)
        self.marks |= key.marks
        place = Provenance(self.evaluation.source, node.offset)
        if key.is_null:
            detail = "Key expression in 'for' expression must not produce a null value."
            raise EvaluationError("Invalid object key", detail, place)
        try:
            content = convert(key, types.STRING).content
        except ConversionError as error:
            detail = f"The key expression produced an invalid result: {error}."
            raise EvaluationError("Invalid object key", detail, place) from error
        if isinstance(content, str):
            return content
        if isinstance(content, Undecided):
            self.causes.append(content.cause)
        return None

    def unknown(self) -> Value:
        """The result where a condition, a key or the collection is unknown."""
        return values.unknown(types.DYNAMIC, values.merged(self.causes)).marked(self.marks)


def for_tuple(
    evaluation: Evaluation,
    collection: ast.Expression,
    names: tuple[str, str],
    result: ast.Expression,
    bindings: Bindings,
    *,
    condition: ast.Expression | None = None,
) -> Value:
    """A tuple of the results of all turns."""
    loop = _Loop(evaluation, collection, names, bindings)
    rows = [evaluation.value(result, turn) for turn in loop.turns(condition)]
    return loop.unknown() if loop.causes else values.sequence(rows).marked(loop.marks)


def for_object(evaluation: Evaluation, node: ast.ForObject, bindings: Bindings) -> Value:
    """An object of the keys and results of all turns; with `...` a tuple of results for each key."""
    loop = _Loop(evaluation, node.collection, (node.key_name, node.value_name), bindings)
    single: dict[str, Value] = {}
    grouped: dict[str, list[Value]] = {}
    for turn in loop.turns(node.condition):
        key = loop.key(node.key, turn)
        value = evaluation.value(node.result, turn)
        if key is None:
            continue
        if node.group:
            grouped.setdefault(key, []).append(value)
        elif key in single:
            shown = "(sensitive)" if values.SENSITIVE in loop.marks else f'"{key}"'
            detail = (
                f"Two different items produced the key {shown} in this 'for' expression. If duplicates are expected,"
                " use the ellipsis (...) after the value expression to enable grouping by key."
            )
            place = Provenance(evaluation.source, node.key.offset)
            evaluation.tolerate(EvaluationError("Duplicate object key", detail, place))
        else:
            single[key] = value
    if loop.causes:
        return loop.unknown()
    if node.group:
        single = {key: values.sequence(group, group[0].origin) for key, group in grouped.items()}
    return values.mapping(single).marked(loop.marks)


def splat(evaluation: Evaluation, node: ast.Splat, bindings: Bindings) -> Value:
    """The results of the steps for each element; null gives no element, a single value is one."""
    subject = evaluation.sound(node.subject, bindings)
    marks, subject = subject.marks, subject.unmarked()

    def each(item: Value) -> Value:
        evaluation.take_turn()
        return evaluation.value(node.each, bindings.with_item(item))

    if not isinstance(subject.type, ListType | SetType | TupleType):
        return _single_splat(subject, each).marked(marks)
    if subject.is_null:
        detail = "Splat expressions (with the * symbol) cannot be applied to null sequences."
        raise EvaluationError("Splat of null value", detail)
    if isinstance(subject.content, Undecided):
        return _unknown_splat(subject, subject.content, each).marked(marks)
    rows = [each(item) for item in values.items(subject)]
    if isinstance(subject.type, TupleType):
        return values.sequence(rows).marked(marks)
    if rows:
        return values.list_of(rows[0].type, rows).marked(marks)
    sample = each(values.unknown(subject.type.element, values.not_evaluable("a list without elements")))
    return values.list_of(sample.type, ()).marked(marks)


def _single_splat(subject: Value, each: Callable[[Value], Value]) -> Value:
    content = subject.content
    if content is None:
        return values.sequence(())
    if isinstance(content, Undecided) and (subject.type is types.DYNAMIC or not content.not_null):
        if subject.type is not types.DYNAMIC:
            each(subject)
        return values.unknown(types.DYNAMIC, content.cause)
    return values.sequence([each(subject)])


def _unknown_splat(subject: Value, content: Undecided, each: Callable[[Value], Value]) -> Value:
    if isinstance(subject.type, TupleType):
        elements = tuple(each(values.unknown(type_, content.cause)).type for type_ in subject.type.elements)
        return values.unknown(TupleType(elements), content.cause, not_null=True)
    if not isinstance(subject.type, ListType | SetType):
        raise TypeError("not a sequence")
    element = each(values.unknown(subject.type.element, content.cause)).type
    undecided = Undecided(content.cause, not_null=True, minimum=content.minimum, maximum=content.maximum)
    return Value(undecided, ListType(element), values.UNMARKED, subject.origin)
