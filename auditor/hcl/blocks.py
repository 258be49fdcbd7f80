"""Bodies of resources and data sources by their schema: attributes, nested and dynamic blocks, what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block, Body, Literal, Variable
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.diagnostics import Diagnostics
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.expansion import Plan, Plans, RepetitionScope
from auditor.hcl.provenance import Provenance
from auditor.hcl.schema import NestedBlock, Schema
from auditor.hcl.scope import UNBOUND, Bindings, Scope
from auditor.hcl.types import ListType, SetType, Type
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

META_ARGUMENTS: Final = frozenset({"count", "for_each", "provider", "depends_on"})
META_BLOCKS: Final = frozenset({"lifecycle", "provisioner", "connection"})
WRITE_ONLY: Final = "_wo"
"""How the names of arguments end that Terraform hands to the provider and keeps nowhere: they are planned as null."""
_MAX_BLOCKS: Final = 10_000


class Decoder(Struct, frozen=True):
    """Evaluates bodies in one scope; an attribute without a value becomes unknown and is complained about."""

    scope: Scope
    diagnostics: Diagnostics
    plans: Plans = field(default_factory=Plans)
    """Of bodies met before, in which literals alone are settled."""

    def attribute(self, attribute: Attribute, type_: Type = types.DYNAMIC, bindings: Bindings = UNBOUND) -> Value:
        """The value of an attribute as the type, with the attribute as the last place of its origin."""
        try:
            value = convert(evaluate(attribute.expression, self.scope, attribute.source, bindings), type_)
        except EvaluationError as error:
            self.diagnostics.evaluation(error, attribute.source, attribute.offset)
            value = values.unknown(type_, values.not_evaluable(str(error)))
        except ConversionError as error:
            place = attribute.source.range_at(attribute.offset)
            detail = f'Inappropriate value for attribute "{attribute.name}": {error}.'
            self.diagnostics.error("Incorrect attribute value type", detail, place)
            value = values.unknown(type_, values.not_evaluable(detail))
        return value.handed_on(attribute.source, attribute.offset)

    def body(
        self,
        body: Body,
        schema: Schema | None,
        bindings: Bindings = UNBOUND,
        *,
        place: Provenance | None = None,
        top: bool = False,
    ) -> dict[str, Value]:
        """What is written in a body, by name: attributes, and sequences of objects for nested blocks.

        A required argument that is missing is unknown, and complained about at the `place` of the block. The `top` of
        a resource holds meta-arguments, which are not values.
        """
        repetition = self._repetition(bindings)
        plans = self.plans if repetition is None else repetition.plans
        key = id(body), 0 if repetition is None else id(bindings)
        plan = plans.of_bodies.get(key)
        if plan is None:
            found, plan = self._planned(body, schema, bindings, repetition, top=top)
            plans.of_bodies[key] = plan
        else:
            found = dict(plan.settled)
            for attribute in plan.open:
                found[attribute.name] = self._attribute(attribute, schema, bindings)
            for type_, blocks in plan.blocks.items():
                found[type_] = self._blocks(blocks, schema.blocks[type_] if schema else None, bindings)
        if schema is not None and place is not None:
            self._require(plan.wanting, found, schema, place)
        return found

    def _repetition(self, bindings: Bindings) -> RepetitionScope | None:
        """The scope of one of several instances, where all that is bound is bound alike in the others."""
        scope = self.scope
        return scope if bindings.shared and isinstance(scope, RepetitionScope) and scope.among_others else None

    def _planned(
        self, body: Body, schema: Schema | None, bindings: Bindings, repetition: RepetitionScope | None, *, top: bool
    ) -> tuple[dict[str, Value], Plan]:
        """What is written in a body met for the first time, and what this tells of the next time."""
        found: dict[str, Value] = {}
        open_: list[Attribute] = []
        for name, attribute in body.attributes.items():
            if top and name in META_ARGUMENTS:
                continue
            answers = repetition.answers if repetition is not None else -1
            found[name] = self._attribute(attribute, schema, bindings)
            alike = repetition is not None and repetition.answers == answers
            if not alike and not isinstance(attribute.expression, Literal):
                open_.append(attribute)
        open_blocks: dict[str, list[Block]] = {}
        for type_, blocks in _by_type(body, META_BLOCKS if top else frozenset()).items():
            nested = schema.blocks.get(type_) if schema else None
            if schema is not None and nested is None:
                continue
            answers = repetition.answers if repetition is not None else -1
            found[type_] = self._blocks(blocks, nested, bindings)
            if repetition is None or repetition.answers != answers:
                open_blocks[type_] = blocks
        settled = found | dict.fromkeys((*(attribute.name for attribute in open_), *open_blocks), values.NULL)
        required = schema.required if schema is not None else ()
        wanting = tuple(name for name in required if name not in settled or settled[name].is_null)
        return found, Plan(body, bindings, settled, tuple(open_), open_blocks, wanting)

    def _require(self, names: Iterable[str], found: dict[str, Value], schema: Schema, place: Provenance) -> None:
        for name in names:
            if name not in found or found[name].is_null:
                detail = f'The argument "{name}" is required, but no definition was found.'
                self.diagnostics.error("Missing required argument", detail, place.source.range_at(place.offset))
                found[name] = values.unknown(schema.attributes[name].type, values.not_evaluable(detail))

    def _attribute(self, attribute: Attribute, schema: Schema | None, bindings: Bindings) -> Value:
        known = schema.attributes.get(attribute.name) if schema else None
        if known is None and schema is not None and (nested := schema.blocks.get(attribute.name)) is not None:
            # Written as an attribute, as older code and JSON syntax may: the blocks as a sequence of objects.
            return self.attribute(attribute, nested.type, bindings)
        value = self.attribute(attribute, known.type if known else types.DYNAMIC, bindings)
        if attribute.name.endswith(WRITE_ONLY):
            return values.null(value.type, value.origin)
        if known is None or not isinstance(known.type, ListType | SetType) or not isinstance(value.content, tuple):
            return value
        if not any(item.is_null for item in value.content):
            return value
        detail = f'Null is not allowed inside of the attribute "{attribute.name}".'
        self.diagnostics.error("Null value found in list", detail, attribute.source.range_at(attribute.offset))
        return values.unknown(known.type, values.not_evaluable(detail), value.origin)

    def _blocks(self, blocks: list[Block], nested: NestedBlock | None, bindings: Bindings) -> Value:
        """All blocks of one type, in order of appearance; unknown as a whole where their number is."""
        schema = nested.schema if nested else None
        items: list[Value] = []
        first = blocks[0]
        origin = Provenance(first.source, first.offset)
        for block in blocks:
            place = Provenance(block.source, block.offset)
            if block.type != "dynamic":
                items.append(values.mapping(self.body(block.body, schema, bindings, place=place), place))
                continue
            try:
                for inner, content in self.repeated(block, bindings):
                    at = Provenance(content.source, content.offset)
                    items.append(values.mapping(self.body(content.body, schema, inner, place=at), place))
            except EvaluationError as error:
                self.diagnostics.evaluation(error, block.source, block.offset)
                return values.unknown(_type_of(nested), values.not_evaluable(str(error)), origin)
            except NumberUnknown as unknown:
                self._expand_only(unknown.content.body, unknown.bindings)
                return values.unknown(_type_of(nested), unknown.cause, origin)
        if nested is not None and nested.nesting == "single" and items:
            return items[-1]
        return values.sequence(items, origin)

    def _expand_only(self, body: Body, bindings: Bindings) -> None:
        """Complain of blocks inside of such as are unknown in number: Terraform evaluates no more of them."""
        for block in body.blocks:
            if block.type != "dynamic":
                self._expand_only(block.body, bindings)
                continue
            try:
                found = self._repeated(block, bindings)
            except NumberUnknown as unknown:
                found = [(unknown.bindings, unknown.content)]
            except EvaluationError as error:
                self.diagnostics.evaluation(error, block.source, block.offset)
                continue
            for inner, content in found:
                self._expand_only(content.body, inner)

    def repeated(self, block: Block, bindings: Bindings) -> list[tuple[Bindings, Block]]:
        """The bindings and the content of every block that a dynamic block stands for.

        Raises:
            EvaluationError: where it can't be told which blocks those are.
        """
        repetition = self._repetition(bindings)
        if repetition is None:
            return self._repeated(block, bindings)
        key = id(block), id(bindings)
        if (known := repetition.plans.of_dynamic.get(key)) is not None:
            return known
        answers = repetition.answers
        found = self._repeated(block, bindings)
        if repetition.answers == answers:
            found = [(inner.as_shared(), content) for inner, content in found]
            repetition.plans.of_dynamic[key] = found
        return found

    def _repeated(self, block: Block, bindings: Bindings) -> list[tuple[Bindings, Block]]:
        contents = block.body.blocks_of("content")
        given = block.body.attributes.get("for_each")
        if given is None or not contents:
            raise EvaluationError("Invalid dynamic block", "A dynamic block has for_each and one content block.")
        iterator = block.labels[0]
        if (said := block.body.attributes.get("iterator")) is not None and isinstance(said.expression, Variable):
            iterator = said.expression.name
        collection = evaluate(given.expression, self.scope, given.source, bindings)
        if isinstance(collection.content, Undecided):
            cause = collection.content.cause
            item = values.mapping(dict.fromkeys(("key", "value"), values.unknown(types.DYNAMIC, cause)))
            raise NumberUnknown(cause, bindings.with_names({iterator: item}), contents[0])
        place = Provenance(given.source, given.offset)
        if collection.is_null:
            raise EvaluationError("Invalid dynamic for_each value", "Cannot use a null value in for_each.", place)
        if not isinstance(collection.content, values.CONTAINERS):
            detail = (
                f"Cannot use a {types.friendly(collection.type)} value in for_each. An iterable collection is required."
            )
            raise EvaluationError("Invalid dynamic for_each value", detail, place)
        if len(collection.content) > _MAX_BLOCKS:
            raise EvaluationError("Too many blocks", f"A dynamic block makes at most {_MAX_BLOCKS:,} blocks here.")
        marks = collection.marks
        named = [(key.marked(marks), item.marked(marks)) for key, item in values.entries(collection)]
        return [
            (bindings.with_names({iterator: values.mapping({"key": key, "value": item})}), contents[0])
            for key, item in named
        ]


class NumberUnknown(Exception):
    """It is not known how many blocks there are."""

    def __init__(self, cause: Unknown, bindings: Bindings, content: Block) -> None:
        super().__init__(cause.detail)
        self.cause = cause
        self.bindings = bindings
        self.content = content


def _type_of(nested: NestedBlock | None) -> Type:
    return nested.type if nested else types.DYNAMIC


def _by_type(body: Body, left_out: frozenset[str]) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for block in body.blocks:
        if block.type == "dynamic" and block.labels:
            found.setdefault(block.labels[0], []).append(block)
        elif block.type not in left_out:
            found.setdefault(block.type, []).append(block)
    return found
