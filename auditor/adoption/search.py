"""The search for edits: proposals are tried, and the first is taken that takes its drift away and brings no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from auditor.adoption.levels import steps
from auditor.adoption.origins import Changes
from auditor.adoption.proposals import Proposer
from auditor.adoption.texts import Texts, unified, why_not
from auditor.hcl.configuration import Configuration
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality
from auditor.model.facts import SourceRange, Written
from auditor.model.kind import Kind
from auditor.model.values import NotApplicable, unknowns

Edited = Mapping[Path, str]
"""Texts in the place of files."""
Key = tuple[str, str]
"""A resource, by address or by kind and name, and a keyed path, which is empty for the resource as a whole."""
APART: Final = "(on one side only)"
"""In the place of a path, where a resource does not stand on both sides."""
_FOLLOWING: Final = 3
"""How often an edit may call for others in the same resource."""


class Trial(Struct, frozen=True, dict=True):
    """The code with some edits in it, evaluated and compared with the reading."""

    code: Configuration
    base: Path
    """What the paths of sources are relative to."""
    comparisons: tuple[Comparison, ...]
    complaints: frozenset[str] = frozenset()
    """What is wrong with the code: errors, conditions that do not hold."""

    @cached_property
    def proposer(self) -> Proposer:
        """One who thinks of edits of this code."""
        texts = Texts(self.base, {file.path: file for file in self.code.files})
        instances = {each.address: each for module in self.code.root.tree for each in module.instances()}
        return Proposer(texts, instances)

    @cached_property
    def drifts(self) -> frozenset[Key]:
        """All that differs, and what stands on one side only; not what AWS is changing to this just now."""
        apart = {(name_of(each), APART) for each in self.comparisons if each.existence is not Existence.BOTH}
        differing = {
            (name_of(each), drift.path)
            for each in self.comparisons
            for drift in each.drifts
            if not _settling(each, drift) and not _risk_alone(drift)
        }
        return frozenset(apart | differing)


class World(Struct, frozen=True, kw_only=True):
    """What a search may ask about code that is not written yet."""

    try_: Callable[[Edited], Trial | None]
    """The code of the environment with other texts; None where it can't be evaluated at all."""
    elsewhere: Callable[[Edited], frozenset[str]]
    """What those texts change in the code of other environments."""
    used_by: Callable[[Edited], tuple[str, ...]]
    """The other environments whose code some of those files belong to."""
    kinds: Mapping[str, Kind]
    tells: Callable[[str], bool]
    """Whether a text shows a value that the code marks sensitive."""


class Adoption(Struct, frozen=True, kw_only=True):
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
    used_by: tuple[str, ...] = ()
    """Other environments that use an edited file, whether it changes anything there or not."""
    creates: tuple[str, ...] = ()
    """Resources that come to be declared with it, which the next apply creates."""
    changes: tuple[str, ...] = ()
    """Paths of an imported resource that the next apply changes."""
    reason: str = ""
    """Why there is no edit."""

    @property
    def alone(self) -> bool:
        """Whether there is an edit that changes nothing of what is there, but what it is for."""
        return bool(self.diff) and not self.others and not self.elsewhere


def name_of(comparison: Comparison) -> str:
    """A resource's address, or its kind and name where code has none of it."""
    return comparison.address or f"{comparison.kind} {comparison.identity.name}"


def _settling(comparison: Comparison, drift: Drift) -> bool:
    """Whether AWS is on its way to what the code says, so that plan does not see it yet."""
    changing = comparison.live.facts.get("in_transition") if comparison.live is not None else None
    return drift.reality is Reality.EQUAL and isinstance(changing, tuple) and drift.path in changing


def _risk_alone(drift: Drift) -> bool:
    """Whether both sides and plan agree: what the next apply might do is told, and there is nothing to take over."""
    return drift.reality is Reality.EQUAL and drift.plan is Plan.NO_OP and drift.unknown is None


def unadoptable(kind: Kind, drift: Drift) -> str:
    """Why no edit of code is to be looked for; empty where one is."""
    if drift.reality is Reality.EQUAL and drift.unknown is None:
        return "AWS has what the code says already"
    return _barred(kind, drift)


def _barred(kind: Kind, drift: Drift) -> str:
    """Why no edit of code can be looked for; empty where one can."""
    if steps(drift.path)[:1] and steps(drift.path)[0].name not in {each.name for each in kind.attributes}:
        return "no argument of the code says this"
    if drift.unknown is not None:
        return f"one side is not known: {drift.unknown.detail}"
    if parts := unknowns(drift.live.value):
        return f"a part of it is not known: {parts[0].detail}"
    if drift.declared.sensitive or drift.live.sensitive:
        return "the value is marked sensitive, and is not shown"
    if isinstance(drift.live.value, NotApplicable):
        return "AWS has no such setting here"
    return ""


class _Draft(Struct, frozen=True):
    """Texts with edits in them, and what came of them."""

    trial: Trial
    edited: Edited


class Search(Struct):
    """Looks for edits, one after the other; each that is taken counts for those after it."""

    world: World
    trial: Trial
    budget: int
    """How many times the code may still be read."""
    edited: Edited = field(default_factory=dict)
    """Texts with all edits that were taken."""

    def adopt(self, comparison: Comparison) -> Iterator[Adoption]:
        """Look for edits of a resource's drifts: those that change nothing else are taken.

        All drifts together come first, for some can't go alone: an index with the attributes of its keys.
        """
        possible = [drift for drift in comparison.drifts if not unadoptable(self._kind(comparison), drift)]
        yield from self._together(comparison, possible)
        shared: dict[str, Adoption] = {}
        taken = True
        while taken:  # what was taken may make room for another: a block is left with one limit, not with none
            taken = False
            for drift in self._left(comparison, possible):
                if not self._still(comparison, drift):
                    continue
                found = self._one(comparison, drift)
                if found is not None and found.alone:
                    shared.pop(drift.path, None)
                    taken = True
                    yield found
                elif found is not None:
                    shared[drift.path] = found
        left = self._left(comparison, possible)
        yield from self._together(comparison, [drift for drift in left if drift.path not in shared])
        for drift in self._left(comparison, comparison.drifts):
            yield shared.get(drift.path) or Adoption(
                comparison=comparison, paths=(drift.path,), place=_place(drift), reason=self._reason(comparison, drift)
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
        if len(drifts) > 1:
            found = self._tried(self._now, comparison, drifts, self._first(self._now, comparison, drifts))
            if found is not None and (adoption := self._adoption(comparison, drifts, found)).alone:
                yield self._taken(adoption, found)

    def _one(self, comparison: Comparison, drift: Drift, *, shared: bool = False) -> Adoption | None:
        """The edit that changes least besides; taken if that is nothing, or if `shared`."""
        best: tuple[Adoption, _Draft] | None = None
        for changes in self._proposals(self._now, comparison, drift):
            found = self._tried(self._now, comparison, [drift], changes)
            if found is None:
                continue
            adoption = self._adoption(comparison, [drift], found)
            if adoption.others:
                more = self._completed(comparison, drift, found)
                with_more = self._adoption(comparison, [drift], more)
                if _reach(with_more) < _reach(adoption):
                    adoption, found = with_more, more
            if self.world.tells(adoption.diff):
                continue
            if adoption.alone and not adoption.used_by:
                return self._taken(adoption, found)
            if best is None or _reach(adoption) < _reach(best[0]):
                best = adoption, found
        if best is None:
            return None
        return self._taken(*best) if shared or best[0].alone else best[0]

    def _completed(self, comparison: Comparison, drift: Drift, draft: _Draft) -> _Draft:
        """An edit with those that it calls for in the same resource: a stream that is on has a view type."""
        for _ in range(_FOLLOWING):
            name = name_of(comparison)
            new = {path for where, path in draft.trial.drifts - self.trial.drifts if where == name}
            now = next((each for each in draft.trial.comparisons if name_of(each) == name), None)
            following = [
                each
                for each in (now.drifts if now else ())
                if each.path and each.path in new and not _barred(self._kind(comparison), each)
            ]
            if now is None or not following:
                break
            more = self._tried(draft, now, following, self._first(draft, now, following))
            for changes in self._proposals(draft, now, following[0])[1:]:
                more = more or self._tried(draft, now, following[:1], changes)
            if more is None or (name, drift.path) in more.trial.drifts:
                break
            draft = more
        return draft

    def _adoption(self, comparison: Comparison, drifts: list[Drift], draft: _Draft) -> Adoption:
        """What an edit is about, and what it changes besides."""
        before = {file.path: file.text for file in self.trial.code.files}
        changed = {path: text for path, text in draft.edited.items() if self.edited.get(path) != text}
        texts = {path.relative_to(self.trial.base).as_posix(): text for path, text in changed.items()}
        return Adoption(
            comparison=comparison,
            paths=tuple(drift.path for drift in drifts),
            place=_place(drifts[0]),
            diff="".join(unified(path, before[path], text) for path, text in texts.items()),
            others=tuple(sorted(f"{where} {path}".rstrip() for where, path in draft.trial.drifts - self.trial.drifts)),
            elsewhere=tuple(sorted(self.world.elsewhere(draft.edited) - self.world.elsewhere(self.edited))),
            used_by=self.world.used_by(changed),
        )

    def _taken(self, adoption: Adoption, draft: _Draft) -> Adoption:
        self.edited, self.trial = draft.edited, draft.trial
        return adoption

    @property
    def _now(self) -> _Draft:
        return _Draft(self.trial, self.edited)

    def _proposals(self, draft: _Draft, comparison: Comparison, drift: Drift) -> tuple[Changes, ...]:
        return draft.trial.proposer.proposals(self._kind(comparison), comparison, drift)

    def _first(self, draft: _Draft, comparison: Comparison, drifts: Iterable[Drift]) -> Changes:
        """The first proposal for each of several drifts, as one edit."""
        first = (self._proposals(draft, comparison, drift)[:1] for drift in drifts)
        return tuple(change for proposals in first for proposal in proposals for change in proposal)

    def _tried(self, draft: _Draft, comparison: Comparison, drifts: list[Drift], changes: Changes) -> _Draft | None:
        """The draft with an edit in it, if that takes the drifts away."""
        texts = draft.trial.proposer.texts.with_changes(changes) if changes and self.budget > 0 else None
        if texts is None:
            return None
        self.budget -= 1
        edited = {**draft.edited, **texts}
        trial = self.world.try_(edited)
        if trial is None or trial.complaints - self.trial.complaints:
            return None
        name = name_of(comparison)
        if any((name, path) in trial.drifts for path in (APART, *(drift.path for drift in drifts))):
            return None
        return _Draft(trial, edited)

    def _kind(self, comparison: Comparison) -> Kind:
        return self.world.kinds[comparison.kind]

    def _reason(self, comparison: Comparison, drift: Drift) -> str:
        if told := unadoptable(self._kind(comparison), drift):
            return told
        place = _place(drift)
        if self.budget <= 0:
            return "the search ended before this one; name the resource to look for it alone"
        if place is None:
            return "no place in code was found that decides it"
        return why_not(place.file) or "what stands there is no literal of its own, or an edit would not be valid"


def _reach(adoption: Adoption) -> tuple[int, ...]:
    """How much an edit changes besides what it is for."""
    return len(adoption.elsewhere), len(adoption.used_by), len(adoption.others)


def _place(drift: Drift) -> SourceRange | None:
    return drift.declared.origin.deciding if isinstance(drift.declared.origin, Written) else None
