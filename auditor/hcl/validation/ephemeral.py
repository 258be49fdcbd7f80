"""Values that no plan and no state may keep: where they may not stand."""

from __future__ import annotations

from typing import Final

from auditor.hcl import values
from auditor.hcl.ast import Attribute, Block
from auditor.hcl.directory import Module
from auditor.hcl.errors import EvaluationError
from auditor.hcl.module_instance import ModuleInstance
from auditor.hcl.resource_instance import EPHEMERAL, ResourceInstance
from auditor.hcl.validation.complaint import Complaint, Complaints

_SUMMARY: Final = "Ephemeral value not allowed"


def knows_ephemeral(module: Module) -> bool:
    """Whether anything in a module's code is ephemeral by itself; where nothing is, no value need be looked at."""
    blocks = (block for type_ in ("variable", "output") for block in module.of(type_).values())
    declared = any(values.EPHEMERAL in block.body.attributes for block in blocks)
    return declared or bool(module.of(EPHEMERAL)) or any("terraform.applying" in file.text for file in module.files)


def of_ephemeral(instance: ModuleInstance) -> Complaints:
    """The complaints about ephemeral values in outputs, in arguments of modules, and in resources."""
    for (name,), block in instance.module.of("output").items():
        yield from _of_output(instance, name, block)
    for (name,), block in instance.module.of("variable").items():
        yield from _of_argument(instance, name, block)
    for resource in instance.instances():
        if resource.mode != EPHEMERAL:
            yield from _of_resource(resource)


def _of_output(instance: ModuleInstance, name: str, block: Block) -> Complaints:
    try:
        allowed = instance.says(values.EPHEMERAL, block)
        holds = values.EPHEMERAL in values.marks_deep(instance.output(name))
    except EvaluationError:  # told where it was evaluated
        return
    if allowed and instance.called is None:
        detail = "Ephemeral outputs are not allowed in context of a root module."
        yield Complaint("Ephemeral output not allowed", detail, block.source, block.offset)
    elif holds and not allowed:
        detail = "This output value is not declared as returning an ephemeral value."
        yield _complaint(block.body.attributes["value"], _SUMMARY, detail)
    elif allowed and not holds:
        detail = "This output value is declared as returning an ephemeral value, so it can only be set to one."
        yield _complaint(block.body.attributes["value"], "Value not allowed in ephemeral output", detail)


def _of_argument(instance: ModuleInstance, name: str, block: Block) -> Complaints:
    argument = instance.called.block.body.attributes.get(name) if instance.called is not None else None
    if argument is None or values.EPHEMERAL in instance.context.declaration(block).marks:
        return
    if values.EPHEMERAL in values.marks_deep(instance.variable(name)):
        yield _complaint(argument, _SUMMARY, "This input variable is not declared as accepting ephemeral values.")


def _of_resource(resource: ResourceInstance) -> Complaints:
    block = resource.block
    for name, value in resource.written.items():
        if values.EPHEMERAL in values.marks_deep(value):
            part = block.body.attributes.get(name, block)
            detail = f'Ephemeral values are not valid for "{name}", because it is kept in state.'
            yield Complaint("Invalid use of ephemeral value", detail, part.source, part.offset)


def _complaint(attribute: Attribute, summary: str, detail: str) -> Complaint:
    return Complaint(summary, detail, attribute.source, attribute.offset)
