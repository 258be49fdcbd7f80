"""`moved`, `import` and `removed`: what the code says of addresses, and not of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from auditor.hcl import ast, plain_values, values
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.expansion import RepetitionScope, expand, quoted
from auditor.hcl.provenance import Provenance
from auditor.hcl.scope import Scope
from auditor.hcl.values import Value
from auditor.model import values as model
from auditor.model.facts import SourceRange

if TYPE_CHECKING:
    from auditor.hcl.module_instance import ModuleInstance

MOVED: Final = "moved"
REMOVED: Final = "removed"
IMPORT: Final = "import"
KINDS: Final = frozenset({MOVED, IMPORT, REMOVED})


class Hint(Struct, frozen=True):
    """One such block, in one instance of its module."""

    kind: str
    former: str
    """The address that `from` names; empty for an import."""
    address: str
    """The address that `to` names; empty for what is removed."""
    id: model.Value
    """Of an import: what AWS knows the resource by."""
    destroys: bool
    """Of what is removed: whether it goes from AWS too, and not from the state alone."""
    place: SourceRange


def hints(module: ModuleInstance) -> Iterator[Hint]:
    """All that an instance of a module says; what can't be evaluated is complained about and left out."""
    for block in module.module.hints:
        try:
            expansion = expand(block.body, lambda each: evaluate(each.expression, module, each.source))
            if expansion.undetermined is None:
                for repetition in expansion.repetitions:
                    scope = RepetitionScope(module, expansion, repetition) if expansion.by else module
                    yield _hint(module.prefix, block, scope)
        except EvaluationError as error:
            module.context.diagnostics.evaluation(error, block.source, block.offset)


def renamed(reference: str, said: Iterable[Hint]) -> str:
    """A reference or an address by the names that things have after all moves."""
    moves = [hint for hint in said if hint.kind == MOVED]
    for _ in moves:
        for hint in moves:
            if reference == hint.former or reference.startswith((f"{hint.former}.", f"{hint.former}[")):
                reference = hint.address + reference.removeprefix(hint.former)
                break
        else:
            return reference
    return reference


def _hint(prefix: str, block: ast.Block, scope: Scope) -> Hint:
    attributes = block.body.attributes

    def address(name: str) -> str:
        attribute = attributes.get(name)
        return prefix + addressed(attribute.expression, scope, block) if attribute is not None else ""

    def value(attribute: ast.Attribute | None) -> Value:
        return values.NULL if attribute is None else evaluate(attribute.expression, scope, attribute.source)

    kept = (value(each.body.attributes.get("destroy")) for each in block.body.blocks_of("lifecycle"))
    return Hint(
        kind=block.type,
        former=address("from"),
        address=address("to"),
        id=plain_values.plain(value(attributes.get("id"))),
        destroys=block.type == REMOVED and all(each.content is not False for each in kept),
        place=block.source.range_at(block.offset),
    )


def addressed(node: ast.Expression, scope: Scope, block: ast.Block) -> str:
    """The address that an expression in a block names, its keys evaluated; EvaluationError where it names none."""
    if isinstance(node, ast.GetAttr):
        return f"{addressed(node.subject, scope, block)}.{node.name}"
    if isinstance(node, ast.Index):
        key = evaluate(node.key, scope, block.source).content
        inside = f'"{quoted(key)}"' if isinstance(key, str) else str(key)
        return f"{addressed(node.subject, scope, block)}[{inside}]"
    if isinstance(node, ast.Variable):
        return node.name
    place = Provenance(block.source, node.offset)
    raise EvaluationError("Invalid address", "An address of a resource or a module is expected here.", place)
