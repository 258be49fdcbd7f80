"""The subject `key`: a KMS key that encrypts tables, declared or live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from auditor.model.answers import Request
from auditor.model.catalogue import FactType
from auditor.model.facts import Identity, Resource
from auditor.model.results import Subject
from auditor.model.values import Value
from auditor.subjects.definition import SubjectType, decided, lifted, makers_of, spec
from auditor.subjects.key_use import direct_grants, direct_use
from auditor.subjects.material import Index, Material, refers
from auditor.subjects.moments import hours_before, newest
from auditor.subjects.policy_statements import PolicyFindings, findings_of
from auditor.subjects.sides import (
    SURROUNDINGS,
    Definitions,
    Sides,
    attribute,
    existence,
    live_fact,
    of_sides,
    outside,
    sides_of,
    subject_around,
    subjects_of,
)

_KEY: Final = "kms:DescribeKey KeyMetadata"
_ROTATION: Final = "kms:GetKeyRotationStatus"
STATES: Final = (
    "Creating", "Enabled", "Disabled", "PendingDeletion", "PendingImport", "PendingReplicaDeletion", "Unavailable",
    "Updating",
)  # fmt: skip


def _tables(sides: Sides) -> Value:
    live = sides.live
    if not isinstance(live, Resource):
        return live
    arn = live.facts.get("arn")
    return sides.index.tables_by_key.get(arn, ()) if isinstance(arn, str) else arn


def _live_policy(sides: Sides) -> Value:
    live = sides.live
    return live.values.get("policy") if isinstance(live, Resource) else live


def _declared_policy(sides: Sides) -> Value:
    """The policy in the key's block, or that of a resource of its own; AWS's default names the own account alone."""
    key = sides.declared
    if not isinstance(key, Resource):
        return key
    companions = (
        each.values.get("policy")
        for each in sides.index.declared.get("aws_kms_key_policy", ())
        if refers(each.values.get("key_id"), key.address)
    )
    own = key.values.get("policy")
    return next(companions, NO_POLICY) if own is None else own


def _direct_grants(sides: Sides) -> Value:
    live = sides.live
    return direct_grants(live.facts.get("grants")) if isinstance(live, Resource) else live


def _valid_days(sides: Sides) -> Value:
    live = sides.live
    if not isinstance(live, Resource):
        return live
    hours = lifted(live.facts.get("valid_to"), lambda value: hours_before(sides.material.run.now, value))
    return lifted(hours, lambda value: -value // 24 if isinstance(value, int) else value)


def _material_days(sides: Sides) -> Value:
    """Whole days since its material was made or last renewed."""
    live = sides.live
    if not isinstance(live, Resource):
        return live
    rotated = live.facts.get("rotated")
    if not isinstance(rotated, tuple):
        return rotated
    last = newest((*rotated, live.facts.get("created")))
    hours = lifted(last, lambda value: hours_before(sides.material.run.now, value))
    return lifted(hours, lambda value: value // 24 if isinstance(value, int) else value)


NO_POLICY: Final = '{"Statement": []}'
_POLICIES: Final = (
    ("declared", _declared_policy, "policy, or aws_kms_key_policy"),
    ("live", _live_policy, "kms:GetKeyPolicy Policy"),
)


def _public(policy: Callable[[Sides], Value]) -> Callable[[Sides], Value]:
    def of(sides: Sides) -> Value:
        found = findings_of(policy(sides))
        return decided(found.public) if isinstance(found, PolicyFindings) else found

    return of


def _foreign(policy: Callable[[Sides], Value]) -> Callable[[Sides], Value]:
    def of(sides: Sides) -> Value:
        found = findings_of(policy(sides))
        if not isinstance(found, PolicyFindings):
            return found
        return decided(each for each in found.accounts if each != sides.comparison.identity.account)

    return of


DEFINITIONS: Final[Definitions] = (
    *existence(f"{_KEY}.Arn"),
    *attribute(
        "enable_key_rotation",
        FactType.BOOL,
        "Whether AWS rotates the key by itself.",
        f"{_ROTATION} KeyRotationEnabled",
        omitted="the provider takes false, and switches a live rotation off",
        absence="not applicable: a key that can't be rotated",
    ),
    *attribute(
        "rotation_period_in_days",
        FactType.NUMBER,
        "Days between two rotations.",
        f"{_ROTATION} RotationPeriodInDays",
        omitted="not managed by the code; AWS begins with 365",
        absence="not rotated",
        unit="days",
    ),
    *attribute(
        "is_enabled", FactType.BOOL, "Whether it can be used.", f"{_KEY}.Enabled", omitted="the provider takes true"
    ),
    *attribute(
        "customer_master_key_spec",
        FactType.STRING,
        "What kind of key it is.",
        f"{_KEY}.KeySpec",
        omitted="the provider takes SYMMETRIC_DEFAULT",
    ),
    *attribute(
        "key_usage",
        FactType.STRING,
        "What it is for.",
        f"{_KEY}.KeyUsage",
        omitted="the provider takes ENCRYPT_DECRYPT",
    ),
    *attribute("multi_region", FactType.BOOL, "Whether it has replicas.", f"{_KEY}.MultiRegion", omitted="one Region"),
    *attribute(
        "deletion_window_in_days",
        FactType.NUMBER,
        "Days between the order to delete it and its end.",
        f"{_KEY}.PendingDeletionWindowInDays",
        omitted="AWS takes 30",
        absence="told only of a key that waits for its deletion",
        unit="days",
    ),
    of_sides(
        spec(
            "live.material_days",
            FactType.NUMBER,
            "Since its material was made, or last renewed by itself or on demand.",
            "kms:ListKeyRotations Rotations.RotationDate",
            unit="whole days",
            absence="not applicable: KMS does not renew it",
        ),
        _material_days,
    ),
    of_sides(
        spec(
            "live.valid_days",
            FactType.NUMBER,
            "Days until its imported material expires.",
            f"{_KEY}.ValidTo",
            unit="whole days",
            absence="it does not expire",
        ),
        _valid_days,
    ),
    of_sides(
        spec(
            "declared.policy.written",
            FactType.BOOL,
            "Whether the code gives it a policy.",
            "policy, or aws_kms_key_policy",
        ),
        lambda sides: lifted(_declared_policy(sides), lambda policy: policy != NO_POLICY),
    ),
    live_fact("live.arn", FactType.STRING, "ARN of the key.", f"{_KEY}.Arn"),
    live_fact("live.aliases", FactType.STRINGS, "Its aliases.", "kms:ListAliases Aliases.AliasName"),
    live_fact(
        "live.manager",
        FactType.STRING,
        "Who manages it.",
        f"{_KEY}.KeyManager",
        name="key_manager",
        values=("AWS", "CUSTOMER"),
    ),
    live_fact("live.state", FactType.STRING, "State.", f"{_KEY}.KeyState", name="key_state", values=STATES),
    live_fact("live.spec", FactType.STRING, "What kind of key it is.", f"{_KEY}.KeySpec", name="key_spec"),
    live_fact(
        "live.origin",
        FactType.STRING,
        "Where its material comes from.",
        f"{_KEY}.Origin",
        name="origin",
        values=("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"),
    ),
    live_fact(
        "live.deletion_date",
        FactType.TIME,
        "When it will be deleted.",
        f"{_KEY}.DeletionDate",
        absence="it does not wait for its deletion",
    ),
    *(
        of_sides(
            spec(
                f"{side}.policy.public_statements",
                FactType.STRINGS,
                "Statements that allow everybody and that no condition and no denial really restricts.",
                source,
            ),
            _public(policy),
        )
        for side, policy, source in _POLICIES
    ),
    *(
        of_sides(
            spec(
                f"{side}.policy.foreign_accounts",
                FactType.STRINGS,
                "Other accounts, and organisations, that its policy allows something.",
                source,
            ),
            _foreign(policy),
        )
        for side, policy, source in _POLICIES
    ),
    of_sides(
        spec(
            "live.policy.direct_use",
            FactType.STRINGS,
            "Statements by which others than whole accounts and services may use it otherwise than through DynamoDB.",
            "kms:GetKeyPolicy Policy",
        ),
        lambda sides: direct_use(_live_policy(sides)),
    ),
    of_sides(
        spec(
            "live.direct_grants",
            FactType.STRINGS,
            "Grants by which others than services may use it, whatever encryption context they demand.",
            "kms:ListGrants Grants.GranteePrincipal",
        ),
        _direct_grants,
    ),
    of_sides(
        spec(
            "live.tables",
            FactType.STRINGS,
            "Names of the tables that it encrypts.",
            "dynamodb:DescribeTable Table.SSEDescription.KMSMasterKeyArn",
        ),
        _tables,
    ),
    *SURROUNDINGS,
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:
    """One key for each comparison of keys, and each other key that encrypts a table, called by its first alias."""
    for subject in (*subjects_of("key", (KEY,), material, _MAKERS, index), *_around(material, index)):
        yield replace(subject, name=_alias(subject) or subject.name)


def _alias(subject: Subject) -> str:
    aliases = subject.facts.plain["live.aliases"]
    return str(aliases[0]) if isinstance(aliases, tuple) and aliases else ""


def _around(material: Material, index: Index) -> Iterator[Subject]:
    compared = {one.live.facts.get("arn") for one in material.comparisons if one.kind == KEY and one.live is not None}
    for arn in sorted(index.tables_by_key.keys() - compared):
        live = index.keys.get(arn)
        _, _, _, region, account, name = f"{arn}:::::".split(":")[:6]
        identity = live.identity if live is not None else Identity(account, region, name.removeprefix("key/"))
        cause = material.answers.unknown(Request.of("kms:DescribeKey", KeyId=arn)) if live is None else None
        yield subject_around("key", sides_of(outside(KEY, identity, live, cause), index, material), _MAKERS)


KEY: Final = "aws_kms_key"
SUBJECT = SubjectType("key", tuple(definition.spec for definition in DEFINITIONS), build)
