"""One instance of a module: its variables, locals, outputs, calls and resources, each worked out when asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block
from auditor.hcl.blocks import Decoder
from auditor.hcl.context import Context
from auditor.hcl.directory import Module
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.expansion import Expansion, Repetition, RepetitionScope, expand, undetermined
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.guards import UNGUARDED
from auditor.hcl.memo import Memo
from auditor.hcl.provenance import Provenance
from auditor.hcl.providers import ProviderConfiguration, ProviderKey, passed_providers
from auditor.hcl.resource_instance import MANAGED, PREFIXES, ResourceInstance
from auditor.hcl.scope import Scope, Step
from auditor.hcl.source import SourceFile
from auditor.hcl.values import Value
from auditor.hcl.variables import validate
from auditor.model.values import Unknown


class Called(Struct, frozen=True, dict=True):
    """How a module instance came to be: the call and where its arguments are evaluated."""

    by: ModuleInstance
    block: Block
    scope: Scope
    repetition: Repetition


class Children(Struct, frozen=True, dict=True):
    """The instances of a module call; `modules` is empty where the code is not there."""

    expansion: Expansion
    modules: tuple[ModuleInstance, ...]
    missing: Unknown | None = None


class Resources(Struct, frozen=True, dict=True):
    """The instances of a resource block."""

    expansion: Expansion
    instances: tuple[ResourceInstance, ...]


class ModuleInstance:
    """A module with its inputs; the scope of its expressions."""

    def __init__(self, context: Context, module: Module, called: Called | None = None) -> None:
        """Stand for the root module, or for one instance of a call."""
        self.context = context
        self.module = module
        self.called = called
        self._memo = Memo()
        self.decoder = Decoder(self, context.diagnostics)
        if called is None:
            self.prefix, self.key = "", ""
        else:
            name = called.block.labels[0]
            self.prefix = f"{called.by.prefix}module.{name}{called.repetition.suffix}."
            self.key = f"{called.by.key}.{name}".lstrip(".")

    @property
    def address(self) -> str:
        """As `module.dynamodb["eu"]`; empty for the root module."""
        return self.prefix.rstrip(".")

    @property
    def undetermined(self) -> Unknown | None:
        """Why it is not known whether, and how often, the module is there."""
        if self.called is None:
            return None
        own = self.called.repetition.undetermined
        return own if own is not None else self.called.by.undetermined

    @property
    def surroundings(self) -> Surroundings:
        """What functions may ask of the world."""
        return self.context.surroundings

    def resolve(self, name: str, steps: tuple[Step, ...], /) -> tuple[Value, int]:
        """The value that a reference leads to, and how many of its steps it has used up."""
        resolver = _RESOLVERS.get(name)
        if resolver is not None:
            return resolver(self, steps)
        if name in PREFIXES:
            return self._spelled(name, steps)
        return self._resource((MANAGED, name), steps)

    # -- references -------------------------------------------------------------------------------------------------

    def _variable(self, steps: tuple[Step, ...]) -> tuple[Value, int]:
        return self.variable(_name(steps, "var")), 1

    def _local(self, steps: tuple[Step, ...]) -> tuple[Value, int]:
        return self.local(_name(steps, "local")), 1

    def _module(self, steps: tuple[Step, ...]) -> tuple[Value, int]:
        name = _name(steps, "module")
        children = self.children(name)
        rest = steps[1:]
        output = next((step for step in rest[:2] if step is not None), None)
        if not children.expansion.by:
            if children.missing is not None:
                return values.unknown(types.DYNAMIC, children.missing), 1
            child = children.modules[0]
            return (child.output(rest[0]), 2) if rest and rest[0] is not None else (child.outputs(), 1)
        cause = children.missing if children.missing is not None else children.expansion.undetermined
        if cause is not None:
            return values.unknown(types.DYNAMIC, cause), 1
        wanted = output if len(rest) > 1 and rest[0] is None else None

        def one(child: ModuleInstance) -> Value:
            return values.mapping({wanted: child.output(wanted)}) if wanted else child.outputs()

        return self._memo.once(
            ("module", name, wanted),
            f"module.{name}",
            lambda: children.expansion.seen([one(child) for child in children.modules]),
        ), 1

    def _spelled(self, mode: str, steps: tuple[Step, ...]) -> tuple[Value, int]:
        """`data.TYPE.NAME`, `ephemeral.TYPE.NAME`, and `resource.TYPE.NAME`, which says the same as `TYPE.NAME`."""
        value, used = self._resource((mode, _name(steps, mode)), steps[1:])
        return value, used + 1

    def _resource(self, kind: tuple[str, str], steps: tuple[Step, ...]) -> tuple[Value, int]:
        mode, type_ = kind
        prefix = PREFIXES[mode]
        block = self.module.of(mode).get((type_, str(steps[0]))) if steps and steps[0] else None
        if block is None:
            if not steps:
                summary, detail = "Invalid reference", f'"{type_}" is not a name that is known here.'
            else:
                summary = "Reference to undeclared resource"
                detail = f'The resource "{prefix}{type_}.{steps[0]}" has not been declared in this module.'
            raise EvaluationError(summary, detail)
        resources = self.resources(block)
        rest = steps[1:]
        if not resources.expansion.by:
            instance = resources.instances[0]
            return (instance.part(rest[0]), 2) if rest and rest[0] is not None else (instance.whole(), 1)
        if (cause := resources.expansion.undetermined) is not None:
            return values.unknown(types.DYNAMIC, cause), 1
        wanted = rest[1] if len(rest) > 1 and rest[0] is None else None

        def one(instance: ResourceInstance) -> Value:
            return values.mapping({wanted: instance.part(wanted)}) if wanted else instance.whole()

        return self._memo.once(
            ("resource", block.type, block.labels, wanted),
            f"{prefix}{type_}.{steps[0]}",
            lambda: resources.expansion.seen([one(instance) for instance in resources.instances]),
        ), 1

    def _path(self, steps: tuple[Step, ...]) -> tuple[Value, int]:
        directory = self.context.surroundings.directory
        known = {
            "module": os.path.relpath(self.module.directory, directory),
            "root": ".",
            "cwd": str(directory),
        }
        name = _name(steps, "path")
        if name not in known:
            detail = f'The "path" object does not have an attribute named "{name}".'
            raise EvaluationError('Invalid "path" attribute', detail)
        return values.string(known[name]), 1

    def _terraform(self, steps: tuple[Step, ...]) -> tuple[Value, int]:
        name = _name(steps, "terraform")
        if name == "applying":
            return values.FALSE.marked(frozenset({values.EPHEMERAL})), 1
        if name != "workspace":
            detail = f'The "terraform" object does not have an attribute named "{name}".'
            raise EvaluationError('Invalid "terraform" attribute', detail)
        return values.string(self.context.workspace), 1

    # -- values -----------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Value:
        """An input variable.

        Raises:
            EvaluationError: where it is not declared.
        """
        block = self.module.of("variable").get((name,))
        if block is None:
            detail = f'An input variable with the name "{name}" has not been declared.'
            raise EvaluationError("Reference to undeclared input variable", detail)
        return self._memo.once(("var", name), f"{self.prefix}var.{name}", lambda: self._decide(block))

    def _decide(self, block: Block) -> Value:
        declaration = self.context.declaration(block)
        diagnostics = self.context.diagnostics
        if self.called is None:
            given = self.context.inputs.value(declaration, diagnostics)
            return declaration.decide(given, diagnostics, declaration.place)
        argument = self.called.block.body.attributes.get(declaration.name)
        if argument is None:
            return declaration.decide(None, diagnostics, self.called.block.source.range_at(self.called.block.offset))
        place = argument.source.range_at(argument.offset)
        try:
            given = evaluate(argument.expression, self.called.scope, argument.source)
        except EvaluationError as error:
            diagnostics.evaluation(error, argument.source, argument.offset)
            given = values.unknown(types.DYNAMIC, values.not_evaluable(str(error)))
        return handed_on(declaration.decide(given, diagnostics, place), argument.source, argument.offset)

    def local(self, name: str) -> Value:
        """A local value.

        Raises:
            EvaluationError: where it is not declared, or has no value.
        """
        attribute = self.module.locals.get(name)
        if attribute is None:
            detail = f'A local value with the name "{name}" has not been declared.'
            raise EvaluationError("Reference to undeclared local value", detail)
        return self._memo.once(("local", name), f"{self.prefix}local.{name}", lambda: self._evaluated(attribute))

    def _evaluated(self, attribute: Attribute) -> Value:
        return evaluate(attribute.expression, self, attribute.source)

    def output(self, name: str) -> Value:
        """An output.

        Raises:
            EvaluationError: where it is not declared, or has no value.
        """
        block = self.module.of("output").get((name,))
        if block is None:
            detail = f'This object does not have an attribute named "{name}".'
            raise EvaluationError("Unsupported attribute", detail)
        return self._memo.once(("output", name), f"{self.prefix}output.{name}", lambda: self._output(block))

    def _output(self, block: Block) -> Value:
        attribute = block.body.attributes.get("value")
        if attribute is None:
            place = Provenance(block.source, block.offset)
            raise EvaluationError("Missing required argument", 'The argument "value" is required.', place)
        value = self._evaluated(attribute)
        if not self.says(values.SENSITIVE, block) or value.sensitive:
            return value
        own = {values.SENSITIVE} if self.called is None else {values.SENSITIVE, UNGUARDED}
        return value.marked(frozenset(own))

    def says(self, flag: str, output: Block) -> bool:
        """Whether an output is declared as sensitive, or as ephemeral.

        Raises:
            EvaluationError: where that has no value.
        """
        said = output.body.attributes.get(flag)
        return said is not None and self._evaluated(said).content is True

    def outputs(self) -> Value:
        """All outputs as an object."""
        return values.mapping({name: self.output(name) for (name,) in self.module.of("output")})

    # -- what it holds ----------------------------------------------------------------------------------------------

    def resources(self, block: Block) -> Resources:
        """The instances of a resource or data block."""
        return self._memo.once(
            ("resources", block.type, block.labels), ".".join(block.labels), lambda: self._expanded(block)
        )

    def _expanded(self, block: Block) -> Resources:
        expansion = self._expansion(block)
        for _ in expansion.repetitions:
            self.context.count(block)
        instances = [ResourceInstance(self, block, expansion, repetition) for repetition in expansion.repetitions]
        return Resources(expansion, tuple(instances))

    def _expansion(self, block: Block) -> Expansion:
        try:
            return expand(block.body, self._evaluated)
        except EvaluationError as error:
            self.context.diagnostics.evaluation(error, block.source, block.offset)
            by = "for_each" if "for_each" in block.body.attributes else "count"
            return undetermined(by, values.not_evaluable(str(error)))

    def children(self, name: str) -> Children:
        """The instances of a module call.

        Raises:
            EvaluationError: where there is no such call.
        """
        block = self.module.of("module").get((name,))
        if block is None:
            detail = f'No module call named "{name}" is declared in this module.'
            raise EvaluationError("Reference to undeclared module", detail)
        return self._memo.once(("children", name), f"module.{name}", lambda: self._called(block))

    def _called(self, block: Block) -> Children:
        name = block.labels[0]
        expansion = self._expansion(block)
        module = self.context.installed.called(self.module, f"{self.key}.{name}".lstrip("."), block)
        if module is None:
            reference = f"module.{name}"
            return Children(expansion, (), values.not_evaluable(f"the code of {reference} is not there", reference))
        modules = []
        for repetition in expansion.repetitions:
            self.context.count(block)
            scope = RepetitionScope(self, expansion, repetition) if expansion.by else self
            modules.append(ModuleInstance(self.context, module, Called(self, block, scope, repetition)))
        return Children(expansion, tuple(modules))

    def provider(self, key: ProviderKey) -> ProviderConfiguration | None:
        """A provider configuration by its name in this module: its own, handed in, or inherited."""
        return self._memo.once(("provider", key), f"provider.{key[0]}", lambda: (self._provider(key),))[0]

    def _provider(self, key: ProviderKey) -> ProviderConfiguration | None:
        block = self.module.of("provider").get(key)
        if block is not None:
            written = self.decoder.body(block.body, None)
            return ProviderConfiguration(*key, written, block.source.range_at(block.offset))
        if self.called is None:
            return None
        outside = passed_providers(self.called.block).get(key)
        if outside is None and key[1]:
            return None
        return self.called.by.provider(outside or key)

    @cached_property
    def tree(self) -> tuple[ModuleInstance, ...]:
        """This instance and all below it, calls in order of their names."""
        found = [self]
        for (name,) in sorted(self.module.of("module")):
            for child in self.children(name).modules:
                found += child.tree
        return tuple(found)

    def instances(self) -> Iterator[ResourceInstance]:
        """All resources, data sources and ephemeral resources of this instance, not of those below."""
        for mode in PREFIXES:
            for labels in sorted(self.module.of(mode)):
                yield from self.resources(self.module.of(mode)[labels]).instances

    def complain(self) -> None:
        """Work out what nobody asked for, so that all complaints are heard: variables, locals, outputs."""
        for (name,), block in self.module.of("variable").items():
            self.variable(name)
            argument = self.called.block.body.attributes.get(name) if self.called is not None else None
            validate(self.context.declaration(block), self._evaluated, self.context.diagnostics, argument)
        for name, attribute in self.module.locals.items():
            try:
                self.local(name)
            except EvaluationError as error:
                self.context.diagnostics.evaluation(error, attribute.source, attribute.offset)
        for (name,), block in self.module.of("output").items():
            try:
                self.output(name)
            except EvaluationError as error:
                self.context.diagnostics.evaluation(error, block.source, block.offset)


def _name(steps: tuple[Step, ...], root: str) -> str:
    if not steps or steps[0] is None:
        detail = f'The "{root}" object cannot be accessed directly. Instead, access one of its attributes.'
        raise EvaluationError("Invalid reference", detail)
    return steps[0]


def handed_on(value: Value, source: SourceFile, offset: int) -> Value:
    """The same value with one more place behind the origins of all its parts."""
    content = value.content
    if isinstance(content, values.MAPPINGS):
        content = {name: handed_on(item, source, offset) for name, item in content.items()}
    elif isinstance(content, tuple):
        content = tuple(handed_on(item, source, offset) for item in content)
    return Value(content, value.type, value.marks, Provenance(source, offset, value.origin))


_RESOLVERS: Final[Mapping[str, Callable[[ModuleInstance, tuple[Step, ...]], tuple[Value, int]]]] = {
    "var": ModuleInstance._variable,  # noqa: SLF001 - one table of all kinds of references
    "local": ModuleInstance._local,  # noqa: SLF001
    "module": ModuleInstance._module,  # noqa: SLF001
    "path": ModuleInstance._path,  # noqa: SLF001
    "terraform": ModuleInstance._terraform,  # noqa: SLF001
}
