import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats.waiver_changes import WORDS, Change, changed_waivers, told

WAIVER = dict.fromkeys(WORDS, "x") | {"id": "W-1", "expires": "2026-12-01", "state": "valid", "findings": []}


def report(*waivers):
    return json.loads(json.dumps({"waivers": waivers}))


def changes(before, after):
    return [(one.id, one.change, one.fields) for one in changed_waivers(told(before), told(after))]


def test_nothing_changed():
    assert changes(report(WAIVER), report(WAIVER | {"findings": ["f"]})) == []


def test_added_and_removed():
    other = WAIVER | {"id": "A-9"}
    assert changes(report(WAIVER), report(other)) == [("A-9", "added", ()), ("W-1", "removed", ())]


@pytest.mark.parametrize(
    ("more", "change", "fields"),
    [
        ({"expires": "2027-01-01"}, Change.EXTENDED, ("expires",)),
        ({"expires": "2026-11-01"}, Change.REWRITTEN, ("expires",)),
        ({"expires": "2027-01-01", "rule": "SEC-*"}, Change.REWRITTEN, ("rule", "expires")),
        ({"subject": "*", "state": "too_broad"}, Change.REWRITTEN, ("subject",)),
        ({"state": "expired"}, Change.STATE, ("state",)),
    ],
)
def test_changed(more, change, fields):
    assert changes(report(WAIVER), report(WAIVER | more)) == [("W-1", change, fields)]


WAIVERS = st.lists(
    st.fixed_dictionaries(
        {name: st.sampled_from(["a", "b"]) for name in (*WORDS, "state")} | {"id": st.sampled_from(["1", "2", "3"])}
    ),
    unique_by=lambda waiver: waiver["id"],
)


@given(WAIVERS, WAIVERS)
def test_each_waiver_changes_once_or_not_at_all(before, after):
    found = changed_waivers(before, after)
    ids = [one.id for one in found]
    assert ids == sorted(set(ids))
    back = changed_waivers(after, before)
    assert [(one.id, one.after, one.before) for one in back] == [(one.id, one.before, one.after) for one in found]
