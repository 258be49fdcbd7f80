"""A root module, read and evaluated: what it declares, and where each value comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from auditor.hcl import plain_values, values
from auditor.hcl.blocks import Decoder
from auditor.hcl.conditions import Condition, conditions
from auditor.hcl.context import Context
from auditor.hcl.diagnostics import Diagnostic, Diagnostics
from auditor.hcl.directory import Module, shown_path
from auditor.hcl.errors import EvaluationError
from auditor.hcl.first_reader import OURS, READERS
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.hints import Hint, hints
from auditor.hcl.installed_modules import INSTALLED, InstalledModules
from auditor.hcl.module_instance import ModuleInstance
from auditor.hcl.parser import parse
from auditor.hcl.plan_shape import PlanShape, written
from auditor.hcl.provider_version import another_major
from auditor.hcl.providers import ProviderConfiguration
from auditor.hcl.requirements import Requirements, requirements
from auditor.hcl.resource_instance import MANAGED, ResourceInstance, protects
from auditor.hcl.source import UNEDITED, Edited, SourceFile, read_source
from auditor.hcl.validation.modules import validate_modules
from auditor.hcl.values import Value
from auditor.hcl.variables import CONSTANTS, read_inputs
from auditor.model import values as model
from auditor.model.data_sources import DataSource, Found
from auditor.model.facts import SourceRange, Written
from auditor.model.garbage import without_collection

_LOCK_FILE: Final = ".terraform.lock.hcl"
_RECURSION: Final = 20_000
"""Frames: chains of references through locals, variables and modules are evaluated by recursion."""


class DeclaredResource(Struct, frozen=True, dict=True):
    """A managed resource with its values."""

    address: str
    type: str
    name: str
    module: str
    """Address of the module instance; empty for the root module."""
    instance: ResourceInstance
    """What works the planned values out."""
    written: Mapping[str, Value]
    """What the block says, by attribute; nothing is added."""
    place: SourceRange
    ignore_changes: tuple[str, ...]
    prevent_destroy: bool
    replaced_with: tuple[str, ...]
    undetermined: model.Unknown | None
    provider: ProviderConfiguration | None

    @cached_property
    def values(self) -> Mapping[str, model.Value]:
        """What is written, in plain shapes: blocks as tuples of mappings, null left out, unknown by its cause."""
        plain = {name: _without_null(plain_values.plain(value)) for name, value in self.written.items()}
        return MappingProxyType({name: value for name, value in plain.items() if value is not None})

    @cached_property
    def planned(self) -> Value:
        """All attributes: written, by default, or unknown until AWS decides them."""
        return self.instance.whole() if self.instance.schema is not None else values.mapping(self.written)

    @cached_property
    def _shape(self) -> tuple[Any, PlanShape]:
        shape = PlanShape()
        return shape.of(self.planned), shape

    @property
    def planned_values(self) -> Mapping[str, Any]:
        """The values as Terraform's JSON plan shows planned values; sensitive ones in clear."""
        planned: Mapping[str, Any] = self._shape[0] or {}
        return planned

    @property
    def unknown(self) -> Mapping[str, model.Unknown]:
        """Why a value is unknown, by its path in the planned values."""
        return self._shape[1].unknown

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Paths marked sensitive in code."""
        return tuple(self._shape[1].sensitive)

    @cached_property
    def origins(self) -> Mapping[str, Written]:
        """Where each written value comes from, by its path in the planned values."""
        return MappingProxyType({path: written(origin) for path, origin in self._shape[1].origins.items()})


def _without_null(value: model.Value) -> model.Value:
    """A block without the attributes that are null: null means left out."""
    if isinstance(value, tuple):
        return tuple(_without_null(item) for item in value)
    if isinstance(value, Mapping):
        return MappingProxyType({name: _without_null(item) for name, item in value.items() if item is not None})
    return value


class Output(Struct, frozen=True, dict=True):
    """An output of the root module."""

    name: str
    value: Value
    place: SourceRange


class Backend(Struct, frozen=True):
    """Where the state is kept."""

    type: str
    attributes: Mapping[str, model.Value]
    place: SourceRange


class LockedProvider(Struct, frozen=True):
    """A provider that the lock file, or else `required_providers`, names."""

    source: str
    """As `registry.terraform.io/hashicorp/aws`."""
    version: str
    """Empty where no lock file says."""
    constraints: str = ""


class Configuration(Struct, frozen=True, dict=True):
    """All that a root module declares."""

    root: ModuleInstance
    resources: tuple[DeclaredResource, ...]
    outputs: Mapping[str, Output]
    variables: Mapping[str, Value]
    backend: Backend | None
    providers: tuple[ProviderConfiguration, ...]
    files: tuple[SourceFile, ...]
    diagnostics: tuple[Diagnostic, ...]
    locked_providers: tuple[LockedProvider, ...]
    requirements: Requirements
    workspace: str
    conditions: tuple[Condition, ...]
    project_root: Path
    """What the paths of files are relative to."""
    consulted: Mapping[Path, bytes | None]
    """Further files that decided values: what functions read (None: its presence alone), the list of modules."""
    sought: tuple[DataSource, ...] = ()
    """The data sources that AWS can be asked about."""
    hints: tuple[Hint, ...] = ()
    """What `moved`, `import` and `removed` say, of all modules."""
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By address: what the provider refuses of a resource, whatever would be planned."""

    def console_scope(self) -> ModuleInstance:
        """The scope of expressions in the root module."""
        return self.root

    def protects(self, address: str) -> bool:
        """Whether the code says `prevent_destroy` of a resource, instances or not; `address` has no keys at all."""
        *calls, type_, name = address.split(".")
        module: Module | None = self.root.module
        for call in calls[1::2]:
            module = None if module is None else self.root.context.installed.calls.of(module, call)
        block = None if module is None else module.of("resource").get((type_, name))
        return block is not None and protects(block)


def load(
    root: Path,
    *,
    project_root: Path | None = None,
    given: Sequence[Path | tuple[str, str]] = (),
    environment_variables: Mapping[str, str] = MappingProxyType({}),
    workspace: str = "default",
    account: str = "",
    region: str = "",
    found: Mapping[DataSource, Found] = MappingProxyType({}),
    edited: Edited = UNEDITED,
    top: Path = Path("/"),
    reader: str = OURS,
) -> Configuration:
    """Read and evaluate a root module.

    `given` are files of values and pairs of name and text, as `-var-file` and `-var` hand them in: a later one wins.
    `project_root` bounds what is read, and paths are shown relative to it (default: the root module's directory).
    `account` and `region` are what the caller knows of the environment; the provider's own Region goes before. `found`
    is what AWS told of the data sources that an earlier reading of the same code sought. Texts in `edited` stand in the
    place of files. Paths outside of the project are shown from `top` on. `reader` is one of `READERS`.

    Raises:
        SourceError: where the code can't be read at all.
    """
    root = root.resolve()
    project_root = (project_root or root).resolve()
    diagnostics = Diagnostics()
    installed = InstalledModules(root, project_root, diagnostics, edited, READERS[reader])
    module = installed.at(root)
    lock_path = root / _LOCK_FILE
    lock = (read_source(lock_path, shown_path(lock_path, project_root)),) if lock_path.is_file() else ()
    locked = _locked(lock, module)
    diagnostics.other_provider = another_major((each.source, each.version, each.constraints) for each in locked)
    inputs = read_inputs(
        root,
        project_root,
        given=given,
        environment_variables=environment_variables,
        declared_names=frozenset(name for (name,) in module.of("variable")),
        edited=edited,
        top=top,
        diagnostics=diagnostics,
        parse=READERS[reader],
    )
    context = Context(
        installed=installed,
        inputs=inputs,
        surroundings=Surroundings(root, project_root, environment_variables.get("HOME", "")),
        diagnostics=diagnostics,
        workspace=workspace,
        account=account,
        region=values.string(region) if region else None,
        found=found,
    )
    instance = ModuleInstance(context, module)
    with _deep_recursion(), without_collection():
        resources = tuple(_evaluated(instance))
        outputs = _outputs(instance)
        said = tuple(hint for each in instance.tree for hint in hints(each))
        met = tuple(condition for each in instance.tree for condition in conditions(each))
        providers = tuple(
            configured
            for labels in sorted(module.of("provider"))
            if (configured := instance.provider((labels[0], labels[1])))
        )
        declared = {name: instance.variable(name) for (name,) in module.of("variable")}
        refused = validate_modules(instance)
    consulted = dict(context.surroundings.consulted)
    if installed.manifest is not None:
        consulted[root / INSTALLED] = installed.manifest
    return Configuration(
        root=instance,
        resources=resources,
        outputs=outputs,
        variables=declared,
        backend=_backend(module, diagnostics),
        providers=providers,
        files=(*(file for each in installed.modules for file in each.files), *inputs.files, *lock),
        diagnostics=diagnostics.all(),
        locked_providers=locked,
        requirements=requirements(module, installed.modules, project_root),
        workspace=workspace,
        conditions=met,
        sought=tuple(sorted(context.sought)),
        hints=said,
        refused=refused,
        project_root=project_root,
        consulted=MappingProxyType(consulted),
    )


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _evaluated(root: ModuleInstance) -> Iterator[DeclaredResource]:
    for module in root.tree:
        module.complain()
        for resource in module.instances():
            try:
                if resource.mode == MANAGED:
                    yield _declared(resource)
                else:
                    resource.whole()
            except EvaluationError as error:
                module.context.diagnostics.evaluation(error, resource.block.source, resource.block.offset)


def _declared(resource: ResourceInstance) -> DeclaredResource:
    return DeclaredResource(
        address=resource.address,
        type=resource.type,
        name=resource.name,
        module=resource.module.address,
        instance=resource,
        written=resource.written,
        place=resource.place,
        ignore_changes=resource.ignore_changes,
        prevent_destroy=resource.prevent_destroy,
        replaced_with=resource.replaced_with,
        undetermined=resource.undetermined,
        provider=resource.provider,
    )


def _outputs(root: ModuleInstance) -> Mapping[str, Output]:
    found: dict[str, Output] = {}
    for (name,), block in root.module.of("output").items():
        try:
            value = root.output(name)
        except EvaluationError as error:
            value = values.unknown(values.NULL.type, values.not_evaluable(str(error), f"output.{name}"))
        found[name] = Output(name, value, block.source.range_at(block.offset))
    return MappingProxyType(found)


def _backend(module: Module, diagnostics: Diagnostics) -> Backend | None:
    decoder = Decoder(CONSTANTS, diagnostics)
    for settings in reversed(module.settings):
        for block in settings.body.blocks:
            if block.type in ("backend", "cloud"):
                written = decoder.body(block.body, None)
                plain = MappingProxyType({name: plain_values.plain(value) for name, value in written.items()})
                type_ = block.labels[0] if block.labels else block.type
                return Backend(type_, plain, block.source.range_at(block.offset))
    return None


def _locked(lock: tuple[SourceFile, ...], module: Module) -> tuple[LockedProvider, ...]:
    decoder = Decoder(CONSTANTS, Diagnostics())
    found: list[LockedProvider] = []
    for source in lock:
        for block in parse(source).blocks_of("provider"):
            written = {name: plain_values.plain(value) for name, value in decoder.body(block.body, None).items()}
            version, constraints = written.get("version"), written.get("constraints")
            found.append(LockedProvider(block.labels[0], str(version or ""), str(constraints or "")))
    if found:
        return tuple(found)
    for settings in module.settings:
        for block in settings.body.blocks_of("required_providers"):
            for name, value in decoder.body(block.body, None).items():
                wanted = plain_values.plain(value)
                if isinstance(wanted, Mapping):
                    source_address = str(wanted.get("source") or f"hashicorp/{name}")
                    found.append(LockedProvider(source_address, "", str(wanted.get("version") or "")))
                else:
                    found.append(LockedProvider(f"hashicorp/{name}", "", str(wanted)))
    return tuple(found)
