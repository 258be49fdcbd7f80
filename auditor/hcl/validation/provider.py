"""What the AWS provider has at all: types of resources and data sources, and its own arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from auditor.hcl.ast import Block, Body
from auditor.hcl.directory import Module
from auditor.hcl.module_instance import ModuleInstance
from auditor.hcl.provider_version import SCHEMA
from auditor.hcl.validation.complaint import Complaint, Complaints

_FILE: Final = Path(__file__).with_name("provider.json")
_NAME: Final = "aws"
_KINDS: Final = {"resource": "resource type", "data": "data source", "ephemeral": "ephemeral resource"}
_WHERE_LATER: Final = "If a later version plans, let the lock file or the constraint in required_providers say so."
_OF_EVERY_PROVIDER: Final = frozenset({"alias", "version"})


@cache
def _described() -> Mapping[str, Any]:
    """By kind the names of all types of the provider; its arguments, and its blocks with theirs."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {name: part if isinstance(part, dict) else frozenset(part) for name, part in found.items()}


def of_types(module: Module) -> Complaints:
    """The complaints about types that the provider does not have."""
    for mode, kind in _KINDS.items():
        known = _described()[mode]
        for (type_, _), block in module.of(mode).items():
            if type_.startswith(f"{_NAME}_") and type_ not in known and "provider" not in block.body.attributes:
                detail = f'The provider {SCHEMA} does not support {kind} "{type_}". {_WHERE_LATER}'
                yield Complaint(f"Invalid {kind}", detail, block.source, block.offset)


def of_configurations(root: ModuleInstance) -> Complaints:
    """The complaints about how the provider is configured, as far as a resource uses the configuration."""
    used = {each.provider.place for module in root.tree for each in module.instances() if each.provider is not None}
    for module in root.context.installed.modules:
        for labels, block in module.of("provider").items():
            if labels[0] == _NAME and block.source.range_at(block.offset) in used:
                yield from _configuration(block)


def _configuration(block: Block) -> Complaints:
    described = _described()
    yield from _arguments(block.body, described["arguments"] | _OF_EVERY_PROVIDER)
    for inner in block.body.blocks:
        name = inner.labels[0] if inner.type == "dynamic" and inner.labels else inner.type
        if name not in described["blocks"]:
            detail = f'Blocks of type "{name}" are not expected here.'
            yield Complaint("Unsupported block type", detail, inner.source, inner.offset)
        elif inner.type != "dynamic":
            yield from _arguments(inner.body, frozenset(described["blocks"][name]))


def _arguments(body: Body, known: frozenset[str]) -> Complaints:
    for name, attribute in body.attributes.items():
        if name not in known:
            detail = f'An argument named "{name}" is not expected here.'
            yield Complaint("Unsupported argument", detail, attribute.source, attribute.offset)
