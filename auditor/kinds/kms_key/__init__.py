"""KMS keys: those that tables are encrypted with, and those that the environment's aliases point to.

Facts of a live key besides its attributes:

    arn, key_id, id                     key_id and id are the same
    key_manager                         CUSTOMER or AWS
    key_state, key_spec, origin         as DescribeKey tells them
    account                             of the key; another one than the environment's: a foreign key
    created, deletion_date              deletion_date is set only while the deletion is pending
    rotates                             whether rotation is on; not applicable for a key that can't rotate by itself
    rotated                             when its material was renewed; only where that is wanted
    aliases                             names of its aliases
    primary_key_arn                     the key of another Region that this one is a replica of; absent: it is none
    grants                              records of id, grantee, operations, created; only where they are wanted
    gone                                the state, with its date, that Terraform takes for deleted; absent: it is none
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from msgspec.structs import replace

from auditor.kinds.kms_key.attributes import (
    ALIASES,
    ATTRIBUTES,
    DESCRIBE,
    GRANTS,
    POLICY,
    ROTATION,
    ROTATIONS,
    TAGS,
    TYPE,
)
from auditor.kinds.kms_key.data_source import data_source, target
from auditor.kinds.kms_key.putting_back import put_back
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Kind
from auditor.model.members import LiveOrigins, answers_of, items, own_tags, pairs, sources
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value

_GONE: Final = ("PendingDeletion", "PendingReplicaDeletion")
_MADE_ELSEWHERE: Final = frozenset({"EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"})
_NOT_SYMMETRIC: Final = ("RSA_", "ECC_", "HMAC_", "SM2", "ML_")

SOURCES: Final = {"": (DESCRIBE, "KeyMetadata"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """The aliases, which lead to declared keys; keys that a state or a data source names; tables lead to theirs."""
    sought = scope.sought(TYPE)
    if scope.names(TYPE) or scope.names("aws_kms_alias") or scope.patterns or any("alias/" in one for one in sought):
        yield ALIASES
    for key in (*scope.names(TYPE), *sought):
        if arn := target(key, scope):
            yield Request.of(DESCRIBE, KeyId=arn)


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """Keys of tables and of the environment's aliases, each once; then what only a customer's key has."""
    match answer.request.api:
        case "dynamodb:DescribeTable" if not answer.request.region:
            key = answer.pages[0]["Table"].get("SSEDescription", {}).get("KMSMasterKeyArn")
            if key:
                yield Request.of(DESCRIBE, KeyId=key)
        case "kms:ListAliases" if not answer.request.region:
            for entry in items(answer, "Aliases"):
                key = entry.get("TargetKeyId")
                if key and _wanted(entry["AliasName"], entry["AliasArn"], scope):
                    root = entry["AliasArn"].partition(":alias/")[0]
                    yield Request.of(DESCRIBE, KeyId=f"{root}:key/{key}")
        case "kms:DescribeKey":
            yield from _details(answer, scope)


def _wanted(alias: str, arn: str, scope: Scope) -> bool:
    sought = {*scope.names("aws_kms_alias"), *scope.sought(TYPE)}
    return alias in sought or arn in sought or _own(alias, scope)


def _own(alias: str, scope: Scope) -> bool:
    return any(fnmatchcase(alias.removeprefix("alias/"), pattern) for pattern in scope.patterns)


def _details(answer: Answer, scope: Scope) -> Iterator[Request]:
    key = answer.pages[0]["KeyMetadata"]
    if key.get("KeyManager", "CUSTOMER") != "CUSTOMER":
        return
    arn = key.get("Arn", key["KeyId"])
    if _rotates_itself(key):
        yield Request.of(ROTATION, KeyId=arn)
        if ROTATIONS in scope.wanted and _account(key, scope) == scope.account:
            yield Request.of(ROTATIONS, KeyId=arn)
    if _account(key, scope) == scope.account:
        yield Request.of(POLICY, KeyId=arn, PolicyName="default")
        yield Request.of(TAGS, KeyId=arn)
    if GRANTS in scope.wanted:
        yield Request.of(GRANTS, KeyId=arn)


def _account(key: Mapping[str, Any], scope: Scope) -> str:
    return str(key.get("AWSAccountId", scope.account))


def _rotates_itself(key: Mapping[str, Any]) -> bool:
    """Only symmetric keys whose material KMS made are renewed by KMS; of what we do not know yet, KMS is asked."""
    spec = key.get("KeySpec", key.get("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"))
    elsewhere = key.get("Origin") in _MADE_ELSEWHERE or "CustomKeyStoreId" in key
    return not elsewhere and not spec.startswith(_NOT_SYMMETRIC)


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All keys that were described, each once."""
    aliases: dict[str, list[str]] = {}
    for entry in items(answers.get(ALIASES), "Aliases"):
        if entry.get("TargetKeyId"):
            aliases.setdefault(entry["TargetKeyId"], []).append(entry["AliasName"])
    found: dict[str, Resource] = {}
    for answer in answers_of(answers, DESCRIBE):
        if answer.ok and not answer.request.region:
            key = answer.pages[0]["KeyMetadata"]
            arn = key.get("Arn", key["KeyId"])
            if arn not in found:
                found[arn] = _key(key, answer, answers, scope, tuple(sorted(aliases.get(key["KeyId"], ()))))
    return iter([found[arn] for arn in sorted(found)])


def _key(
    key: Mapping[str, Any], described: Answer, answers: Answers, scope: Scope, aliases: tuple[str, ...]
) -> Resource:
    arn, customer = key.get("Arn", key["KeyId"]), key.get("KeyManager", "CUSTOMER") == "CUSTOMER"
    state = key.get("KeyState")
    foreign = _account(key, scope) != scope.account
    rotation, policy, tags = (
        answers.get(request)
        for request in (
            Request.of(ROTATION, KeyId=arn),
            Request.of(POLICY, KeyId=arn, PolicyName="default"),
            Request.of(TAGS, KeyId=arn),
        )
    )
    values: dict[str, Value] = {
        "description": key.get("Description"),
        "key_usage": key.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "customer_master_key_spec": key.get("KeySpec", key.get("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT")),
        "custom_key_store_id": key.get("CustomKeyStoreId"),
        "xks_key_id": key.get("XksKeyConfiguration", {}).get("Id"),
        "multi_region": key.get("MultiRegion", False),
        "is_enabled": key.get("Enabled"),
    }
    values |= _rotation(key, rotation, customer=customer)
    values["policy"] = _policy(policy, customer=customer, foreign=foreign)
    values["tags"] = _tags(tags, customer=customer, foreign=foreign)
    facts: dict[str, Value] = {
        "arn": arn,
        "key_id": key["KeyId"],
        "id": key["KeyId"],
        "key_manager": key.get("KeyManager", "CUSTOMER"),
        "key_state": state,
        "key_spec": values["customer_master_key_spec"],
        "origin": key.get("Origin"),
        "account": _account(key, scope),
        "created": key.get("CreationDate"),
        "deletion_date": key.get("DeletionDate"),
        "valid_to": key.get("ValidTo"),
        "rotates": values["enable_key_rotation"] if not customer or _rotates_itself(key) else NOT_APPLICABLE,
        "rotated": _rotated(answers.get(Request.of(ROTATIONS, KeyId=arn)), foreign=foreign)
        if customer and _rotates_itself(key)
        else NOT_APPLICABLE,
        "aliases": aliases,
        "primary_key_arn": _primary(key),
        "grants": _grants(answers.get(Request.of(GRANTS, KeyId=arn)), customer=customer),
        "gone": f"{state}, due {key.get('DeletionDate', 'after its replicas')}" if state in _GONE else None,
    }
    told = {DESCRIBE: described, ROTATION: rotation, POLICY: policy, TAGS: tags}
    identity = Identity(_account(key, scope), scope.region, key["KeyId"])
    return Resource(Side.LIVE, TYPE, identity, values, origins=LiveOrigins(SOURCES, told), facts=facts)


def _primary(key: Mapping[str, Any]) -> Value:
    of_regions = key.get("MultiRegionConfiguration") or {}
    primary: str | None = of_regions.get("PrimaryKey", {}).get("Arn")
    return primary if of_regions.get("MultiRegionKeyType") == "REPLICA" else None


def _grants(answer: Answer, *, customer: bool) -> Value:
    if not customer:
        return ()
    if not answer.ok:
        return answer.unknown
    return tuple(
        {
            "id": grant["GrantId"],
            "grantee": grant.get("GranteePrincipal", grant.get("GranteeServicePrincipal")),
            "operations": tuple(sorted(grant.get("Operations") or ())),
            "created": grant.get("CreationDate"),
        }
        for grant in items(answer, "Grants")
    )


def _rotation(key: Mapping[str, Any], answer: Answer, *, customer: bool) -> dict[str, Value]:
    """AWS renews its own keys every year; a key that can't be renewed by KMS is not."""
    if not customer:
        return {"enable_key_rotation": True, "rotation_period_in_days": 365}
    if not _rotates_itself(key) or answer.code == "UnsupportedOperationException":
        return {"enable_key_rotation": False, "rotation_period_in_days": NOT_APPLICABLE}
    if not answer.ok:
        return {"enable_key_rotation": answer.unknown, "rotation_period_in_days": answer.unknown}
    page = answer.pages[0]
    rotates = page["KeyRotationEnabled"]
    period = page.get("RotationPeriodInDays") if rotates else NOT_APPLICABLE
    return {"enable_key_rotation": rotates, "rotation_period_in_days": period}


def _rotated(answer: Answer, *, foreign: bool) -> Value:
    """When KMS renewed the material, by itself or on demand; not the day on which it was made."""
    if foreign:
        return Unknown(Reason.NOT_SUPPORTED, _FOREIGN, api=ROTATIONS)
    return tuple(each.get("RotationDate") for each in items(answer, "Rotations")) if answer.ok else answer.unknown


_FOREIGN: Final = "AWS tells this of a key to its own account only"


def _policy(answer: Answer, *, customer: bool, foreign: bool) -> Value:
    if not customer:
        return None
    if foreign:
        return Unknown(Reason.NOT_SUPPORTED, _FOREIGN, api=POLICY)
    if not answer.ok:
        return answer.unknown
    policy: str = answer.pages[0]["Policy"]
    return policy


def _tags(answer: Answer, *, customer: bool, foreign: bool) -> Value:
    if not customer:
        return {}
    if foreign:
        return Unknown(Reason.NOT_SUPPORTED, _FOREIGN, api=TAGS)
    return own_tags(pairs(items(answer, "Tags"), "TagKey", "TagValue")) if answer.ok else answer.unknown


def refresh(live: Resource, _answers: Answers) -> Resource:
    """The provider stores no period where none applies."""
    if live.values["rotation_period_in_days"] is not NOT_APPLICABLE:
        return live
    return replace(live, values={**live.values, "rotation_period_in_days": None})


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """Keys are known by the aliases that lead to them."""
    answer = answers.get(ALIASES)
    targets = {entry["TargetKeyId"] for entry in items(answer, "Aliases") if entry.get("TargetKeyId")}
    return tuple(sorted(targets)) if answer.ok else answer.unknown


def absence(answers: Answers, scope: Scope, name: str) -> Unknown | None:
    """A key is gone where DescribeKey says so."""
    answer = answers.get(Request.of(DESCRIBE, KeyId=target(name, scope)))
    return None if answer.code == "NotFoundException" else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """A customer's key with an alias of the environment's; a replica is of a kind of its own."""
    aliases = resource.facts["aliases"]
    own = isinstance(aliases, tuple) and any(_own(str(alias), scope) for alias in aliases)
    return own and resource.facts["key_manager"] == "CUSTOMER" and resource.facts["primary_key_arn"] is None


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="key_id",
    name_of_id=lambda told: told.rpartition("key/")[2],
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListAliases",
        "kms:ListGrants",
        "kms:ListKeyRotations",
        "kms:ListResourceTags",
    ),
    optional=frozenset({GRANTS, ROTATIONS}),
    listed=listed,
    absence=absence,
    belongs=belongs,
    data_source=data_source,
    pointed_at_by=(("aws_kms_alias", "target_key_id"),),
    known_by=frozenset({"description", "policy", "tags"}),
    companions=(("aws_kms_key_policy", "key_id", "policy"),),
    put_back=put_back,
)
