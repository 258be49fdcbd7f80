"""Both sides paired by identity: which resources exist where, and the verdicts on those that exist on both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.compare.attributes import Walk
from auditor.compare.dependents import Noted, followed
from auditor.compare.elsewhere import renamed
from auditor.compare.last_applied import (
    Applied,
    LastApplied,
    bare,
    keeping_texts,
    left_behind,
    names_in,
    not_made,
    not_tracked,
    of_missing,
)
from auditor.compare.overrides import EVERYTHING, LeftOut
from auditor.compare.provider_rules import MEASURED, ProviderRules
from auditor.compare.references import References
from auditor.compare.risks import NextPlan, refused_anew, remade
from auditor.compare.tags import TagDrifts
from auditor.model.answers import Answers, Scope
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality
from auditor.model.facts import Fact, Identity, Resource
from auditor.model.kind import Attribute, Kind, never_its_own
from auditor.model.values import Reason, Unknown, Value, unknowns


def compare(
    declared: Iterable[Resource],
    live: Iterable[Resource],
    answers: Answers,
    kinds: Iterable[Kind],
    scope: Scope,
    *,
    rules: ProviderRules = MEASURED,
    applied: Applied | None = None,
    tainted: Collection[str] = (),
    protected: Callable[[str], bool] = lambda _address: False,
) -> tuple[Comparison, ...]:
    """Compare all resources of these kinds; declared ones in their order, then the unmanaged ones by kind and name.

    Declared resources of other kinds serve to resolve references only. Where it is unknown which live resource a
    declared one is, no live resource of that kind is certainly unmanaged. `rules`: of the provider version that plans.
    `applied`: what a state says of managed resources, if one was given; `tainted`: the addresses of those that it wants
    replaced. `protected`: whether the code forbids to destroy what is at an address, which has no keys.
    """
    by_type = {kind.type: rules.applied(kind) for kind in kinds}
    everything = tuple(declared)
    present = {(found.kind, str(found.identity.name)): found for found in live if found.kind in by_type}
    tracked = None if applied is None else names_in(applied, everything, by_type)
    references = References(everything, present, by_type, scope, tracked or {})
    pairing = _Pairing(
        by_type,
        answers,
        scope,
        references,
        {type_: _Known.of(kind) for type_, kind in by_type.items()},
        rules,
        applied,
        tracked,
        tainted,
    )
    compared = tuple(pairing.managed(resource) for resource in everything if resource.kind in by_type)
    taken = {(c.kind, str(c.live.identity.name)) for c in compared if c.live is not None}
    unsure = _unsure(compared)
    behind = {} if applied is None else left_behind(applied, everything, by_type)
    unmanaged = (
        pairing.unmanaged(found, unsure.get(key[0]), behind.get(key), protected)
        for key, found in sorted(present.items())
        if key not in taken and (key in behind or by_type[key[0]].belongs(found, scope))
    )
    told = (*(_also_noted(each, behind) for each in compared), *unmanaged)
    others = {each.address: each for each in everything if each.kind not in by_type}
    return renamed(followed(told, by_type, references.bound, Noted(others, applied, tainted)), by_type)


def unlisted(kinds: Iterable[Kind], answers: Answers, scope: Scope) -> Mapping[str, Unknown]:
    """The kinds of which it can't be told whether there are unmanaged resources, with the cause.

    A kind of which no resource ever counts as unmanaged needs no list.
    """
    told = {kind.type: kind.listed(answers, scope) for kind in kinds if kind.belongs is not never_its_own}
    return {type_: cause for type_, cause in told.items() if isinstance(cause, Unknown)}


def excluded(kind: Kind, answers: Answers, scope: Scope) -> tuple[str, ...]:
    """The listed names that are neither declared nor in the environment's name space: left alone, but counted."""
    names = kind.listed(answers, scope)
    if isinstance(names, Unknown):
        return ()
    own = set(scope.names(kind.type))
    return tuple(name for name in names if name not in own and not any(fnmatchcase(name, p) for p in scope.patterns))


def _unsure(compared: Iterable[Comparison]) -> dict[str, Unknown]:
    """By kind: why a declared resource of unknown name could be any live one."""
    found: dict[str, Unknown] = {}
    for comparison in compared:
        open_one = comparison.existence is Existence.UNDETERMINED and comparison.live is None
        if open_one and isinstance(comparison.identity.name, Unknown):
            found.setdefault(comparison.kind, comparison.identity.name)
    return found


def _also_noted(comparison: Comparison, behind: Mapping[tuple[str, str], str]) -> Comparison:
    """A declared resource, with a note where the state has its live one under another address, to be destroyed."""
    address = behind.get((comparison.kind, str(comparison.live.identity.name))) if comparison.live is not None else None
    if address is None:
        return comparison
    return replace(comparison, note="; ".join(filter(None, (comparison.note, _DESTROYED.format(address=address)))))


class _Pairing(Struct, frozen=True):
    """What pairing one resource after the other needs."""

    kinds: Mapping[str, Kind]
    answers: Answers
    scope: Scope
    references: References
    known: Mapping[str, _Known]
    rules: ProviderRules
    applied: Applied | None
    tracked: Mapping[str, str] | None
    """By address: the name under which the state has a resource."""
    tainted: Collection[str]

    def managed(self, declared: Resource) -> Comparison:
        """The comparison of a declared resource."""
        kind = self.kinds[declared.kind]
        elsewhere = self._elsewhere(declared, kind)
        cause = elsewhere if declared.undetermined is None else declared.undetermined
        live = None if elsewhere is not None else self.references.live_of(declared)
        known = (self.tracked or {}).get(declared.address)
        if cause is None and known is not None and (live is None or live.identity.name != known):
            cause = kind.absence(self.answers, self.scope, known)
        name = self.references.name_of(declared) if live is None else live.identity.name
        if isinstance(name, Unknown) and known is not None:  # the code has a prefix at most, and the state the name
            name = known
        identity = declared.identity
        if identity.name is not name:
            identity = Identity(identity.account, identity.region, name)
        if live is not None and cause is None:
            gone = live.facts.get("gone")
            if isinstance(gone, str):
                return self._gone(kind, identity, declared, live, gone)
            return self._there(kind, identity, declared, live)
        if cause is None and isinstance(name, Unknown):
            cause = None if not_made(name, self.applied, self.kinds) else name
        elif cause is None:
            cause = kind.absence(self.answers, self.scope, str(name))
        missing = self._missing(kind, identity, declared)
        if cause is None:
            return missing if self.applied is None else of_missing(missing, self.applied, known)
        certain = self.applied is not None and declared.undetermined is None and declared.address not in self.applied
        return Comparison(
            kind=declared.kind,
            identity=identity,
            address=declared.address,
            existence=Existence.UNDETERMINED,
            plan=missing.plan if certain else Plan.UNDETERMINED,
            declared=declared,
            live=live,
            cause=cause,
            note=missing.note if certain else "",
        )

    def _there(self, kind: Kind, identity: Identity, declared: Resource, live: Resource) -> Comparison:
        """On both sides; only what a state has of it does Terraform compare."""
        both = self._both(kind, identity, declared, live)
        if self.applied is None or self.tracked is None:
            return both
        if declared.address in self.applied and self.tracked.get(declared.address) in (None, live.identity.name):
            wanted = declared.identity.name if both.plan is Plan.REPLACE else live.identity.name
            taken = isinstance(wanted, str) and wanted != live.identity.name and self.references.is_live(kind, wanted)
            return replace(both, note="; ".join(filter(None, (both.note, _TAKEN)))) if taken else both
        return not_tracked(both, self._missing(kind, identity, declared))

    def _elsewhere(self, declared: Resource, kind: Kind) -> Unknown | None:
        """Why a resource of another account or Region than the audited one can't be looked at."""
        region = "" if kind.elsewhere else declared.identity.region
        for part, own in ((declared.identity.account, self.scope.account), (region, self.scope.region)):
            if part and part != own:
                return Unknown(Reason.NOT_READ, f"it belongs to {part}, and {own} was read")
        return None

    def _missing(self, kind: Kind, identity: Identity, declared: Resource) -> Comparison:
        reasons = (*declared.refused, *kind.invalid(self._bound(declared), None))
        return Comparison(
            kind=declared.kind,
            identity=identity,
            address=declared.address,
            existence=Existence.MISSING,
            plan=Plan.ERROR if reasons else Plan.CREATE,
            declared=declared,
            live=None,
            note="; ".join(reasons),
        )

    def _gone(self, kind: Kind, identity: Identity, declared: Resource, live: Resource, gone: str) -> Comparison:
        """There, but as good as deleted, which Terraform takes for missing; nothing else of it counts any more."""
        missing = self._missing(kind, identity, declared)
        drift = Drift(
            path="state",
            plan=missing.plan,
            reality=Reality.DIFFERENT,
            declared=Fact("present", declared.origin("")),
            live=Fact(gone, live.origin("")),
            note=_GONE,
        )
        drift = replace(drift, put_back=kind.put_back({}, live, drift))
        return replace(missing, existence=Existence.BOTH, live=live, drifts=(drift,))

    def _bound(self, declared: Resource) -> Mapping[str, Value]:
        return self.references.all_bound(declared.values)

    def _both(self, kind: Kind, identity: Identity, declared: Resource, live: Resource) -> Comparison:
        left_out = LeftOut(declared.ignored)
        bound, stored = self._bound(declared), kind.refresh(live, self.answers).values
        applied = (self.applied or {}).get(declared.address)
        last = LastApplied.of(kind, applied) if applied else None
        stored = stored if last is None else last.stored(stored)
        stored = keeping_texts(self.known[kind.type].texts, stored, bound if last is None else last.values)
        next_plan = NextPlan(kind, declared, live, bound, stored, left_out)
        drifts: list[Drift] = []
        changed: set[str] = set()
        if not left_out.everything:
            drifts, changed = self._differing(next_plan, imported=last is not None and last.imported)
            if last is not None:
                drifts += last.passengers(declared, left_out, changing=bool(changed))
        tainted = declared.address in self.tainted
        if tainted:  # it is planned from nothing, and only so
            refusals = refused_anew(kind, declared, bound)
            drifts += [] if refusals else [remade(declared, live, _TAINTED)]
        else:
            refusals = next_plan.refusals(anew=_plan(drifts) is Plan.REPLACE)
        drifts += next_plan.risks(refusals)
        drifts = [
            replace(drift, put_back=kind.put_back(next_plan.planned, live, drift))
            if _settled(drift, declared)
            else drift
            for drift in drifts
        ]
        if last is not None:
            drifts = list(last.dated(drifts, stored))
        return Comparison(
            kind=declared.kind,
            identity=identity,
            address=declared.address,
            existence=Existence.BOTH,
            plan=Plan.ERROR if refusals else _plan(drifts),
            declared=declared,
            live=live,
            drifts=tuple(drifts),
            changed=tuple(sorted(changed)),
            forcing=() if tainted else tuple(sorted({_top(drift) for drift in drifts if drift.plan is Plan.REPLACE})),
            not_compared=(EVERYTHING,) if left_out.everything else tuple(sorted(declared.ignored)),
            note="; ".join(refusals),
        )

    def _differing(self, there: NextPlan, *, imported: bool) -> tuple[list[Drift], set[str]]:
        """The drifts of all attributes and tags, and which of them plan would change."""
        kind, declared, live, planned = there.kind, there.declared, there.live, there.planned
        known, provider = self.known[kind.type], self.rules.origin
        drifts: list[Drift] = []
        changed: set[str] = set()
        walk = Walk(
            declared, live, planned, there.stored, there.left_out, self.references.aliases, known.defaults, provider
        )
        walk.over(kind.attributes)
        if walk.drifts:
            elsewhere = self.references.declared_by_companions(declared)
            drifts = _dropped(kind, [drift for drift in walk.drifts if drift.path not in elsewhere])
            changed = {_top(drift) for drift in drifts if drift.plan in _CHANGES}
            along = _come_along(kind, drifts)
            drifts = [drift for drift in drifts if _element(drift) not in along]
        if known.tagged:
            tags = TagDrifts(declared, live, planned.get("tags"), there.left_out, imported).find()
            drifts += tags.drifts
            changed |= tags.changed
        return drifts, changed

    def unmanaged(
        self, live: Resource, unsure: Unknown | None, behind: str | None, protected: Callable[[str], bool]
    ) -> Comparison:
        """The comparison of a live resource that no declared one manages; `behind`: the address that the state has."""
        words, kept = _DESTROYED, Plan.NO_OP if behind is None else Plan.DELETE
        if behind is not None and protected(bare(behind)):
            words, kept = _PROTECTED, Plan.ERROR
        return Comparison(
            kind=live.kind,
            identity=live.identity,
            address="",
            existence=Existence.UNMANAGED if unsure is None else Existence.UNDETERMINED,
            plan=kept if unsure is None else Plan.UNDETERMINED,
            declared=None,
            live=live,
            cause=unsure,
            note="" if behind is None else words.format(address=behind),
        )


_TAKEN: Final = "AWS has the new name already, which it refuses to give again, or overwrites what has it"
_DESTROYED: Final = "the state has it as {address}, and the code does not: the next apply destroys it"
_PROTECTED: Final = (
    "the state has it as {address}, of which the code has no such instance any more and says prevent_destroy: the next "
    "plan fails"
)
_TAINTED: Final = "the state has it as tainted, so that the next apply destroys and creates it"
_GONE: Final = "Terraform takes it for gone already, and would create another in its place"
_ALONE: Final = "this version of the provider plans no change here while the keys of all indexes stay the same"
_CHANGES: Final = (Plan.UPDATE, Plan.REPLACE)


def _plan(drifts: Iterable[Drift]) -> Plan:
    """The strongest change; undetermined where an undetermined attribute could make it a stronger one."""
    plans = {drift.plan for drift in drifts}
    for plan in (Plan.REPLACE, Plan.UNDETERMINED, Plan.UPDATE):
        if plan in plans:
            return plan
    return Plan.NO_OP


def _dropped(kind: Kind, drifts: list[Drift]) -> list[Drift]:
    """The drifts, where plan drops a difference that stands without the one of a sibling."""
    planned = {_top(drift) for drift in drifts if drift.plan is not Plan.NO_OP}
    alone = {each.name for each in kind.attributes if each.only_with and each.only_with not in planned}
    return [
        replace(drift, plan=Plan.NO_OP, risk=None, note=_ALONE) if _top(drift) in alone else drift for drift in drifts
    ]


def _come_along(kind: Kind, drifts: Iterable[Drift]) -> frozenset[tuple[str, str, bool]]:
    """The keys that a key or block which is on one side only brings with it: they are no facts of their own."""
    brought = {name: attribute.name for attribute in kind.attributes for name in attribute.keys_of}
    found = set()
    for drift in drifts if brought else ():
        if drift.plan is Plan.NO_OP:
            continue
        if drift.path in brought:
            found |= {
                (brought[drift.path], str(fact.value), fact is drift.declared) for fact in (drift.declared, drift.live)
            }
        name, _, declared = _element(drift)
        block = (drift.declared if declared else drift.live).value
        if name in brought and isinstance(block, Mapping):
            found |= {(brought[name], str(block.get(key)), declared) for key in ("hash_key", "range_key")}
    return frozenset(found)


def _element(drift: Drift) -> tuple[str, str, bool]:
    """Of a block that is on one side only: its set, its key, and whether the code has it; else nothing."""
    name, _, key = drift.path.partition('["')
    sides = (drift.declared.value, drift.live.value)
    if not key.endswith('"]') or sum(side is None for side in sides) != 1:
        return "", "", False
    return name, key[:-2], sides[0] is not None


def _settled(drift: Drift, declared: Resource) -> bool:
    """Whether both sides are known to differ, and may be shown with what is told along with them."""
    shown = all(_top_of(path) != _top(drift) for path in declared.sensitive)
    return shown and drift.reality is Reality.DIFFERENT and not unknowns(drift.declared.value)


def _top(drift: Drift) -> str:
    return _top_of(drift.path)


def _top_of(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


class _Known(Struct, frozen=True):
    """What is worked out of a kind once, and needed for each of its resources."""

    defaults: Mapping[str, Value]
    texts: tuple[Attribute, ...]
    tagged: bool

    @classmethod
    def of(cls, kind: Kind) -> _Known:
        each = kind.attributes
        return cls(
            {one.name: one.default for one in each},
            tuple(one for one in each if one.by_text),
            any(one.name == "tags" and one.compared for one in each),
        )
