"""Switches that the default of a variable decides: arguments of resources that are a variable and nothing else.

Only what the code says in so many words: `enabled = var.recovery`, also through calls of local modules. What goes
through maps, conditions or functions is no switch here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from auditor.hcl.ast import Attribute, Body, Expression, GetAttr, Literal, Variable
from auditor.hcl.directory import Module

_Fed = dict[tuple[Path, str], set[str]]
"""Directory and name of a variable -> the arguments of resources that it is."""


def off_by_default(modules: Iterable[Module]) -> Iterator[tuple[str, str]]:
    """Variables whose default is `false`, as `PLACE: NAME`, each with every argument that it switches off."""
    every = tuple(modules)
    fed = _fed(every)
    for module in every:
        for (name,), block in module.of("variable").items():
            default = block.body.attributes.get("default")
            if default is not None and isinstance(default.expression, Literal) and default.expression.value is False:
                place = block.source.range_at(block.offset)
                yield from ((f"{place}: {name}", path) for path in sorted(fed.get((module.directory, name), ())))


def _fed(modules: tuple[Module, ...]) -> _Fed:
    fed: _Fed = {}
    for module in modules:
        for block in module.of("resource").values():
            for path, expression in _arguments(block.body):
                _feed(fed, module, expression, {path})
    known = -1
    while known != (now := sum(map(len, fed.values()))):
        known = now
        for module in modules:
            for called, arguments in _calls(module):
                for name, attribute in arguments.items():
                    _feed(fed, module, attribute.expression, fed.get((called, name), set()))
    return fed


def _feed(fed: _Fed, module: Module, expression: Expression, paths: set[str]) -> None:
    if not paths or not isinstance(expression, GetAttr) or not isinstance(expression.subject, Variable):
        return
    if expression.subject.name == "var":
        fed.setdefault((module.directory, expression.name), set()).update(paths)


def _calls(module: Module) -> Iterator[tuple[Path, Mapping[str, Attribute]]]:
    for block in module.of("module").values():
        source = block.body.attributes.get("source")
        written = source.expression.value if source is not None and isinstance(source.expression, Literal) else None
        if isinstance(written, str) and written.startswith(("./", "../")):
            yield Path(os.path.normpath(module.directory / written)), block.body.attributes


def _arguments(body: Body, above: str = "") -> Iterator[tuple[str, Expression]]:
    """Arguments of a block and of the blocks in it, by their paths; `dynamic` blocks as what they make."""
    for name, attribute in body.attributes.items():
        yield above + name, attribute.expression
    for block in body.blocks:
        if block.type == "dynamic":
            for content in block.body.blocks_of("content"):
                yield from _arguments(content.body, f"{above}{block.labels[0]}.")
        else:
            yield from _arguments(block.body, f"{above}{block.type}.")
