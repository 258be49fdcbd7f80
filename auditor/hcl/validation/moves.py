"""`moved`, `import` and `removed` blocks that contradict each other or the resources that are declared."""

from __future__ import annotations

from typing import Final

from auditor.hcl import ast
from auditor.hcl.ast import Attribute, Block
from auditor.hcl.directory import Module
from auditor.hcl.validation.complaint import Complaint, Complaints

_MODULE_STEPS: Final = 2


def of_moves(module: Module) -> Complaints:
    """The complaints about the addresses that a module's blocks name."""
    moved: dict[str, tuple[str, Block]] = {}
    for block in module.hints:
        ends = {name: _address(block.body.attributes.get(name)) for name in ("from", "to")}
        if block.type == "moved" and ends["from"] and ends["to"]:
            yield from _of_move(module, block, ends["from"], ends["to"], moved)
        elif block.type == "removed" and ends["from"]:
            yield from _of_removal(module, block, ends["from"])
        elif block.type == "import" and ends["to"] and _is_missing(module, ends["to"]):
            detail = f"The configuration for the given import target {ends['to']} does not exist."
            yield _complaint(block, "to", "Configuration for import target does not exist", detail)
    yield from _circles(moved)


def _of_move(
    module: Module, block: Block, former: str, address: str, moved: dict[str, tuple[str, Block]]
) -> Complaints:
    if former == address:
        detail = f"This statement declares a move from {former} to the same address."
        yield _complaint(block, "from", "Redundant move statement", detail)
    elif _is_module(former) != _is_module(address):
        detail = 'The "from" and "to" addresses must either both refer to resources or both refer to modules.'
        yield _complaint(block, "from", 'Invalid "moved" addresses', detail)
    elif _is_declared(module, former) and former != address.partition("[")[0]:
        detail = f"This statement declares a move from {former}, but that is still declared."
        yield _complaint(block, "", "Moved object still exists", detail)
    elif former in moved and moved[former][0] != address:
        detail = f"{former} moved to {moved[former][0]} by another statement, and to {address} by this one."
        yield _complaint(block, "", "Ambiguous move statements", detail)
    elif other := next((each for each, (to, _) in moved.items() if to == address and each != former), None):
        detail = f"{other} moved to {address} by another statement, and {former} moved there by this one."
        yield _complaint(block, "", "Ambiguous move statements", detail)
    else:
        moved[former] = address, block


def _of_removal(module: Module, block: Block, former: str) -> Complaints:
    if "[" in former:
        detail = "The address must be of a resource or a module, not of one instance."
        yield _complaint(block, "from", "Resource instance keys not allowed", detail)
    elif _is_declared(module, former):
        detail = f"This statement declares that {former} was removed, but it is still declared in configuration."
        yield _complaint(block, "", "Removed resource still exists", detail)


def _circles(moved: dict[str, tuple[str, Block]]) -> Complaints:
    for start, (first, block) in moved.items():
        seen, address = [start], first
        while address in moved and address not in seen:
            seen.append(address)
            address = moved[address][0]
        if address == start and start == min(seen):
            detail = f"These moves form a circle: {' → '.join([*seen, start])}."
            yield _complaint(block, "", "Cyclic dependency in move statements", detail)


def _complaint(block: Block, argument: str, summary: str, detail: str) -> Complaint:
    part: Block | Attribute = block.body.attributes.get(argument, block)
    return Complaint(summary, detail, part.source, part.offset)


def _address(attribute: Attribute | None) -> str:
    """The address that an argument names with literal keys; empty for any other."""
    return _text(attribute.expression) if attribute is not None else ""


def _text(node: ast.Expression) -> str:
    if isinstance(node, ast.Variable):
        return node.name
    if isinstance(node, ast.GetAttr):
        subject = _text(node.subject)
        return subject and f"{subject}.{node.name}"
    if isinstance(node, ast.Index) and isinstance(node.key, ast.Literal):
        key = node.key.value
        subject = _text(node.subject)
        return subject and f"{subject}[{f'{chr(34)}{key}{chr(34)}' if isinstance(key, str) else key}]"
    return ""


def _is_module(address: str) -> bool:
    """Whether an address ends with a module and not with a resource in one."""
    parts = address.split(".")
    return (
        parts[0] == "module" and len(parts) == _MODULE_STEPS * (len(parts) // _MODULE_STEPS) and parts[-2] == "module"
    )


def _is_declared(module: Module, address: str) -> bool:
    """Whether a whole resource or module call of this very module is declared; what lies deeper is not looked at."""
    return "[" not in address and _is_flat(address) and not _is_missing(module, address)


def _is_missing(module: Module, address: str) -> bool:
    return _is_flat(address) and _block_of(module, address) is None


def _is_flat(address: str) -> bool:
    return len(address.partition("[")[0].split(".")) == _MODULE_STEPS


def _block_of(module: Module, address: str) -> Block | None:
    first, name = address.partition("[")[0].split(".")
    return module.of("module").get((name,)) if first == "module" else module.of("resource").get((first, name))
