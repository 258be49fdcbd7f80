"""The declared side: evaluated code as resources of the model, set blocks keyed by identity, values with origins.

Facts of a declared resource: `default_tags` (map), `ignored_tags` and `ignored_tag_prefixes` (tuples) of its provider;
`prevent_destroy` (True) and `replaced_with` (what `replace_triggered_by` names) where its lifecycle says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.hcl import Configuration, DeclaredResource, ProviderConfiguration, plan_shape
from auditor.hcl.plain_values import plain
from auditor.hcl.provenance import Provenance
from auditor.hcl.provider_version import REGION
from auditor.hcl.values import MAPPINGS, Undecided
from auditor.hcl.values import Value as Evaluated
from auditor.model.facts import Identity, Origin, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import REFERENCE, Reason, Unknown, Value

_TUPLES: Final = (Shape.SET, Shape.LIST)
_AS_THEY_ARE: Final = frozenset({str, bool, int})
"""Contents that the model holds as they are, whatever the shape; most of all that is written."""


def declared(configuration: Configuration, kinds: Iterable[Kind], *, account: str, region: str) -> tuple[Resource, ...]:
    """All declared resources, in the order of the code; those of other kinds with their values as written.

    `account` and `region` are the environment's; a provider configuration with a Region of its own goes before.
    """
    by_type = {kind.type: kind for kind in kinds}
    providers: dict[int, Mapping[str, Value]] = {}
    return tuple(
        _resource(
            resource,
            by_type.get(resource.type),
            (account, region),
            _tagging(resource.provider, providers),
            configuration.refused.get(resource.address, ()),
        )
        for resource in configuration.resources
    )


def names(resources: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
    """The known names of declared resources by kind, as a scope takes them; a kind without a known name is empty."""
    found: dict[str, list[str]] = {}
    for resource in resources:
        known = found.setdefault(resource.kind, [])
        if isinstance(resource.identity.name, str):
            known.append(resource.identity.name)
    return {kind: tuple(sorted(set(known))) for kind, known in sorted(found.items())}


def not_examined(resources: Iterable[Resource], kinds: Iterable[Kind]) -> tuple[tuple[str, str], ...]:
    """The addresses of declared resources that the auditor does not read, each with the reason."""
    types = {kind.type for kind in kinds}
    return tuple(
        (resource.address, f"resources of type {resource.kind} are not read")
        for resource in resources
        if resource.kind not in types
    )


def _resource(
    resource: DeclaredResource,
    kind: Kind | None,
    place: tuple[str, str],
    tagging: Mapping[str, Value],
    refused: tuple[str, ...],
) -> Resource:
    account, region = place
    reading = _Reading()
    values = reading.resource(kind, resource.written)
    written_region = resource.written.get(REGION) if kind is not None else None
    provider_region = resource.provider.region if resource.provider is not None else None
    told = written_region if written_region is not None and not written_region.is_null else provider_region
    given = plain(told) if told is not None else None
    own = given if isinstance(given, str) else region
    undetermined = given if isinstance(given, Unknown) and told is written_region else None
    return Resource(
        side=Side.DECLARED,
        kind=resource.type,
        identity=Identity(account, own, _name(kind, values, resource, own)),
        values=values,
        address=resource.address,
        origins=_Origins(kind, resource.written),
        place=resource.place,
        sensitive=frozenset((*reading.sensitive, *_sensitive_default_tags(resource.provider))),
        ignored=resource.ignore_changes,
        refused=refused,
        undetermined=undetermined if resource.undetermined is None else resource.undetermined,
        facts={**tagging, **lifecycle} if (lifecycle := dict(_lifecycle(resource))) else tagging,
    )


def _lifecycle(resource: DeclaredResource) -> Iterator[tuple[str, Value]]:
    if resource.prevent_destroy:
        yield "prevent_destroy", True
    if resource.replaced_with:
        yield "replaced_with", resource.replaced_with


def _name(kind: Kind | None, values: Mapping[str, Value], resource: DeclaredResource, region: str) -> str | Unknown:
    """What AWS knows the resource by; the name of one that AWS names is a reference to it."""
    name = kind.name(values, region) if kind is not None else values.get("name")
    if isinstance(name, str | Unknown):
        return name
    reference = f"{resource.address}.{kind.identity if kind is not None else 'name'}"
    return Unknown(Reason.COMPUTED_BY_AWS, f"{reference} is known only after the resource is created", (reference,))


def _tagging(provider: ProviderConfiguration | None, known: dict[int, Mapping[str, Value]]) -> Mapping[str, Value]:
    """The provider's settings about tags, worked out once for each configuration."""
    if provider is None:
        return {}
    if id(provider) not in known:
        defaults = plain(provider.default_tags)
        settings = provider.values.get("ignore_tags")
        blocks = plain(settings) if settings is not None else ()
        block = blocks[0] if isinstance(blocks, tuple) and blocks else {}
        ignored = block if isinstance(block, Mapping) else {}
        known[id(provider)] = {
            "default_tags": {} if defaults is None else defaults,
            "ignored_tags": ignored.get("keys") or (),
            "ignored_tag_prefixes": ignored.get("key_prefixes") or (),
        }
    return known[id(provider)]


def _sensitive_default_tags(provider: ProviderConfiguration | None) -> Iterator[str]:
    """The paths of the provider's tags that are marked sensitive."""
    if provider is None:
        return
    tags = provider.default_tags
    if isinstance(tags.content, MAPPINGS):
        yield from (f'tags["{key}"]' for key, tag in tags.content.items() if tag.sensitive or tags.sensitive)


class _Reading(Struct):
    """One resource's values, by keyed path what of them is sensitive, and where they come from if that is wanted."""

    provenances: dict[str, Provenance] | None = None
    sensitive: list[str] = field(default_factory=list)

    def resource(self, kind: Kind | None, written: Mapping[str, Evaluated]) -> dict[str, Value]:
        """All of a resource; of an unknown kind as it is written."""
        if kind is None:
            return {name: self.any_value(value, name) for name, value in written.items()}
        return self.attributes(kind.attributes, written)

    def attributes(
        self, attributes: Iterable[Attribute], written: Mapping[str, Evaluated], prefix: str = ""
    ) -> dict[str, Value]:
        """The written attributes, in the kind's order; null is left out."""
        found: dict[str, Value] = {}
        noting = self.provenances is not None
        for attribute in attributes:
            value = written.get(attribute.name)
            if value is None or value.content is None:
                continue
            if type(value.content) in _AS_THEY_ARE:
                if noting or value.marks:
                    self._noted(value, prefix + attribute.name)
                found[attribute.name] = value.content  # type: ignore[assignment]  # one of the three
                continue
            read = self._attribute(attribute, value, prefix + attribute.name)
            if read is not None:
                found[attribute.name] = read
        return found

    def any_value(self, value: Evaluated, path: str) -> Value:
        """A value as it is written."""
        self._noted(value, path)
        content = value.content
        if isinstance(content, Undecided):
            # A text without a reference is what the value is after apply: plan does not know it before, and we do.
            whole = content.text and REFERENCE[0] not in content.text
            return content.text if whole else _cause(content)
        return plain(value)

    def _attribute(self, attribute: Attribute, value: Evaluated, path: str) -> Value:
        content = value.content
        match attribute.shape:
            case _ if isinstance(content, Undecided):
                return self.any_value(value, path)
            case Shape.BLOCK if isinstance(content, tuple):
                return self._block(attribute, content[0], path) if content else None
            case Shape.BLOCK:
                return self._block(attribute, value, path)
            case Shape.BLOCKS if isinstance(content, tuple):
                self._noted(value, path)
                return self._keyed(attribute, content, path)
            case Shape.MAP if isinstance(content, MAPPINGS):
                self._noted(value, path)
                return dict(self._entries(content, path))
            case shape if shape in _TUPLES and isinstance(content, tuple):
                items = [self.any_value(item, path) for item in content]
                return tuple(items if shape is Shape.LIST else sorted(items, key=str))
            case _:
                return self.any_value(value, path)

    def _noted(self, value: Evaluated, path: str) -> None:
        if self.provenances is not None and value.origin is not None:
            self.provenances[path] = value.origin
        if value.marks and value.sensitive:
            self.sensitive.append(path)

    def _entries(self, content: Mapping[str, Evaluated], path: str) -> Iterator[tuple[str, Value]]:
        for key in sorted(content):
            if content[key].content is not None:
                yield key, self.any_value(content[key], f'{path}["{key}"]')

    def _block(self, attribute: Attribute, block: Evaluated, path: str) -> Value:
        self._noted(block, path)
        content = block.content
        if isinstance(content, Undecided):
            return _cause(content)
        if not isinstance(content, MAPPINGS):
            return None
        return self.attributes(attribute.children, content, f"{path}.")

    def _keyed(self, attribute: Attribute, blocks: tuple[Evaluated, ...], path: str) -> Value:
        """The blocks by identity; a set in which one identity is unknown, or not unique, is unknown as a whole."""
        found: dict[str, Value] = {}
        for block in blocks:
            content = block.content
            identity = content.get(attribute.identity) if isinstance(content, MAPPINGS) else block
            key = identity.content if identity is not None else None
            if isinstance(key, Undecided):
                return _cause(key)
            if isinstance(key, str) and key in found:
                return Unknown(Reason.NOT_SUPPORTED, f"two blocks {path} have the same {attribute.identity}")
            if isinstance(key, str):
                found[key] = self._block(attribute, block, f'{path}["{key}"]')
        return found


def _cause(content: Undecided) -> Unknown:
    """Why it is unknown; what was made out of a reference is not that reference any more."""
    if content.text:
        return replace(content.cause, reason=Reason.NOT_EVALUABLE, text=content.text)
    if content.not_null and content.cause.reason is Reason.COMPUTED_BY_AWS:
        return replace(content.cause, reason=Reason.NOT_EVALUABLE)
    return content.cause


class _Origins(Mapping[str, Origin]):
    """Origins by path, looked for when they are asked for: of most resources nobody asks."""

    def __init__(self, kind: Kind | None, written: Mapping[str, Evaluated]) -> None:
        self._kind = kind
        self._written = written

    @cached_property
    def _provenances(self) -> Mapping[str, Provenance]:
        found: dict[str, Provenance] = {}
        _Reading(found).resource(self._kind, self._written)
        return found

    def __getitem__(self, path: str) -> Origin:
        return plan_shape.written(self._provenances[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self._provenances)

    def __len__(self) -> int:
        return len(self._provenances)
