"""The blocks of the language itself: which arguments and blocks each may hold, must hold, and may hold once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

from auditor.hcl import ast
from auditor.hcl.ast import Attribute, Block, Body
from auditor.hcl.directory import Module
from auditor.hcl.references import references, root_of
from auditor.hcl.validation.complaint import Complaint, Complaints

_NAME: Final = re.compile(r"[^\W\d][\w-]*")
_CONSTRAINT: Final = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?\d+(\.\d+)*([-+][\w.+-]+)?\s*")
_RESERVED: Final = frozenset(
    {"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
)
"""Names that a variable can't have: arguments of module calls."""
_REPEATING: Final = frozenset({"count", "for_each"})


class Form(Struct, frozen=True, dict=True):
    """A type of block."""

    arguments: frozenset[str] = frozenset()
    """Those that may stand in it; with `open`, those that are checked elsewhere may stand too."""
    required: tuple[str, ...] = ()
    blocks: Mapping[str, Form] = field(default_factory=lambda: MappingProxyType({}))
    once: frozenset[str] = frozenset()
    """Types of blocks of which there is one at most."""
    open: bool = False
    conditional: bool = False
    """It has a condition, which must be about something."""


def _form(
    arguments: str = "", required: str = "", once: str = "", blocks: Mapping[str, Form] = MappingProxyType({})
) -> Form:
    needed = tuple(required.split())
    return Form(frozenset(arguments.split()) | frozenset(needed), needed, blocks, frozenset(once.split()))


_OPEN: Final = Form(open=True)
_CONDITION: Final = Form(frozenset({"condition", "error_message"}), ("condition", "error_message"), conditional=True)
_CONDITIONS: Final = {"precondition": _CONDITION, "postcondition": _CONDITION}
_LIFECYCLE: Final = _form(
    "create_before_destroy prevent_destroy ignore_changes replace_triggered_by", blocks=_CONDITIONS
)
_OF_REMOVED: Final = {"lifecycle": _form(required="destroy"), "connection": _OPEN, "provisioner": _OPEN}
_OF_SETTINGS: Final = dict.fromkeys(("backend", "cloud", "required_providers", "provider_meta"), _OPEN)
_PROVISIONERS: Final = {"local-exec": ("command",), "remote-exec": (), "file": ("destination",)}
_RESOURCE: Final = Form(
    open=True,
    blocks={"lifecycle": _LIFECYCLE, "connection": _OPEN, "provisioner": _OPEN},
    once=frozenset({"lifecycle", "connection"}),
)
_DATA: Final = Form(open=True, blocks={"lifecycle": _form(blocks=_CONDITIONS)}, once=frozenset({"lifecycle"}))
FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "variable": _form("type default description sensitive nullable ephemeral", blocks={"validation": _CONDITION}),
        "output": _form("description sensitive ephemeral depends_on", "value", blocks={"precondition": _CONDITION}),
        "module": Form(required=("source",), open=True),
        "resource": _RESOURCE,
        "data": _DATA,
        "ephemeral": _DATA,
        "check": _form(once="data", blocks={"data": _OPEN, "assert": _CONDITION}),
        "terraform": _form(
            "required_version experiments language", once="backend cloud required_providers", blocks=_OF_SETTINGS
        ),
        "moved": _form(required="from to"),
        "import": _form("for_each provider", "to id"),
        "removed": _form(required="from", once="lifecycle", blocks=_OF_REMOVED),
    }
)


def of_blocks(module: Module) -> Complaints:
    """The complaints about the blocks of a module as far as the language itself describes them."""
    for type_, form in FORMS.items():
        for labels, block in module.of(type_).items():
            yield from _against(block, form)
            yield from _names(block, labels)
            yield from _particular(block)
    for block in (*module.settings, *module.hints):
        yield from _against(block, FORMS[block.type])
    yield from _settings(module)
    for name, local in module.locals.items():
        yield from _name(name, "local value", local)


def _against(block: Block, form: Form) -> Complaints:
    body = block.body
    for name, attribute in body.attributes.items():
        if name not in form.arguments and not form.open:
            yield _complaint(attribute, "Unsupported argument", f'An argument named "{name}" is not expected here.')
    for name in form.required:
        if name not in body.attributes:
            detail = f'The argument "{name}" is required, but no definition was found.'
            yield _complaint(block, "Missing required argument", detail)
    seen: dict[str, Block] = {}
    for inner in body.blocks:
        nested = form.blocks.get(inner.type)
        if nested is not None:
            yield from _against(inner, nested)
        elif not form.open:
            detail = f'Blocks of type "{inner.type}" are not expected here.'
            yield _complaint(inner, "Unsupported block type", detail)
        if inner.type in form.once and inner.type in seen:
            place = seen[inner.type].source.range_at(seen[inner.type].offset)
            detail = f"There is already one at {place}."
            yield _complaint(inner, f"Duplicate {inner.type} block", detail)
        seen.setdefault(inner.type, inner)
    if form.conditional and (condition := body.attributes.get("condition")) is not None:
        yield from _about_something(block, condition)


def _about_something(block: Block, condition: Attribute) -> Complaints:
    if not references(condition.expression):
        detail = (
            "The condition expression must refer to at least one object from elsewhere in the configuration, or else"
            " its result would not be checking anything."
        )
        yield _complaint(condition, f"Invalid {block.type} expression", detail)


def _names(block: Block, labels: tuple[str, ...]) -> Complaints:
    if block.type == "provider":
        return
    yield from _name(labels[-1], {"data": "data resource"}.get(block.type, block.type), block)
    if block.type == "variable" and labels[0] in _RESERVED:
        detail = f'The variable name "{labels[0]}" is reserved due to its special meaning inside module blocks.'
        yield _complaint(block, "Invalid variable name", detail)


def _name(name: str, kind: str, part: Block | Attribute) -> Complaints:
    if not _NAME.fullmatch(name):
        detail = (
            "A name must start with a letter or underscore and may contain only letters, digits, underscores, and"
            " dashes."
        )
        yield _complaint(part, f"Invalid {kind} name", detail)


def _particular(block: Block) -> Complaints:
    """What holds for one type of block only."""
    body = block.body
    if block.type in ("resource", "data", "module") and body.attributes.keys() >= _REPEATING:
        detail = 'The "count" and "for_each" meta-arguments are mutually-exclusive.'
        yield _complaint(body.attributes["for_each"], 'Invalid combination of "count" and "for_each"', detail)
    if block.type == "variable":
        for validation in body.blocks_of("validation"):
            yield from _about_itself(validation, block.labels[0])
    elif block.type == "module":
        yield from _of_call(block)
    elif block.type == "check" and not body.blocks_of("assert"):
        yield _complaint(block, "Zero assert blocks", "Check blocks must have at least one assert block.")
    elif block.type == "resource":
        for provisioner in body.blocks_of("provisioner"):
            yield from _of_provisioner(provisioner)
        for lifecycle in body.blocks_of("lifecycle"):
            yield from _constant(lifecycle.body)


def _about_itself(validation: Block, name: str) -> Complaints:
    condition = validation.body.attributes.get("condition")
    if condition is not None and not any(_is_variable(each, name) for each in references(condition.expression)):
        detail = f'The condition for variable "{name}" must refer to var.{name} in order to test incoming values.'
        yield _complaint(condition, "Invalid variable validation condition", detail)


def _is_variable(reference: ast.Expression, name: str) -> bool:
    root = root_of(reference)
    while isinstance(reference, ast.GetAttr | ast.Index) and reference.subject is not root:
        reference = reference.subject
    first = reference.name if isinstance(reference, ast.GetAttr) else None
    return isinstance(root, ast.Variable) and root.name == "var" and first in (name, None)


def _of_call(call: Block) -> Complaints:
    for inner in call.body.blocks:
        yield _complaint(inner, "Unsupported block type", f'Blocks of type "{inner.type}" are not expected here.')
    source, version = call.body.attributes.get("source"), call.body.attributes.get("version")
    text = source.expression.value if source is not None and isinstance(source.expression, ast.Literal) else None
    if version is not None and isinstance(text, str) and text.startswith(("./", "../")):
        detail = f'"{text}" is a local directory; the argument "version" applies to modules of a registry only.'
        yield _complaint(version, "Invalid registry module source address", detail)


def _of_provisioner(provisioner: Block) -> Complaints:
    type_ = provisioner.labels[0] if provisioner.labels else ""
    needed = _PROVISIONERS.get(type_)
    if needed is None:
        yield _complaint(provisioner, "Missing required provisioner plugin", f'There is no provisioner "{type_}".')
    for name in needed or ():
        if name not in provisioner.body.attributes:
            detail = f'The argument "{name}" is required, but no definition was found.'
            yield _complaint(provisioner, "Missing required argument", detail)


def _constant(lifecycle: Body) -> Complaints:
    for name in ("create_before_destroy", "prevent_destroy"):
        attribute = lifecycle.attributes.get(name)
        if attribute is not None and references(attribute.expression):
            yield _complaint(attribute, "Variables not allowed", "Variables may not be used here.")


def _settings(module: Module) -> Complaints:
    """What a module has once, in whichever of its `terraform` blocks; and the versions they ask for."""
    for block in module.settings:
        wanted = block.body.attributes.get("required_version")
        text = wanted.expression.value if wanted and isinstance(wanted.expression, ast.Literal) else None
        if wanted and isinstance(text, str) and not all(map(_CONSTRAINT.fullmatch, text.split(","))):
            detail = "This string does not use correct version constraint syntax."
            yield _complaint(wanted, "Invalid version constraint", detail)
    for type_ in ("required_providers", "backend", "cloud"):
        for block in module.settings[1:]:
            before = [each for each in module.settings[: module.settings.index(block)] if each.body.blocks_of(type_)]
            for inner in block.body.blocks_of(type_) if before and not _overrides(block) else ():
                detail = f"A module may have only one {type_.replace('_', ' ')} configuration."
                yield _complaint(inner, f"Duplicate {type_.replace('_', ' ')} configuration", detail)


def _overrides(block: Block) -> bool:
    stem = block.source.path.rpartition("/")[2].removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


def _complaint(part: Block | Attribute, summary: str, detail: str) -> Complaint:
    return Complaint(summary, detail, part.source, part.offset)
