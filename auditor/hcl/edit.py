"""Edits of Terraform code: the smallest change of the text that makes a place say something else.

Everything around the change stays as it was written, byte by byte: comments, blanks, line ends. An edit is never
trusted: whoever makes one reads the text again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from auditor.hcl import written
from auditor.hcl.ast import Attribute, Block, Body, Literal, Object
from auditor.hcl.json_syntax import scalar_end
from auditor.hcl.layout import Element, Layout, Span
from auditor.hcl.source import SourceFile
from auditor.model.values import Value

_ALIGNED: Final = re.compile(r"[ \t]*(\S+)([ \t]*)= ")
_SCALARS: Final = (str, bool, int, float)
_STEP: Final = "  "


class Change(Struct, frozen=True, order=True):
    """One part of a file's text replaced."""

    file: str
    """As sources are shown: relative to the project root."""
    start: int
    end: int
    text: str


def applied(text: str, changes: Iterable[Change]) -> str | None:
    """The text after changes of it, which tell offsets in the text before; None where two of them overlap."""
    parts: list[str] = []
    done = 0
    for change in sorted(set(changes)):
        if change.start < done:
            return None
        parts += [text[done : change.start], change.text]
        done = change.end
    return "".join([*parts, text[done:]])


def _change(place: Layout, start: int, end: int, text: str) -> Change:
    """A change whose lines end as those of the file do."""
    return Change(place.source.path, start, end, text.replace("\n", place.line_break))


def expression(place: Layout, span: Span, value: Value) -> Change:
    """Another value in the place of an expression."""
    return _change(place, span.start, span.end, written.expression(value, place.indentation(span.start)))


def json_scalar(source: SourceFile, offset: int, value: Value) -> Change | None:
    """Another text, number or truth value in the place of one in JSON; None where none of these stands or is wanted.

    In code, other than in files of values, a text is a template.
    """
    end = scalar_end(source, offset)
    if end is None or type(value) not in _SCALARS:
        return None
    text = json.dumps(value, ensure_ascii=False)
    if source.path.endswith(".tf.json"):
        text = text.replace("${", "$${").replace("%{", "%%{")
    return Change(source.path, offset, end, text)


def argument(place: Layout, body: Body, name: str, value: Value) -> Change:
    """A body in which an argument has the value: the one that is there, or a new one."""
    known = body.attributes.get(name)
    if known is not None:
        return expression(place, place.span(known.expression), value)
    anchor = _last(body.attributes.values())
    behind = place.line_end(place.span(anchor.expression).end) if anchor else None
    indentation = _inner_indentation(place, body)
    row = f"{_padded(place, anchor, name)} = {written.expression(value, indentation)}"
    return _line_in(place, body, row, behind)


def without_argument(place: Layout, attribute: Attribute) -> Change:
    """The text without an argument of a body."""
    return _cut(place, attribute.offset, place.span(attribute.expression).end)


def block(place: Layout, body: Body, type_: str, values: Mapping[str, Value]) -> Change:
    """A body with one more nested block at its end; tuples of mappings among the values are blocks inside it."""
    indentation = _inner_indentation(place, body)
    text = block_text(type_, values, indentation).rstrip("\n")
    braces = place.braces(body)
    last = max((b.offset for b in body.blocks), default=-1)
    blank = "\n" if body.attributes or last >= 0 else ""
    if braces is None:
        end = len(place.source.text)
        return _change(place, end, end, f"\n{text}\n")
    if "\n" not in place.source.text[braces.inner.start : braces.inner.end]:
        return _line_in(place, body, text.lstrip(), None)
    behind = place.line_start(braces.inner.end)
    return _change(place, behind, behind, f"{blank}{text}\n")


def block_text(type_: str, values: Mapping[str, Value], indentation: str) -> str:
    """A block as text, on lines of its own; tuples of mappings among the values are blocks inside it."""
    inner = indentation + _STEP
    blocks = [
        (name, each)
        for name, value in values.items()
        if isinstance(value, tuple)
        for each in value
        if isinstance(each, Mapping)
    ]
    named = {name for name, _ in blocks}
    plain = {name: value for name, value in values.items() if name not in named}
    nested = "".join(block_text(name, each, inner) for name, each in blocks)
    return f"{indentation}{type_} {{\n{written.arguments(plain, inner)}{nested}{indentation}}}\n"


def copied_element(place: Layout, found: Element, name: str) -> Change:
    """An object with a copy of one of its elements under another name, behind it."""
    text, span = place.source.text, place.span(found.value)
    copy = f"{written.key(name)} = {text[span.start : span.end]}"
    start = _key_start(place, found)
    alone = not text[place.line_start(start) : start].strip()
    comma = "," if _behind(text, span.end, len(text)).startswith(",") or not alone else ""
    gap = f"\n\n{place.indentation(start)}" if alone else " "
    return _change(place, span.end, span.end, f"{comma}{gap}{copy}")


def without_block(place: Layout, found: Block) -> Change:
    """The text without a block, and without the blank line before it."""
    braces = place.braces(found.body)
    if braces is None:
        raise TypeError("a block without braces")
    change = _cut(place, found.offset, braces.inner.end + 1)
    before = place.source.text[: change.start]
    if change.text == "" and before.endswith("\n\n"):
        return _change(place, change.start - 1, change.end, "")
    return change


def element(place: Layout, of: Object, name: str, value: Value) -> Change:
    """An object in which an element has the value: the one that is there, or a new one."""
    for item_key, item in of.items:
        if isinstance(item_key, Literal) and item_key.value == name:
            return expression(place, place.span(item), value)
    braces = place.braces(of)
    if braces is None:
        raise TypeError("an object without braces")
    text, inner = place.source.text, braces.inner
    if not of.items:
        pair = f"{written.key(name)} = {written.expression(value, place.indentation(inner.start))}"
        return _change(place, inner.start, inner.end, f" {pair} ")
    last = place.span(of.items[-1][1]).end
    if "\n" not in text[inner.start : of.items[0][0].offset]:
        pair = f"{written.key(name)} = {written.expression(value, place.indentation(inner.start))}"
        return _change(place, last, last, f", {pair}")
    start = of.items[-1][0].offset
    indentation = place.indentation(start)
    row = f"{_beside(place, start, written.key(name))} = {written.expression(value, indentation)}"
    comma = _behind(text, last, inner.end).startswith(",")
    needs_comma = not comma and len(of.items) > 1 and _separated_by_commas(place, of)
    if comma:
        last = text.index(",", last) + 1
    line_end = min(place.line_end(last), inner.end)
    told = text[last:line_end]
    return _change(
        place,
        last,
        line_end,
        f"{',' if needs_comma else ''}{told}\n{indentation}{row}{',' if comma else ''}",
    )


def without_element(place: Layout, found: Element) -> Change:
    """An object without one of its elements."""
    text, items = place.source.text, found.object.items
    start, end = _key_start(place, found), place.span(found.value).end
    braces = place.braces(found.object)
    limit = braces.inner.end if braces else len(text)
    index = next(i for i, (_, value) in enumerate(items) if value is found.value)
    before = place.span(items[index - 1][1]).end if index else start
    if index and "\n" not in text[before:start]:
        start = before  # with the comma before it, so that its neighbour can go as well
    elif _behind(text, end, limit).startswith(","):
        end = text.index(",", end) + 1
    if braces and len(items) == 1 and "\n" not in text[braces.inner.start : braces.inner.end]:
        return _change(place, braces.inner.start, braces.inner.end, "")
    change = _cut(place, start, end)
    if change.end == end and text[end - 1 : end + 1] == ", ":
        return _change(place, change.start, end + 1, "")
    return change


def _key_start(place: Layout, found: Element) -> int:
    """Where an element starts: at its key, or at the parenthesis around it."""
    start = found.key.offset
    before = place.source.text[:start].rstrip(" \t")
    return len(before) - 1 if before.endswith("(") else start


def _behind(text: str, start: int, end: int) -> str:
    return text[start:end].lstrip(" \t")


def _separated_by_commas(place: Layout, of: Object) -> bool:
    between = place.source.text[place.span(of.items[0][1]).end : of.items[1][0].offset]
    return "," in between


def _cut(place: Layout, start: int, end: int) -> Change:
    """A part taken out, with its lines where nothing else stands on them."""
    text = place.source.text
    first, last = place.line_start(start), place.line_end(end)
    rest = text[end:last].strip(" \t\r")
    alone = not text[first:start].strip() and (not rest or rest.startswith(("#", "//")))
    if not alone:
        return _change(place, start, end, "")
    return _change(place, first, place.next_line(end), "")


def _last(attributes: Iterable[Attribute]) -> Attribute | None:
    return max(attributes, key=lambda each: each.offset, default=None)


def _inner_indentation(place: Layout, body: Body) -> str:
    if body.attributes:
        first = min(body.attributes.values(), key=lambda each: each.offset)
        if not place.source.text[place.line_start(first.offset) : first.offset].strip():
            return place.indentation(first.offset)
    braces = place.braces(body)
    return place.indentation(braces.head) + _STEP if braces else ""


def _line_in(place: Layout, body: Body, row: str, behind: int | None) -> Change:
    """A body with one more line: behind an offset, or else first."""
    braces = place.braces(body)
    text = place.source.text
    if braces is None:
        end = len(text) if behind is None else behind
        return _change(place, end, end, f"\n{row}" if behind is not None else f"{row}\n")
    inner, indentation = braces.inner, _inner_indentation(place, body)
    content = text[inner.start : inner.end]
    if "\n" not in content:
        outer = place.indentation(braces.head)
        kept = f"\n{indentation}{content.strip()}" if content.strip() else ""
        return _change(place, inner.start, inner.end, f"{kept}\n{indentation}{row}\n{outer}")
    start = place.line_end(inner.start) if behind is None else behind
    return _change(place, start, start, f"\n{indentation}{row}")


def _padded(place: Layout, anchor: Attribute | None, name: str) -> str:
    return name if anchor is None else _beside(place, anchor.offset, name)


def _beside(place: Layout, offset: int, name: str) -> str:
    """A name with blanks behind it, so that its `=` stands under that of the line of an offset."""
    start = place.line_start(offset)
    found = _ALIGNED.match(place.source.text, start, place.line_end(offset))
    return name if found is None else name.ljust(len(found[1]) + len(found[2]) - 1)
