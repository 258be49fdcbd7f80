"""One instance of a resource or data source: what is written, and what references to it see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block, Literal, Tuple
from auditor.hcl.blocks import Decoder
from auditor.hcl.completion import completed, completed_attribute, completed_blocks, computed_by_aws, configured
from auditor.hcl.data_sources import Surrounding, read
from auditor.hcl.deferral import awaited
from auditor.hcl.errors import EvaluationError
from auditor.hcl.expansion import Expansion, Repetition, RepetitionScope
from auditor.hcl.hints import addressed
from auditor.hcl.looked_up import SOUGHT_BY, data_source, told
from auditor.hcl.memo import Memo
from auditor.hcl.provenance import Provenance
from auditor.hcl.providers import ProviderConfiguration, reference_text, tags_all, used_provider
from auditor.hcl.schema import Schema, data_schema, resource_schema
from auditor.hcl.scope import Scope
from auditor.hcl.types import Type
from auditor.hcl.values import Value
from auditor.model.facts import SourceRange
from auditor.model.values import Reason, Unknown

if TYPE_CHECKING:
    from auditor.hcl.module_instance import ModuleInstance

MANAGED: Final = "resource"
DATA: Final = "data"
EPHEMERAL: Final = "ephemeral"
PREFIXES: Final[Mapping[str, str]] = {MANAGED: "", DATA: "data.", EPHEMERAL: "ephemeral."}
"""How an address begins, by mode."""
SCHEMAS: Final[Mapping[str, Callable[[str], Schema | None]]] = {MANAGED: resource_schema, DATA: data_schema}


def protects(block: Block) -> bool:
    """Whether a resource's block says that Terraform must not destroy it."""
    said = (each.body.attributes.get("prevent_destroy") for each in block.body.blocks_of("lifecycle"))
    written = (one.expression for one in said if one is not None)
    return any(isinstance(one, Literal) and one.value is True for one in written)


class ResourceInstance:
    """A resource, a data source or an ephemeral resource, with its key."""

    def __init__(self, module: ModuleInstance, block: Block, expansion: Expansion, repetition: Repetition) -> None:
        """Stand for one repetition of a block in an instance of its module."""
        self.module = module
        self.block = block
        self.mode = block.type
        self.type, self.name = block.labels
        self.repetition = repetition
        self.address = f"{module.prefix}{PREFIXES[self.mode]}{self.type}.{self.name}{repetition.suffix}"
        self.schema: Schema | None = SCHEMAS[self.mode](self.type) if self.mode in SCHEMAS else None
        self.scope: Scope = RepetitionScope(module, expansion, repetition) if expansion.by else module
        self._decoder = Decoder(self.scope, module.context.diagnostics, module.context.plans)
        self._memo = Memo()

    @property
    def undetermined(self) -> Unknown | None:
        """Why it is not known whether, and how often, the resource exists."""
        own = self.repetition.undetermined
        return own if own is not None else self.module.undetermined

    @property
    def place(self) -> SourceRange:
        """Where the block stands."""
        return self.block.source.range_at(self.block.offset)

    @cached_property
    def provider(self) -> ProviderConfiguration | None:
        """The provider configuration it uses."""
        return self.module.provider(used_provider(self.block))

    @property
    def ignore_changes(self) -> tuple[str, ...]:
        """`lifecycle.ignore_changes` as written; `all` stands for everything."""
        found: list[str] = []
        for lifecycle in self.block.body.blocks_of("lifecycle"):
            attribute = lifecycle.body.attributes.get("ignore_changes")
            if attribute is not None:
                listed = attribute.expression
                found += [reference_text(item) for item in (listed.items if isinstance(listed, Tuple) else (listed,))]
        return tuple(found)

    @property
    def prevent_destroy(self) -> bool:
        """`lifecycle.prevent_destroy`; Terraform takes a literal only."""
        return protects(self.block)

    @property
    def replaced_with(self) -> tuple[str, ...]:
        """What `lifecycle.replace_triggered_by` names, keys evaluated; validation tells what names nothing."""
        said = (block.body.attributes.get("replace_triggered_by") for block in self.block.body.blocks_of("lifecycle"))
        listed = [one.expression for one in said if one is not None]
        found = []
        for item in (item for each in listed if isinstance(each, Tuple) for item in each.items):
            with suppress(EvaluationError):
                found.append(self.module.prefix + addressed(item, self.scope, self.block))
        return tuple(found)

    @property
    def written(self) -> Mapping[str, Value]:
        """What the block says, by name, as the schema's types; nothing is added."""
        place = Provenance(self.block.source, self.block.offset)
        return self._memo.once(
            "written", self.address, lambda: self._decoder.body(self.block.body, self.schema, place=place, top=True)
        )

    def whole(self) -> Value:
        """All attributes: written, by default, or unknown until AWS decides them."""
        return self._memo.once("whole", self.address, self._whole)

    def _whole(self) -> Value:
        if self.schema is None:
            return self._not_described("")
        planned = (
            configured(self.written, self.schema) if self._later else completed(self.written, self.schema, self.address)
        )
        return values.mapping({**planned, **self._decided(self.written)})

    def part(self, name: str) -> Value:
        """One attribute or all nested blocks of one type, without working out the others.

        Raises:
            EvaluationError: where the type has no such attribute.
        """
        return self._memo.once(("part", name), f"{self.address}.{name}", lambda: self._part(name))

    def _part(self, name: str) -> Value:
        attribute = self.block.body.attributes.get(name)
        if self.mode == DATA and (read := self._part_of_data(name, attribute)) is not None:
            return read
        if self.schema is None:
            asked = attribute if self.mode != EPHEMERAL else None
            return self._decoder.attribute(asked) if asked else self._not_described(f".{name}")
        reference = f"{self.address}.{name}"
        described = self.schema.attributes.get(name)
        if described is not None:
            if name == "tags_all" and self.mode == MANAGED:
                return self._decided_tags()["tags_all"]
            if name in self._built_in:
                return self._built_in[name]()
            if described.needs:
                return completed(self.written, self.schema, self.address)[name]
            written = self._decoder.attribute(attribute, described.type) if attribute else None
            return completed_attribute(written, described, reference)
        nested = self.schema.blocks.get(name)
        if nested is None:
            raise EvaluationError(
                "Unsupported attribute",
                f'This object has no argument, nested block, or exported attribute named "{name}".',
            )
        return completed_blocks(self.written.get(name), nested, reference)

    def _part_of_data(self, name: str, attribute: Attribute | None) -> Value | None:
        """What of a data source is told, not told yet, or not told at all; None where it is as it is written."""
        if attribute is None and name in (decided := self._decided(self.written)):
            return decided[name]
        schema = self.schema
        if schema is not None and self._later and (name in schema.attributes or name in schema.blocks):
            return configured(self.written, schema)[name]
        return None

    def _decided(self, written: Mapping[str, Value]) -> Mapping[str, Value]:
        """What is computed and can be told all the same; for a data source, why the rest can't."""
        if self.mode == MANAGED:
            return {**self._decided_tags(), **{name: told() for name, told in self._built_in.items()}}
        told = self._memo.once("told", self.address, lambda: self._told(written))
        unread = {
            name: self._unread(attribute.type, f"{self.address}.{name}")
            for name, attribute in (self.schema.attributes if self.schema else {}).items()
            if attribute.computed and (name not in written or written[name].is_null) and name not in told
        }
        blocks = {
            name: self._unread(block.type, f"{self.address}.{name}")
            for name, block in (self.schema.blocks if self.schema else {}).items()
            if block.computed and name not in told
        }
        return {**unread, **blocks, **told}

    def _told(self, written: Mapping[str, Value]) -> Mapping[str, Value]:
        provider = self.provider
        region = provider.region if provider and provider.region else self.module.context.region
        if self.type not in SOUGHT_BY:
            known = read(self.type, written, Surrounding(self.module.context.account, region, provider))
            waits_for = awaited(self.module, self.block) if known else ""
            return self._told_later(known, waits_for) if waits_for else known
        sought = data_source(self.type, written, provider, region)
        if sought is None or self._deferred or self.schema is None:
            return {}
        self.module.context.sought[sought] = None
        found = self.module.context.found.get(sought, {})
        if found is None:
            place, detail = self.place, f"AWS has no {self.type} {sought.sought}, so that terraform plan fails."
            self.module.context.diagnostics.error("Nothing found by a data source", detail, place)
            found = values.not_evaluable(detail)
        return told(found, self.schema, self.address, provider, Provenance(self.block.source, self.block.offset))

    def _told_later(self, known: Mapping[str, Value], waits_for: str) -> Mapping[str, Value]:
        """Computed values that the plan does not know yet, with their text: they will be the same after apply."""
        described = self.schema.attributes if self.schema else {}
        return {
            name: self._pending(name, value, waits_for)
            for name, value in known.items()
            if name in described and described[name].computed
        }

    def _pending(self, name: str, value: Value, waits_for: str) -> Value:
        if not value.is_known:
            return value
        detail = f"{self.address} is read after {waits_for} is created"
        cause = Unknown(Reason.NOT_EVALUABLE, detail, (f"{self.address}.{name}",))
        text = value.content if isinstance(value.content, str) else ""
        return values.unknown(value.type, cause, value.origin, not_null=True).told(text).marked(value.marks)

    @cached_property
    def _later(self) -> bool:
        """Whether this is a data source that Terraform reads at apply, because it waits for a value or a resource."""
        if self.mode != DATA:
            return False
        return not all(map(values.is_wholly_known, self.written.values())) or bool(awaited(self.module, self.block))

    @property
    def _deferred(self) -> bool:
        """Whether Terraform may read the data source at apply only, because it, or its module, waits for others."""
        module: ModuleInstance | None = self.module
        waiting = [self.block]
        while module is not None and module.called is not None:
            waiting.append(module.called.block)
            module = module.called.by
        return any("depends_on" in block.body.attributes for block in waiting)

    def _decided_tags(self) -> Mapping[str, Value]:
        if self.schema is None or "tags_all" not in self.schema.attributes:
            return {}
        attribute = self.block.body.attributes.get("tags")
        tags = self._decoder.attribute(attribute, self.schema.attributes["tags"].type) if attribute else None
        return {"tags_all": tags_all(tags, self.provider, f"{self.address}.tags_all")}

    @property
    def _built_in(self) -> Mapping[str, Callable[[], Value]]:
        """What the built-in provider of `terraform_data` tells: an id that is there, and an output like the input."""
        return {"id": self._identity, "output": self._echo} if self.type == "terraform_data" else {}

    def _identity(self) -> Value:
        return values.refined_not_null(computed_by_aws(types.STRING, f"{self.address}.id"))

    def _echo(self) -> Value:
        attribute = self.block.body.attributes.get("input")
        given = self._decoder.attribute(attribute) if attribute is not None else values.NULL
        return values.null() if given.is_null else computed_by_aws(given.type, f"{self.address}.output")

    def _not_described(self, name: str) -> Value:
        reference = f"{self.address}{name}"
        if self.mode == DATA:
            return self._unread(types.DYNAMIC, reference)
        if self.mode == EPHEMERAL:
            return self._unread(types.DYNAMIC, reference).marked(frozenset({values.EPHEMERAL}))
        return computed_by_aws(types.DYNAMIC, reference)

    def _unread(self, type_: Type, reference: str) -> Value:
        detail = f"{reference} is read from AWS by Terraform; the code alone does not tell it"
        return values.unknown(type_, Unknown(Reason.NOT_EVALUABLE, detail, (reference,)))
