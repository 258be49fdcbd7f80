"""Facts of tables about getting data back: backups, plans that make them, and gaps in point-in-time recovery."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.values import Reason, Truth, Unknown, Value, all_of, any_of, equal
from auditor.policy.globs import matches
from auditor.subjects.definition import at_path, decided, lifted, spec
from auditor.subjects.moments import hours_before, instant, newest
from auditor.subjects.sides import Definitions, Sides, of_live, of_sides

ON_DEMAND: Final = "dynamodb:ListBackups"
RECOVERY_POINTS: Final = "backup:ListRecoveryPointsByResource"
PLANS: Final = "backup:ListBackupPlans"
SELECTIONS: Final = "backup:ListBackupSelections"


def _newest(fact: str, status: str) -> Callable[[Resource], Value]:
    """When the newest record of a status was made; None where there is none."""

    def of(live: Resource) -> Value:
        records = live.facts.get(fact)
        if not isinstance(records, tuple):
            return records
        whole = [record for record in records if isinstance(record, Mapping) and record.get("status") == status]
        return newest(record.get("created") for record in whole)

    return of


def _age(newest_of: Callable[[Resource], Value]) -> Callable[[Sides], Value]:
    def of(sides: Sides) -> Value:
        live = sides.live
        if not isinstance(live, Resource):
            return live
        return lifted(newest_of(live), lambda value: hours_before(sides.material.run.now, value))

    return of


def _backup_facts(name: str, what: str, source: str, newest_of: Callable[[Resource], Value]) -> Definitions:
    time = spec(
        f"live.backup.{name}.newest", FactType.TIME, f"When the newest {what} was made.", source, absence="none"
    )
    age = spec(
        f"live.backup.{name}.age_hours",
        FactType.NUMBER,
        f"Age of the newest {what}.",
        source,
        unit="hours, begun ones counted",
        absence="none",
    )
    return (of_live(time, newest_of), of_sides(age, _age(newest_of)))


_CENTURY: Final = 36_500
"""Days: longer than a table's life, and still a time that a clock can tell."""


def _gap(sides: Sides) -> Value:
    """Hours of the window, or of the table's life where that is shorter, to which nothing can be restored."""
    live = sides.live
    if not isinstance(live, Resource):
        return live
    days = at_path(live.values, ("point_in_time_recovery", "recovery_period_in_days"))
    told = (live.facts.get("point_in_time_recovery_earliest"), live.facts.get("created"), days)
    unknown = next((value for value in told if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    earliest, created = map(instant, told[:2])
    if earliest is None or not isinstance(days, int):
        return None
    begin = sides.material.run.now - timedelta(days=min(days, _CENTURY))
    begin = begin if created is None else max(begin, created)
    return max(0, -((begin - earliest) // timedelta(hours=1)))


def _plans(sides: Sides) -> Value:
    """Selections of backup plans that cover the table; an Unknown stands for one of which this can't be told."""
    live = sides.live
    if not isinstance(live, Resource):
        return live
    if sides.index.without_plans:
        return ()
    for api in (PLANS, SELECTIONS):
        gap = sides.index.gap(api)
        if gap is not None:
            return gap
    return decided(_covering(live, sides))


def _covering(live: Resource, sides: Sides) -> Iterator[Value]:
    for selection in sides.index.selections:
        truth = _covers(selection.values, str(live.facts.get("arn")), live.values.get("tags"))
        if truth is Truth.TRUE:
            yield str(selection.identity.name)
        elif truth is Truth.UNKNOWN:
            yield Unknown(Reason.NOT_READ, f"whether {selection.identity.name} covers the table can't be told")


def _covers(selection: Mapping[str, Value], arn: str, tags: Value) -> Truth:
    """Named by ARN or by one of the tags, not left out by ARN, and meeting every condition on tags."""
    named = any_of((_listed(selection.get("resources"), arn), _tagged(selection.get("selection_tag"), tags)))
    left_out = _listed(selection.get("not_resources"), arn)
    return all_of((named, ~left_out, _conditions(selection.get("condition"), tags)))


def _listed(patterns: Value, arn: str) -> Truth:
    if isinstance(patterns, Unknown):
        return Truth.UNKNOWN
    return Truth.of(isinstance(patterns, tuple) and any(matches(str(pattern), arn) for pattern in patterns))


def _tagged(wanted: Value, tags: Value) -> Truth:
    if isinstance(wanted, Unknown) or (wanted and isinstance(tags, Unknown)):
        return Truth.UNKNOWN
    every = wanted.values() if isinstance(wanted, Mapping) else ()
    return any_of(_tag_is(one, tags, equal) for one in every)


Comparing = Callable[[Value, Value], Truth]


def _like(value: Value, pattern: Value) -> Truth:
    return Truth.of(isinstance(value, str) and matches(str(pattern), value))


_COMPARING: Final[Mapping[str, Comparing]] = {
    "string_equals": equal,
    "string_like": _like,
    "string_not_equals": lambda value, wanted: ~equal(value, wanted),
    "string_not_like": lambda value, wanted: ~_like(value, wanted),
}


def _conditions(conditions: Value, tags: Value) -> Truth:
    if isinstance(conditions, Unknown) or (conditions and isinstance(tags, Unknown)):
        return Truth.UNKNOWN
    found = conditions if isinstance(conditions, Mapping) else {}
    return all_of(
        _tag_is(one, tags, _COMPARING[operator])
        for operator, blocks in found.items()
        if isinstance(blocks, Mapping)
        for one in blocks.values()
    )


def _tag_is(wanted: Value, tags: Value, compare: Comparing) -> Truth:
    if not isinstance(wanted, Mapping) or not isinstance(tags, Mapping):
        return Truth.FALSE
    key = str(wanted.get("key")).removeprefix("aws:ResourceTag/")
    return compare(tags.get(key), wanted.get("value"))


RECOVERY: Final[Definitions] = (
    *_backup_facts(
        "on_demand",
        "on-demand backup that is available",
        f"{ON_DEMAND} BackupSummaries.BackupCreationDateTime",
        _newest("backups", "AVAILABLE"),
    ),
    *_backup_facts(
        "recovery_point",
        "completed recovery point of AWS Backup",
        f"{RECOVERY_POINTS} RecoveryPoints.CreationDate",
        _newest("recovery_points", "COMPLETED"),
    ),
    of_sides(
        spec(
            "live.backup.selections",
            FactType.STRINGS,
            "Selections of backup plans that cover the table, by ARN, pattern or tag.",
            f"{SELECTIONS} BackupSelectionsList.SelectionName",
            absence="never: an empty list",
        ),
        _plans,
    ),
    of_sides(
        spec(
            "live.point_in_time_recovery.gap_hours",
            FactType.NUMBER,
            "Hours of the window, or of the table's life where that is shorter, to which nothing can be restored.",
            "dynamodb:DescribeContinuousBackups "
            "ContinuousBackupsDescription.PointInTimeRecoveryDescription.EarliestRestorableDateTime",
            unit="hours, begun ones counted",
            absence="recovery is off",
        ),
        _gap,
    ),
)
