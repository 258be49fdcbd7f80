"""Provider configurations: which one a resource uses, and what of it decides values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from msgspec import Struct, field

from auditor.hcl import types, values
from auditor.hcl.ast import AmbiguousKey, Block, Expression, GetAttr, Index, Literal, Object, Variable
from auditor.hcl.completion import computed_by_aws
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.values import Undecided, Value
from auditor.model.facts import SourceRange

ProviderKey = tuple[str, str]
"""Local name and alias (empty for the default configuration)."""

_TAGS = types.MapType(types.STRING)


class ProviderConfiguration(Struct, frozen=True, dict=True):
    """A `provider` block with its values; nested blocks are sequences of objects."""

    name: str
    alias: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    place: SourceRange | None = None

    @property
    def region(self) -> Value | None:
        """The Region that is configured."""
        return self.values.get("region")

    @cached_property
    def default_tags(self) -> Value:
        """`default_tags.tags`, a map of strings."""
        return self._of_block("default_tags", "tags", _TAGS)

    def ignores_tag(self, key: str) -> bool:
        """Whether `ignore_tags` names the key."""
        keys, prefixes = self._ignored
        return key in keys or key.startswith(prefixes)

    @cached_property
    def _ignored(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The keys and the prefixes of keys that `ignore_tags` names."""
        keys, prefixes = (
            self._of_block("ignore_tags", name, types.SetType(types.STRING)) for name in ("keys", "key_prefixes")
        )
        return (
            frozenset(str(item.content) for item in values.items(keys)),
            tuple(str(item.content) for item in values.items(prefixes)),
        )

    def _of_block(self, block: str, name: str, type_: types.Type) -> Value:
        found = self.values.get(block)
        if found is not None and isinstance(found.content, Undecided):
            return values.unknown(type_, found.content.cause)
        for item in values.items(found) if found is not None else ():
            if isinstance(item.content, Mapping) and name in item.content:
                try:
                    return convert(item.content[name], type_)
                except ConversionError as error:
                    return values.unknown(type_, values.not_evaluable(str(error)))
        return values.null(type_)


def provider_key(expression: Expression) -> ProviderKey | None:
    """What `aws` or `aws.west` names."""
    if isinstance(expression, AmbiguousKey):
        return provider_key(expression.written)
    if isinstance(expression, Variable):
        return expression.name, ""
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        name, _, alias = expression.value.partition(".")
        return name, alias
    if isinstance(expression, GetAttr) and isinstance(expression.subject, Variable):
        return expression.subject.name, expression.name
    return None


def passed_providers(call: Block) -> Mapping[ProviderKey, ProviderKey]:
    """`providers` of a module call: configurations inside by those outside."""
    attribute = call.body.attributes.get("providers")
    if attribute is None or not isinstance(attribute.expression, Object):
        return {}
    pairs = ((provider_key(inside), provider_key(outside)) for inside, outside in attribute.expression.items)
    return {inside: outside for inside, outside in pairs if inside is not None and outside is not None}


def used_provider(block: Block) -> ProviderKey:
    """The configuration that a resource names, or the default one of the provider its type begins with."""
    attribute = block.body.attributes.get("provider")
    named = provider_key(attribute.expression) if attribute else None
    return named or (block.labels[0].partition("_")[0], "")


def reference_text(expression: Expression) -> str:
    """A reference as it is written: `tags["x"]`, `global_secondary_index[0].hash_key`."""
    if isinstance(expression, Variable):
        return expression.name
    if isinstance(expression, GetAttr):
        return f"{reference_text(expression.subject)}.{expression.name}"
    if isinstance(expression, Index) and isinstance(expression.key, Literal):
        key = expression.key.value
        text = f'"{key}"' if isinstance(key, str) else str(key)
        return f"{reference_text(expression.subject)}[{text}]"
    return str(expression.value) if isinstance(expression, Literal) else ""


def tags_all(tags: Value | None, configuration: ProviderConfiguration | None, reference: str) -> Value:
    """Default tags of the provider overridden by a resource's own.

    Unknown as a whole where one of them is, where there are none, and where a text of the resource's own tags, or of
    tags that are the provider's alone, is empty; elsewhere the provider plans an empty text as unknown by itself.
    """
    default = configuration.default_tags if configuration else values.null(_TAGS)
    given: list[Mapping[str, Value]] = []
    marks = values.UNMARKED
    for part in (default, tags):
        content = part.content if part is not None else None
        marks |= part.marks if part is not None and content is not None else values.UNMARKED
        if isinstance(content, Undecided):
            return values.unknown(_TAGS, content.cause).marked(marks)
        tagged = content if isinstance(content, Mapping) else {}
        given.append({key: item for key, item in tagged.items() if not item.is_null})
    merged = {**given[0], **given[1]}
    causes = [cause for item in merged.values() for cause in values.causes_of(item)]
    if causes:
        return values.unknown(_TAGS, values.merged(causes)).marked(marks)
    kept = {key: item for key, item in merged.items() if not (configuration and configuration.ignores_tag(key))}
    decisive = given[1] or kept
    if not kept or any(item.content == "" for item in decisive.values()):
        return computed_by_aws(_TAGS, reference).marked(marks if kept else values.UNMARKED)
    for key, item in kept.items():
        if item.content == "":
            kept[key] = computed_by_aws(types.STRING, f'{reference}["{key}"]')
    return values.map_of(types.STRING, kept).marked(marks)
