"""Edits of the places a value comes from: the literal that decides it, the object an attribute is taken of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from auditor.adoption.references import Sight, references
from auditor.adoption.texts import Texts
from auditor.hcl import edit, values
from auditor.hcl.ast import GetAttr, Literal, Object, Variable
from auditor.hcl.edit import Change, json_scalar
from auditor.hcl.layout import Layout
from auditor.hcl.provenance import Provenance
from auditor.hcl.values import Value as Evaluated
from auditor.model.values import Value

Changes = tuple[Change, ...]
"""One edit: all its changes belong together."""


class Origins(Struct, frozen=True):
    """Where values come from, in one reading of the code."""

    texts: Texts

    def behind(self, sight: Sight, targets: Iterable[Value]) -> Iterator[Changes]:
        """Edits of what an expression refers to: first objects that attributes are taken of, then literals."""
        wanted = tuple(targets)
        found = [each for each in references(sight) if isinstance(each.expression, GetAttr)]
        for each in found:
            node = each.expression
            if isinstance(node, GetAttr):
                for layout, of in self.objects(each.of(node.subject).value()):
                    for target in wanted:
                        yield from of_object(layout, of, node.name, target)
        for each in found:
            value = each.value()
            for target in wanted:
                yield from self.chain(value.origin if value is not None else None, target)

    def chain(self, origin: Provenance | None, target: Value) -> Iterator[Changes]:
        """Edits of each place that handed a value on, from the one that decides it."""
        for link in _links(origin):
            layout = self.texts.layout(link.source)
            if layout is None:
                source = self.texts.json(link.source)
                change = json_scalar(source, link.offset, target) if source is not None else None
                if change is not None:
                    yield (change,)
                continue
            if target is None:
                yield from removed(layout, link.offset)
            attribute = layout.attribute_at(link.offset)
            offset = layout.span(attribute[1].expression).start if attribute else link.offset
            for found in layout.starting_at(offset):
                if not isinstance(found, Variable):
                    yield (edit.expression(layout, layout.span(found), target),)

    def removal(self, value: Evaluated | None) -> Iterator[Changes]:
        """Edits that take out the place which decides a value."""
        for link in _links(value.origin if value is not None else None)[:1]:
            layout = self.texts.layout(link.source)
            if layout is not None:
                yield from removed(layout, link.offset)

    def objects(self, value: Evaluated | None) -> Iterator[tuple[Layout, Object]]:
        """The object literals that a value was put together from: its own, and those its parts stand in."""
        if value is None:
            return
        own = _links(value.origin)[:1]
        parts = [link for item in values.items(value) for link in _links(item.origin)[:1]]
        seen: set[tuple[str, int]] = set()
        for link in (*own, *parts):
            layout = self.texts.layout(link.source)
            if layout is None:
                continue
            here = [found for found in layout.starting_at(link.offset) if isinstance(found, Object)]
            element = layout.element_at(link.offset) if link in parts else None
            for found in (*(here if link in own else ()), *((element.object,) if element else ())):
                if (layout.source.path, found.offset) not in seen:
                    seen.add((layout.source.path, found.offset))
                    yield layout, found


def _links(origin: Provenance | None) -> list[Provenance]:
    """The places that handed a value on, the deciding one first."""
    found: list[Provenance] = []
    while origin is not None:
        found.append(origin)
        origin = origin.previous
    return found[::-1]


def of_object(layout: Layout, of: Object, name: str, target: Value) -> Iterator[Changes]:
    """Edits by which an element of an object has the value, or is not there."""
    there = next((v for k, v in of.items if isinstance(k, Literal) and k.value == name), None)
    if target is not None:
        yield (edit.element(layout, of, name, target),)
    elif there is not None and (found := layout.element_at(there.offset)) is not None:
        yield (edit.without_element(layout, found),)


def of_map(layout: Layout, offset: int, key: str, target: Value) -> Iterator[Changes]:
    """Edits of one element of a map argument: in its literal, or merged over what it is worked out of."""
    standing = layout.starting_at(offset)
    for found in standing:
        if isinstance(found, Object):
            yield from of_object(layout, found, key, target)
            return
    if standing and target is not None:
        span = layout.span(standing[-1])
        before = layout.source.text[span.start : span.end]
        change = edit.expression(layout, span, {key: target})
        yield (Change(change.file, change.start, change.end, f"merge({before}, {change.text})"),)


def removed(layout: Layout, offset: int) -> Iterator[Changes]:
    """Edits that take out the element or the argument whose value stands at an offset."""
    element = layout.element_at(offset)
    if element is not None:
        yield (edit.without_element(layout, element),)
    attribute = layout.attribute_at(offset)
    if attribute is not None:
        yield (edit.without_argument(layout, attribute[1]),)
