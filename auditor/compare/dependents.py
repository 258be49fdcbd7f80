"""What follows from a resource that is created or replaced.

What refers to it plan knows after apply only, and changes it too; what names it in `replace_triggered_by` is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.compare.overrides import LeftOut, steps
from auditor.compare.risks import failing, refused_anew, remade
from auditor.compare.triggers import Triggers, instances_of, named_by
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality, Risk
from auditor.model.facts import Fact, Resource
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import Reason, Truth, Unknown, Value

_ANEW: Final = (Plan.CREATE, Plan.REPLACE)
_WEAKER: Final = (Plan.NO_OP, Plan.UNDETERMINED, Plan.UPDATE)
_TRIGGERED: Final = "it is replaced with {address}, as its lifecycle says"
_PERHAPS: Final = "whether {address} changes, with which its lifecycle replaces it, was not read"
_NOTE: Final = "{address} is made anew, so that plan knows this after apply only, and changes it too"


class Noted(Struct, frozen=True):
    """What else is known of Terraform's resources."""

    others: Mapping[str, Resource]
    """By address: the declared resources that are not compared."""
    applied: Mapping[str, Mapping[str, Any]] | None = None
    """By address: attributes in a state, if there is one."""
    tainted: Collection[str] = ()


def followed(
    comparisons: Iterable[Comparison],
    kinds: Mapping[str, Kind],
    bound: Callable[[Value], Value],
    noted: Noted,
) -> tuple[Comparison, ...]:
    """The comparisons, with what follows from those that are created or replaced, and what others replace with them.

    One that is replaced because of that makes others follow in turn. `bound` resolves references of declared values.
    """
    found = list(comparisons)
    fresh = {each.address for each in found if each.address and each.plan in _ANEW}
    pulled = [number for number, each in enumerate(found) if each.declared is not None and named_by(each.declared)]
    while fresh or pulled:
        before = list(found)
        for number, each in enumerate(found) if fresh else ():
            if each.declared is not None and each.existence is Existence.BOTH and each.plan not in _NOT_FOLLOWING:
                found[number] = _with(each, each.declared, kinds, fresh, bound)
        if pulled:
            by_address = {each.address: each for each in found if each.address}
            instances = instances_of((*by_address, *noted.others))
            triggers = Triggers(by_address, noted.others, noted.applied, noted.tainted, bound, instances)
            for number in pulled:
                found[number] = _pulled(found[number], kinds, triggers)
        changed = [now for now, then in zip(found, before, strict=True) if now.plan is not then.plan]
        fresh = {each.address for each in changed if each.plan is Plan.REPLACE}
        pulled = pulled if changed else []
    return tuple(found)


def _pulled(comparison: Comparison, kinds: Mapping[str, Kind], triggers: Triggers) -> Comparison:
    """A comparison as what its `replace_triggered_by` names makes it."""
    declared, live = comparison.declared, comparison.live
    if declared is None or live is None or comparison.existence is not Existence.BOTH:
        return comparison
    if comparison.plan not in _WEAKER:
        return comparison
    truth, reference = triggers.pulled(named_by(declared))
    if truth is Truth.FALSE or (truth is Truth.UNKNOWN and comparison.plan is Plan.UNDETERMINED):
        return comparison
    if truth is Truth.UNKNOWN:
        perhaps = remade(declared, live, _PERHAPS.format(address=reference), Plan.UNDETERMINED)
        return replace(comparison, plan=Plan.UNDETERMINED, drifts=(*comparison.drifts, perhaps))
    drifts = (*comparison.drifts, remade(declared, live, _TRIGGERED.format(address=reference)))
    return _anew(replace(comparison, plan=Plan.REPLACE, drifts=drifts), declared, live, kinds, triggers.bound)


def _anew(
    comparison: Comparison,
    declared: Resource,
    live: Resource,
    kinds: Mapping[str, Kind],
    bound: Callable[[Value], Value],
) -> Comparison:
    """One that is replaced, if Terraform plans it from nothing; else the plan that fails."""
    values = {name: bound(value) for name, value in declared.values.items()}
    refusals = refused_anew(kinds[comparison.kind], declared, values)
    if not refusals:
        return comparison
    note = "; ".join(refusals)
    refused = failing(declared, live, f"the next plan fails: {note}")
    return replace(comparison, plan=Plan.ERROR, drifts=(*comparison.drifts, refused), note=note)


_NOT_FOLLOWING: Final = (Plan.CREATE, Plan.ERROR)


def _with(
    comparison: Comparison,
    declared: Resource,
    kinds: Mapping[str, Kind],
    anew: Iterable[str],
    bound: Callable[[Value], Value],
) -> Comparison:
    left_out = LeftOut(declared.ignored)
    unbound = declared.facts.get("unbound")
    written = unbound if isinstance(unbound, Mapping) else declared.values
    waiting = {
        path: (attribute, address)
        for attribute in kinds[comparison.kind].attributes
        if attribute.compared
        for path, address in _waiting(attribute, written.get(attribute.name), attribute.name, frozenset(anew))
        if not left_out.covers(path)
    }
    if not waiting:
        return comparison
    told = {each.path for each in comparison.drifts}
    drifts = [_changed(each, *waiting[each.path]) if each.path in waiting else each for each in comparison.drifts]
    drifts += [
        _changed(_equal(comparison, declared, path, bound), *after)
        for path, after in waiting.items()
        if path not in told
    ]
    changed = {steps(path)[0] for path in waiting} | {"tags_all" for path in waiting if path.startswith("tags")}
    forcing = {steps(each.path)[0] for each in drifts if each.plan is Plan.REPLACE and each.path}
    plans = {each.plan for each in drifts}
    follows = replace(
        comparison,
        drifts=tuple(drifts),
        plan=next(plan for plan in (Plan.REPLACE, Plan.UNDETERMINED, Plan.UPDATE) if plan in plans),
        changed=tuple(sorted({*comparison.changed, *changed})),
        forcing=tuple(sorted({*comparison.forcing, *forcing})),
    )
    if follows.plan is not Plan.REPLACE or comparison.live is None or comparison.plan is Plan.REPLACE:
        return follows
    return _anew(follows, declared, comparison.live, kinds, bound)


def _changed(drift: Drift, attribute: Attribute, address: str) -> Drift:
    if drift.plan not in _WEAKER:
        return drift
    plan = Plan.REPLACE if attribute.replaces else Plan.UPDATE
    risk = Risk.REPLACES if attribute.replaces else drift.risk
    return replace(drift, plan=plan, risk=risk, note=_NOTE.format(address=address))


def _equal(comparison: Comparison, declared: Resource, path: str, bound: Callable[[Value], Value]) -> Drift:
    """What has been no drift so far."""
    live = comparison.live
    value: Value = declared.values
    for name in steps(path):
        value = value.get(name) if isinstance(value, Mapping) else None
    value = bound(value)
    origin = declared.origin(path)
    return Drift(
        path=path,
        plan=Plan.NO_OP,
        reality=Reality.EQUAL,
        declared=Fact(value, origin, any(path.startswith(each) for each in declared.sensitive)),
        live=Fact(value, live.origin(path) if live is not None else origin),
    )


def _waiting(attribute: Attribute, value: Value, path: str, anew: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The paths below a value that wait for one of these addresses, each with it."""
    if isinstance(value, Unknown):
        if address := _refers(value, anew):
            yield path, address
    elif isinstance(value, tuple):
        address = next(filter(None, (_refers(item, anew) for item in value if isinstance(item, Unknown))), "")
        if address:
            yield path, address
    elif isinstance(value, Mapping) and attribute.shape is Shape.BLOCK:
        for child in attribute.children:
            if child.dormant is None or value.get("enabled") is not False:
                yield from _waiting(child, value.get(child.name), f"{path}.{child.name}", anew)
    elif isinstance(value, Mapping):
        block = replace(attribute, shape=Shape.BLOCK)
        for key, item in value.items():
            yield from _waiting(block, item, f'{path}["{key}"]', anew)


def _refers(value: Unknown, anew: frozenset[str]) -> str:
    decided_later = value.reason is Reason.COMPUTED_BY_AWS or bool(value.text) or bool(value.references)
    addresses = (reference.rpartition(".")[0] for reference in value.references) if decided_later else ()
    return next((address for address in addresses if address in anew), "")
