"""Tags compare as maps, key by key: the resource's over the provider's defaults, without those that AWS makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.compare.overrides import LeftOut
from auditor.model.drift import Drift, Plan, Reality, Risk
from auditor.model.facts import Fact, Resource
from auditor.model.values import Truth, Value, equal


@dataclass(slots=True)
class TagDrifts:
    """The drifts of one resource's tags, and which of `tags` and `tags_all` plan would change."""

    drifts: list[Drift] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


def compare_tags(declared: Resource, live: Resource, left_out: LeftOut) -> TagDrifts:
    """Compare the tags of both sides.

    The declared resource's facts tell the provider's settings: `default_tags` (a map), `ignored_tags` and
    `ignored_tag_prefixes` (tuples of its `ignore_tags`).
    """
    found = TagDrifts()
    own, defaults, actual = (
        {} if tags is None else tags
        for tags in (declared.values.get("tags"), declared.facts.get("default_tags"), live.values.get("tags"))
    )
    maps = [tags for tags in (own, defaults, actual) if isinstance(tags, Mapping)]
    if len(maps) < 3:  # noqa: PLR2004 - all three
        _undetermined(found, declared, live)
        return found
    own, defaults, actual = ({key: value for key, value in tags.items() if value is not None} for tags in maps)
    if left_out.covers("tags"):
        own = {key: value for key, value in actual.items() if defaults.get(key) != value}
    settings = _Settings.of(declared)
    wanted = {**defaults, **own}
    for key in sorted(wanted.keys() | actual.keys()):
        path = f'tags["{key}"]'
        if settings.leaves_out(key):
            if key in own:
                _add(found, path, declared, live, key, wanted, actual, Plan.UPDATE, Risk.NEVER_CONVERGES, ("tags",))
            continue
        differs = _differs(wanted, actual, key)
        if key.startswith("aws:"):
            both = ("tags", "tags_all")
            _add(found, path, declared, live, key, wanted, actual, Plan.UPDATE, Risk.NEVER_CONVERGES, both)
        elif differs is not Truth.FALSE and not (left_out.covers(path) and not left_out.covers("tags")):
            plan = Plan.UPDATE if differs is Truth.TRUE else Plan.UNDETERMINED
            changed = ("tags", "tags_all") if key in own or key in actual else ("tags_all",)
            _add(found, path, declared, live, key, wanted, actual, plan, None, changed)
    return found


def _differs(wanted: Mapping[str, Value], actual: Mapping[str, Value], key: str) -> Truth:
    if key in wanted and key in actual:
        return ~equal(wanted[key], actual[key])
    return Truth.TRUE


@dataclass(frozen=True, slots=True)
class _Settings:
    """The provider's `ignore_tags`."""

    keys: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, declared: Resource) -> _Settings:
        keys, prefixes = (declared.facts.get(name) for name in ("ignored_tags", "ignored_tag_prefixes"))
        return cls(
            frozenset(map(str, keys if isinstance(keys, tuple) else ())),
            tuple(map(str, prefixes if isinstance(prefixes, tuple) else ())),
        )

    def leaves_out(self, key: str) -> bool:
        return key in self.keys or key.startswith(self.prefixes)


def _add(
    found: TagDrifts,
    path: str,
    declared: Resource,
    live: Resource,
    key: str,
    wanted: Mapping[str, Value],
    actual: Mapping[str, Value],
    plan: Plan,
    risk: Risk | None,
    changed: tuple[str, ...],
) -> None:
    reality = Reality.UNDETERMINED if plan is Plan.UNDETERMINED else Reality.DIFFERENT
    if risk is not None:
        reality = Reality.EQUAL
    found.drifts.append(
        Drift(
            path=path,
            plan=plan,
            reality=reality,
            declared=Fact(wanted.get(key), declared.origin(path), path in declared.sensitive),
            live=Fact(actual.get(key), live.origin("tags")),
            risk=risk,
            note="the provider never stores this tag, so that every plan changes it again" if risk else "",
        )
    )
    if plan is Plan.UPDATE:
        found.changed.update(changed)


def _undetermined(found: TagDrifts, declared: Resource, live: Resource) -> None:
    found.drifts.append(
        Drift(
            path="tags",
            plan=Plan.UNDETERMINED,
            reality=Reality.UNDETERMINED,
            declared=Fact(declared.values.get("tags"), declared.origin("tags")),
            live=Fact(live.values.get("tags"), live.origin("tags")),
        )
    )
