"""Preconditions, postconditions and assertions of `check` blocks: whether the values at hand meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.scope import UNBOUND, Bindings, Scope
from auditor.hcl.values import Value
from auditor.model.facts import SourceRange
from auditor.model.values import Truth

if TYPE_CHECKING:
    from auditor.hcl.module_instance import ModuleInstance
    from auditor.hcl.resource_instance import ResourceInstance

_OF_LIFECYCLE = ("precondition", "postcondition")


class Condition(Struct, frozen=True):
    """One condition, decided for one instance of what it stands in."""

    type: str
    """`precondition`, `postcondition` or `assert`."""
    address: str
    """Of the resource, data source, output or check: `module.table.aws_dynamodb_table.this["a"]`, `check.names`."""
    truth: Truth
    """Unknown where values decide it that only AWS knows, or where it has no value."""
    message: str
    """Its `error_message`; empty where that is unknown or sensitive."""
    place: SourceRange

    def __str__(self) -> str:
        return f"{self.place}: {self.type} of {self.address}: {self.message or 'no message that can be shown'}"


def conditions(module: ModuleInstance) -> Iterator[Condition]:
    """All conditions that stand in one instance of a module, those of modules below not included."""
    for resource in module.instances():
        yield from _of_resource(resource)
    for (name,), block in module.module.of("output").items():
        for condition in block.body.blocks_of("precondition"):
            yield _decided(condition, f"{module.prefix}output.{name}", module, module)
    for (name,), block in module.module.of("check").items():
        for condition in block.body.blocks_of("assert"):
            yield _decided(condition, f"{module.prefix}check.{name}", module, module)


def _of_resource(resource: ResourceInstance) -> Iterator[Condition]:
    found = [
        condition
        for lifecycle in resource.block.body.blocks_of("lifecycle")
        for condition in lifecycle.body.blocks
        if condition.type in _OF_LIFECYCLE
    ]
    for condition in found:
        bindings = UNBOUND
        if condition.type == "postcondition":
            bindings = UNBOUND.with_names({"self": _itself(resource)})
        made = _decided(condition, resource.address, resource.module, resource.scope, bindings)
        yield made if resource.undetermined is None else _left_open(made)


def _itself(resource: ResourceInstance) -> Value:
    try:
        return resource.whole()
    except EvaluationError as error:
        return values.unknown(types.DYNAMIC, values.not_evaluable(str(error), resource.address))


def _left_open(condition: Condition) -> Condition:
    return Condition(condition.type, condition.address, Truth.UNKNOWN, condition.message, condition.place)


def _decided(
    block: Block, address: str, module: ModuleInstance, scope: Scope, bindings: Bindings = UNBOUND
) -> Condition:
    diagnostics = module.context.diagnostics

    def told(name: str, type_: types.Type) -> object:
        """The value of an argument; None where it has none that may be shown."""
        attribute: Attribute | None = block.body.attributes.get(name)
        if attribute is None:
            detail = f'A {block.type} block has the argument "{name}".'
            diagnostics.error("Missing required argument", detail, block.source.range_at(block.offset))
            return None
        try:
            value = convert(evaluate(attribute.expression, scope, attribute.source, bindings), type_)
        except (EvaluationError, ConversionError) as error:
            wrong = error if isinstance(error, EvaluationError) else EvaluationError("Invalid condition", str(error))
            diagnostics.evaluation(wrong, attribute.source, attribute.offset)
            return None
        if name != "condition" and value.marks:
            return None
        return value.content

    holds, message = told("condition", types.BOOL), told("error_message", types.STRING)
    return Condition(
        block.type,
        address,
        Truth.of(holds) if isinstance(holds, bool) else Truth.UNKNOWN,
        message.strip() if isinstance(message, str) else "",
        block.source.range_at(block.offset),
    )
