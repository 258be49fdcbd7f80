"""References bound to reality: what AWS decided for a declared resource, through the live one that it manages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from auditor.compare.binding import Uses, Witnesses, likeness, name_in, uses_of
from auditor.model.answers import Scope
from auditor.model.facts import Identity, Resource
from auditor.model.kind import Kind
from auditor.model.values import REFERENCE, Reason, Unknown, Value

_ARNS: Final[Mapping[str, str]] = {
    "aws_dynamodb_table": "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    "aws_kms_alias": "arn:{partition}:kms:{region}:{account}:{name}",
    "aws_cloudwatch_metric_alarm": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
    "aws_sns_topic": "arn:{partition}:sns:{region}:{account}:{name}",
}
"""ARNs that follow from a resource's name."""

_PLAIN: Final = frozenset({str, int, bool, type(None)})

Live = Mapping[tuple[str, str], Resource]
"""Live resources by kind and name."""


class References:
    """Resolves references of declared values."""

    def __init__(
        self,
        declared: Iterable[Resource],
        live: Live,
        kinds: Mapping[str, Kind],
        scope: Scope,
        managed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._declared = {resource.address: resource for resource in declared}
        self._live = live
        self._kinds = kinds
        self._scope = scope
        self._managed = managed
        """By address: the name under which a state has the resource."""
        self._found: dict[str, Resource | None] = {}
        self._told: dict[str, str | Unknown] = {}
        """By address: what the witnesses say of a name that AWS made; a doubt where they do not agree."""

    @cached_property
    def _uses(self) -> Uses:
        return uses_of(self._declared.values())

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """The ARNs of keys by those of the aliases that point to them."""
        pairs = ((found.facts.get("arn"), found.facts.get("target_key_arn")) for found in self._live.values())
        return {alias: key for alias, key in pairs if isinstance(alias, str) and isinstance(key, str)}

    def live_of(self, declared: Resource) -> Resource | None:
        """The live resource that a declared one manages; None where there is none, or where it can't be told."""
        if declared.address not in self._found:
            self._found[declared.address] = None  # for the time of looking: resources may refer to one another
            self._found[declared.address] = self._look_up(declared)
        return self._found[declared.address]

    def is_live(self, kind: Kind, name: str) -> bool:
        """Whether AWS has a resource of this name."""
        return (kind.type, name) in self._live

    def _look_up(self, declared: Resource) -> Resource | None:
        name = self.name_of(declared)
        known = self._managed.get(declared.address)
        there = None if known is None else self._live.get((declared.kind, known))
        if there is not None:
            return there
        if isinstance(name, str):
            return self._live.get((declared.kind, name))
        kind = self._kinds.get(declared.kind)
        if kind is None or not kind.pointed_at_by or name.reason is not Reason.COMPUTED_BY_AWS:
            return None
        witnesses = self._witnesses(declared, kind)
        found = witnesses.found()
        if found is None and witnesses:
            self._told[declared.address] = replace(name, detail=witnesses.doubt(declared.address))
        elif found is not None:
            self._told[declared.address] = found
        return None if found is None else self._live.get((declared.kind, found))

    def _witnesses(self, declared: Resource, kind: Kind) -> Witnesses:
        pointing: dict[str, str] = {}
        used: dict[str, str] = {}
        leading = dict(kind.pointed_at_by)
        for other, path in self._uses.get(declared.address, ()):
            live = self.live_of(other)
            target = name_in(live, path) if live is not None else None
            if target is not None and leading.get(other.kind) == path[0]:
                pointing[str(other.identity.name)] = target
            elif target is not None:
                used[str(other.identity.name)] = target
        candidates = {name: self._live.get((declared.kind, name)) for name in (*pointing.values(), *used.values())}
        alike = {name: likeness(declared, live, kind) for name, live in candidates.items() if live is not None}
        return Witnesses(pointing, used, alike)

    def name_of(self, declared: Resource) -> str | Unknown:
        """The name in AWS, with references bound."""
        if isinstance(declared.identity.name, str):
            return declared.identity.name
        if declared.address in self._told:
            return self._told[declared.address]
        kind = self._kinds.get(declared.kind)
        if kind is None:
            return declared.identity.name
        bound = {part: self.bound(declared.values.get(part)) for part in kind.identity.split("/")}
        name = kind.name(bound, declared.identity.region)
        return name if isinstance(name, str) and name else declared.identity.name

    def declared_by_companions(self, declared: Resource) -> frozenset[str]:
        """The attributes that the resource itself leaves out, because resources of their own declare them."""
        kind = self._kinds.get(declared.kind)
        name = self.name_of(declared) if (live := self.live_of(declared)) is None else live.identity.name
        return frozenset(
            attribute
            for companion, pointing, attribute in (kind.companions if kind is not None else ())
            if declared.values.get(attribute) is None
            and any(
                _refers(other.values.get(pointing), declared.address) or self.name_of(other) == name
                for other in self._declared.values()
                if other.kind == companion
            )
        )

    def bound(self, value: Value) -> Value:
        """A value with each Unknown replaced that is nothing but one reference that can be resolved."""
        if type(value) in _PLAIN:
            return value
        if type(value) is dict or isinstance(value, Mapping):  # the first is quicker, and nearly always enough
            return self.all_bound(value)
        if isinstance(value, Unknown):
            if value.text:
                return self._filled(value)
            if value.reason is Reason.COMPUTED_BY_AWS and len(value.references) == 1:
                return self._resolved(value.references[0], value)
            return value
        if isinstance(value, tuple) and any(isinstance(item, Unknown) for item in value):
            items = [self.bound(item) for item in value]
            texts = [item for item in items if isinstance(item, str)]
            return (*sorted(texts), *(item for item in items if not isinstance(item, str)))
        return value

    def all_bound(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """The values, each bound; the same mapping where there is nothing to resolve, as nearly everywhere."""
        if _PLAIN.issuperset(map(type, values.values())):
            return values
        found: dict[str, Value] = {}
        for name, value in values.items():
            if type(value) not in _PLAIN and (resolved := self.bound(value)) is not value:
                found[name] = resolved
        return {**values, **found} if found else values

    def _filled(self, unknown: Unknown) -> Value:
        """A text with its references resolved; unknown where one of them is not known as text."""
        first, *rest = unknown.text.split(REFERENCE[0])
        filled = [first]
        for part in rest:
            reference, _, following = part.partition(REFERENCE[1])
            # Inside JSON the quotes of an index are escaped.
            found = self._resolved(reference.replace('\\"', '"'), unknown)
            if not isinstance(found, str):
                return unknown
            filled += [found, following]
        return "".join(filled)

    def _resolved(self, reference: str, unknown: Unknown) -> Value:
        address, _, attribute = reference.rpartition(".")
        declared = self._declared.get(address)
        if declared is None:
            return unknown
        live = self.live_of(declared)
        if live is not None:
            found = live.values.get(attribute, live.facts.get(attribute))
            if found is not None:
                return found
        if attribute == "arn" and declared.kind in _ARNS and isinstance(name := self.name_of(declared), str):
            return self._arn(declared.kind, declared.identity, name)
        doubt = self._told.get(address)
        return replace(unknown, detail=doubt.detail) if isinstance(doubt, Unknown) else unknown

    def _arn(self, kind: str, identity: Identity, name: str) -> str:
        return _ARNS[kind].format(
            partition=self._scope.partition,
            region=identity.region or self._scope.region,
            account=identity.account or self._scope.account,
            name=name,
        )


def _refers(value: Value, address: str) -> bool:
    """Whether a value is an attribute of the resource at an address."""
    return isinstance(value, Unknown) and any(reference.rpartition(".")[0] == address for reference in value.references)
