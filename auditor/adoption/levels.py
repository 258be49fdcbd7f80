"""Where in the code of a resource an attribute stands: the body around it, what is written there, in which scope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from auditor.hcl.ast import Attribute as Argument
from auditor.hcl.ast import Block, Body
from auditor.hcl.blocks import Decoder, NumberUnknown
from auditor.hcl.errors import EvaluationError
from auditor.hcl.resource_instance import ResourceInstance
from auditor.hcl.scope import UNBOUND, Bindings
from auditor.hcl.values import Value
from auditor.model.kind import Attribute, Kind

_STEP: Final = re.compile(r'([^.\[]+)(?:\["((?:[^"]|"(?!\](?:\.|$)))*)"\])?(?:\.|$)')


class Step(Struct, frozen=True):
    """One part of a keyed path, as `global_secondary_index["by-email"]`."""

    name: str
    key: str | None = None


def steps(path: str) -> tuple[Step, ...]:
    """The parts of a keyed path."""
    return tuple(Step(found[1], found[2]) for found in _STEP.finditer(path))


class Level(Struct, frozen=True):
    """A body of a resource, the resource's own or that of a nested block."""

    instance: ResourceInstance
    attributes: Mapping[str, Attribute]
    """What the kind knows of the arguments and blocks inside, by name."""
    block: Block
    """As it stands in code; that of a dynamic block is the whole of it."""
    body: Body
    """The body of what is inside: that of `content` where the block is dynamic."""
    written: Mapping[str, Value]
    bindings: Bindings = UNBOUND
    dynamic: bool = False

    def argument(self, name: str) -> Argument | None:
        """The argument of that name, as it stands in code."""
        return self.body.attributes.get(name)

    def blocks(self, name: str) -> tuple[Block, ...]:
        """The blocks of that name as they stand in code, dynamic ones too."""
        return tuple(
            block
            for block in self.body.blocks
            if (block.labels[:1] == (name,) if block.type == "dynamic" else block.type == name)
        )

    def inner(self, step: Step) -> Level | None:
        """The level of a nested block; None where there is no such block."""
        known = self.attributes.get(step.name)
        if known is None:
            return None
        for block, bindings, body, value in self._standing(step.name):
            content = value.content
            if not isinstance(content, Mapping):
                continue
            named = content.get(known.identity) if known.identity else None
            if step.key is None or (named is not None and named.content == step.key):
                children = {child.name: child for child in known.children}
                dynamic = block.type == "dynamic"
                return Level(self.instance, children, block, body, content, bindings, dynamic)
        return None

    def _standing(self, name: str) -> Iterator[tuple[Block, Bindings, Body, Value]]:
        """Each block of a name with its value, in the order in which they are written."""
        found = self.written.get(name)
        standing = found.content if found is not None else None
        waiting = list(standing) if isinstance(standing, tuple) else [found] if found is not None else []
        decoder = Decoder(self.instance.scope, self.instance.module.context.diagnostics)
        for block in self.blocks(name):
            if block.type != "dynamic":
                repeated: list[tuple[Bindings, Body]] = [(self.bindings, block.body)]
            else:
                try:
                    repeated = [(inner, content.body) for inner, content in decoder.repeated(block, self.bindings)]
                except (EvaluationError, NumberUnknown):
                    return
            for bindings, body in repeated:
                if not waiting:
                    return
                yield block, bindings, body, waiting.pop(0)


def outermost(instance: ResourceInstance, kind: Kind) -> Level:
    """The level of the resource's own body."""
    attributes = {attribute.name: attribute for attribute in kind.attributes}
    return Level(instance, attributes, instance.block, instance.block.body, instance.written)


def part(value: Value | None, key: str | None) -> Value | None:
    """The element of a map by its key, or the value itself where there is no key; None where nothing is written."""
    if value is not None and key is not None:
        value = value.content.get(key) if isinstance(value.content, Mapping) else None
    return None if value is None or value.is_null else value
