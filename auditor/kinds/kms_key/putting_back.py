"""The calls that give a key again what its code says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.model.calls import Call
from auditor.model.drift import Drift
from auditor.model.facts import Resource
from auditor.model.values import Value


def put_back(planned: Mapping[str, Value], live: Resource, drift: Drift) -> tuple[Call, ...]:
    """The calls for one drift."""
    key = live.facts.get("arn")
    return tuple(_calls(planned, key, drift)) if isinstance(key, str) else ()


def _calls(planned: Mapping[str, Value], key: str, drift: Drift) -> Iterator[Call]:
    wanted = drift.declared.value
    match drift.path:
        case "state":
            yield Call("kms:CancelKeyDeletion", {"KeyId": key})
            yield Call("kms:EnableKey", {"KeyId": key})
        case "is_enabled":
            yield Call("kms:EnableKey" if wanted is True else "kms:DisableKey", {"KeyId": key})
        case "enable_key_rotation" if wanted is not True:
            yield Call("kms:DisableKeyRotation", {"KeyId": key})
        case "enable_key_rotation" | "rotation_period_in_days":
            period = planned.get("rotation_period_in_days")
            told = {"RotationPeriodInDays": period} if isinstance(period, int) else {}
            yield Call("kms:EnableKeyRotation", {"KeyId": key, **told})
        case "description" if isinstance(wanted, str):
            yield Call("kms:UpdateKeyDescription", {"KeyId": key, "Description": wanted})
        case "policy" if isinstance(wanted, str):
            yield Call("kms:PutKeyPolicy", {"KeyId": key, "PolicyName": "default", "Policy": wanted})
        case path if path.startswith('tags["'):
            yield from _tag(key, path[len('tags["') : -len('"]')], wanted)


def _tag(key: str, name: str, wanted: Value) -> Iterator[Call]:
    if wanted is None:
        yield Call("kms:UntagResource", {"KeyId": key, "TagKeys": [name]})
    elif isinstance(wanted, str):
        yield Call("kms:TagResource", {"KeyId": key, "Tags": [{"TagKey": name, "TagValue": wanted}]})
