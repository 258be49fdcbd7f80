"""KMS's answers."""

from __future__ import annotations

import json

from fakeaws.paging import limited, named, page
from fakeaws.world import DEFAULT_KEY, EPOCH, ApiError, Body, Key, Where, World


def _key(world: World, asked: Body, where: Where) -> Key:
    asked_for = asked.get("KeyId") or ""
    ref = asked_for.split(":", 5)[-1] if asked_for.startswith("arn:") else asked_for
    found = world.key_refs.get(ref.removeprefix("key/"))
    if found is None:
        raise ApiError(400, "NotFoundException", f"Key '{where.arn('kms', ref)}' does not exist")
    return found


def _metadata(world: World, key: Key, where: Where) -> Body:
    fate = world.digest("kstate", key)
    state = "Enabled" if key == DEFAULT_KEY or fate[0] >= 10 else "PendingDeletion" if fate[1] & 1 else "Disabled"
    metadata = {
        "AWSAccountId": where.account,
        "KeyId": world.key_id(key),
        "Arn": world.key_arn(key, where),
        "CreationDate": EPOCH,
        "Enabled": state == "Enabled",
        "Description": "Default key" if key == DEFAULT_KEY else f"{world.project} {world.env} {key}",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": state,
        "Origin": "AWS_KMS",
        "KeyManager": "AWS" if key == DEFAULT_KEY else "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    return metadata | ({"DeletionDate": EPOCH + 30 * 86400} if state == "PendingDeletion" else {})


def describe_key(world: World, asked: Body, where: Where) -> Body:
    return {"KeyMetadata": _metadata(world, _key(world, asked, where), where)}


def get_key_rotation_status(world: World, asked: Body, where: Where) -> Body:
    key = _key(world, asked, where)
    pending = _metadata(world, key, where)["KeyState"] == "PendingDeletion"
    on = key == DEFAULT_KEY or (world.digest("rot", key)[0] >= 40 and not pending)
    status: Body = {"KeyId": world.key_arn(key, where), "KeyRotationEnabled": on}
    if on and key != DEFAULT_KEY:
        status |= {"RotationPeriodInDays": 365, "NextRotationDate": EPOCH + 365 * 86400}
    return status


def get_key_policy(world: World, asked: Body, where: Where) -> Body:
    _key(world, asked, where)
    statement = {
        "Sid": "Root",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{where.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "PolicyName": "default"}


def list_resource_tags(world: World, asked: Body, where: Where) -> Body:
    key = _key(world, asked, where)
    tags = [] if key == DEFAULT_KEY else [{"TagKey": "Project", "TagValue": world.project}]
    return {"Tags": tags, "Truncated": False}


def list_grants(world: World, asked: Body, where: Where) -> Body:
    key = _key(world, asked, where)
    grant = {
        "KeyId": world.key_arn(key, where),
        "GrantId": world.digest("grant", key).hex(),
        "GranteePrincipal": "dynamodb.amazonaws.com",
        "Operations": ["Encrypt", "Decrypt"],
        "CreationDate": EPOCH,
    }
    return {"Grants": [grant], "Truncated": False}


def list_key_rotations(world: World, asked: Body, where: Where) -> Body:
    rotated = {"KeyId": world.key_arn(_key(world, asked, where), where), "RotationType": "AUTOMATIC"}
    return {"Rotations": [rotated | {"RotationDate": EPOCH}], "Truncated": False}


def list_aliases(world: World, asked: Body, where: Where) -> Body:
    rows = sorted((ref, key) for ref, key in world.key_refs.items() if ref.startswith("alias/"))
    if asked.get("KeyId"):
        wanted = _key(world, asked, where)
        rows = [row for row in rows if row[1] == wanted]
    part, token = page(rows, asked.get("Marker"), limited(asked.get("Limit"), 100, 50))
    aliases = [
        {
            "AliasName": alias,
            "AliasArn": where.arn("kms", alias),
            "TargetKeyId": world.key_id(key),
            "CreationDate": EPOCH,
            "LastUpdatedDate": EPOCH,
        }
        for alias, key in part
    ]
    return named(Aliases=aliases, Truncated=token is not None, NextMarker=token)


OPERATIONS = {
    "DescribeKey": describe_key,
    "GetKeyRotationStatus": get_key_rotation_status,
    "GetKeyPolicy": get_key_policy,
    "ListGrants": list_grants,
    "ListKeyRotations": list_key_rotations,
    "ListResourceTags": list_resource_tags,
    "ListAliases": list_aliases,
}
