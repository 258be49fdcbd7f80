"""The page of past runs in a real browser: accessible in every state, silent, inert, and reachable by keys alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hostile_report import MARKUP, PAYLOAD

from auditor import timeline
from auditor.archive import Archive
from auditor.formats import html
from auditor.history import Bundle, Folder, Prefix

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
STATES = {
    "empty": ["light"],
    "whole": ["light", "dark", "phone", "phone dark", "on paper"],
    "attacked": ["light", "phone"],
}
BROKEN = [
    {"folder": "prod/2026-11-20T020000Z", "why": "the run was interrupted, so that there is no report"},
    {"folder": "s3://reports/nightly/prod/2026-11-19T020000Z-prod-12ab34", "why": "can't read it: AccessDenied"},
]


def run(night, environment="prod", **more):
    """A bundle of a run so many nights ago."""
    finished = (NOW - timedelta(days=night, hours=9)).isoformat().replace("+00:00", "Z")
    name = f"{finished[:10]}T030000Z"
    told = {
        "id": f"{name}-{environment}",
        "environment": environment,
        "finished": finished,
        "caller": more.get("caller", "role/nightly-audit"),
        "declared_only": night % 11 == 3,
        "git": {"commit": more.get("commit", "9505cacb00")},
    }
    numbers = {"open": 10 + night % 7, "drifted": 2, "unknown": 1, "new": night % 3, "resolved": 1, "unchanged": 2}
    verdict = {"state": ("fail", "incomplete", "pass", "other")[night % 4], "exit_code": 4}
    document = {"run": told, "numbers": numbers, "verdict": verdict, "complete": True, "signature": night % 2 or None}
    place = Folder(Path("/out") / environment / name)
    return Bundle(place=more.get("place", place), manifest=document, digest="ab" * 32)


DELIVERED = [
    run(
        night,
        "staging",
        place=Prefix(f"2026-11-{30 - night}T030000Z-x", Archive("reports", "nightly"), "staging", None),
    )
    for night in range(2)
]
"""Runs whose bundles lie in a bucket."""


PAGES = {
    "empty": ({"prod": [], "uat": []}, []),
    "whole": ({"prod": [*map(run, range(60))], "uat": [run(0, "uat")], "dev": [], "staging": DELIVERED}, BROKEN),
    "attacked": (
        {PAYLOAD: [run(night, PAYLOAD, caller=PAYLOAD, commit=PAYLOAD) for night in range(3)]},
        [{"folder": PAYLOAD, "why": PAYLOAD}],
    ),
}


def page(environments, unusable):
    lines = [timeline.timeline(name, runs, NOW) for name, runs in environments.items()]
    told = {**timeline.document(lines, 3600), "unusable": unusable}
    return html.render_history(told, "koneksi", Path("/out"))


@pytest.fixture(scope="module", params=list(PAGES))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def seen(looked, name):
    return looked("history.mjs", f"history-{name}", lambda: page(*PAGES[name]), ";".join(STATES[name]))


def test_no_state_has_an_accessibility_fault(seen, name):
    assert seen["axe"] == {state: [] for state in STATES[name]}


def test_nothing_is_wider_than_the_screen(seen):
    assert {state: wide for state, wide in seen["overflow"].items() if wide > 0} == {}


def test_it_asks_for_nothing_and_the_browser_complains_of_nothing(seen):
    assert {url.split("#")[0] for url in seen["requests"]} == {seen["address"]}
    assert (seen["complaints"], seen["dialogs"]) == ([], 0)
    assert (seen["state"]["scripts"], seen["state"]["images"], seen["state"]["pwned"]) == (0, 0, None)
    assert set(seen["state"]["schemes"]) <= {"file:"}


def test_every_run_is_there_and_whatever_was_of_no_use(seen, name):
    environments, unusable = PAGES[name]
    assert seen["state"]["rows"] == sum(map(len, environments.values()))
    assert seen["state"]["all"].count("There are no runs.") == sum(not runs for runs in environments.values())
    assert all(MARKUP in seen["state"]["all"] or each["why"] in seen["state"]["all"] for each in unusable)


def test_keys_alone_reach_each_report_and_what_has_the_focus_is_seen(seen, name):
    stops = [stop["what"] for stop in seen["stops"]]
    reports = [stop for stop in stops if stop.endswith("/report.html")]
    linked = [run for runs in PAGES[name][0].values() for run in runs if isinstance(run.place, Folder)]
    assert stops[0] == "#main"
    assert seen["skipped"] == "#main"
    assert len(reports) == len(linked)
    assert [stop for stop in seen["stops"] if not (stop["seen"] and stop["ring"])] == []


def test_a_long_history_is_a_small_page():
    years = {name: [run(night, name) for night in range(700)] for name in ("prod", "uat", "staging")}
    assert len(page(years, [])) < 1_500_000
