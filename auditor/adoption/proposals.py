"""Edits that might make the code say what AWS has, the narrowest places first; each is still to be tried.

A value stands in a literal, and is handed on from there: that literal is the first place to think of. Where an optional
attribute of an object was left out, the place is the object. What is worked out (`stream_view_type != null`) is decided
by what it is worked out of. Last comes the argument of the resource itself, which all its instances share.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from auditor.adoption.levels import Level, Step, outermost, part, steps
from auditor.adoption.origins import Changes, Origins, of_map
from auditor.adoption.references import Sight, references
from auditor.adoption.texts import Texts
from auditor.hcl import edit, values
from auditor.hcl.ast import Attribute as Argument
from auditor.hcl.ast import Block, Body, Call, GetAttr, Variable
from auditor.hcl.edit import Change
from auditor.hcl.layout import Layout
from auditor.hcl.resource_instance import ResourceInstance
from auditor.hcl.validation.limits import rivals
from auditor.hcl.values import Value as Evaluated
from auditor.model.drift import Comparison, Drift
from auditor.model.facts import Resource
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import NotApplicable, Unknown, Value, unknowns

MOST: Final = 16
"""Proposals for one drift; each costs a reading of the code."""
_BLOCKS: Final = (Shape.BLOCK, Shape.BLOCKS)


class Proposer(Struct, frozen=True):
    """Thinks of edits of one reading of the code."""

    texts: Texts
    instances: Mapping[str, ResourceInstance]
    """By address."""

    def proposals(self, kind: Kind, comparison: Comparison, drift: Drift) -> tuple[Changes, ...]:
        """Edits that might take a drift away, the narrowest first; none where nothing can be thought of."""
        instance, live, path = self.instances.get(comparison.address), comparison.live, steps(drift.path)
        if instance is None or live is None or not path or unknowns(drift.live.value):
            return ()
        place = _Place(self.texts, Origins(self.texts), live)
        found = place.edits(outermost(instance, kind), path, drift.live.value)
        return tuple(dict.fromkeys(changes for changes in found if changes))[:MOST]


class _Place(Struct, frozen=True):
    """The code of one resource, and what AWS has of it."""

    texts: Texts
    origins: Origins
    live: Resource

    def edits(self, level: Level, path: tuple[Step, ...], target: Value) -> Iterator[Changes]:
        """Edits by which an argument or a block gets the value; blocks around it are made where they are not there."""
        for depth, step in enumerate(path[:-1]):
            inner = level.inner(step)
            if inner is None:
                yield from self._new(level, step, _at(self.live.values, path[: depth + 1]))
                return
            if inner.dynamic and not target:
                yield from self._each(level, inner.block, (None,))
            level = inner
        last = path[-1]
        known = level.attributes.get(last.name)
        if known is None or known.shape not in _BLOCKS:
            yield from self._argument(level, last, known, target)
        elif known.shape is Shape.BLOCKS and last.key is None and level.blocks(last.name):
            yield from self._others(level, last, known, target)
        elif (standing := level.inner(last)) is None:
            yield from self._new(level, last, target)
        elif target is None:
            yield from self._without(level, standing, known)
        elif isinstance(target, Mapping):
            yield self._made_over(standing, known, target)

    # Arguments.

    def _argument(self, level: Level, step: Step, known: Attribute | None, target: Value) -> Iterator[Changes]:
        argument = level.argument(step.name)
        if step.key is not None and part(level.written.get(step.name), step.key) is None:
            yield from self._default_tag(level, step.key, target)
        if argument is None:
            layout = self.texts.layout(level.block.source)
            body = _body(layout, level) if layout is not None else None
            if layout is not None and body is not None and target is not None:
                yield (edit.argument(layout, body, step.name, target if step.key is None else {step.key: target}),)
            return
        written = part(level.written.get(step.name), step.key)
        if known is not None and known.shape is Shape.JSON and isinstance(target, str):
            yield from self._document(argument, target)
        literal = written is not None and step.key is not None
        if literal and written is not None:
            yield from self.origins.chain(written.origin, target)
        yield from self.origins.behind(_sight(level, argument), _pool(target, self.live))
        if written is not None:
            yield from self.origins.chain(written.origin, target)
        yield from self._own(argument, step, target)
        if step.key is not None and (default := next(self._default_tag(level, step.key, target), ())):
            yield (*default, *next(self._own(argument, step, target), ()))
        if known is not None and known.key_reference:  # the account's default key is one that is not named
            yield from self._own(argument, step, None)

    def _document(self, argument: Argument, target: str) -> Iterator[Changes]:
        """A policy document in the place of another one that is written as `jsonencode`."""
        layout = self.texts.layout(argument.source)
        known = layout.attribute_at(argument.offset) if layout else None
        if layout is None or known is None:
            return
        there = known[1].expression
        try:
            document = _frozen(json.loads(target))
        except ValueError:
            return
        if isinstance(there, Call) and there.name == "jsonencode":
            change = edit.expression(layout, layout.span(there), document)
            yield (Change(change.file, change.start, change.end, f"jsonencode({change.text})"),)

    def _own(self, argument: Argument, step: Step, target: Value) -> Iterator[Changes]:
        """The argument of the resource itself."""
        layout = self.texts.layout(argument.source)
        known = layout.attribute_at(argument.offset) if layout is not None else None
        if layout is None or known is None:
            return
        body, there = known
        if step.key is not None:
            yield from of_map(layout, layout.span(there.expression).start, step.key, target)
        elif target is None:
            yield (edit.without_argument(layout, there),)
        else:
            yield (edit.argument(layout, body, step.name, target),)

    def _default_tag(self, level: Level, key: str, target: Value) -> Iterator[Changes]:
        """A tag that the resource does not have itself, but from its provider: taken out there, where AWS has none."""
        provider = level.instance.provider
        if provider is not None and target is None:
            yield from self.origins.removal(part(provider.default_tags, key))

    # Blocks.

    def _made_over(self, standing: Level, known: Attribute, target: Mapping[str, Value]) -> Changes:
        """A block that says of each argument what AWS has."""
        edits = (
            next(self.edits(standing, (Step(child.name),), target.get(child.name)), ())
            for child in known.children
            if child.name in standing.written or target.get(child.name) is not None
        )
        return tuple(change for changes in edits for change in changes)

    def _new(self, level: Level, step: Step, target: Value) -> Iterator[Changes]:
        """One more block, or several: as a dynamic block makes them, or written out."""
        known = level.attributes.get(step.name)
        if known is None or not isinstance(target, Mapping):
            return
        many = target if known.shape is Shape.BLOCKS and step.key is None else {step.key: target}
        told = [found for one in many.values() if (found := worth_telling(known, one))]
        for block in level.blocks(step.name):
            if block.type == "dynamic":
                yield from self._more(level, block, told)
        layout = self.texts.layout(level.block.source)
        body = _body(layout, level) if layout is not None else None
        if layout is not None and body is not None:
            yield tuple(edit.block(layout, body, step.name, each) for each in told)
            references = {child.name for child in known.children if child.key_reference}
            without = [{name: value for name, value in each.items() if name not in references} for each in told]
            yield tuple(edit.block(layout, body, step.name, each) for each in without)
            gone = self._rivals(level, step.name)
            yield (*gone, *(edit.block(layout, body, step.name, each) for each in told)) if gone else ()

    def _rivals(self, level: Level, name: str) -> Changes:
        """The arguments taken out that the provider refuses beside a block."""
        standing = (each for each in rivals(level.instance.block.labels[0], name) if level.argument(each) is not None)
        ways = (next(self._argument(level, Step(each), level.attributes.get(each), None), ()) for each in standing)
        return tuple(change for way in ways for change in way)

    def _others(self, level: Level, step: Step, known: Attribute, target: Value) -> Iterator[Changes]:
        """Other blocks in the place of those that are written out: a set inside a block differs as a whole."""
        layout = self.texts.layout(level.block.source)
        body = _body(layout, level) if layout is not None else None
        if layout is None or body is None or not isinstance(target, Mapping):
            return
        standing = [layout.block_at(each.offset) for each in level.blocks(step.name) if each.type != "dynamic"]
        told = [worth_telling(known, each) for each in target.values()]
        gone = [edit.without_block(layout, each) for each in standing if each is not None]
        yield (*gone, *(edit.block(layout, body, step.name, each) for each in told))

    def _without(self, level: Level, standing: Level, known: Attribute) -> Iterator[Changes]:
        """A block taken out: itself, or what makes a dynamic block make it."""
        ways = list(self._taken_out(level, standing, known))
        yield from ways
        unused = sorted(_keys(standing.written) - _keys_besides(level, standing))
        levels = [found for name in unused if (found := level.inner(Step("attribute", name)))]
        attribute = level.attributes.get("attribute")
        with_it = [list(self._taken_out(level, each, attribute)) for each in levels] if attribute else []
        if ways and with_it and all(with_it):
            yield (*ways[0], *(change for each in with_it for change in each[0]))

    def _taken_out(self, level: Level, standing: Level, known: Attribute) -> Iterator[Changes]:
        if standing.dynamic:
            identity = standing.written.get(known.identity)
            for value in (identity, *standing.written.values()):
                yield from self.origins.removal(value)
            yield from self._each(level, standing.block, (None,))
            return
        layout = self.texts.layout(standing.block.source)
        block = layout.block_at(standing.block.offset) if layout is not None else None
        if layout is not None and block is not None:
            yield (edit.without_block(layout, block),)

    def _each(self, level: Level, block: Block, targets: Iterable[Value]) -> Iterator[Changes]:
        """What the `for_each` of a dynamic block is worked out of."""
        given = block.body.attributes.get("for_each")
        if given is not None:
            yield from self.origins.behind(_sight(level, given), targets)

    def _more(self, level: Level, block: Block, told: list[Mapping[str, Value]]) -> Iterator[Changes]:
        """One more element in what a dynamic block goes over, or another value of what that is worked out of."""
        content, given = block.body.blocks_of("content"), block.body.attributes.get("for_each")
        if not content or given is None:
            return
        elements = dict(filter(None, (_element(content[0].body, block.labels[0], each) for each in told)))
        for found in references(_sight(level, given)) if elements else ():
            for layout, of in self.origins.objects(found.value()):
                yield tuple(edit.element(layout, of, key, value) for key, value in elements.items())
        scalars = [value for each in told for value in each.values() if isinstance(value, str)]
        yield from self._each(level, block, (*((elements,) if elements else ()), *scalars, True))


def _keys(block: Mapping[str, Evaluated]) -> frozenset[str]:
    """The attributes that are keys of a table, or of an index."""
    found = (block.get(name) for name in ("hash_key", "range_key"))
    return frozenset(each.content for each in found if each is not None and isinstance(each.content, str))


def _keys_besides(table: Level, left_out: Level) -> frozenset[str]:
    """The attributes that are keys of the table, or of any index but one."""
    blocks = (table.written.get(name) for name in ("global_secondary_index", "local_secondary_index"))
    standing = (each.content for block in blocks if block is not None for each in values.items(block))
    indexes = [each for each in standing if isinstance(each, Mapping) and each is not left_out.written]
    return frozenset().union(*map(_keys, (table.written, *indexes)))


def _sight(level: Level, argument: Argument) -> Sight:
    instance = level.instance
    return Sight(argument.expression, instance.scope, argument.source, instance.module, level.bindings)


def _body(layout: Layout, level: Level) -> Body | None:
    block = layout.block_at(level.block.offset)
    if block is None:
        return None
    return block.body.blocks_of("content")[0].body if level.dynamic else block.body


def _pool(target: Value, live: Resource) -> tuple[Value, ...]:
    """The values to try where an argument is worked out of something: its own, none, other texts of the resource."""
    if not isinstance(target, bool):
        return (target,) if target is None else (target, None)
    texts = tuple(value for name, value in live.values.items() if isinstance(value, str) and name.endswith("_type"))
    return (target, None, *texts)


def _at(live: Mapping[str, Value], path: Iterable[Step]) -> Value:
    """The live value at a path."""
    found: Value = live
    for step in path:
        for name in (step.name, step.key):
            if name is not None:
                found = found.get(name) if isinstance(found, Mapping) else None
    return found


def worth_telling(known: Attribute, value: Value) -> Mapping[str, Value]:
    """What is worth writing of a live block: what is required, and what is not what the provider takes anyway.

    Blocks inside it are tuples of mappings.
    """
    if not isinstance(value, Mapping):
        return {}
    found: dict[str, Value] = {}
    for child in known.children:
        actual = value.get(child.name)
        if child.shape in _BLOCKS:
            many = actual.values() if child.shape is Shape.BLOCKS and isinstance(actual, Mapping) else (actual,)
            if inner := tuple(filter(None, (worth_telling(child, each) for each in many))):
                found[child.name] = inner
        elif not child.compared or actual is None or isinstance(actual, Unknown | NotApplicable):
            continue
        elif child.required or actual is False or (actual != child.default and actual not in ("", 0, (), {})):
            found[child.name] = actual
    return found


def _element(content: Body, iterator: str, told: Mapping[str, Value]) -> tuple[str, Value] | None:
    """The element of a map for which a dynamic block says this: its content read backwards."""
    key, whole = "", None
    element: dict[str, Value] = {}
    for name, argument in content.attributes.items():
        match argument.expression:
            case GetAttr(subject=Variable(name=named), name="key") if named == iterator and name in told:
                key = str(told[name])
            case GetAttr(subject=Variable(name=named), name="value") if named == iterator and name in told:
                whole = told[name]
            case GetAttr(subject=GetAttr(subject=Variable(name=named), name="value"), name=inner):
                if named == iterator and name in told:
                    element[inner] = told[name]
    return (key, element if whole is None else whole) if key else None


def _frozen(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value  # type: ignore[return-value]  # what JSON has besides is known
