"""Replicas, in the environment's Region, of multi-Region keys of other Regions; facts: arn, key_id, id, gone, aliases.

Every key is also a resource of the kind of keys, where the rules about keys find it; this is what Terraform's code says
of one that is a replica.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, items, own_tags, pairs, sources
from auditor.model.values import Unknown, Value

TYPE: Final = "aws_kms_replica_key"
DESCRIBE: Final = "kms:DescribeKey"
POLICY: Final = "kms:GetKeyPolicy"
TAGS: Final = "kms:ListResourceTags"
ALIASES: Final = Request.of("kms:ListAliases")

ATTRIBUTES: Final = (
    Attribute(
        name="primary_key_arn",
        shape=Shape.STRING,
        doc="The key that is replicated.",
        required=True,
        replaces=True,
        api=DESCRIBE,
        field="KeyMetadata.MultiRegionConfiguration.PrimaryKey.Arn",
    ),
    Attribute(
        name="description", shape=Shape.STRING, doc="Description.", api=DESCRIBE, field="KeyMetadata.Description"
    ),
    Attribute(
        name="enabled",
        shape=Shape.BOOL,
        doc="Whether it can be used.",
        default=True,
        protects=True,
        api=DESCRIBE,
        field="KeyMetadata.Enabled",
    ),
    Attribute(name="policy", shape=Shape.JSON, doc="Key policy.", computed=True, api=POLICY, field="Policy"),
    Attribute(name="tags", shape=Shape.MAP, doc="Tags, without those that AWS makes.", api=TAGS, field="Tags"),
    Attribute(
        name="deletion_window_in_days",
        shape=Shape.NUMBER,
        doc="Days until a deletion is final; acts then only.",
        default=30,
        compared=False,
        kept=True,
    ),
    Attribute(
        name="bypass_policy_lockout_safety_check",
        shape=Shape.BOOL,
        doc="Acts when the policy is written only.",
        default=False,
        compared=False,
        kept=True,
    ),
)
_GONE: Final = ("PendingDeletion", "PendingReplicaDeletion")
SOURCES: Final = {"": (DESCRIBE, "KeyMetadata"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """The aliases, which lead to declared keys."""
    if TYPE in scope.declared:
        yield ALIASES


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more: the kind of keys asks for all that a key tells."""
    return iter(())


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The described keys that are replicas, each once."""
    found: dict[str, Answer] = {}
    for answer in answers_of(answers, DESCRIBE):
        if answer.ok and not answer.request.region and _is_replica(answer.pages[0]["KeyMetadata"]):
            key = answer.pages[0]["KeyMetadata"]
            if key.get("AWSAccountId", scope.account) == scope.account:
                found.setdefault(key["Arn"], answer)
    return (_replica(found[arn], answers, scope) for arn in sorted(found))


def _is_replica(key: Mapping[str, Any]) -> bool:
    return (key.get("MultiRegionConfiguration") or {}).get("MultiRegionKeyType") == "REPLICA"


def _replica(described: Answer, answers: Answers, scope: Scope) -> Resource:
    key = described.pages[0]["KeyMetadata"]
    arn, state = key["Arn"], str(key.get("KeyState"))
    policy = answers.get(Request.of(POLICY, KeyId=arn, PolicyName="default"))
    tags = answers.get(Request.of(TAGS, KeyId=arn))
    values: dict[str, Value] = {
        "primary_key_arn": key["MultiRegionConfiguration"].get("PrimaryKey", {}).get("Arn"),
        "description": key.get("Description"),
        "enabled": key.get("Enabled"),
        "policy": policy.pages[0]["Policy"] if policy.ok else policy.unknown,
        "tags": own_tags(pairs(items(tags, "Tags"), "TagKey", "TagValue")) if tags.ok else tags.unknown,
    }
    entries = items(answers.get(ALIASES), "Aliases")
    return Resource(
        side=Side.LIVE,
        kind=TYPE,
        identity=Identity(scope.account, scope.region, key["KeyId"]),
        values=values,
        origins=LiveOrigins(SOURCES, {DESCRIBE: described, POLICY: policy, TAGS: tags}),
        facts={
            "arn": arn,
            "key_id": key["KeyId"],
            "id": key["KeyId"],
            "aliases": tuple(sorted(e["AliasName"] for e in entries if e.get("TargetKeyId") == key["KeyId"])),
            "gone": f"{state}, due {key.get('DeletionDate', 'after others')}" if state in _GONE else None,
        },
    )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """Keys are known by the aliases that lead to them."""
    answer = answers.get(ALIASES)
    if not answer.ok:
        return answer.unknown
    return tuple(sorted({entry["TargetKeyId"] for entry in items(answer, "Aliases") if entry.get("TargetKeyId")}))


def absence(answers: Answers, scope: Scope, name: str) -> Unknown | None:
    """A key is gone where DescribeKey says so."""
    root = f"arn:{scope.partition}:kms:{scope.region}:{scope.account}:key/"
    answer = answers.get(Request.of(DESCRIBE, KeyId=root + name))
    return None if answer.code == "NotFoundException" else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """With an alias of the environment's."""
    aliases = resource.facts["aliases"]
    names = [str(alias).removeprefix("alias/") for alias in aliases] if isinstance(aliases, tuple) else []
    return any(fnmatchcase(name, pattern) for name in names for pattern in scope.patterns)


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="key_id",
    name_of_id=lambda told: told.rpartition("key/")[2],
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(DESCRIBE, POLICY, TAGS, "kms:ListAliases"),
    listed=listed,
    absence=absence,
    belongs=belongs,
    pointed_at_by=(("aws_kms_alias", "target_key_id"),),
    known_by=frozenset({"description", "policy", "tags"}),
    companions=(("aws_kms_key_policy", "key_id", "policy"),),
)
