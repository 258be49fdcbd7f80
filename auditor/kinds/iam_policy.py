"""IAM policies that the environment's code declares, read by their ARNs; never all of an account's.

Facts of a live policy besides its attributes: arn, id (the same), policy_id, created, updated, attachment_count and
version (of the document that holds).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, own_tags, pairs, prefix_of, sources
from auditor.model.values import Unknown, Value

TYPE: Final = "aws_iam_policy"
GET: Final = "iam:GetPolicy"
VERSION: Final = "iam:GetPolicyVersion"


def _text(name: str, field: str, doc: str, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    return Attribute(name=name, shape=Shape.STRING, doc=doc, api=GET, field=f"Policy.{field}", **more)


ATTRIBUTES: Final = (
    _text("name", "PolicyName", "Name, alone in its account.", computed=True, replaces=True),
    _text("path", "Path", "Path in front of the name.", default="/", replaces=True),
    _text("description", "Description", "Description.", replaces=True),
    Attribute(
        name="policy",
        shape=Shape.JSON,
        doc="The document that holds.",
        required=True,
        api=VERSION,
        field="PolicyVersion.Document",
    ),
    Attribute(
        name="tags",
        shape=Shape.MAP,
        doc="Tags, without those that AWS makes.",
        api=GET,
        field="Policy.Tags",
    ),
    Attribute(
        name="name_prefix",
        shape=Shape.STRING,
        doc="Start of a name that is made up.",
        computed=True,
        replaces=True,
        compared=False,
        kept=True,
    ),
)
SOURCES: Final = {"": (GET, "Policy"), **sources(ATTRIBUTES)}


def _getting(scope: Scope, name: str) -> Request:
    return Request.of(GET, PolicyArn=f"arn:{scope.partition}:iam::{scope.account}:policy/{name}")


def requests(scope: Scope) -> Iterator[Request]:
    """The declared policies."""
    return (_getting(scope, name) for name in scope.names(TYPE))


def follow(_scope: Scope, answer: Answer) -> Iterator[Request]:
    """The document that holds of a policy that was found."""
    if answer.request.api == GET:
        policy = answer.pages[0]["Policy"]
        yield Request.of(VERSION, PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The policies that were found."""
    for answer in sorted(answers_of(answers, GET), key=lambda answer: answer.request):
        if answer.ok:
            yield _policy(answer, answers, scope)


def _policy(answer: Answer, answers: Answers, scope: Scope) -> Resource:
    policy = answer.pages[0]["Policy"]
    arn, holds = policy["Arn"], policy["DefaultVersionId"]
    version = answers.get(Request.of(VERSION, PolicyArn=arn, VersionId=holds))
    values: dict[str, Value] = {
        "name": policy["PolicyName"],
        "path": policy.get("Path", "/"),
        "description": policy.get("Description"),
        "policy": _document(version),
        "tags": own_tags(pairs(policy.get("Tags"))),
    }
    return Resource(
        side=Side.LIVE,
        kind=TYPE,
        identity=Identity(scope.account, scope.region, arn.partition(":policy/")[2]),
        values=values,
        origins=LiveOrigins(SOURCES, {GET: answer, VERSION: version}),
        facts={
            "arn": arn,
            "id": arn,
            "policy_id": policy.get("PolicyId"),
            "created": policy.get("CreateDate"),
            "updated": policy.get("UpdateDate"),
            "attachment_count": policy.get("AttachmentCount"),
            "version": holds,
        },
    )


def _document(answer: Answer) -> Value:
    """The document as text; the SDK decodes it into a tree."""
    if not answer.ok:
        return answer.unknown
    document = answer.pages[0]["PolicyVersion"]["Document"]
    return document if isinstance(document, str) else json.dumps(document)


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it; the provider reads a prefix off the name."""
    return replace(live, values={**live.values, "name_prefix": prefix_of(live.values["name"])})


def absence(answers: Answers, scope: Scope, name: str) -> Unknown | None:
    """Missing where AWS says that there is none of this ARN."""
    answer = answers.get(_getting(scope, name))
    return None if answer.code == "NoSuchEntity" else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="path/name",
    name_of_id=lambda told: told.partition(":policy/")[2],
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(GET, VERSION),
    optional=frozenset({GET, VERSION}),
    absence=absence,
)
