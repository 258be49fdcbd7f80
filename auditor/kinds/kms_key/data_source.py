"""The data source aws_kms_key: a key by its id, its ARN, or the name or ARN of an alias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auditor.kinds.kms_key.attributes import ALIASES, DESCRIBE
from auditor.model.answers import Answers, Request, Scope
from auditor.model.data_sources import Found
from auditor.model.members import items
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value

_ALIAS: Final = "alias/"


def target(sought: str, scope: Scope) -> str:
    """The ARN that DescribeKey is asked for; empty where an alias is to lead to it, or where it lies elsewhere.

    An alias is never described itself: that would make AWS create the key behind an alias of its own.
    """
    if _ALIAS in sought:
        return ""
    if not sought.startswith("arn:"):
        return f"arn:{scope.partition}:kms:{scope.region}:{scope.account}:key/{sought}"
    return sought if f":kms:{scope.region}:" in sought else ""


def data_source(answers: Answers, scope: Scope, sought: str) -> Found:
    """The key that is meant, as DescribeKey tells of it."""
    arn = target(sought, scope)
    if _ALIAS in sought:
        aliases = answers.get(ALIASES)
        if not aliases.ok:
            return aliases.unknown
        entries = [one for one in items(aliases, "Aliases") if sought in (one["AliasName"], one["AliasArn"])]
        if not entries:
            return None
        key = entries[0].get("TargetKeyId")
        arn = f"{entries[0]['AliasArn'].partition(':alias/')[0]}:key/{key}" if key else ""
    if not arn:
        return Unknown(Reason.NOT_SUPPORTED, f"the key of {sought} lies elsewhere, or is not made yet", api=DESCRIBE)
    answer = answers.get(Request.of(DESCRIBE, KeyId=arn))
    if answer.code == "NotFoundException":
        return None
    return _attributes(answer.pages[0]["KeyMetadata"]) if answer.ok else answer.unknown


def _attributes(key: Mapping[str, Any]) -> Mapping[str, Value]:
    spec = key.get("KeySpec", key.get("CustomerMasterKeySpec"))
    return {
        "arn": key.get("Arn"),
        "aws_account_id": key.get("AWSAccountId"),
        "cloud_hsm_cluster_id": key.get("CloudHsmClusterId"),
        "creation_date": _second(key.get("CreationDate")),
        "custom_key_store_id": key.get("CustomKeyStoreId"),
        "customer_master_key_spec": key.get("CustomerMasterKeySpec", spec),
        "deletion_date": _second(key.get("DeletionDate")) or NOT_APPLICABLE,
        "description": key.get("Description"),
        "enabled": key.get("Enabled"),
        "expiration_model": key.get("ExpirationModel"),
        "id": key["KeyId"],
        "key_manager": key.get("KeyManager"),
        "key_spec": spec,
        "key_state": key.get("KeyState"),
        "key_usage": key.get("KeyUsage"),
        "multi_region": key.get("MultiRegion"),
        "multi_region_configuration": _regions(key.get("MultiRegionConfiguration")),
        "origin": key.get("Origin"),
        "pending_deletion_window_in_days": key.get("PendingDeletionWindowInDays"),
        "valid_to": _second(key.get("ValidTo")) or NOT_APPLICABLE,
        "xks_key_configuration": _external(key.get("XksKeyConfiguration")),
    }


def _second(time: str | None) -> str | None:
    """A time as the provider writes it: to the second."""
    return f"{time[:19]}Z" if time else None


def _regions(configuration: Mapping[str, Any] | None) -> Value:
    if configuration is None:
        return ()
    primary = configuration.get("PrimaryKey")
    return (
        {
            "multi_region_key_type": configuration.get("MultiRegionKeyType"),
            "primary_key": (_key(primary),) if primary else (),
            "replica_keys": tuple(_key(replica) for replica in configuration.get("ReplicaKeys") or ()),
        },
    )


def _key(key: Mapping[str, Any]) -> Mapping[str, Value]:
    return {"arn": key.get("Arn"), "region": key.get("Region")}


def _external(configuration: Mapping[str, Any] | None) -> Value:
    return ({"id": configuration.get("Id")},) if configuration else ()
