"""Judging: loading the rules, and all of them on many tables."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, date, datetime

from measuring import Figures, Row, Size, of_function, row, timed

COUNT, BOUNDS = 10_000, {"cpu": 4.0, "megabytes": 150.0}
TODAY = date(2026, 3, 1)


def shipped_rules() -> tuple:
    """Load the shipped rules."""
    from auditor.policy.load import load_rules
    from auditor.shipped import shipped
    from auditor.subjects.facts import catalogue

    return load_rules([shipped("rules")], catalogue())


def load() -> dict[str, float]:
    """Load the rules, once all modules are loaded."""
    from auditor.policy.load import load_rules  # noqa: F401 - loaded before the clock starts
    from auditor.subjects.facts import catalogue

    catalogue()
    with timed() as told:
        told["rules"] = len(shipped_rules())
    return told


def subjects_of(both, comparisons):
    """Build the subjects of a comparison of many tables."""
    from auditor.subjects.facts import build
    from auditor.subjects.material import DeclaredEnvironment, Material, RunInformation

    account = both.scope.account
    caller = f"arn:aws:sts::{account}:assumed-role/audit/x"
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return build(
        Material(
            environment=DeclaredEnvironment(
                name="prod", tier="production", resources=both.declared, patterns=both.scope.patterns
            ),
            run=RunInformation(account=account, caller=caller, expected_account=account, now=now),
            comparisons=comparisons,
            live=both.live,
            answers=both.answers,
        )
    )


def judge(tables: int) -> dict[str, float]:
    """Build the subjects and apply every rule."""
    from many_tables import answered, sides

    from auditor.cli import GARBAGE
    from auditor.judge import judge as apply

    gc.set_threshold(GARBAGE)
    rules = shipped_rules()
    both = sides(*answered(tables))
    comparisons = both.compared()
    with timed() as told:
        subjects = subjects_of(both, comparisons)
    with timed() as judged:
        judgement = apply(rules, subjects, environment="prod", tier="production", today=TODAY)
    return {
        "subjects_cpu": told["cpu"],
        "subjects_megabytes": told["megabytes"],
        "judge_cpu": judged["cpu"],
        "judge_megabytes": judged["megabytes"],
        "findings": len(judgement.findings),
    }


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures, without start-up; memory is what is used beyond the resources."""
    loaded = of_function(size, "judging:load")
    yield Row(
        f"loading {loaded.told['rules']:.0f} rules",
        cpu=loaded.told["cpu"],
        bound="< 0.2 s CPU",
        holds=loaded.told["cpu"] < 0.2,
    )
    tables = size.of(COUNT)
    taken = of_function(Size(min(size.runs, 3), size.tiny), "judging:judge", tables)
    told = taken.told
    yield Row(f"subjects of {tables} tables", None, told["subjects_cpu"], told["subjects_megabytes"])
    own = Figures(taken.wall, told["judge_cpu"], told["judge_megabytes"])
    note = f"{told['findings']:.0f} findings; wall is of the whole process"
    yield row("all rules on them", own, note, BOUNDS)
