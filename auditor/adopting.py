"""What an edit of code would do, worked out by doing it: the code with other texts, evaluated and compared again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.adoption.importing import bring_in
from auditor.adoption.search import Adoption, Edited, Search, Trial, World
from auditor.estate import Estate, base_of, estate
from auditor.hcl import sensitive_texts
from auditor.inputs import Inputs, Variables
from auditor.kinds import kinds
from auditor.masking import masked_text
from auditor.model.answers import Snapshot
from auditor.model.drift import Comparison, Edit, Existence
from auditor.model.errors import AuditorError
from auditor.model.values import Value
from auditor.reading import settled
from auditor.settings import Environment, Settings

READINGS: Final = 500
"""Times that the code is evaluated for the edits of a report, at the most."""
_AT_HAND: Final = 8
"""Evaluations that are kept: a search comes back to most of its edits, and soon."""
_Edits = frozenset[tuple[Path, str]]
Compared = Callable[[Estate], tuple[Comparison, ...]]
"""An estate compared with the reading."""


def searching(
    settings: Settings, here: Estate, inputs: Inputs, taken: Snapshot, *, compared: Compared, budget: int
) -> Search:
    """A search that may evaluate the code so often."""
    return Search(_world(settings, here, inputs, taken, compared), _trial(settings, here, compared), budget)


def _world(settings: Settings, here: Estate, inputs: Inputs, taken: Snapshot, compared: Compared) -> World:
    """What a search may ask about an environment and those that share its code, with the reading that was taken."""
    variables = inputs.variables
    secrets = sensitive_texts(here.code)
    neighbours = _Neighbours(settings, here.environment, replace(variables, given=(), state=None))

    @lru_cache(_AT_HAND)
    def tried(edits: _Edits) -> Trial | None:
        try:
            own = replace(inputs, variables=replace(variables, edited=dict(sorted(edits))))
            there = estate(settings, here.environment, own.variables)
            return _trial(settings, settled(settings, there, taken, own), compared)
        except AuditorError:
            return None

    return World(
        try_=lambda edited: tried(frozenset(edited.items())),
        elsewhere=neighbours.changed,
        used_by=neighbours.using,
        kinds={kind.type: kind for kind in kinds()},
        tells=lambda text: masked_text(text, secrets) != text,
    )


def with_edits(search: Search, root: Path) -> tuple[Comparison, ...]:
    """The comparisons with the edit of each drift, every resource for itself; none is taken."""
    found: list[Comparison] = []
    for comparison in search.trial.comparisons:
        own = Search(search.world, search.trial, search.budget)
        found.append(_with_edits(own, comparison, root))
        search.budget = own.budget
    return tuple(found)


def _with_edits(search: Search, comparison: Comparison, root: Path) -> Comparison:
    if comparison.existence is Existence.UNMANAGED:
        return replace(comparison, edit=_edit(bring_in(search, comparison, root)))
    edits = {path: _edit(adoption) for adoption in search.adopt(comparison) for path in adoption.paths}
    return replace(
        comparison, drifts=tuple(replace(each, edit=edits.get(each.path, _ALONG)) for each in comparison.drifts)
    )


_ALONG: Final = Edit("", (), "it goes with the edit of another attribute")


def _edit(adoption: Adoption) -> Edit:
    later = (f"{name} (next apply)" for name in (*adoption.changes, *adoption.creates))
    return Edit(adoption.diff, (*adoption.elsewhere, *adoption.others, *later), adoption.reason)


def _trial(settings: Settings, here: Estate, compared: Compared) -> Trial:
    """An estate as it is now."""
    errors = (str(each) for each in here.code.diagnostics if each.severity == "error")
    complaints = frozenset([*errors, *here.declared.unmet_conditions])
    return Trial(here.code, base_of(settings, here.environment), compared(here), complaints)


class _Neighbours(Struct):
    """The other environments of the project; each is evaluated when an edit touches a file of its code."""

    settings: Settings
    environment: Environment
    variables: Variables
    _known: dict[str, Estate | None] = field(default_factory=dict)
    _changed: dict[_Edits, frozenset[str]] = field(default_factory=dict)

    def changed(self, edited: Edited) -> frozenset[str]:
        """The resources of other environments that would be declared otherwise, as `uat: ADDRESS`."""
        same = frozenset(edited.items())
        if same not in self._changed:
            self._changed[same] = self._compared(edited)
        return self._changed[same]

    def _compared(self, edited: Edited) -> frozenset[str]:
        found: set[str] = set()
        for name in self.using(edited):
            before, after = (_values(self._known[name]), _values(self._read(self.settings.environments[name], edited)))
            addresses = {*before, *after}
            found |= {f"{name}: {each}" for each in addresses if before.get(each) != after.get(each)}
        return frozenset(found)

    def using(self, edited: Edited) -> tuple[str, ...]:
        """The other environments whose code some of the files belong to."""
        return tuple(
            other.name
            for other in self.settings.environments.values()
            if edited and other.name != self.environment.name and edited.keys() & self._files(other)
        )

    def _files(self, environment: Environment) -> frozenset[Path]:
        if environment.name not in self._known:
            self._known[environment.name] = self._read(environment, {})
        known, base = self._known[environment.name], base_of(self.settings, environment)
        return frozenset(base / file.path for file in known.code.files) if known is not None else frozenset()

    def _read(self, environment: Environment, edited: Edited) -> Estate | None:
        try:
            return estate(self.settings, environment, replace(self.variables, edited=edited))
        except AuditorError:
            return None


def _values(of: Estate | None) -> Mapping[str, Mapping[str, Value]]:
    return {resource.address: resource.values for resource in of.resources} if of is not None else {}
