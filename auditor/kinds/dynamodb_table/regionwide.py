"""What lists tell about all tables of a Region at once: tags, bounds of autoscaling, backups, the default key."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from auditor.kinds.dynamodb_table.asking import ALIASES, ALL_BACKUPS, TARGETS
from auditor.model.answers import Answer, Answers
from auditor.model.members import default_key, items
from auditor.model.tags import TABLE_TAGS, Tags
from auditor.model.values import Unknown, Value


class Regionwide(Struct, frozen=True):
    """What lists tell about many tables at once."""

    tags: Tags
    bounds: Mapping[str, Mapping[str, Value]] | Unknown
    """By resource id, then by scalable dimension: (minimum, maximum)."""
    backups: Mapping[str, tuple[Value, ...]] | Unknown
    """By table ARN."""
    aliases: Answer
    default_key: str
    """Id of the account's AWS managed key for DynamoDB; empty: never used here, or not told."""

    @classmethod
    def of(cls, answers: Answers) -> Regionwide:
        """Out of the answers, worked out once."""
        targets, backups = answers.get(TARGETS), answers.get(ALL_BACKUPS)
        aliases = answers.get(ALIASES)
        return cls(
            tags=Tags.of(TABLE_TAGS, answers),
            bounds=_bounds(targets) if targets.ok else targets.unknown,
            backups=_backups(backups) if backups.ok else backups.unknown,
            aliases=aliases,
            default_key=default_key(aliases, "dynamodb"),
        )


def _bounds(answer: Answer) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for target in items(answer, "ScalableTargets"):
        bounds = (target["MinCapacity"], target["MaxCapacity"])
        found.setdefault(target["ResourceId"], {})[target["ScalableDimension"]] = bounds
    return found


def _backups(answer: Answer) -> dict[str, tuple[Value, ...]]:
    found: dict[str, list[Value]] = {}
    for entry in items(answer, "BackupSummaries"):
        record = {
            "arn": entry.get("BackupArn"),
            "name": entry.get("BackupName"),
            "status": entry.get("BackupStatus"),
            "type": entry.get("BackupType"),
            "created": entry.get("BackupCreationDateTime"),
        }
        found.setdefault(entry.get("TableArn", ""), []).append(record)
    return {table: tuple(records) for table, records in found.items()}
