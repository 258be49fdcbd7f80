"""Timelines: by environment, in order; only a run that asked AWS makes an environment fresh."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.history import Bundle, Folder
from auditor.timeline import document, lasting, timeline

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)


def run(hours, *, environment="prod", declared_only=False, demonstration=False, state="fail"):
    finished = (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    told = {
        "run": {"id": f"{hours}", "environment": environment, "finished": finished, "declared_only": declared_only},
        "demonstration": demonstration,
        "complete": True,
        "verdict": {"state": state, "exit_code": 4},
        "numbers": {"open": 3, "drifted": 2, "unknown": 1, "new": 1, "resolved": 0, "unchanged": 2},
    }
    return Bundle(place=Folder(Path("out") / str(hours)), manifest=told, digest="d")


def test_runs_of_one_environment_oldest_first():
    found = timeline("prod", [run(1), run(30), run(2, environment="uat"), run(0.5, demonstration=True)], NOW)
    assert [each.run["id"] for each in found.runs] == ["30", "1"]
    assert found.latest.run["id"] == "1"
    assert found.age == 3600


def test_a_run_of_the_code_alone_makes_nothing_fresh():
    found = timeline("prod", [run(30), run(1, declared_only=True)], NOW)
    assert len(found.runs) == 2
    assert not found.fresh(26 * 3600)
    assert found.fresh(30 * 3600)


def test_no_run_and_a_run_from_the_future_are_not_fresh():
    assert not timeline("prod", [], NOW).fresh(1e9)
    assert not timeline("prod", [run(-2)], NOW).fresh(1e9)


def test_of_judgements_of_one_reading_the_last_counts():
    first = run(1)
    told = {**first.manifest, "verdict": {"state": "pass", "exit_code": 0}}
    second, tenth = (Bundle(place=Folder(Path(f"out/2026-01-20T110000Z-{n}")), manifest=told, digest=n) for n in "29")
    first = Bundle(place=Folder(Path("out/2026-01-20T110000Z")), manifest=first.manifest, digest="1")
    (prod,) = document([timeline("prod", [tenth, first, second], NOW)], None)["environments"]
    assert [each["manifest"] for each in prod["runs"]] == ["1", "2", "9"]
    assert prod["told"].endswith("nobody named: compliant")


def test_the_document_says_it_in_words():
    lines = [
        timeline("prod", [run(27)], NOW),
        timeline("uat", [], NOW),
        timeline("dev", [run(-2, environment="dev")], NOW),
    ]
    prod, uat, dev = document(lines, 26 * 3600)["environments"]
    assert prod["told"].startswith("last audited 1 d 3 h ago (2026-01-19T09:00:00Z)")
    assert prod["told"].endswith("not compliant")
    assert (prod["fresh"], prod["age_seconds"], prod["runs"][0]["open"]) == (False, 27 * 3600, 3)
    assert uat["told"].startswith("not known to be audited")
    assert "2 h from now: a clock is wrong" in dev["told"]
    assert document(lines, None)["environments"][0]["fresh"] is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "less than a minute"), (60, "1 min"), (3_660, "1 h 1 min"), (90_000, "1 d 1 h"), (86_400, "1 d")],
)
def test_spans(seconds, words):
    assert lasting(seconds) == words
