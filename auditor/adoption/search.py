"""The search for edits: proposals are tried, and the first is taken that takes its drift away and brings no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from auditor.adoption.origins import Changes
from auditor.adoption.proposals import Proposer
from auditor.adoption.texts import Texts, unified, why_not
from auditor.hcl.configuration import Configuration
from auditor.model.drift import Comparison, Drift, Existence, Reality
from auditor.model.facts import SourceRange, Written
from auditor.model.kind import Kind
from auditor.model.values import NotApplicable

Edited = Mapping[Path, str]
"""Texts in the place of files."""
Key = tuple[str, str]
"""A resource, by address or by kind and name, and a keyed path; the path is empty for the resource itself."""


@dataclass(frozen=True)
class Trial:
    """The code with some edits in it, evaluated and compared with the reading."""

    code: Configuration
    comparisons: tuple[Comparison, ...]
    complaints: frozenset[str] = frozenset()
    """What is wrong with the code: errors, conditions that do not hold."""

    @cached_property
    def drifts(self) -> frozenset[Key]:
        """All that differs, and the resources that stand on one side only."""
        apart = {(name_of(each), "") for each in self.comparisons if each.existence is not Existence.BOTH}
        return frozenset(apart | {(name_of(each), drift.path) for each in self.comparisons for drift in each.drifts})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a search may ask about code that is not written yet."""

    try_: Callable[[Edited], Trial | None]
    """The code of the environment with other texts; None where it can't be evaluated at all."""
    elsewhere: Callable[[Edited], tuple[str, ...]]
    """What those texts change in the code of other environments."""
    base: Path
    """What the paths of sources are relative to."""
    kinds: Mapping[str, Kind]
    tells: Callable[[str], bool]
    """Whether a text shows a value that the code marks sensitive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What the search found for a drift of one resource, or for several that go together."""

    comparison: Comparison
    paths: tuple[str, ...]
    place: SourceRange | None = None
    """What decides the value now."""
    diff: str = ""
    """Against the files with the edits that were taken before; empty where there is no edit."""
    others: tuple[str, ...] = ()
    """What would differ from AWS that does not now."""
    elsewhere: tuple[str, ...] = ()
    """What it changes in the code of other environments."""
    reason: str = ""
    """Why there is no edit."""

    @property
    def alone(self) -> bool:
        """Whether there is an edit that changes nothing but what it is for."""
        return bool(self.diff) and not self.others and not self.elsewhere


def name_of(comparison: Comparison) -> str:
    """A resource's address, or its kind and name where code has none of it."""
    return comparison.address or f"{comparison.kind} {comparison.identity.name}"


def unadoptable(drift: Drift) -> str:
    """Why no edit of code can be looked for; empty where one can."""
    if drift.unknown is not None:
        return f"one side is not known: {drift.unknown.detail}"
    if drift.reality is Reality.EQUAL:
        return "AWS has what the code says already"
    if drift.declared.sensitive or drift.live.sensitive:
        return "the value is marked sensitive, and is not shown"
    if isinstance(drift.live.value, NotApplicable):
        return "AWS has no such setting here"
    return ""


@dataclass(slots=True)
class Search:
    """Looks for edits, one after the other; each that is taken counts for those after it."""

    world: World
    trial: Trial
    budget: int
    """How many times the code may still be read."""
    edited: dict[Path, str] = field(default_factory=dict)
    """Texts with all edits that were taken."""
    _proposer: Proposer | None = None

    def adopt(self, comparison: Comparison) -> Iterator[Adoption]:
        """Look for edits of a resource's drifts: those that change nothing else are taken.

        All drifts together come first, for some can't go alone: an index with the attributes of its keys.
        """
        possible = [drift for drift in comparison.drifts if not unadoptable(drift)]
        yield from self._together(comparison, possible)
        shared: dict[str, Adoption] = {}
        for drift in self._left(comparison, possible):
            if not self._still(comparison, drift):
                continue
            found = self._one(comparison, drift)
            if found is not None and found.alone:
                yield found
            elif found is not None:
                shared[drift.path] = found
        left = self._left(comparison, possible)
        yield from self._together(comparison, [drift for drift in left if drift.path not in shared])
        for drift in self._left(comparison, comparison.drifts):
            yield shared.get(drift.path) or Adoption(
                comparison=comparison, paths=(drift.path,), place=_place(drift), reason=self._reason(drift)
            )

    def take(self, adoption: Adoption, drift: Drift) -> Adoption | None:
        """Take an edit although it changes more than what it is for; None where it does not hold any more."""
        return self._one(adoption.comparison, drift, shared=True)

    def _left(self, comparison: Comparison, drifts: Iterable[Drift]) -> list[Drift]:
        return [drift for drift in drifts if self._still(comparison, drift)]

    def _still(self, comparison: Comparison, drift: Drift) -> bool:
        return (name_of(comparison), drift.path) in self.trial.drifts

    def _together(self, comparison: Comparison, drifts: list[Drift]) -> Iterator[Adoption]:
        """One edit for several drifts, of the first proposal for each; taken if it changes nothing else."""
        changes = [self._proposals(comparison, drift)[:1] for drift in drifts] if len(drifts) > 1 else []
        found = self._tried(comparison, drifts, tuple(c for first in changes for each in first for c in each))
        if found is not None and found[0].alone:
            yield self._taken(*found)

    def _one(self, comparison: Comparison, drift: Drift, *, shared: bool = False) -> Adoption | None:
        """The first edit that changes nothing else, taken; or the one that changes least, taken if `shared`."""
        best: tuple[Adoption, dict[Path, str], Trial] | None = None
        for changes in self._proposals(comparison, drift):
            found = self._tried(comparison, [drift], changes)
            if found is not None and found[0].alone:
                return self._taken(*found)
            if found is not None and (best is None or _reach(found[0]) < _reach(best[0])):
                best = found
        if best is None:
            return None
        return self._taken(*best) if shared else best[0]

    def _taken(self, adoption: Adoption, edited: dict[Path, str], trial: Trial) -> Adoption:
        self.edited, self.trial, self._proposer = edited, trial, None
        return adoption

    def _proposals(self, comparison: Comparison, drift: Drift) -> tuple[Changes, ...]:
        if self._proposer is None:
            code = self.trial.code
            texts = Texts(self.world.base, {file.path: file for file in code.files})
            instances = {each.address: each for module in code.root.tree for each in module.instances()}
            self._proposer = Proposer(texts, instances)
        return self._proposer.proposals(self.world.kinds[comparison.kind], comparison, drift)

    def _tried(
        self, comparison: Comparison, drifts: list[Drift], changes: Changes
    ) -> tuple[Adoption, dict[Path, str], Trial] | None:
        """An edit that takes the drifts away, with the texts and the trial that it leads to; None where it does not."""
        if not changes or self.budget <= 0:
            return None
        before = {file.path: file for file in self.trial.code.files}
        texts = Texts(self.world.base, before).with_changes(changes)
        if texts is None:
            return None
        self.budget -= 1
        edited = {**self.edited, **texts}
        trial = self.world.try_(edited)
        if trial is None or trial.complaints - self.trial.complaints:
            return None
        name = name_of(comparison)
        if any((name, path) in trial.drifts for path in ("", *(drift.path for drift in drifts))):
            return None
        shown = {path: path.relative_to(self.world.base).as_posix() for path in texts}
        adoption = Adoption(
            comparison=comparison,
            paths=tuple(drift.path for drift in drifts),
            place=_place(drifts[0]),
            diff="".join(unified(shown[path], before[shown[path]].text, text) for path, text in texts.items()),
            others=tuple(sorted(f"{where} {path}".rstrip() for where, path in trial.drifts - self.trial.drifts)),
            elsewhere=self.world.elsewhere(edited),
        )
        return None if self.world.tells(adoption.diff) else (adoption, edited, trial)

    def _reason(self, drift: Drift) -> str:
        if told := unadoptable(drift):
            return told
        place = _place(drift)
        if self.budget <= 0:
            return "the search ended before this one; name the resource to look for it alone"
        if place is None:
            return "no place in code was found that decides it"
        return why_not(place.file) or "what stands there is no literal of its own, or an edit would not be valid"


def _reach(adoption: Adoption) -> tuple[int, int]:
    """How much an edit changes besides what it is for."""
    return len(adoption.elsewhere), len(adoption.others)


def _place(drift: Drift) -> SourceRange | None:
    return drift.declared.origin.deciding if isinstance(drift.declared.origin, Written) else None
