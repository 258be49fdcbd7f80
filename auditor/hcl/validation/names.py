"""What the references in a module's code name, whether or not they are ever evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from auditor.hcl import ast
from auditor.hcl.ast import Attribute, Block, Body
from auditor.hcl.directory import Module
from auditor.hcl.providers import provider_key
from auditor.hcl.references import references, root_of
from auditor.hcl.schema import Schema, data_schema, resource_schema
from auditor.hcl.validation.complaint import Complaint, Complaints

Called = Callable[[str], Module | None]
"""The module behind a call of this name, as far as it was read."""
_DEPENDS: Final = "depends_on"
_NOT_EVALUATED: Final[Mapping[str, frozenset[str]]] = {
    "variable": frozenset({"type", "default", "description", "nullable", "sensitive", "ephemeral"}),
    "module": frozenset({"source", "version", "providers", _DEPENDS}),
    "provider": frozenset({"alias", "version"}),
    "resource": frozenset({"provider", _DEPENDS}),
    "data": frozenset({"provider", _DEPENDS}),
    "ephemeral": frozenset({"provider", _DEPENDS}),
    "output": frozenset({_DEPENDS}),
    "provisioner": frozenset({"when", "on_failure"}),
}
_OF_CALL: Final = frozenset({"source", "version", "providers", "count", "for_each", _DEPENDS})
_WITH_SELF: Final = frozenset({"postcondition", "provisioner", "connection"})
_ATTRIBUTES: Final = {"path": ("module", "root", "cwd"), "terraform": ("workspace", "applying")}
_NO_ATTRIBUTE: Final = 'This object has no argument, nested block, or exported attribute named "{}".'
_NOT_STATIC: Final = "A single static variable reference is required: only attribute access and indexing."

Steps = tuple[str | None, ...]
"""Names behind the root of a reference; None for an index."""


def of_names(module: Module, called: Called) -> Complaints:
    """The complaints about all references of a module."""
    for type_ in ("variable", "output", "module", "provider", "resource", "data", "ephemeral", "check"):
        for block in module.of(type_).values():
            yield from _Names(module, called, block).complaints()
    for attribute in module.locals.values():
        yield from _Names(module, called, None).of_attribute(attribute, frozenset())


class _Names(Struct, frozen=True):
    """The references inside one block."""

    module: Module
    called: Called
    block: Block | None

    def complaints(self) -> Complaints:
        block = self.block
        if block is None:
            return
        left_out = _NOT_EVALUATED.get(block.type, frozenset())
        for name, attribute in block.body.attributes.items():
            if name not in left_out:
                yield from self.of_attribute(attribute, frozenset())
            elif name == _DEPENDS:
                yield from self._of_depends_on(attribute)
            elif name == "provider" and provider_key(attribute.expression) is None:
                detail = "A provider's name is required, and behind a period the alias of a configuration."
                at = attribute.source, attribute.expression.offset
                yield Complaint("Invalid provider configuration reference", detail, *at)
        for inner in block.body.blocks:
            if not (block.type == "check" and inner.type == "data"):
                yield from self._of_block(inner, frozenset())
        if block.type == "module" and (behind := self.called(block.labels[0])) is not None:
            yield from self._of_arguments(block, behind)

    def _of_arguments(self, call: Block, behind: Module) -> Complaints:
        for name, attribute in call.body.attributes.items():
            if name not in _OF_CALL and (name,) not in behind.of("variable"):
                detail = f'The module "{call.labels[0]}" declares no variable named "{name}".'
                yield Complaint("Unsupported argument", detail, attribute.source, attribute.offset)

    def _of_block(self, block: Block, bound: frozenset[str]) -> Complaints:
        if block.type == "dynamic" and block.labels:
            iterator = block.body.attributes.get("iterator")
            named = iterator.expression if iterator is not None else None
            inner = bound | {named.name if isinstance(named, ast.Variable) else block.labels[0]}
            for name, attribute in block.body.attributes.items():
                if name != "iterator":
                    yield from self.of_attribute(attribute, inner if name == "labels" else bound)
            for content in block.body.blocks_of("content"):
                yield from self._of_body(content.body, inner)
        elif block.type == "lifecycle":
            yield from self._of_lifecycle(block)
        else:
            inner = bound | {"self"} if block.type in _WITH_SELF else bound
            yield from self._of_body(block.body, inner, _NOT_EVALUATED.get(block.type, frozenset()))

    def _of_body(self, body: Body, bound: frozenset[str], left_out: frozenset[str] = frozenset()) -> Complaints:
        for name, attribute in body.attributes.items():
            if name not in left_out:
                yield from self.of_attribute(attribute, bound)
        for inner in body.blocks:
            yield from self._of_block(inner, bound)

    def _of_lifecycle(self, lifecycle: Block) -> Complaints:
        for condition in lifecycle.body.blocks:
            yield from self._of_block(condition, frozenset())
        ignored, replacing = (lifecycle.body.attributes.get(n) for n in ("ignore_changes", "replace_triggered_by"))
        if ignored is not None:
            yield from self._of_ignored(ignored)
        for item in _items(replacing):
            yield from self._of_replacing(replacing, item)

    def _of_ignored(self, attribute: Attribute) -> Complaints:
        listed = attribute.expression
        if not isinstance(listed, ast.Tuple):
            if not (isinstance(listed, ast.Variable) and listed.name == "all"):
                detail = "A static list expression is required."
                yield Complaint("Invalid expression", detail, attribute.source, listed.offset)
            return
        schema = resource_schema(self.block.labels[0]) if self.block is not None else None
        for item in listed.items:
            first = root_of(item)
            name = first.name if isinstance(first, ast.Variable) else getattr(first, "value", None)
            if not isinstance(name, str):
                yield Complaint("Invalid expression", _NOT_STATIC, attribute.source, item.offset)
            elif schema is not None and _first_name(name) not in {*schema.attributes, *schema.blocks}:
                yield Complaint("Unsupported attribute", _NO_ATTRIBUTE.format(name), attribute.source, item.offset)

    def _of_replacing(self, attribute: Attribute | None, item: ast.Expression) -> Complaints:
        root = root_of(item)
        if attribute is None:
            return
        if not isinstance(root, ast.Variable):
            yield Complaint("Invalid expression", _NOT_STATIC, attribute.source, item.offset)
        elif root.name in ("var", "local", "module", "data", "path", "terraform"):
            detail = "Only resources, count.index, and each.key may be used in replace_triggered_by."
            yield Complaint(
                "Invalid reference in replace_triggered_by expression", detail, attribute.source, item.offset
            )
        else:
            yield from self._of_reference(item, attribute)

    def _of_depends_on(self, attribute: Attribute) -> Complaints:
        for item in _items(attribute):
            root = root_of(item)
            if isinstance(root, ast.Literal) and isinstance(root.value, str):
                continue
            if not isinstance(root, ast.Variable):
                yield Complaint("Invalid expression", _NOT_STATIC, attribute.source, item.offset)
                continue
            steps = [step for step in steps_of(item) if step is not None]
            whole = {"data": 2, "ephemeral": 2, "module": 2, "var": 1, "local": 1}.get(root.name, 1)
            if len(steps) > whole:
                detail = "References in depends_on must be to a whole object (resource, etc), not to an attribute."
                yield Complaint("Invalid depends_on reference", detail, attribute.source, item.offset)
            else:
                yield from self._of_reference(item, attribute)

    def of_attribute(self, attribute: Attribute, bound: frozenset[str]) -> Complaints:
        for reference in references(attribute.expression, bound):
            yield from self._of_reference(reference, attribute)

    def _of_reference(self, reference: ast.Expression, attribute: Attribute) -> Complaints:
        root = root_of(reference)
        if isinstance(root, ast.Variable) and (wrong := self._wrong(root.name, steps_of(reference))) is not None:
            yield Complaint(*wrong, attribute.source, root.offset)

    def _wrong(self, root: str, steps: Steps) -> tuple[str, str] | None:
        """Summary and detail of what is wrong with a reference, if anything is."""
        first = steps[0] if steps else None
        if root in ("each", "count"):
            return self._wrong_repetition(root, first)
        if root in _ATTRIBUTES:
            return _wrong_attribute(root, first)
        if root == "self":
            return 'Invalid "self" reference', 'The "self" object is not available in this context.'
        if first is None:
            return "Invalid reference", f'A reference to "{root}" must be followed by an attribute access.'
        if root in ("var", "local"):
            return self._wrong_name(root, first)
        if root == "module":
            return self._wrong_module(first, steps[1:])
        return self._wrong_resource(root, steps)

    def _wrong_repetition(self, root: str, first: str | None) -> tuple[str, str] | None:
        argument, names = ("for_each", ("key", "value")) if root == "each" else ("count", ("index",))
        attributes = self.block.body.attributes if self.block is not None else {}
        if argument not in attributes:
            detail = f'The "{root}" object can be used only in blocks where the "{argument}" argument is set.'
            return f'Reference to "{root}" in context without {argument}', detail
        if first not in names:
            return f'Invalid "{root}" attribute', f'The "{root}" object does not have an attribute named "{first}".'
        return None

    def _wrong_name(self, root: str, name: str) -> tuple[str, str] | None:
        declared = (name,) in self.module.of("variable") if root == "var" else name in self.module.locals
        if declared:
            return None
        kind = "input variable" if root == "var" else "local value"
        article = "An" if root == "var" else "A"
        return f"Reference to undeclared {kind}", f'{article} {kind} with the name "{name}" has not been declared.'

    def _wrong_module(self, name: str, steps: Steps) -> tuple[str, str] | None:
        if (name,) not in self.module.of("module"):
            return "Reference to undeclared module", f'No module call named "{name}" is declared in this module.'
        behind = self.called(name)
        wanted = next((step for step in steps[:2] if step is not None), None)
        if behind is None or wanted is None or (wanted,) in behind.of("output"):
            return None
        return "Unsupported attribute", f'This object does not have an attribute named "{wanted}".'

    def _wrong_resource(self, root: str, steps: Steps) -> tuple[str, str] | None:
        mode, names = (root, steps) if root in ("data", "ephemeral") else ("resource", (root, *steps))
        if root == "resource":  # `resource.TYPE.NAME` says the same as `TYPE.NAME`
            names = steps
        type_, name = (*names, None, None)[:2]
        if type_ is None or name is None:
            return "Invalid reference", f'A reference to "{root}" must be followed by the name of a resource.'
        shown = f"{type_}.{name}" if mode == "resource" else f"{mode}.{type_}.{name}"
        if (type_, name) not in self.module.of(mode):
            detail = f'The resource "{shown}" has not been declared in this module.'
            return "Reference to undeclared resource", detail
        block = self.block
        if block is not None and (block.type, block.labels) == (mode, (type_, name)):
            return "Self-referential block", f"Configuration for {shown} may not refer to itself."
        schema = {"data": data_schema, "resource": resource_schema}.get(mode, _not_described)(type_)
        wanted = next((step for step in names[2:4] if step is not None), None)
        if schema is None or wanted is None or wanted in schema.attributes or wanted in schema.blocks:
            return None
        return "Unsupported attribute", _NO_ATTRIBUTE.format(wanted)


def _first_name(reference: str) -> str:
    return reference.partition(".")[0].partition("[")[0]


def _not_described(_type: str) -> Schema | None:
    return None


def _wrong_attribute(root: str, name: str | None) -> tuple[str, str] | None:
    if name in _ATTRIBUTES[root]:
        return None
    return f'Invalid "{root}" attribute', f'The "{root}" object does not have an attribute named "{name}".'


def _items(attribute: Attribute | None) -> Iterator[ast.Expression]:
    if attribute is not None:
        listed = attribute.expression
        yield from listed.items if isinstance(listed, ast.Tuple) else (listed,)


def steps_of(reference: ast.Expression) -> Steps:
    """The names behind the root of a reference."""
    steps: list[str | None] = []
    while isinstance(reference, ast.GetAttr | ast.Index):
        steps.append(reference.name if isinstance(reference, ast.GetAttr) else None)
        reference = reference.subject
    return tuple(reversed(steps))
