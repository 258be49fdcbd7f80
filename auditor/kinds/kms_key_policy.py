"""Policies of KMS keys that resources of their own declare; read only where code has one.

The same policy is also an attribute of the key; where a resource of this kind declares it, the key leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Equivalence, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, sources
from auditor.model.values import Unknown

TYPE: Final = "aws_kms_key_policy"
DESCRIBE: Final = "kms:DescribeKey"
POLICY: Final = "kms:GetKeyPolicy"

ATTRIBUTES: Final = (
    Attribute(
        name="key_id",
        shape=Shape.STRING,
        doc="The key: its id; an ARN means the same, but never comes to rest.",
        required=True,
        equivalence=Equivalence.KEY_ID_STORED_BARE,
        api=DESCRIBE,
        field="KeyMetadata.KeyId",
    ),
    Attribute(name="policy", shape=Shape.JSON, doc="Key policy.", required=True, api=POLICY, field="Policy"),
    Attribute(
        name="bypass_policy_lockout_safety_check",
        shape=Shape.BOOL,
        doc="Acts when the policy is written only.",
        default=False,
        compared=False,
        kept=True,
    ),
)
SOURCES: Final = {"": (POLICY, "Policy"), **sources(ATTRIBUTES)}


def _arn(scope: Scope, key_id: str) -> str:
    return f"arn:{scope.partition}:kms:{scope.region}:{scope.account}:key/{key_id}"


def requests(scope: Scope) -> Iterator[Request]:
    """The keys that code names by id; what is asked of a key follows from its description."""
    for key_id in scope.names(TYPE):
        yield Request.of(DESCRIBE, KeyId=_arn(scope, key_id))


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more: the kind of keys asks for the policy of each."""
    return iter(())


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The policy of every key that was asked for it."""
    if TYPE not in scope.declared:
        return
    for answer in sorted(answers_of(answers, POLICY), key=lambda answer: answer.request):
        if answer.ok:
            key_id = str(dict(answer.request.params)["KeyId"]).rpartition("key/")[2]
            yield Resource(
                side=Side.LIVE,
                kind=TYPE,
                identity=Identity(scope.account, scope.region, key_id),
                values={"key_id": key_id, "policy": answer.pages[0]["Policy"]},
                origins=LiveOrigins(SOURCES, {POLICY: answer}),
                facts={"id": key_id},
            )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, scope: Scope, name: str) -> Unknown | None:
    """A key always has a policy: it is missing with its key only."""
    described = answers.get(Request.of(DESCRIBE, KeyId=_arn(scope, name)))
    if described.code == "NotFoundException":
        return None
    asked = answers.get(Request.of(POLICY, KeyId=_arn(scope, name), PolicyName="default"))
    return (asked if described.ok else described).unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="key_id",
    name_of_id=lambda told: told.rpartition("key/")[2],
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=("kms:DescribeKey", "kms:GetKeyPolicy"),
    absence=absence,
)
