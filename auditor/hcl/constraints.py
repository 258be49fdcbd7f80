"""Type constraints of variables: `list(object({ name = string, size = optional(number, 1) }))`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from auditor.hcl import types
from auditor.hcl.ast import Call, Expression, Literal, Object, Tuple, Variable
from auditor.hcl.convert import ConversionError, convert, with_defaults
from auditor.hcl.errors import EvaluationError
from auditor.hcl.provenance import Provenance, Source
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType, Type
from auditor.hcl.values import Value

_PRIMITIVES: Final[Mapping[str, Type]] = {
    "string": types.STRING,
    "number": types.NUMBER,
    "bool": types.BOOL,
    "any": types.DYNAMIC,
}
_COLLECTIONS: Final[Mapping[str, Callable[[Type], Type]]] = {"list": ListType, "set": SetType, "map": MapType}
_LEGACY: Final[Mapping[str, Type]] = {"list": ListType(types.DYNAMIC), "map": MapType(types.DYNAMIC)}
_MAX_ARGUMENTS_OF_OPTIONAL: Final = 2

EvaluateDefault = Callable[[Expression], Value]


def type_constraint(expression: Expression, source: Source, evaluate_default: EvaluateDefault) -> Type:
    """The type that an expression of the type language stands for.

    Raises:
        EvaluationError: where it is none.
    """
    return _Constraints(source, evaluate_default).read(expression)


class _Constraints:
    def __init__(self, source: Source, evaluate_default: EvaluateDefault) -> None:
        self._source = source
        self._evaluate_default = evaluate_default

    def _error(self, expression: Expression, detail: str) -> EvaluationError:
        return EvaluationError("Invalid type specification", detail, Provenance(self._source, expression.offset))

    def read(self, expression: Expression) -> Type:
        if isinstance(expression, Variable):
            found = _PRIMITIVES.get(expression.name) or _LEGACY.get(expression.name)
            if found is None:
                raise self._error(expression, f'The keyword "{expression.name}" is not a valid type specification.')
            return found
        if not isinstance(expression, Call):
            detail = "A type specification is either a primitive type keyword or a complex type constructor call."
            raise self._error(expression, detail)
        if len(expression.arguments) != 1:
            detail = f"The {expression.name} type constructor requires exactly one argument."
            raise self._error(expression, detail)
        argument = expression.arguments[0]
        if (collection := _COLLECTIONS.get(expression.name)) is not None:
            return collection(self.read(argument))
        if expression.name == "tuple" and isinstance(argument, Tuple):
            return TupleType(tuple(self.read(item) for item in argument.items))
        if expression.name == "object" and isinstance(argument, Object):
            return self._object(argument)
        raise self._error(expression, f'"{expression.name}" with this argument is not a type constructor.')

    def _object(self, node: Object) -> ObjectType:
        attributes: dict[str, Type] = {}
        optional: dict[str, Value | None] = {}
        for key, expression in node.items:
            if not isinstance(key, Literal) or not isinstance(key.value, str):
                raise self._error(key, "Object constructor map keys must be attribute names.")
            if isinstance(expression, Call) and expression.name == "optional":
                attributes[key.value], optional[key.value] = self._optional(expression)
            else:
                attributes[key.value] = self.read(expression)
        return ObjectType(MappingProxyType(attributes), MappingProxyType(optional))

    def _optional(self, node: Call) -> tuple[Type, Value | None]:
        if not 1 <= len(node.arguments) <= _MAX_ARGUMENTS_OF_OPTIONAL:
            raise self._error(node, "optional() takes a type and at most one default value.")
        type_ = self.read(node.arguments[0])
        if len(node.arguments) == 1:
            return type_, None
        default = self._evaluate_default(node.arguments[1])
        try:
            return type_, convert(with_defaults(default, type_), type_)
        except ConversionError as error:
            detail = f"This default value is not compatible with the attribute's type constraint: {error}."
            raise EvaluationError(
                "Invalid default value for optional attribute",
                detail,
                Provenance(self._source, node.arguments[1].offset),
            ) from error
