"""Selection of drifts: which of a comparison's drifts a rule reports, and as what.

Comparison happened before; here verdicts are only looked at. An undetermined verdict never counts as none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality
from auditor.model.facts import Default, Fact
from auditor.model.results import Evidence
from auditor.model.rule import DriftSelector
from auditor.model.values import FALSE, TRUE, UNKNOWN, Reason, Truth, Unknown, all_of
from auditor.policy.globs import covers, matches


def of_kind(selector: DriftSelector, comparison: Comparison) -> bool:
    """Whether the selector speaks about this kind of resource."""
    return not selector.kinds or comparison.kind in selector.kinds


def reported(selector: DriftSelector, drift: Drift) -> Truth:
    """Whether a drift is one that the selector reports."""
    if selector.paths and not any(_speaks_of(pattern, drift.path) for pattern in selector.paths):
        return FALSE
    parts = [_reality(selector, drift), _plan(selector, drift.plan)]
    if selector.risk:
        parts.append(Truth.of(drift.risk in selector.risk))
    return all_of(parts)


def _speaks_of(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path or lies above it; one that ends with `$` fits paths as a whole only."""
    return matches(pattern[:-1], path) if pattern.endswith("$") else covers(pattern, path)


def _reality(selector: DriftSelector, drift: Drift) -> Truth:
    if drift.reality in selector.reality:
        return TRUE
    if drift.reality is Reality.UNDETERMINED:
        return UNKNOWN
    if selector.reality:
        return FALSE
    risky = drift.reality is Reality.UNDECLARED and drift.risk is not None
    return Truth.of(drift.reality is Reality.DIFFERENT or risky)


def _plan(selector: DriftSelector, plan: Plan) -> Truth:
    if not selector.plan or plan in selector.plan:
        return TRUE
    return UNKNOWN if plan is Plan.UNDETERMINED else FALSE


def reported_existence(selector: DriftSelector, comparison: Comparison) -> Truth:
    """Whether the resource as a whole is reported: missing, or unmanaged."""
    wanted = (Existence.MISSING, Existence.UNMANAGED) if selector.unselected else selector.existence
    if comparison.existence is Existence.UNDETERMINED:
        return UNKNOWN
    return all_of((Truth.of(comparison.existence in wanted), _plan(selector, comparison.plan)))


def left_out(selector: DriftSelector, comparison: Comparison) -> bool:
    """Whether everything that the selector names is left out of the comparison by `ignore_changes`."""
    return bool(selector.paths and comparison.not_compared) and all(
        any(path == "all" or covers(path, pattern) for path in comparison.not_compared) for pattern in selector.paths
    )


def selected(selector: DriftSelector, comparison: Comparison) -> Iterator[tuple[Drift, Truth]]:
    """The drifts of attributes that the selector reports or may have to; those of a resource on both sides."""
    if selector.existence or comparison.existence is not Existence.BOTH or not of_kind(selector, comparison):
        return
    for drift in comparison.drifts:
        truth = reported(selector, drift)
        if truth is not FALSE:
            yield drift, truth


def reported_by(others: Iterable[DriftSelector], drift: Drift, comparison: Comparison) -> bool:
    """Whether another selector reports a drift of an attribute, as fail or as unknown."""
    return any(
        not other.existence and of_kind(other, comparison) and reported(other, drift) is not FALSE for other in others
    )


def existence_reported_by(others: Iterable[DriftSelector], comparison: Comparison) -> bool:
    """Whether another selector reports that the resource is missing or unmanaged, or that this can't be told."""
    return any(
        of_kind(other, comparison) and reported_existence(other, comparison) is not FALSE
        for other in others
        if other.existence
    )


def evidence(drift: Drift) -> tuple[Evidence, ...]:
    """Both sides of a drift; of the resource as a whole, what plan does."""
    if not drift.path:
        expected = "does not fail" if drift.plan is Plan.ERROR else "does not replace it"
        return (Evidence("plan", Fact(drift.plan.value, Default("comparison of both sides")), expected),)
    return (
        Evidence(f"declared.{drift.path}", drift.declared, "equals the live value"),
        Evidence(f"live.{drift.path}", drift.live, "equals the declared value"),
    )


def existence_evidence(comparison: Comparison) -> tuple[Evidence, ...]:
    """On which sides the resource is; of an undetermined one, which side can't be told and why."""
    if comparison.existence is not Existence.UNDETERMINED:
        declared: bool | Unknown = comparison.existence is not Existence.UNMANAGED
        live: bool | Unknown = comparison.existence is not Existence.MISSING
        return (_exists("declared", declared), _exists("live", live))
    cause = comparison.cause
    if cause is None:
        cause = Unknown(Reason.NOT_EVALUABLE, "it is not known on which sides the resource exists")
    if comparison.declared is not None and comparison.declared.undetermined is None:
        return (_exists("declared", True), _exists("live", cause))
    return (_exists("declared", cause), *((_exists("live", True),) if comparison.live is not None else ()))


def _exists(side: str, value: bool | Unknown) -> Evidence:
    return Evidence(f"{side}.exists", Fact(value, Default("comparison of both sides")), "equals true")
