"""Input variables: their declarations, what is given to a root module, in Terraform's order of precedence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block, Expression
from auditor.hcl.constraints import type_constraint
from auditor.hcl.convert import ConversionError, convert, with_defaults
from auditor.hcl.diagnostics import Diagnostics
from auditor.hcl.directory import shown_path
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.first_reader import OURS, READERS, Parse
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.json_syntax import parse_json_values
from auditor.hcl.parser import parse_expression
from auditor.hcl.scope import Step
from auditor.hcl.source import UNEDITED, Edited, SourceFile, read_source
from auditor.hcl.types import Type
from auditor.hcl.values import Value
from auditor.model.errors import HclSyntaxError, InvalidVariables
from auditor.model.facts import SourceRange

_ENVIRONMENT: Final = "TF_VAR_"
_AUTOMATIC: Final = (".auto.tfvars", ".auto.tfvars.json")


class ConstantScope:
    """The scope of what must be constant: values files, defaults and options know neither names nor functions."""

    @property
    def surroundings(self) -> Surroundings:
        """Not there.

        Raises:
            EvaluationError: always.
        """
        raise EvaluationError("Function calls not allowed", "Functions may not be called here.")

    def resolve(self, name: str, _steps: tuple[Step, ...], /) -> tuple[Value, int]:
        """Not there.

        Raises:
            EvaluationError: always.
        """
        raise EvaluationError("Variables not allowed", f"Variables may not be used here: {name}.")


CONSTANTS: Final = ConstantScope()
_RESULT: Final = "Invalid variable validation result"
UNDECLARED_VALUE: Final = "Value for undeclared variable"


class Declaration(Struct, frozen=True, dict=True):
    """A `variable` block."""

    name: str
    block: Block
    constraint: Type
    default: Value | None
    nullable: bool
    marks: frozenset[str] = values.UNMARKED
    """What every value of the variable is marked with."""

    @property
    def place(self) -> SourceRange:
        """Where the block stands."""
        return self.block.source.range_at(self.block.offset)

    @property
    def takes_literal_text(self) -> bool:
        """Whether a text from an option or the environment is the value itself, and not an expression."""
        return types.is_primitive(self.constraint) or "type" not in self.block.body.attributes

    def decide(self, given: Value | None, diagnostics: Diagnostics, place: SourceRange) -> Value:
        """The variable's value: what is given, else the default, as the declared type.

        A missing required value is unknown, with the variable as its reference; so is one that does not fit.
        """
        if given is not None and given.is_null and not self.nullable:
            given = None
        if given is None:
            if self.default is not None:
                return self._marked(self.default)
            reference = f"var.{self.name}"
            diagnostics.error(
                "No value for required variable",
                f'The variable "{self.name}" has no default and no value is given for it.',
                self.place,
            )
            cause = values.not_evaluable(f"no value is given for {reference}", reference)
            return self._marked(values.unknown(self.constraint, cause))
        try:
            return self._marked(self._converted(given))
        except ConversionError as error:
            detail = f"The given value is not suitable for var.{self.name} declared at {self.place}: {error}."
            diagnostics.error("Invalid value for input variable", detail, place)
            cause = values.not_evaluable(detail, f"var.{self.name}")
            return self._marked(values.unknown(self.constraint, cause))

    def _converted(self, given: Value) -> Value:
        if given.is_null and not self.nullable:
            raise ConversionError("null is not valid when nullable=false")
        filled = given if given.is_null else with_defaults(given, self.constraint)
        return convert(filled, self.constraint)

    def _marked(self, value: Value) -> Value:
        return value.marked(self.marks)


def declared(block: Block, diagnostics: Diagnostics) -> Declaration:
    """Read a `variable` block; parts of it that are wrong are complained about and left out."""
    attributes = block.body.attributes

    def constant(expression: Expression) -> Value:
        return evaluate(expression, CONSTANTS, block.source)

    constraint: Type = types.DYNAMIC
    default: Value | None = None
    flags = {"nullable": True, values.SENSITIVE: False, values.EPHEMERAL: False}
    try:
        if (type_ := attributes.get("type")) is not None:
            constraint = type_constraint(type_.expression, type_.source, constant)
        if (written := attributes.get("default")) is not None:
            default = evaluate(written.expression, CONSTANTS, written.source)
        for name in flags:
            if (flag := attributes.get(name)) is not None:
                flags[name] = evaluate(flag.expression, CONSTANTS, flag.source).content is True
    except EvaluationError as error:
        diagnostics.evaluation(error, block.source, block.offset)
        default = values.unknown(types.DYNAMIC, values.not_evaluable(str(error), f"var.{block.labels[0]}"))
    marks = frozenset(mark for mark in (values.SENSITIVE, values.EPHEMERAL) if flags[mark])
    found = Declaration(block.labels[0], block, constraint, None, flags["nullable"], marks)
    if default is None:
        return found
    try:
        default = found._converted(default)  # noqa: SLF001 - the default is converted as any value
    except ConversionError as error:
        detail = f"This default value is not compatible with the variable: {error}."
        diagnostics.error("Invalid default value for variable", detail, _place_of(block, "default"))
        default = values.unknown(constraint, values.not_evaluable(detail, f"var.{found.name}"))
    return replace(found, default=default)


class Given(Struct, frozen=True):
    """What one source gives for a variable: an expression of a values file, or a text."""

    source: SourceFile
    offset: int
    expression: Expression | None = None


class Inputs(Struct, frozen=True, dict=True):
    """What is given to the root module, by variable name; the last source of each name counts."""

    given: Mapping[str, Given]
    files: tuple[SourceFile, ...]

    def value(self, declaration: Declaration, diagnostics: Diagnostics) -> Value | None:
        """What is given for a variable; None where nothing is."""
        given = self.given.get(declaration.name)
        if given is None:
            return None
        if given.expression is None and declaration.takes_literal_text:
            return values.string(given.source.text).handed_on(given.source, 0)
        try:
            expression = given.expression or parse_expression(given.source)
            return evaluate(expression, CONSTANTS, given.source)
        except (EvaluationError, HclSyntaxError) as error:
            place = given.source.range_at(given.offset)
            if isinstance(error, EvaluationError) and error.place is not None:
                place = error.place.source.range_at(error.place.offset)
            detail = str(error.detail)
            diagnostics.error(error.summary, detail, place)
            return values.unknown(types.DYNAMIC, values.not_evaluable(detail, f"var.{declaration.name}"))


def read_inputs(
    root: Path,
    project_root: Path,
    *,
    given: Sequence[Path | tuple[str, str]] = (),
    environment_variables: Mapping[str, str] = MappingProxyType({}),
    declared_names: frozenset[str] = frozenset(),
    edited: Edited = UNEDITED,
    top: Path = Path("/"),
    diagnostics: Diagnostics,
    parse: Parse = READERS[OURS],
) -> Inputs:
    """Collect the values given to a root module.

    Later ones win: environment, terraform.tfvars, terraform.tfvars.json, *.auto.tfvars(.json) in order of their names,
    `-var-file` and `-var` in the order in which they are given.

    Raises:
        SourceError: where a values file can't be read.
        InvalidVariables: where an option names a variable that is not declared.
    """
    found: dict[str, Given] = {}
    for name, text in environment_variables.items():
        if name.startswith(_ENVIRONMENT):
            found[name.removeprefix(_ENVIRONMENT)] = Given(SourceFile(name, text), 0)
    files: list[SourceFile] = []
    automatic = _automatic(root)
    for each in (*automatic, *given):
        if isinstance(each, tuple):
            name, text = each
            _demand_declared(name, declared_names)
            found[name] = Given(SourceFile(f"-var {name}", text), 0)
            continue
        within = project_root if each in automatic else None
        shown = shown_path(each.absolute(), project_root, top)
        source, attributes = _read_values(each, shown, within, edited, parse)
        files.append(source)
        for name, attribute in attributes.items():
            found[name] = Given(source, attribute.offset, attribute.expression)
            if name not in declared_names:
                detail = f'The root module does not declare a variable named "{name}" but a value was found in a file.'
                diagnostics.warning(UNDECLARED_VALUE, detail, source.range_at(attribute.offset))
    return Inputs(MappingProxyType(found), tuple(files))


def _demand_declared(name: str, declared_names: frozenset[str]) -> None:
    if name not in declared_names:
        raise InvalidVariables(
            f'there is no variable named "{name}"',
            detail=f'a value was given for "{name}" on the command line, and the root module does not declare it',
            hint="declare it, or leave the option out",
        )


def _automatic(root: Path) -> list[Path]:
    """The files that Terraform takes unasked; what has such a name and is no file it refuses, and so do we."""
    named = (root / "terraform.tfvars", root / "terraform.tfvars.json")
    automatic = sorted((path for path in root.iterdir() if path.name.endswith(_AUTOMATIC)), key=lambda path: path.name)
    return [*(path for path in named if path.exists()), *automatic]


def _read_values(
    path: Path, shown: str, within: Path | None, edited: Edited, parse: Parse
) -> tuple[SourceFile, Mapping[str, Attribute]]:
    source = read_source(path.absolute(), shown, within, edited)
    if path.name.endswith(".json"):
        return source, parse_json_values(source)
    body = parse(source)
    if body.blocks:
        block = body.blocks[0]
        raise source.syntax_error(block.offset, "Unexpected block", "blocks are not allowed in files of values")
    return source, body.attributes


def validate(
    declaration: Declaration,
    evaluate_attribute: Callable[[Attribute], Value],
    diagnostics: Diagnostics,
    argument: Attribute | None = None,
) -> None:
    """Complain where a `validation` block says so; conditions that are unknown say nothing.

    The place of a value that is refused is that of the `argument` that gave it, or else the variable's.
    """
    place = argument.source.range_at(argument.offset) if argument is not None else declaration.place
    for block in declaration.block.body.blocks_of("validation"):
        condition = block.body.attributes.get("condition")
        message = block.body.attributes.get("error_message")
        if condition is None or message is None:
            continue
        try:
            holds = convert(evaluate_attribute(condition), types.BOOL)
            if holds.is_null:
                detail = "The condition must be either true or false, not null."
                diagnostics.error(_RESULT, detail, block.source.range_at(condition.offset))
            elif holds.content is False:
                text = evaluate_attribute(message).content
                told = text.strip() if isinstance(text, str) else "The condition of a validation block is false."
                rule = block.source.range_at(block.offset)
                detail = f"{told} This was checked by the validation rule at {rule}."
                diagnostics.error("Invalid value for variable", detail, place)
        except (EvaluationError, ConversionError) as error:
            wrong = error if isinstance(error, EvaluationError) else EvaluationError(_RESULT, f"{error}.")
            diagnostics.evaluation(wrong, condition.source, condition.offset)


def _place_of(block: Block, argument: str) -> SourceRange:
    part = block.body.attributes.get(argument, block)
    return part.source.range_at(part.offset)
