"""What the provider plans beside what is written: defaults, null, and what only AWS will decide."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.hcl import types, values
from auditor.hcl.go_json import normalized
from auditor.hcl.schema import AttributeSchema, NestedBlock, Schema
from auditor.hcl.types import MapType, SetType, Type
from auditor.hcl.values import Value
from auditor.model.values import Reason, Unknown


def completed(
    written: Mapping[str, Value], schema: Schema, reference: str, *, in_set: bool = False
) -> dict[str, Value]:
    """All attributes and blocks of the schema: as written, by default, computed by AWS (unknown), or null."""
    found = dict(schema.absent_in_set if in_set else schema.absent)
    for name in schema.decided:
        if name not in written:
            found[name] = computed_by_aws(schema.attributes[name].type, f"{reference}.{name}")
    for name, given in written.items():
        if (attribute := schema.attributes.get(name)) is not None:
            off = attribute.needs and given.content != "" and not _is_on(attribute.needs, written, schema)
            found[name] = completed_attribute(None if off else given, attribute, f"{reference}.{name}", in_set=in_set)
    for name, beside in schema.zeros:
        if beside in written and written[beside].content is True:
            found[name] = values.number(0)
    for name, nested in schema.blocks.items():
        found[name] = completed_blocks(written.get(name), nested, f"{reference}.{name}", in_set=in_set)
    return found


def _as_if_left_out(written: Value, attribute: AttributeSchema, *, in_set: bool) -> bool:
    """Null, empty collections, empty texts where AWS else decides, and suppressed values are planned as nothing."""
    content = written.content
    if content is None:
        return True
    if isinstance(content, str):
        if not content and attribute.computed and attribute.default is None and not attribute.blank:
            return not in_set
        return content == attribute.suppressed
    collection = isinstance(content, values.CONTAINERS) and attribute.type is not types.DYNAMIC
    return collection and not in_set and not content


def _is_on(name: str, written: Mapping[str, Value], schema: Schema) -> bool:
    """Whether a bool is not certainly false, or a text not certainly empty."""
    given = written.get(name)
    attribute = schema.attributes[name]
    content = attribute.absent.content if given is None or given.is_null else given.content
    return content is not False if attribute.type is types.BOOL else content not in (None, "")


def completed_attribute(
    written: Value | None, attribute: AttributeSchema, reference: str, *, in_set: bool = False
) -> Value:
    """One attribute of the schema; inside a set of blocks the provider plans empty texts and lists, not null."""
    if written is not None and isinstance(attribute.type, MapType):
        written = _without_null(written)
    if written is not None and not _as_if_left_out(written, attribute, in_set=in_set):
        causes = list(values.causes_of(written)) if isinstance(attribute.type, SetType | MapType) else []
        # A set or a map of which one element is unknown is planned as unknown as a whole.
        if causes:
            return values.unknown(attribute.type, values.merged(causes), written.origin)
        if attribute.normalized and isinstance(written.content, str):
            text = normalized(written.content, attribute.normalized)
            return Value(text, written.type, written.marks, written.origin)
        return written
    if attribute.default is None and attribute.computed:
        return computed_by_aws(attribute.type, reference)
    return attribute.absent_in_set if in_set else attribute.absent


def _without_null(written: Value) -> Value:
    """A map without the elements that are null: the provider leaves them out."""
    content = written.content
    if not isinstance(content, values.MAPPINGS) or not any(item.is_null for item in content.values()):
        return written
    kept = {name: item for name, item in content.items() if not item.is_null}
    return Value(kept, written.type, written.marks, written.origin)


def completed_blocks(written: Value | None, nested: NestedBlock, reference: str, *, in_set: bool = False) -> Value:
    """All nested blocks of one type."""
    in_set = in_set or nested.nesting == "set"
    type_ = nested.type
    if written is None or written.is_null or written.content == ():
        if nested.nesting == "single":
            return values.null(type_)
        return computed_by_aws(type_, reference) if nested.computed else Value((), type_)
    content = written.content
    if isinstance(content, values.MAPPINGS):
        return values.mapping(completed(content, nested.schema, reference, in_set=in_set), written.origin)
    if not isinstance(content, tuple):
        return written
    items = []
    for item in content:
        inner = item.content if isinstance(item.content, values.MAPPINGS) else {}
        items.append(values.mapping(completed(inner, nested.schema, reference, in_set=in_set), item.origin))
    if isinstance(type_, SetType):
        return values.set_of(type_.element, items, written.origin)
    return Value(tuple(items), type_, values.UNMARKED, written.origin)


def configured(written: Mapping[str, Value], schema: Schema) -> dict[str, Value]:
    """What a data source is planned as that is read at apply: as it is written, for no provider has seen it yet."""
    found = {name: written.get(name) or values.null(attribute.type) for name, attribute in schema.attributes.items()}
    for name, nested in schema.blocks.items():
        given = written.get(name)
        if given is None or given.is_null:
            found[name] = values.null(nested.type) if nested.nesting == "single" else Value((), nested.type)
        elif isinstance(given.content, tuple):
            inside = [_configured_block(item, nested.schema) for item in given.content]
            is_set = isinstance(nested.type, SetType)
            found[name] = values.set_of(nested.schema.type, inside) if is_set else Value(tuple(inside), nested.type)
        else:
            found[name] = _configured_block(given, nested.schema)
    return found


def _configured_block(block: Value, schema: Schema) -> Value:
    content = block.content
    if not isinstance(content, values.MAPPINGS):
        return block
    return values.mapping(configured(content, schema), block.origin)


def computed_by_aws(type_: Type, reference: str) -> Value:
    """The value of an attribute that is decided when the resource is created."""
    cause = Unknown(Reason.COMPUTED_BY_AWS, f"{reference} is known only after the resource is created", (reference,))
    return values.unknown(type_, cause)
