"""AWS Backup vaults, read only where code declares or a rule wants them.

Facts: arn, id (its name), created, recovery_points (how many it holds), locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, default_key, items, sources, tag_map
from auditor.model.values import Unknown

TYPE: Final = "aws_backup_vault"
LIST: Final = "backup:ListBackupVaults"
TAGS: Final = "backup:ListTags"
ALIASES: Final = Request.of("kms:ListAliases")
VAULTS: Final = Request.of(LIST)
_VAULT: Final = "BackupVaultList[]"

ATTRIBUTES: Final = (
    Attribute(
        name="name",
        shape=Shape.STRING,
        doc="Name.",
        required=True,
        replaces=True,
        api=LIST,
        field=f"{_VAULT}.BackupVaultName",
    ),
    Attribute(
        name="kms_key_arn",
        shape=Shape.STRING,
        doc="Key; omitted: the account's default key for backups.",
        computed=True,
        replaces=True,
        key_reference=True,
        api=LIST,
        field=f"{_VAULT}.EncryptionKeyArn",
    ),
    Attribute(name="tags", shape=Shape.MAP, doc="Tags, without those that AWS makes.", api=TAGS, field="Tags"),
    Attribute(
        name="force_destroy",
        shape=Shape.BOOL,
        doc="Acts when it is destroyed only.",
        default=False,
        compared=False,
        kept=True,
    ),
    Attribute(name="timeouts", shape=Shape.BLOCK, doc="How long Terraform waits.", compared=False),
)
SOURCES: Final = {"": (LIST, _VAULT), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """All vaults; AWS denies the description of one that does not exist, so only the list tells that it is missing."""
    if TYPE in scope.declared or LIST in scope.wanted:
        yield VAULTS
        yield ALIASES


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """The tags of the declared vaults."""
    if answer.request == VAULTS:
        for entry in items(answer, "BackupVaultList"):
            if entry["BackupVaultName"] in scope.names(TYPE):
                yield Request.of(TAGS, ResourceArn=entry["BackupVaultArn"])


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The vaults of the list."""
    answer = answers.get(VAULTS)
    for entry in sorted(items(answer, "BackupVaultList"), key=lambda entry: str(entry["BackupVaultName"])):
        name, arn = entry["BackupVaultName"], entry["BackupVaultArn"]
        tags = answers.get(Request.of(TAGS, ResourceArn=arn))
        yield Resource(
            side=Side.LIVE,
            kind=TYPE,
            identity=Identity(scope.account, scope.region, name),
            values={"name": name, "kms_key_arn": entry.get("EncryptionKeyArn"), "tags": tag_map(tags)},
            origins=LiveOrigins(SOURCES, {LIST: answer, TAGS: tags}),
            facts={
                "arn": arn,
                "id": name,
                "created": entry.get("CreationDate"),
                "recovery_points": entry.get("NumberOfRecoveryPoints"),
                "locked": entry.get("Locked"),
            },
        )


def refresh(live: Resource, answers: Answers) -> Resource:
    """As AWS tells it; the default key for backups counts as none, whoever wrote none has it."""
    key, aliases = live.values["kms_key_arn"], answers.get(ALIASES)
    default = default_key(aliases, "backup")
    if not isinstance(key, str) or (aliases.ok and not (default and key.endswith(f"/{default}"))):
        return live
    return replace(live, values={**live.values, "kms_key_arn": None if aliases.ok else aliases.unknown})


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(VAULTS)
    return None if answer.ok else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="name",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(LIST, TAGS, "kms:ListAliases"),
    optional=frozenset({LIST, TAGS}),
    absence=absence,
)
