"""Analysis of capacity: what of a table Application Auto Scaling really scales, on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from auditor.model.facts import Resource, Side
from auditor.model.values import Unknown, Value
from auditor.subjects.definition import at_path, decided, names_of
from auditor.subjects.sides import Sides

_LIVE: Final = Side.LIVE
TARGETS: Final = "application-autoscaling:DescribeScalableTargets"
POLICIES: Final = "application-autoscaling:DescribeScalingPolicies"
_DIMENSIONS: Final = {
    "read": ("dynamodb:table:ReadCapacityUnits", "dynamodb:index:ReadCapacityUnits"),
    "write": ("dynamodb:table:WriteCapacityUnits", "dynamodb:index:WriteCapacityUnits"),
}


def table_scaled(table: Resource, sides: Sides, direction: str) -> Value:
    """Whether the reads, or writes, of either side's table are scaled."""
    name = table.identity.name
    return name if isinstance(name, Unknown) else _scaled(table, sides, f"table/{name}", _DIMENSIONS[direction][0])


def unscaled_indexes(table: Resource, sides: Sides) -> Value:
    """Global secondary indexes of which reads or writes are not scaled; an Unknown stands for one that can't be told.

    An index has a throughput of its own: one that does not scale throttles the writes of its table.
    """
    names = names_of(table.values.get("global_secondary_index"))
    if not isinstance(names, tuple):
        return names
    found: list[Value] = []
    for name in names:
        resource = f"table/{table.identity.name}/index/{name}"
        scaled = [_scaled(table, sides, resource, dimensions[1]) for dimensions in _DIMENSIONS.values()]
        if False in scaled:
            found.append(name)
        else:
            found += [value for value in scaled if isinstance(value, Unknown)][:1]
    return decided(found)


def limit(table: Resource, sides: Sides, direction: str) -> Value:
    """The units a second that a live table gives at most; absent where nothing limits them.

    Those provisioned, or the most that scaling provides, or the maximum of an on-demand table.
    """
    values = table.values
    mode = values.get("billing_mode")
    if isinstance(mode, Unknown):
        return mode
    if mode == "PAY_PER_REQUEST":
        most = at_path(values, ("on_demand_throughput", f"max_{direction}_request_units"))
        return most if not isinstance(most, int) or most > 0 else None
    gap = sides.index.gap(TARGETS)
    if gap is not None:
        return gap
    dimension = _DIMENSIONS[direction][0]
    targets = sides.index.scaling_targets.get(f"table/{table.identity.name}", ())
    scaled = next((target.values.get("max_capacity") for target in targets if _is(target, dimension)), None)
    return values.get(f"{direction}_capacity") if scaled is None else scaled


def settings(table: Resource, sides: Sides) -> Value:
    """The bounds of everything that scales a live table or one of its indexes, with the utilisation that is kept."""
    for api in (TARGETS, POLICIES):
        gap = sides.index.gap(api)
        if gap is not None:
            return gap
    root = f"table/{table.identity.name}"
    found: list[Value] = []
    for resource in sorted(sides.index.scaling_targets):
        if resource == root or resource.startswith(f"{root}/index/"):
            for target in sides.index.scaling_targets[resource]:
                dimension = target.values.get("scalable_dimension")
                policies = (p for p in sides.index.scaling_policies.get(resource, ()) if _is(p, dimension))
                found.append(
                    {
                        "name": f"{resource} {dimension}",
                        "min": target.values.get("min_capacity"),
                        "max": target.values.get("max_capacity"),
                        "target_value": next((at_path(p.values, _KEPT) for p in policies), None),
                    }
                )
    return tuple(found)


_KEPT: Final = ("target_tracking_scaling_policy_configuration", "target_value")


def _is(resource: Resource, dimension: Value) -> bool:
    return resource.values.get("scalable_dimension") == dimension


def _scaled(table: Resource, sides: Sides, resource: str, dimension: str) -> Value:
    """Whether a target that is not suspended has a policy that tracks a target value or has steps."""
    if table.side is _LIVE:
        for api in (TARGETS, POLICIES):
            gap = sides.index.gap(api)
            if gap is not None:
                return gap
    targets, policies = (
        _about(resource, dimension, found)
        for found in (
            (sides.index.scaling_targets.get(resource, ()), sides.index.scaling_policies.get(resource, ()))
            if table.side is _LIVE
            else (
                sides.index.declared.get(kind, ())
                for kind in ("aws_appautoscaling_target", "aws_appautoscaling_policy")
            )
        )
    )
    if not targets or not policies:
        return False
    states = [_suspended(target) for target in targets if isinstance(target, Resource)]
    if True in states:
        return False
    return next((value for value in (*states, *targets, *policies) if isinstance(value, Unknown)), True)


def _about(resource: str, dimension: str, resources: Iterable[Resource]) -> list[Resource | Unknown]:
    """Those about one capacity; where none is, the reasons why some might be."""
    found: list[Resource | Unknown] = []
    maybe: list[Resource | Unknown] = []
    for one in resources:
        about = (one.values.get("resource_id"), one.values.get("scalable_dimension"))
        if about == (resource, dimension):
            found.append(one)
        elif all(
            isinstance(part, Unknown) or part == wanted
            for part, wanted in zip(about, (resource, dimension), strict=True)
        ):
            maybe += [part for part in about if isinstance(part, Unknown)]
    return found or maybe


def _suspended(target: Resource) -> Value:
    """Whether scaling out is suspended: capacity then does not follow demand upwards."""
    for side in (target.values.get("suspended_state"), target.facts.get("suspended_state")):
        if isinstance(side, Unknown):
            return side
        if isinstance(side, Mapping):
            return bool(side.get("dynamic_scaling_out_suspended"))
    return False
