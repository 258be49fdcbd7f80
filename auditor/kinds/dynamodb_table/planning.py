"""What the provider would have stored of a live table, and the configurations that it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.kinds.dynamodb_table.asking import ALIASES, of_table
from auditor.kinds.dynamodb_table.attributes import BACKUPS, DESCRIBE, TIME_TO_LIVE
from auditor.model.answers import Answers, Request
from auditor.model.facts import Resource
from auditor.model.members import GOING, default_key
from auditor.model.values import NOT_APPLICABLE, Unknown, Value

_READ_AS_DISABLED: Final = frozenset({"UnknownOperationException", "TableNotFoundException"})


def refresh(live: Resource, answers: Answers) -> Resource:
    """The values the provider would have stored; an attribute left out keeps whatever was written in code."""
    values = dict(live.values)
    described = answers.get(of_table(DESCRIBE, str(live.identity.name)))
    if described.ok:
        table = described.pages[0]["Table"]
        _refresh_described(values, table, live, answers)
        if table.get("TableStatus") == GOING:
            values |= {name: value for name, value in live.values.items() if isinstance(value, Unknown)}
    recovery = answers.get(of_table(BACKUPS, str(live.identity.name)))
    window = values["point_in_time_recovery"]
    off = window is NOT_APPLICABLE or (isinstance(window, Mapping) and window["enabled"] is False)
    if off or recovery.code in _READ_AS_DISABLED:
        values["point_in_time_recovery"] = {"enabled": False, "recovery_period_in_days": 0}
    expiry = answers.get(of_table(TIME_TO_LIVE, str(live.identity.name)))
    if expiry.ok:
        found = expiry.pages[0]["TimeToLiveDescription"]
        enabled = found.get("TimeToLiveStatus") == "ENABLED"
        values["ttl"] = {"enabled": enabled, "attribute_name": found.get("AttributeName")}
    return Resource(live.side, live.kind, live.identity, values)


def _refresh_described(values: dict[str, Value], table: Mapping[str, Any], live: Resource, answers: Answers) -> None:
    values["deletion_protection_enabled"] = table.get("DeletionProtectionEnabled", False)
    if values["range_key"] is None:
        del values["range_key"]
    if "StreamSpecification" not in table:
        del values["stream_view_type"]
    encryption = table.get("SSEDescription")
    if encryption is not None:
        key = encryption.get("KMSMasterKeyArn")
        managed = live.facts["encryption"]
        values["server_side_encryption"] = {
            "enabled": encryption.get("Status") == "ENABLED",
            "kms_key_arn": managed if isinstance(managed, Unknown) else "" if managed == "AWS_MANAGED" else key,
        }
    indexes = values["global_secondary_index"]
    if isinstance(indexes, Mapping) and indexes:
        values["global_secondary_index"] = dict(_indexes(indexes, table))
    if table.get("Replicas"):
        values["replica"] = dict(_replicas(values["replica"], table, answers))


def _indexes(indexes: Mapping[str, Value], table: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """An index without throughput loses its name; of a key of several parts the last one stays."""
    for entry in table["GlobalSecondaryIndexes"]:
        name = entry["IndexName"]
        index = indexes[name]
        parts = [key["AttributeName"] for key in entry["KeySchema"] if key["KeyType"] == "HASH"]
        if len(parts) > 1 and isinstance(index, Mapping):
            index = {**index, "hash_key": parts[-1]}
        yield (name if "ProvisionedThroughput" in entry else ""), index


def _replicas(replicas: Value, table: Mapping[str, Any], answers: Answers) -> Iterator[tuple[str, Value]]:
    """Also the table's own Region where AWS lists it; a Region's default key is stored as none."""
    for entry in table["Replicas"]:
        region = entry["RegionName"]
        replica = replicas.get(region) if isinstance(replicas, Mapping) else None
        if not isinstance(replica, Mapping):
            replica = {"region_name": region, "kms_key_arn": None, "point_in_time_recovery": False}
        elif isinstance(key := replica["kms_key_arn"], str):
            default = default_key(answers.get(Request(ALIASES.api, (), region)), "dynamodb")
            replica = {**replica, "kms_key_arn": None if default and key.endswith(f"key/{default}") else key}
        yield region, replica


def invalid(planned: Mapping[str, Value], refreshed: Mapping[str, Value] | None) -> tuple[str, ...]:
    """The provider's own validation, which sees planned values: after `ignore_changes`, computed ones filled in.

    A value that is unknown refuses nothing.
    """
    kept = {} if refreshed is None else refreshed
    return (
        *_capacity(planned, kept),
        *_keys_of(planned, kept),
        *_streams(planned, kept),
        *_expiry(planned),
    )


def _either(value: Value, otherwise: Value) -> Value:
    """The value, unless it is absent or empty text."""
    return otherwise if value is None or value == "" else value


def _filled(planned: Mapping[str, Value], kept: Mapping[str, Value], name: str) -> Value:
    """The planned value; an omitted one is the kept one, an empty text is itself."""
    value = planned.get(name)
    return kept.get(name) if value is None else value


def _capacity(planned: Mapping[str, Value], kept: Mapping[str, Value]) -> Iterator[str]:
    """A table restored from another may have any capacity."""
    if _either(planned.get("restore_source_name"), planned.get("restore_source_table_arn")) not in (None, ""):
        return
    before = kept.get("billing_mode")
    mode = _either(planned.get("billing_mode"), "PROVISIONED")
    for name in ("read_capacity", "write_capacity"):
        units = _either(_filled(planned, kept, name), 0)
        if not isinstance(units, int) or isinstance(before, Unknown):
            continue
        if mode == "PAY_PER_REQUEST" and units != 0 and before != "PROVISIONED":
            yield f'{name} cannot be set when billing_mode is "PAY_PER_REQUEST"'
        if mode == "PROVISIONED" and units < 1 and before != "PAY_PER_REQUEST":
            yield f'{name} must be at least 1 when billing_mode is "PROVISIONED"'


def _keys_of(planned: Mapping[str, Value], kept: Mapping[str, Value]) -> Iterator[str]:
    """Each attribute must be part of a key, and each part of a key an attribute."""
    attributes = _filled(planned, kept, "attribute")
    used = [_filled(planned, kept, "hash_key"), planned.get("range_key")]
    for name in ("global_secondary_index", "local_secondary_index"):
        indexes = planned.get(name)
        for index in indexes.values() if isinstance(indexes, Mapping) else (indexes,):
            used += [index.get("hash_key"), index.get("range_key")] if isinstance(index, Mapping) else [index]
    if isinstance(attributes, Unknown) or Unknown in map(type, used):
        return
    names = set(attributes) if isinstance(attributes, Mapping) else set()
    keys = {str(key) for key in used if key}
    if unused := sorted(names - keys):
        yield f"attributes that no key uses: {', '.join(unused)}"
    if undefined := sorted(keys - names):
        yield f"keys without an attribute: {', '.join(undefined)}"


def _streams(planned: Mapping[str, Value], kept: Mapping[str, Value]) -> Iterator[str]:
    view = _filled(planned, kept, "stream_view_type")
    if planned.get("stream_enabled") is True and (view is None or view == ""):
        yield "stream_view_type is required when stream_enabled is true"


def _expiry(planned: Mapping[str, Value]) -> Iterator[str]:
    ttl = planned.get("ttl")
    if isinstance(ttl, Mapping) and ttl.get("enabled") is True and _either(ttl.get("attribute_name"), None) is None:
        yield "ttl.attribute_name must be set when ttl.enabled is true"


def traps(declared: Mapping[str, Value], ignored: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What one change by hand turns into a plan that fails, or that replaces the table."""
    names = set(ignored)
    return () if "all" in names else tuple(_traps(declared, names))


def _traps(declared: Mapping[str, Value], ignored: set[str]) -> Iterator[tuple[str, str]]:
    if "global_secondary_index" in ignored and "attribute" not in ignored:
        yield "global_secondary_index", _TRAPS["global_secondary_index"]
    if "attribute" in ignored and "global_secondary_index" not in ignored:
        yield "attribute", _TRAPS["attribute"]
    units = {name for name in ("read_capacity", "write_capacity") if isinstance(declared.get(name), int)}
    if "billing_mode" in ignored and declared.get("billing_mode") in (None, "PROVISIONED") and units - ignored:
        yield "billing_mode", _TRAPS["billing_mode"]
    if declared.get("restore_to_latest_time") is False:
        yield "restore_to_latest_time", _TRAPS["restore_to_latest_time"]


_TRAPS: Final = {
    "global_secondary_index": "ignore_changes leaves indexes out and attributes not: an index made by hand on a new "
    "attribute makes the next plan fail",
    "attribute": "ignore_changes leaves attributes out and indexes not: an index made or dropped by hand makes the "
    "next plan fail",
    "billing_mode": "ignore_changes leaves the billing mode out and capacities not: the table switched to on demand by "
    "hand makes the next plan fail",
    "restore_to_latest_time": "written after the table was made, it turns the next change, whatever it is, into a "
    "replacement of the table with all its items",
}
