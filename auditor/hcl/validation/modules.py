"""All static checks over all modules that were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from auditor.hcl import values
from auditor.hcl.diagnostics import Diagnostics
from auditor.hcl.errors import EvaluationError
from auditor.hcl.guards import holds_guarded
from auditor.hcl.module_instance import ModuleInstance
from auditor.hcl.validation.aliases import of_aliases
from auditor.hcl.validation.bodies import of_bodies
from auditor.hcl.validation.complaint import Complaint, Complaints
from auditor.hcl.validation.cycles import SUMMARY, of_cycles
from auditor.hcl.validation.ephemeral import knows_ephemeral, of_ephemeral
from auditor.hcl.validation.forms import of_blocks
from auditor.hcl.validation.limits import of_instance
from auditor.hcl.validation.moves import of_moves
from auditor.hcl.validation.names import of_names
from auditor.hcl.validation.provider import of_configurations, of_types
from auditor.hcl.validation.unknowns import of_unknowns


def validate_modules(root: ModuleInstance) -> Mapping[str, tuple[str, ...]]:
    """Complain of what Terraform refuses in any module; what evaluation complained of is not told again.

    Returns, by address, what the provider refuses of a resource whatever would be planned.
    """
    installed, diagnostics = root.context.installed, root.context.diagnostics
    installed.read_rest(root.module)
    for module in installed.modules:
        for found in (
            of_blocks(module),
            of_bodies(module, planning=diagnostics.other_provider),
            of_names(module, partial(installed.calls.of, module)),
            of_moves(module),
            of_aliases(module),
            iter(()) if diagnostics.other_provider else of_types(module),
        ):
            _note(found, diagnostics)
    _note(_of_outputs(root), diagnostics)
    _note(iter(()) if diagnostics.other_provider else of_configurations(root), diagnostics)
    ephemeral = any(map(knows_ephemeral, installed.modules))
    refused: dict[str, tuple[str, ...]] = {}
    for instance in root.tree:
        if ephemeral:
            _note(of_ephemeral(instance), diagnostics)
        for resource in instance.instances():
            if told := tuple(of_instance(resource)):
                _note(told, diagnostics)
                refused[resource.address] = tuple(each.detail for each in told)
    _note_unknowns(root)
    if not diagnostics.told(SUMMARY):
        _note(of_cycles(root.module, installed.calls), diagnostics)
    return refused


def _note_unknowns(root: ModuleInstance) -> None:
    for module in root.context.installed.modules:
        for wrong in of_unknowns(ModuleInstance(root.context, module)):
            if wrong.place is not None:
                root.context.diagnostics.error_unless_told(wrong.summary, wrong.detail, wrong.place)


def _of_outputs(root: ModuleInstance) -> Complaints:
    """Outputs of the root module that would show what is sensitive."""
    for (name,), block in root.module.of("output").items():
        try:
            shows = holds_guarded(root.output(name)) and not root.says(values.SENSITIVE, block)
        except EvaluationError:  # told where it was evaluated
            continue
        if shows:
            detail = "An output of the root module that holds sensitive data must say sensitive = true."
            yield Complaint("Output refers to sensitive values", detail, block.source, block.offset)


def _note(complaints: Iterable[Complaint], diagnostics: Diagnostics) -> None:
    for each in complaints:
        diagnostics.error_unless_told(each.summary, each.detail, each.source.range_at(each.offset))
