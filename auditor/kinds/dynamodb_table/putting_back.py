"""What gives a table again what its code says, attribute by attribute; none for what only a new table can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from auditor.model.calls import Call
from auditor.model.drift import Drift
from auditor.model.facts import Resource
from auditor.model.values import Value, unknowns

_UPDATE: Final = "dynamodb:UpdateTable"
Planned = Mapping[str, Value]


def put_back(planned: Planned, live: Resource, drift: Drift) -> tuple[Call, ...]:
    """The calls for one drift."""
    if drift.path.startswith("tags["):
        return tuple(_tag(live, drift))
    top = drift.path.partition(".")[0].partition("[")[0]
    make, needed = _MAKERS.get(top, (None, ()))
    if make is None or any(unknowns(planned.get(each)) for each in needed):
        return ()
    name = {"TableName": str(live.identity.name)}
    return tuple(Call(api, {**name, **told}) for api, told in make(planned, live, drift))


Told = Iterator[tuple[str, Mapping[str, Any]]]


def _block(planned: Planned, name: str) -> Mapping[str, Value]:
    found = planned.get(name)
    return found if isinstance(found, Mapping) else {}


def _protection(planned: Planned, _live: Resource, _drift: Drift) -> Told:
    yield _UPDATE, {"DeletionProtectionEnabled": planned.get("deletion_protection_enabled") is True}


def _table_class(planned: Planned, _live: Resource, _drift: Drift) -> Told:
    yield _UPDATE, {"TableClass": str(planned.get("table_class") or "STANDARD")}


def _capacity(planned: Planned, live: Resource, _drift: Drift) -> Told:
    mode = planned.get("billing_mode") or "PROVISIONED"
    if mode == "PAY_PER_REQUEST":
        yield _UPDATE, {"BillingMode": mode}
        return
    units = [planned.get(name) or live.values.get(name) for name in ("read_capacity", "write_capacity")]
    if mode == "PROVISIONED" and all(isinstance(each, int) and each > 0 for each in units):
        throughput = {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}
        yield _UPDATE, {"BillingMode": mode, "ProvisionedThroughput": throughput}


def _stream(planned: Planned, live: Resource, _drift: Drift) -> Told:
    """A stream's view can't be changed while it is on."""
    enabled, view = planned.get("stream_enabled") is True, planned.get("stream_view_type")
    if live.values.get("stream_enabled") is True:
        yield _UPDATE, {"StreamSpecification": {"StreamEnabled": False}}
    if enabled and isinstance(view, str):
        yield _UPDATE, {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}


def _encryption(planned: Planned, _live: Resource, _drift: Drift) -> Told:
    block = _block(planned, "server_side_encryption")
    key = block.get("kms_key_arn")
    if block.get("enabled") is True:
        named = {"KMSMasterKeyId": key} if key else {}
        yield _UPDATE, {"SSESpecification": {"Enabled": True, "SSEType": "KMS", **named}}
    else:
        yield _UPDATE, {"SSESpecification": {"Enabled": False}}


def _recovery(planned: Planned, _live: Resource, _drift: Drift) -> Told:
    block = _block(planned, "point_in_time_recovery")
    enabled, period = block.get("enabled") is True, block.get("recovery_period_in_days")
    told: dict[str, Any] = {"PointInTimeRecoveryEnabled": enabled}
    if enabled and isinstance(period, int):
        told["RecoveryPeriodInDays"] = period
    yield "dynamodb:UpdateContinuousBackups", {"PointInTimeRecoverySpecification": told}


def _expiry(planned: Planned, live: Resource, _drift: Drift) -> Told:
    """AWS takes one change of expiry an hour; another attribute means off with the old one first."""
    wanted, actual = _block(planned, "ttl"), live.values.get("ttl")
    enabled, name = wanted.get("enabled") is True, wanted.get("attribute_name")
    now = actual if isinstance(actual, Mapping) else {}
    before = now.get("attribute_name")
    if now.get("enabled") is True and isinstance(before, str) and (not enabled or before != name):
        yield _time_to_live(False, before)
    if enabled and isinstance(name, str) and name:
        yield _time_to_live(True, name)


def _time_to_live(enabled: bool, name: str) -> tuple[str, Mapping[str, Any]]:
    return "dynamodb:UpdateTimeToLive", {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": name}}


def _most(planned: Planned, _live: Resource, _drift: Drift) -> Told:
    block = _block(planned, "on_demand_throughput")
    units = {
        member: block.get(name)
        for member, name in (
            ("MaxReadRequestUnits", "max_read_request_units"),
            ("MaxWriteRequestUnits", "max_write_request_units"),
        )
    }
    yield _UPDATE, {"OnDemandThroughput": {member: -1 if each is None else each for member, each in units.items()}}


def _index(planned: Planned, _live: Resource, drift: Drift) -> Told:
    """A whole index: made again, or dropped. What is in one can only change with it, which is left to a plan."""
    wanted, actual = drift.declared.value, drift.live.value
    if not drift.path.endswith('"]'):
        return
    if isinstance(actual, Mapping):
        if wanted is None:
            yield _UPDATE, {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": str(actual["name"])}}]}
    elif isinstance(wanted, Mapping):
        definitions = [
            {"AttributeName": each["name"], "AttributeType": each["type"]}
            for each in _block(planned, "attribute").values()
            if isinstance(each, Mapping)
        ]
        updates = [{"Create": _new_index(planned, wanted)}]
        if definitions:
            yield _UPDATE, {"AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": updates}


def _new_index(planned: Planned, wanted: Mapping[str, Value]) -> Mapping[str, Any]:
    keys = [(wanted.get(name), kind) for name, kind in (("hash_key", "HASH"), ("range_key", "RANGE"))]
    projection: dict[str, Any] = {"ProjectionType": wanted.get("projection_type")}
    if isinstance(other := wanted.get("non_key_attributes"), tuple) and other:
        projection["NonKeyAttributes"] = list(other)
    told: dict[str, Any] = {
        "IndexName": wanted["name"],
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys if name],
        "Projection": projection,
    }
    units = [wanted.get(name) for name in ("read_capacity", "write_capacity")]
    if (planned.get("billing_mode") or "PROVISIONED") == "PROVISIONED" and all(units):
        told["ProvisionedThroughput"] = {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}
    return told


def _tag(live: Resource, drift: Drift) -> Iterator[Call]:
    key, value, arn = drift.path[len('tags["') : -len('"]')], drift.declared.value, live.facts.get("arn")
    if not isinstance(arn, str):
        return
    if value is None:
        yield Call("dynamodb:UntagResource", {"ResourceArn": arn, "TagKeys": [key]})
    elif isinstance(value, str):
        yield Call("dynamodb:TagResource", {"ResourceArn": arn, "Tags": [{"Key": key, "Value": value}]})


_CAPACITY: Final = (_capacity, ("billing_mode", "read_capacity", "write_capacity"))
_STREAM: Final = (_stream, ("stream_enabled", "stream_view_type"))
_MAKERS: Final[Mapping[str, tuple[Callable[[Planned, Resource, Drift], Told], tuple[str, ...]]]] = {
    "billing_mode": _CAPACITY,
    "deletion_protection_enabled": (_protection, ("deletion_protection_enabled",)),
    "global_secondary_index": (_index, ("attribute", "billing_mode")),
    "on_demand_throughput": (_most, ("on_demand_throughput",)),
    "point_in_time_recovery": (_recovery, ("point_in_time_recovery",)),
    "read_capacity": _CAPACITY,
    "server_side_encryption": (_encryption, ("server_side_encryption",)),
    "stream_enabled": _STREAM,
    "stream_view_type": _STREAM,
    "table_class": (_table_class, ("table_class",)),
    "ttl": (_expiry, ("ttl",)),
    "write_capacity": _CAPACITY,
}
"""By top-level attribute: what makes its calls, and the attributes whose planned values go into them."""
