"""What somebody did to the demonstration estate by hand, each change on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from auditor.demo.estate import Hand

PREFIX: Final = "koneksi-prod"


class Change(Struct, frozen=True):
    """One change by hand."""

    name: str
    words: str
    make: Callable[[Hand], object]


def _recovery_off(hand: Hand) -> None:
    hand("dynamodb").update_continuous_backups(
        TableName=f"{PREFIX}-users", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def _protection_off(hand: Hand) -> None:
    hand("dynamodb").update_table(TableName=f"{PREFIX}-orders", DeletionProtectionEnabled=False)


def _other_key(hand: Hand) -> None:
    key = hand("kms").create_key(Description="made for a test, then forgotten")["KeyMetadata"]["Arn"]
    hand("dynamodb").update_table(
        TableName=f"{PREFIX}-sessions",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )


def _expiry_off(hand: Hand) -> None:
    hand("dynamodb").update_time_to_live(
        TableName=f"{PREFIX}-sessions",
        TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"},
    )


def _retagged(hand: Hand) -> None:
    arn = hand("dynamodb").describe_table(TableName=f"{PREFIX}-users")["Table"]["TableArn"]
    hand("dynamodb").tag_resource(ResourceArn=arn, Tags=[{"Key": "DataClassification", "Value": "public"}])


def _index_dropped(hand: Hand) -> None:
    hand("dynamodb").update_table(
        TableName=f"{PREFIX}-orders", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-status"}}]
    )


def _unmanaged(hand: Hand) -> None:
    hand("dynamodb").create_table(
        TableName=f"{PREFIX}-users-restored",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )


def _missing(hand: Hand) -> None:
    dynamodb = hand("dynamodb")
    dynamodb.update_table(TableName=f"{PREFIX}-invoices", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=f"{PREFIX}-invoices")


def _muted(hand: Hand) -> None:
    hand("cloudwatch").disable_alarm_actions(AlarmNames=[f"{PREFIX}-users-read-throttle-events"])


def _rotation_off(hand: Hand) -> None:
    kms = hand("kms")
    kms.disable_key_rotation(KeyId=_target(hand, f"alias/{PREFIX}-dynamodb"))


def _target(hand: Hand, alias: str) -> str:
    pages = hand("kms").get_paginator("list_aliases").paginate()
    return str(next(each["TargetKeyId"] for page in pages for each in page["Aliases"] if each["AliasName"] == alias))


def _scaling_capped(hand: Hand) -> None:
    hand("application-autoscaling").register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=f"table/{PREFIX}-events",
        ScalableDimension="dynamodb:table:WriteCapacityUnits",
        MinCapacity=25,
        MaxCapacity=50,
    )


CHANGES: Final = (
    Change("recovery_off", f"{PREFIX}-users: point-in-time recovery switched off", _recovery_off),
    Change("retagged", f"{PREFIX}-users: tag DataClassification set to public", _retagged),
    Change("muted", f"{PREFIX}-users: actions of the alarm on refused reads switched off", _muted),
    Change("protection_off", f"{PREFIX}-orders: deletion protection switched off", _protection_off),
    Change("index_dropped", f"{PREFIX}-orders: index by-status dropped", _index_dropped),
    Change("other_key", f"{PREFIX}-sessions: encrypted with another key", _other_key),
    Change("expiry_off", f"{PREFIX}-sessions: time to live switched off", _expiry_off),
    Change("scaling_capped", f"{PREFIX}-events: writes scale to 50 units instead of 2,000", _scaling_capped),
    Change("missing", f"{PREFIX}-invoices: table deleted", _missing),
    Change("unmanaged", f"{PREFIX}-users-restored: table created", _unmanaged),
    Change("rotation_off", f"alias/{PREFIX}-dynamodb: rotation of the key switched off", _rotation_off),
)
"""In an order in which each can be made after those before it."""
