"""Data sources that Terraform reads at apply only, because what they wait for is still to be created.

A plan with nothing in state defers a data source that refers to a managed resource in its own block. `depends_on` of
the data source or of a module around it, and conditions of its own, also count resources that are reached by any
number of steps (locals, variables, outputs, other resources).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from auditor.hcl import ast
from auditor.hcl.errors import EvaluationError
from auditor.hcl.references import references, root_of

if TYPE_CHECKING:
    from auditor.hcl.module_instance import ModuleInstance
    from auditor.hcl.resource_instance import ResourceInstance

_WAITING: Final = "depends_on"
_MANAGED: Final = "resource"
_CONDITIONS: Final = frozenset({"precondition", "postcondition"})

Path = tuple[str | None, ...]
"""The steps of a reference as they are written; None for an index."""


def awaited(module: ModuleInstance, block: ast.Block) -> str:
    """The address of a managed resource that a data source of the module waits for; empty where there is none."""
    known = module.context.awaited
    key = id(module), id(block)
    if key not in known:
        try:
            known[key] = next(_awaited(module, block), "")
        except EvaluationError:  # told where the reference itself is evaluated
            known[key] = ""
    return known[key]


def _awaited(module: ModuleInstance, block: ast.Block) -> Iterator[str]:
    direct = list(_references(block.body))
    for path in direct:
        yield from _created(module, path)
    walk = _Walk()
    if any(inner.type in _CONDITIONS for each in block.body.blocks_of("lifecycle") for inner in each.body.blocks):
        for path in direct:
            yield from walk.from_reference(module, path)
    waiting: ModuleInstance | None = module
    while waiting is not None:
        for path in _explicit(block):
            yield from () if path[0] == "data" else walk.from_reference(waiting, path)
        block = waiting.called.block if waiting.called is not None else block
        waiting = waiting.called.by if waiting.called is not None else None


class _Walk:
    """Follows references, each part of a module once, to managed resources that have an instance."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, Path]] = set()

    def from_reference(self, module: ModuleInstance, path: Path) -> Iterator[str]:
        """The addresses of the instances that a reference leads to by any number of steps."""
        if (id(module), path) in self._seen:
            return
        self._seen.add((id(module), path))
        yield from _created(module, path)
        if path[0] == "module" and len(path) > 1 and (str(path[1]),) in module.module.of("module"):
            yield from self._from_call(module, path)
        for inside, paths in _behind(module, path):
            for each in paths:
                yield from self.from_reference(inside, each)

    def _from_call(self, module: ModuleInstance, path: Path) -> Iterator[str]:
        """What one output of the called module leads to; without an output, all of it."""
        output = next((step for step in path[2:4] if step is not None), None)
        for child in module.children(str(path[1])).modules:
            if output is not None:
                block = child.module.of("output").get((output,))
                for each in _references(block.body) if block is not None else ():
                    yield from self.from_reference(child, each)
                continue
            for inner in child.tree:
                for labels in inner.module.of(_MANAGED):
                    yield from self.from_reference(inner, labels)


def _created(module: ModuleInstance, path: Path) -> Iterator[str]:
    """The address of the first instance of a managed resource."""
    block = module.module.of(_MANAGED).get((str(path[0]), str(path[1]))) if len(path) > 1 else None
    instances: tuple[ResourceInstance, ...] = module.resources(block).instances if block is not None else ()
    yield from (instance.address for instance in instances[:1])


def _behind(module: ModuleInstance, path: Path) -> Iterator[tuple[ModuleInstance, Iterator[Path]]]:
    """The references in what a reference names, with the modules in which they stand."""
    root, *names = (str(step) for step in path)
    code = module.module
    if root == "var" and module.called is not None and names:
        argument = module.called.block.body.attributes.get(names[0])
        yield module.called.by, _inside(argument)
    elif root == "local" and names:
        yield module, _inside(code.locals.get(names[0]))
    elif root == "data":
        yield from _of_block(module, code.of("data").get(tuple(names[:2])))
    elif root == "module":
        yield from _of_block(module, code.of("module").get(tuple(names[:1])))
    else:
        yield from _of_block(module, code.of(_MANAGED).get((root, *names[:1])))


def _of_block(module: ModuleInstance, block: ast.Block | None) -> Iterator[tuple[ModuleInstance, Iterator[Path]]]:
    if block is not None:
        yield module, _references(block.body)
        yield module, _explicit(block)


def _references(body: ast.Body) -> Iterator[Path]:
    for name, attribute in body.attributes.items():
        if name != _WAITING:
            yield from _inside(attribute)
    for block in body.blocks:
        yield from _references(block.body)


def _explicit(block: ast.Block) -> Iterator[Path]:
    yield from _inside(block.body.attributes.get(_WAITING))


def _inside(attribute: ast.Attribute | None) -> Iterator[Path]:
    for reference in references(attribute.expression) if attribute is not None else ():
        yield _path(reference)


def _path(reference: ast.Expression) -> Path:
    steps: list[str | None] = []
    while isinstance(reference, ast.GetAttr | ast.Index):
        steps.append(reference.name if isinstance(reference, ast.GetAttr) else None)
        reference = reference.subject
    root = root_of(reference)
    return (root.name if isinstance(root, ast.Variable) else None, *reversed(steps))
