"""Analysis of capacity: what of a table Application Auto Scaling really scales."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.model.facts import Resource
from auditor.model.values import Unknown, Value
from auditor.subjects.definition import decided, names_of
from auditor.subjects.sides import Sides

TARGETS: Final = "application-autoscaling:DescribeScalableTargets"
POLICIES: Final = "application-autoscaling:DescribeScalingPolicies"
_DIMENSIONS: Final = {
    "read": ("dynamodb:table:ReadCapacityUnits", "dynamodb:index:ReadCapacityUnits"),
    "write": ("dynamodb:table:WriteCapacityUnits", "dynamodb:index:WriteCapacityUnits"),
}


def table_scaled(sides: Sides, direction: str) -> Value:
    """Whether the table's reads, or writes, are scaled."""
    name = sides.comparison.identity.name
    return name if isinstance(name, Unknown) else _scaled(sides, f"table/{name}", _DIMENSIONS[direction][0])


def unscaled_indexes(sides: Sides) -> Value:
    """Global secondary indexes of which reads or writes are not scaled; an Unknown stands for one that can't be told.

    An index has a throughput of its own: one that does not scale throttles the writes of its table.
    """
    live = sides.live
    if not isinstance(live, Resource):
        return live
    names = names_of(live.values.get("global_secondary_index"))
    if not isinstance(names, tuple):
        return names
    found: list[Value] = []
    for name in names:
        resource = f"table/{sides.comparison.identity.name}/index/{name}"
        scaled = [_scaled(sides, resource, dimensions[1]) for dimensions in _DIMENSIONS.values()]
        if False in scaled:
            found.append(name)
        else:
            found += [value for value in scaled[:1] if isinstance(value, Unknown)]
    return decided(found)


def _scaled(sides: Sides, resource: str, dimension: str) -> Value:
    """Whether a target that is not suspended has a policy that tracks a target value or has steps."""
    for api in (TARGETS, POLICIES):
        gap = sides.index.gap(api)
        if gap is not None:
            return gap
    targets = [one for one in sides.index.scaling_targets.get(resource, ()) if _is(one, dimension)]
    policies = [one for one in sides.index.scaling_policies.get(resource, ()) if _is(one, dimension)]
    if not targets or not policies:
        return False
    suspended = [_suspended(target) for target in targets]
    if True in suspended:
        return False
    return next((value for value in suspended if isinstance(value, Unknown)), True)


def _is(resource: Resource, dimension: str) -> bool:
    return resource.values.get("scalable_dimension") == dimension


def _suspended(target: Resource) -> Value:
    """Whether scaling out is suspended: capacity then does not follow demand upwards."""
    for side in (target.values.get("suspended_state"), target.facts.get("suspended_state")):
        if isinstance(side, Unknown):
            return side
        if isinstance(side, Mapping):
            return bool(side.get("dynamic_scaling_out_suspended"))
    return False
