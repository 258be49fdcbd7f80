"""What code asks of Terraform itself, of providers and of modules: versions, sources, and types of variables."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from auditor.hcl.ast import Attribute, Expression, Literal, Object
from auditor.hcl.directory import Module, shown_path
from auditor.hcl.switches import off_by_default

_REGISTRY: Final = "registry.terraform.io/"
_NAMESPACE: Final = "hashicorp/"


class Requirements(Struct, frozen=True):
    """What the code of a root module and of the modules it calls asks for."""

    terraform: str
    """The `required_version` of all modules, joined by commas; empty where none says one."""
    providers: Mapping[str, str]
    """Source as `hashicorp/aws` -> the version constraints of all modules, joined by commas; empty: none."""
    modules: Mapping[str, str]
    """Name of a call of the root module -> source and version; a local source as its path from the project root."""
    untyped: tuple[str, ...]
    """Variables without a type, as `PLACE: NAME`."""
    off_by_default: tuple[tuple[str, str], ...]
    """Variables whose default is false, as `PLACE: NAME`, each with an argument that it switches off."""


def requirements(root: Module, modules: Iterable[Module], project_root: Path) -> Requirements:
    """What a root module and all `modules`, which it is one of, ask for, as the code writes it."""
    every = tuple(modules)
    settings = [block for module in every for block in module.settings]
    providers: dict[str, list[str]] = {}
    for block in settings:
        for asked in block.body.blocks_of("required_providers"):
            for name, attribute in asked.body.attributes.items():
                source, version = _provider(name, attribute.expression)
                providers.setdefault(source, []).append(version)
    return Requirements(
        terraform=_joined(_text(block.body.attributes.get("required_version")) for block in settings),
        providers=MappingProxyType({source: _joined(asked) for source, asked in sorted(providers.items())}),
        modules=MappingProxyType(dict(_calls(root, project_root))),
        untyped=tuple(
            f"{block.source.range_at(block.offset)}: {name}"
            for module in every
            for (name,), block in module.of("variable").items()
            if "type" not in block.body.attributes
        ),
        off_by_default=tuple(off_by_default(every)),
    )


def provider_source(source: str) -> str:
    """A provider's source without the host of the public registry, as `hashicorp/aws`."""
    return source.removeprefix(_REGISTRY)


def _provider(name: str, asked: Expression) -> tuple[str, str]:
    """Source and version; `configuration_aliases` are no constants, so that the object is not evaluated."""
    if not isinstance(asked, Object):
        return _NAMESPACE + name, _constant(asked)
    written = {_constant(key): _constant(value) for key, value in asked.items}
    return provider_source(written.get("source") or _NAMESPACE + name), written.get("version", "")


def _calls(root: Module, project_root: Path) -> Iterator[tuple[str, str]]:
    for (name,), block in sorted(root.of("module").items()):
        source, version = (_text(block.body.attributes.get(part)) for part in ("source", "version"))
        if source.startswith(("./", "../")):
            source = shown_path(Path(os.path.normpath(root.directory / source)), project_root)
        yield name, f"{source} {version}".rstrip()


def _text(attribute: Attribute | None) -> str:
    return _constant(attribute.expression) if attribute is not None else ""


def _constant(expression: Expression) -> str:
    """A plain string; empty for all else, which Terraform takes in none of these places."""
    return expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else ""


def _joined(constraints: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(each.strip() for each in constraints if each.strip()))
