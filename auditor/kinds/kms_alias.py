"""KMS aliases. Facts of a live alias besides its attributes: arn, id (its name), target_key_arn, created, updated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from msgspec.structs import replace

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.calls import Call
from auditor.model.data_sources import Found
from auditor.model.drift import Drift
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Equivalence, Kind, Shape
from auditor.model.members import LiveOrigins, items, prefix_of, sources
from auditor.model.values import Reason, Unknown, Value

TYPE: Final = "aws_kms_alias"
LIST: Final = "kms:ListAliases"
ALIASES: Final = Request.of(LIST)

ATTRIBUTES: Final = (
    Attribute(
        name="name",
        shape=Shape.STRING,
        doc="Name, with `alias/`.",
        computed=True,
        replaces=True,
        api=LIST,
        field="Aliases[].AliasName",
    ),
    Attribute(
        name="target_key_id",
        shape=Shape.STRING,
        doc="The key it points to: id or ARN.",
        required=True,
        equivalence=Equivalence.KEY_ID,
        api=LIST,
        field="Aliases[].TargetKeyId",
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
SOURCES: Final = {"": (LIST, "Aliases[]"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """All aliases."""
    if scope.names(TYPE) or scope.patterns or scope.sought(TYPE):
        yield ALIASES


def follow(_scope: Scope, _answer: Answer) -> Iterator[Request]:
    """Nothing more: the kind of keys follows aliases to theirs."""
    return iter(())


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """All aliases but those that AWS makes."""
    answer = answers.get(ALIASES)
    origins = LiveOrigins(SOURCES, {LIST: answer})
    for entry in sorted(items(answer, "Aliases"), key=lambda entry: str(entry["AliasName"])):
        name, arn, target = entry["AliasName"], entry["AliasArn"], entry.get("TargetKeyId")
        if name.startswith("alias/aws/"):
            continue
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, name),
            values={"name": name, "target_key_id": target},
            origins=origins,
            facts={
                "arn": arn,
                "id": name,
                "target_key_arn": f"{arn.partition(':alias/')[0]}:key/{target}" if target else None,
                "created": entry.get("CreationDate"),
                "updated": entry.get("LastUpdatedDate"),
            },
        )


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it; the provider reads a prefix off the name."""
    return replace(live, values={**live.values, "name_prefix": prefix_of(live.values["name"])})


def listed(answers: Answers, _scope: Scope) -> tuple[str, ...] | Unknown:
    """The names that ListAliases tells."""
    answer = answers.get(ALIASES)
    return tuple(sorted(entry["AliasName"] for entry in items(answer, "Aliases"))) if answer.ok else answer.unknown


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(ALIASES)
    return None if answer.ok else answer.unknown


def belongs(resource: Resource, scope: Scope) -> bool:
    """By its name without `alias/`."""
    name = str(resource.identity.name).removeprefix("alias/")
    return any(fnmatchcase(name, pattern) for pattern in scope.patterns)


def data_source(answers: Answers, _scope: Scope, name: str) -> Found:
    """The alias of this name; of one that AWS keeps for a key it has not made yet, the key is unknown."""
    answer = answers.get(ALIASES)
    if not answer.ok:
        return answer.unknown
    for entry in items(answer, "Aliases"):
        if entry["AliasName"] == name:
            arn, target = entry["AliasArn"], entry.get("TargetKeyId")
            key: Value = f"{arn.partition(':alias/')[0]}:key/{target}" if target else _NOT_MADE
            return {"arn": arn, "id": arn, "target_key_id": target or _NOT_MADE, "target_key_arn": key}
    return None


_NOT_MADE: Final = Unknown(
    Reason.NOT_SUPPORTED, "AWS has not made the key of this alias yet; it would, if Terraform asked for it", api=LIST
)


def put_back(_planned: Mapping[str, Value], live: Resource, drift: Drift) -> tuple[Call, ...]:
    """The target."""
    key = drift.declared.value
    if drift.path != "target_key_id" or not isinstance(key, str):
        return ()
    return (Call("kms:UpdateAlias", {"AliasName": str(live.identity.name), "TargetKeyId": key}),)


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="name",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=("kms:ListAliases",),
    listed=listed,
    absence=absence,
    belongs=belongs,
    put_back=put_back,
    data_source=data_source,
)
