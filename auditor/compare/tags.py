"""Tags compare as maps, key by key: the resource's over the provider's defaults, without those that AWS makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from auditor.compare.overrides import LeftOut
from auditor.model.drift import Drift, Plan, Reality, Risk
from auditor.model.facts import Default, Fact, Resource
from auditor.model.values import Truth, Value, equal

_NEVER_STORED = "the provider never stores this tag, so that every plan changes it again"
_REPEATED = "a tag that repeats a default one is new to a state into which the resource is imported"


class TagDrifts(Struct):
    """The drifts of one resource's tags, and which of `tags` and `tags_all` plan would change.

    The declared resource's facts tell the provider's settings: `default_tags` (a map), `ignored_tags` and
    `ignored_tag_prefixes` (tuples, of its `ignore_tags`).
    """

    declared: Resource
    live: Resource
    planned: Value
    """The declared tags, with references bound."""
    left_out: LeftOut
    imported: bool = False
    """Whether the next apply brings the resource into the state: as AWS has it, without the default tags."""
    drifts: list[Drift] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    def find(self) -> TagDrifts:
        """Compare the tags of both sides."""
        maps = [
            {} if tags is None else tags
            for tags in (
                self.planned,
                self.declared.facts.get("default_tags"),
                self.live.values.get("tags"),
            )
        ]
        known = [_without_nulls(tags) for tags in maps if isinstance(tags, Mapping)]
        if len(known) < len(maps):
            told: Value = next((tags for tags in maps[:2] if not isinstance(tags, Mapping)), None)
            if told is None:  # the code's own words, though what AWS has is not known
                told = {**known[1], **known[0]} or None
            self._add("tags", told, maps[2], Plan.UNDETERMINED)
            return self
        own, defaults, actual = known
        if self.left_out.covers("tags"):
            own = {key: value for key, value in actual.items() if defaults.get(key) != value}
        wanted = {**defaults, **own}
        if self.imported:
            self._repeated(own.items() & defaults.items() & actual.items())
        if wanted == actual and not any(map(self._never_stored, own)):
            return self
        for key in sorted(wanted.keys() | actual.keys()):
            self._key(key, own, wanted, actual)
        return self

    def _repeated(self, both: Iterable[tuple[str, Value]]) -> None:
        for key, value in sorted(both):
            if not self.left_out.covers(path := f'tags["{key}"]'):
                self._add(path, value, value, Plan.UPDATE, _REPEATED)
                self.changed.add("tags")

    def _key(
        self, key: str, own: Mapping[str, Value], wanted: Mapping[str, Value], actual: Mapping[str, Value]
    ) -> None:
        path, value, now = f'tags["{key}"]', wanted.get(key), actual.get(key)
        if self._never_stored(key):
            if key in own:
                self._add(path, value, now, Plan.UPDATE, _NEVER_STORED)
                self.changed.update(("tags", "tags_all") if key.startswith("aws:") else ("tags",))
            return
        same = equal(value, now)
        if same is Truth.TRUE or (self.left_out.covers(path) and not self.left_out.covers("tags")):
            return
        if same is Truth.UNKNOWN:
            self._add(path, value, now, Plan.UNDETERMINED)
            return
        self._add(path, value, now, Plan.UPDATE)
        self.changed.update(("tags", "tags_all") if key in own or key in actual else ("tags_all",))

    def _never_stored(self, key: str) -> bool:
        """Whether the provider hides the tag: those of AWS, and those of its `ignore_tags`."""
        keys, prefixes = (self.declared.facts.get(name) for name in ("ignored_tags", "ignored_tag_prefixes"))
        named = isinstance(keys, tuple) and key in keys
        return named or key.startswith(("aws:", *map(str, prefixes if isinstance(prefixes, tuple) else ())))

    def _add(self, path: str, wanted: Value, actual: Value, plan: Plan, note: str = "") -> None:
        """A drift; with a note, of what is the same on both sides and plan changes all the same."""
        differs = Reality.UNDETERMINED if plan is Plan.UNDETERMINED else Reality.DIFFERENT
        origin = self.declared.origin(path) if wanted is not None else Default("no such tag in code")
        sensitive = bool(self.declared.sensitive & {path, "tags"})
        self.drifts.append(
            Drift(
                path=path,
                plan=plan,
                reality=Reality.EQUAL if note else differs,
                declared=Fact(wanted, origin, sensitive),
                live=Fact(actual, self.live.origin("tags"), sensitive and actual is not None),
                risk=Risk.NEVER_CONVERGES if note is _NEVER_STORED else None,
                note=note,
            )
        )


def _without_nulls(tags: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in tags.items() if value is not None}
