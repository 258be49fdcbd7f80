"""What refers to a resource that is created or replaced: plan knows the value after apply only, and changes it too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from auditor.compare.overrides import LeftOut, steps
from auditor.compare.risks import KEPT, failing, kept
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality, Risk
from auditor.model.facts import Fact, Resource
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import Reason, Unknown, Value

_ANEW: Final = (Plan.CREATE, Plan.REPLACE)
_WEAKER: Final = (Plan.NO_OP, Plan.UNDETERMINED, Plan.UPDATE)
_NOTE: Final = "{address} is made anew, so that plan knows this after apply only, and changes it too"


def followed(
    comparisons: Iterable[Comparison], kinds: Mapping[str, Kind], bound: Callable[[Value], Value]
) -> tuple[Comparison, ...]:
    """The comparisons, with what follows from those that are created or replaced.

    One that is replaced because of that makes others follow in turn. `bound` resolves references of declared values.
    """
    found = list(comparisons)
    fresh = {each.address for each in found if each.address and each.plan in _ANEW}
    while fresh:
        replaced = set()
        for number, each in enumerate(found):
            if each.declared is not None and each.existence is Existence.BOTH and each.plan not in _NOT_FOLLOWING:
                found[number] = _with(each, each.declared, kinds[each.kind], fresh, bound)
                if found[number].plan is Plan.REPLACE and each.plan is not Plan.REPLACE:
                    replaced.add(each.address)
        fresh = replaced
    return tuple(found)


_NOT_FOLLOWING: Final = (Plan.CREATE, Plan.ERROR)


def _with(
    comparison: Comparison, declared: Resource, kind: Kind, anew: Iterable[str], bound: Callable[[Value], Value]
) -> Comparison:
    left_out = LeftOut(declared.ignored)
    unbound = declared.facts.get("unbound")
    written = unbound if isinstance(unbound, Mapping) else declared.values
    waiting = {
        path: (attribute, address)
        for attribute in kind.attributes
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
    forcing = {steps(each.path)[0] for each in drifts if each.plan is Plan.REPLACE}
    plans = {each.plan for each in drifts}
    follows = replace(
        comparison,
        drifts=tuple(drifts),
        plan=next(plan for plan in (Plan.REPLACE, Plan.UNDETERMINED, Plan.UPDATE) if plan in plans),
        changed=tuple(sorted({*comparison.changed, *changed})),
        forcing=tuple(sorted({*comparison.forcing, *forcing})),
    )
    if follows.plan is not Plan.REPLACE or comparison.live is None or not kept(declared):
        return follows
    refused = failing(declared, comparison.live, f"the next plan fails: {KEPT}")
    return replace(follows, plan=Plan.ERROR, drifts=(*drifts, refused), note=KEPT)


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
