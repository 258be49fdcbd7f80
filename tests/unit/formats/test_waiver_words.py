import pytest

from auditor.formats.waiver_changes import Change
from auditor.formats.words import WAIVER_STATES, waiver_change
from auditor.policy.waivers import State

BEFORE = {"expires": "2026-12-01", "state": "valid"}
AFTER = {"expires": "2027-01-01", "state": "expired"}


def told(change, before=BEFORE, after=AFTER, **more):
    given = {"id": "W-1", "rule": "SEC-001", "subject": "users", "owner": "data", "fields": ["rule", "path"]} | more
    return waiver_change({"change": change, "before": before, "after": after, **given})


@pytest.mark.parametrize(
    ("change", "sides", "words"),
    [
        (Change.ADDED, {"before": None}, "waiver W-1 (SEC-001 on users): added by data, until 2027-01-01"),
        (
            Change.REMOVED,
            {"after": None},
            "waiver W-1 (SEC-001 on users): removed; it would have held until 2026-12-01",
        ),
        (Change.EXTENDED, {}, "waiver W-1 (SEC-001 on users): extended from 2026-12-01 to 2027-01-01"),
        (Change.REWRITTEN, {}, "waiver W-1 (SEC-001 on users): rewritten: rule, path"),
        (Change.STATE, {}, "waiver W-1 (SEC-001 on users): valid before, expired now"),
    ],
)
def test_every_change_has_its_words(change, sides, words):
    assert told(change.value, **sides) == words


def test_nobody_is_named_who_is_not():
    assert told("added", before=None, owner="", subject="") == (
        "waiver W-1 (SEC-001 on everything): added by nobody named, until 2027-01-01"
    )


def test_every_state_has_its_words():
    assert set(WAIVER_STATES) == set(State)
