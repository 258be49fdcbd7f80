"""Bodies of resources and data sources against the provider's schema, whether or not there is an instance of them."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from auditor.hcl import ast
from auditor.hcl.ast import Attribute, Block
from auditor.hcl.blocks import META_ARGUMENTS, META_BLOCKS
from auditor.hcl.directory import Module
from auditor.hcl.provider_version import REGION, SCHEMA
from auditor.hcl.schema import AttributeSchema, Schema, data_schema, resource_schema
from auditor.hcl.types import ListType, ObjectType, SetType
from auditor.hcl.validation.complaint import Complaint, Complaints

_BUILT_IN: Final = frozenset({"terraform_data", "terraform_remote_state"})
_OF_DYNAMIC: Final = frozenset({"for_each", "iterator"})


def of_bodies(module: Module, *, planning: str = "") -> Complaints:
    """The complaints about all resources and data sources of described types.

    `planning`: `a later` or `an earlier` major version of the provider plans than the one whose schema is known, so
    that what is unknown here may be right, and is not audited all the same.
    """
    for mode, schema_of in (("resource", resource_schema), ("data", data_schema)):
        for (type_, _), block in module.of(mode).items():
            schema = schema_of(type_)
            if schema is not None:
                found = _body(block, schema, top=True)
                yield from _of_another(found, block, planning) if planning else found
            elif type_.startswith("terraform_") and type_ not in _BUILT_IN:
                kind = "data source" if mode == "data" else "resource type"
                detail = f'The provider terraform.io/builtin/terraform does not support {kind} "{type_}".'
                yield Complaint(f"Invalid {kind}", detail, block.source, block.offset)


def _of_another(complaints: Complaints, block: Block, planning: str) -> Complaints:
    """The complaints where that version plans; a later one has an argument for the Region in every resource."""
    own = block.body.attributes.get(REGION) if planning == "a later" else None
    for each in complaints:
        if own is None or each.offset != own.offset:
            yield replace(each, detail=f"{each.detail} This is the schema of {SCHEMA}, and {planning} version plans.")


def _body(holder: Block, schema: Schema, *, top: bool = False) -> Complaints:
    body = holder.body
    written = {*body.attributes, *(block.labels[0] if _is_dynamic(block) else block.type for block in body.blocks)}
    for name in schema.required:
        if name not in written:
            detail = f'The argument "{name}" is required, but no definition was found.'
            yield Complaint("Missing required argument", detail, holder.source, holder.offset)
    for name, attribute in body.attributes.items():
        if not (top and name in META_ARGUMENTS):
            yield from _argument(attribute, schema)
    for block in body.blocks:
        if not (top and block.type in META_BLOCKS):
            yield from _block(block, schema)


def _is_dynamic(block: Block) -> bool:
    return block.type == "dynamic" and bool(block.labels)


def _argument(attribute: Attribute, schema: Schema) -> Complaints:
    name, known = attribute.name, schema.attributes.get(attribute.name)
    if known is None:
        if name in schema.blocks and attribute.source.path.endswith(".json"):
            return
        detail = f'An argument named "{name}" is not expected here.'
        if name in schema.blocks:
            detail += f' Did you mean to define a block of type "{name}"?'
        yield Complaint("Unsupported argument", detail, attribute.source, attribute.offset)
    elif not known.configurable and not _is_null(attribute.expression):
        detail = f'Can\'t configure a value for "{name}": its value will be decided automatically.'
        yield Complaint("Value for unconfigurable attribute", detail, attribute.source, attribute.offset)


def _is_null(expression: ast.Expression) -> bool:
    return isinstance(expression, ast.Literal) and expression.value is None


def _block(block: Block, schema: Schema) -> Complaints:
    is_dynamic = _is_dynamic(block)
    name = block.labels[0] if is_dynamic else block.type
    nested = schema.blocks.get(name)
    if nested is None and not _takes_blocks(schema.attributes.get(name)):
        detail = f'Blocks of type "{name}" are not expected here.'
        if name in schema.attributes:
            detail += f' Did you mean to define argument "{name}"? If so, use the equals sign to assign it a value.'
        yield Complaint("Unsupported block type", detail, block.source, block.offset)
    contents = block.body.blocks_of("content") if is_dynamic else (block,)
    for name, attribute in block.body.attributes.items() if is_dynamic else ():
        if name not in _OF_DYNAMIC:
            detail = f'An argument named "{name}" is not expected here.'
            yield Complaint("Unsupported argument", detail, attribute.source, attribute.offset)
    if nested is not None:
        for content in contents:
            yield from _body(content, nested.schema)


def _takes_blocks(attribute: AttributeSchema | None) -> bool:
    """Whether an attribute may be written as blocks: a list or a set of objects."""
    type_ = attribute.type if attribute is not None else None
    return isinstance(type_, ListType | SetType) and isinstance(type_.element, ObjectType)
