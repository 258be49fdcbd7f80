"""What a function declares about itself, and how it is called: conversion, nulls, unknown values and marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct, field

from auditor.hcl import types, values
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.numbers import Float, Number, NumberError, NumberTooLarge
from auditor.hcl.types import Type
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

_INT64: Final = range(-(2**63), 2**63)


class Parameter(Struct, frozen=True):
    """A parameter of a function.

    Strings, numbers and bools reach the function as plain content, everything else as a `Value`. Unless the parameter
    says otherwise, null is refused, anything unknown in the argument makes the result unknown, and marks are taken off
    the argument and put on the result.
    """

    name: str
    type: Type = types.DYNAMIC
    null: bool = False
    """Null reaches the function."""
    untyped_null: bool = True
    """A null without a type reaches it too; else it makes the result unknown."""
    unknown: bool = False
    """An unknown argument reaches the function, as a `Value`."""
    parts: bool = False
    """The parts of the argument reach the function as they are: unknown or marked."""
    marked: bool = False
    """Marks stay on the argument; the function answers for them."""

    @property
    def plain(self) -> bool:
        """Whether the argument reaches the function as plain content."""
        return types.is_primitive(self.type) and not (self.unknown or self.marked)


class Randomness(Protocol):
    """A source of random bytes."""

    def __call__(self, size: int, /) -> bytes:
        """So many random bytes."""
        ...


class Surroundings(Struct, frozen=True):
    """What functions may ask of the world: files of the project, and what only a console knows."""

    directory: Path
    """Where relative paths start: the directory of the root module."""
    project_root: Path
    """Files outside of it (symbolic links resolved) are not read."""
    home: str = ""
    """What `~` stands for; empty where nobody said."""
    now: str = ""
    """The time, RFC 3339 UTC; empty while planning, where functions of time are unknown."""
    random: Randomness | None = None
    """None while planning, where random functions are unknown."""
    consulted: dict[Path, bytes | None] = field(default_factory=dict)
    """What functions read, by file; None where they asked for a file's presence alone."""


ResultType = Type | Callable[[Sequence[Value]], Type]


class Function(Struct, frozen=True):
    """A function of Terraform's language."""

    name: str
    parameters: tuple[Parameter, ...]
    variadic: Parameter | None
    result: ResultType
    implementation: Callable[..., Any]
    surroundings: bool = False
    """Whether the implementation takes the surroundings first."""
    not_null: bool = True
    """Whether an unknown result is certain not to be null."""


Registry = dict[str, Function]


class Family(Struct):
    """Functions of one module, by name."""

    functions: Registry = field(default_factory=dict)

    def function(
        self,
        name: str,
        *parameters: Parameter,
        variadic: Parameter | None = None,
        result: ResultType = types.DYNAMIC,
        surroundings: bool = False,
        not_null: bool | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated implementation under a name."""
        certain = result is not types.DYNAMIC and not callable(result) if not_null is None else not_null

        def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
            self.functions[name] = Function(name, parameters, variadic, result, implementation, surroundings, certain)
            return implementation

        return register


def call(function: Function, arguments: Sequence[Value], surroundings: Surroundings) -> Value:
    """The result of a call.

    Raises:
        FunctionError: where an argument does not fit or there is no result.
    """
    pairs = [(_converted(argument, parameter), parameter) for argument, parameter in _paired(function, arguments)]
    marks = values.UNMARKED
    given: list[Any] = []
    unknown: list[Value] = []
    for argument, parameter in pairs:
        if argument.is_null and not parameter.null:
            raise FunctionError("argument must not be null", parameter.name)
        if parameter.parts:
            marks |= argument.marks
            argument = argument.unmarked()  # noqa: PLW2901 - the argument without its marks
        elif not parameter.marked:
            argument, found = values.unmark_deep(argument)  # noqa: PLW2901 - the argument without its marks
            marks |= found
        if _makes_unknown(argument, parameter):
            unknown.append(argument)
        given.append(argument.content if parameter.plain else argument)
    if unknown:
        return _unknown_result(function, [argument for argument, _ in pairs], unknown).marked(marks)
    if function.surroundings:
        given.insert(0, surroundings)
    return wrapped(_invoked(function, given, sensitive=values.SENSITIVE in marks)).marked(marks)


def _invoked(function: Function, given: Sequence[Any], *, sensitive: bool) -> Any:  # noqa: ANN401 - plain or a value
    """What the implementation gives; its complaint is withheld where it could quote a sensitive argument."""
    try:
        return function.implementation(*given)
    except NumberTooLarge as error:
        raise FunctionLimit(str(error)) from error
    except FunctionLimit:
        raise
    except (NumberError, ConversionError, FunctionError) as error:
        told = FunctionError(str(error), error.parameter if isinstance(error, FunctionError) else "")
        if sensitive:
            raise told.withheld() from None
        raise told from error


def wrapped(result: Any) -> Value:  # noqa: ANN401 - what implementations give: plain content or a value
    """The value of what an implementation gives."""
    if isinstance(result, Value):
        return result
    if isinstance(result, str):
        return values.string(result)
    return Value(result)


def whole(number: Number) -> int:
    """A number as the machine integer that some parameters want.

    Raises:
        FunctionError: where it is none.
    """
    # Made plain first: a range is searched item by item for a number of a class of its own.
    if isinstance(number, Float) or int(number) not in _INT64:
        raise FunctionError("value must be a whole number, between -9223372036854775808 and 9223372036854775807")
    return int(number)


def _paired(function: Function, arguments: Sequence[Value]) -> list[tuple[Value, Parameter]]:
    rest = [function.variadic] * (len(arguments) - len(function.parameters)) if function.variadic else []
    return list(zip(arguments, (*function.parameters, *rest), strict=True))


def _converted(argument: Value, parameter: Parameter) -> Value:
    wanted = parameter.type
    if wanted is types.DYNAMIC or argument.type is wanted:
        return argument
    try:
        return convert(argument, wanted)
    except ConversionError as error:
        raise FunctionError(str(error), parameter.name) from error


def _makes_unknown(argument: Value, parameter: Parameter) -> bool:
    content = argument.content
    if isinstance(content, Undecided):
        return not parameter.unknown
    if content is None:
        return not parameter.untyped_null and argument.type is types.DYNAMIC
    return (
        isinstance(content, values.CONTAINERS)
        and not (parameter.parts or parameter.marked)
        and not values.is_wholly_known(argument)
    )


def _unknown_result(function: Function, arguments: Sequence[Value], unknown: Sequence[Value]) -> Value:
    causes = [cause for argument in unknown for cause in values.causes_of(argument)]
    if not causes:
        # What is known of a result's type does not hold then either.
        return values.unknown(types.DYNAMIC, _untyped(function.name))
    type_ = function.result(arguments) if callable(function.result) else function.result
    return values.unknown(type_, values.merged(causes), not_null=function.not_null)


def _untyped(name: str) -> Unknown:
    return values.not_evaluable(f"{name}() of a null without a type is unknown to Terraform")
