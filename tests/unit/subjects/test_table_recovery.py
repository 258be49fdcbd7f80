import pytest
from sample_material import FACTS, TABLE_ARN, VALUES, both, declared, failed, live, material, users, value

from auditor.model.answers import Answer, Request
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

REFUSED = Unknown(Reason.DENIED, api="x:Y")
PLANS = Request.of("backup:ListBackupPlans")
SELECTIONS = Request.of("backup:ListBackupSelections", BackupPlanId="p")
SOME = {PLANS: Answer(PLANS, ({"BackupPlansList": [{}]},)), SELECTIONS: Answer(SELECTIONS, ({},))}


def gap(earliest="2026-01-25T12:00:00Z", created="2025-01-01T00:00:00Z", **block):
    facts = {"point_in_time_recovery_earliest": earliest, "created": created}
    recovery = {"enabled": True, "recovery_period_in_days": 35} | block
    return value(users(point_in_time_recovery=recovery, facts=facts), "live.point_in_time_recovery.gap_hours")


def test_a_whole_window_has_no_gap():
    assert gap() == 0
    assert gap("2026-01-20T00:00:00Z") == 0


def test_a_window_that_was_begun_anew_has_one():
    assert gap("2026-01-26T12:00:00Z") == 24
    assert gap("2026-02-28T12:00:00Z", recovery_period_in_days=7) == 6 * 24


def test_a_young_table_has_no_longer_history_than_itself():
    assert gap("2026-02-28T12:30:00Z", "2026-02-28T12:00:00Z") == 1
    assert gap("2026-02-28T12:30:00Z", "2026-02-28T12:00:00Z", recovery_period_in_days=10**18) == 1


def test_a_gap_that_is_not_known():
    assert gap(REFUSED) is REFUSED
    assert gap(recovery_period_in_days=REFUSED) is REFUSED
    assert gap(NOT_APPLICABLE, recovery_period_in_days=NOT_APPLICABLE) is None


def selections(*given, answers=None, tags=None):
    found = [
        live(
            {"resources": (), "not_resources": (), "selection_tag": {}, "condition": None, **one},
            kind="aws_backup_selection",
            name=f"p/{number}",
            facts={},
        )
        for number, one in enumerate(given)
    ]
    table = live(VALUES | {"tags": {"Backup": "daily"} if tags is None else tags}, facts=FACTS)
    told = material(both(declared(), table), live=found, answers=SOME if answers is None else answers)
    return value(told, "live.backup.selections")


def condition(operator, key, wanted):
    return {operator: {key: {"key": f"aws:ResourceTag/{key}", "value": wanted}}}


TAGGED = {"Backup": {"key": "Backup", "type": "STRINGEQUALS", "value": "daily"}}


@pytest.mark.parametrize(
    ("given", "covers"),
    [
        ({"resources": (TABLE_ARN,)}, True),
        ({"resources": ("arn:aws:dynamodb:*:*:table/*",)}, True),
        ({"resources": ("*",)}, True),
        ({"resources": (f"{TABLE_ARN}-other",)}, False),
        ({"resources": ("arn:aws:rds:*",)}, False),
        ({"resources": ("*",), "not_resources": (TABLE_ARN,)}, False),
        ({"selection_tag": TAGGED}, True),
        ({"selection_tag": {"Backup": TAGGED["Backup"] | {"value": "weekly"}}}, False),
        ({"resources": ("*",), "condition": condition("string_equals", "Backup", "daily")}, True),
        ({"resources": ("*",), "condition": condition("string_equals", "Backup", "weekly")}, False),
        ({"resources": ("*",), "condition": condition("string_like", "Backup", "da*")}, True),
        ({"resources": ("*",), "condition": condition("string_like", "Other", "*")}, False),
        ({"resources": ("*",), "condition": condition("string_not_equals", "Backup", "daily")}, False),
        ({"resources": ("*",), "condition": condition("string_not_like", "Other", "x*")}, True),
        ({}, False),
    ],
)
def test_what_a_selection_covers(given, covers):
    assert selections(given) == (("p/0",) if covers else ())


def test_what_cannot_be_told_of_a_selection():
    assert isinstance(selections({"resources": REFUSED}), Unknown)
    assert isinstance(selections({"selection_tag": TAGGED}, tags=REFUSED), Unknown)
    assert isinstance(selections({"resources": ("*",), "condition": REFUSED}), Unknown)
    certain, unsure = selections({"resources": ("*",)}, {"resources": REFUSED})
    assert (certain, isinstance(unsure, Unknown)) == ("p/0", True)


def test_without_plans_nothing_is_covered():
    assert selections(answers={PLANS: Answer(PLANS, ({"BackupPlansList": []},))}) == ()


def test_plans_that_were_not_told():
    assert selections(answers=failed(PLANS)).code == "AccessDeniedException"
    assert selections(answers={**SOME, **failed(SELECTIONS)}).api == "backup:ListBackupSelections"
