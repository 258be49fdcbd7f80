"""Since the last run: new, unchanged, resolved, and what no run has judged; nothing is called resolved unseen."""

import json

import pytest
from sample_history import earlier

from auditor.formats.json import document
from auditor.formats.since import LONGEST_TREND, digest, known, with_history


@pytest.fixture(scope="session")
def first(audit):
    return json.loads(json.dumps(document(audit)))


def test_nothing_is_new_in_a_first_run(first):
    assert first["history"]["previous"] is None
    assert (first["history"]["new"], first["history"]["unchanged"]) == (0, 0)
    assert not any(finding["new"] for finding in first["findings"])
    assert {finding["first_seen"] for finding in first["findings"]} == {first["run"]["finished"]}
    assert [point["open"] for point in first["history"]["trend"]] == [sum(first["totals"]["findings"]["open"].values())]


def test_new_and_unchanged_make_up_all_findings(first):
    now = with_history(first, earlier(first))
    assert now["history"]["new"] == 1
    assert [finding["fingerprint"] for finding in now["findings"] if finding["new"]] == [
        first["findings"][0]["fingerprint"]
    ]
    assert now["history"]["new"] + now["history"]["unchanged"] == len(now["findings"])
    assert now["findings"][1]["first_seen"] == "2026-11-01T19:00:41.000Z"
    assert now["findings"][0]["first_seen"] == first["run"]["finished"]


def test_only_what_passes_now_is_resolved(first):
    history = with_history(first, earlier(first))["history"]
    assert [(left["fingerprint"][0], left["now"]) for left in history["resolved"]] == [("a", "pass")]
    told = {left["fingerprint"][0]: left["now"] for left in history["not_judged"]}
    assert told == {"b": "rule_off", "c": "unknown", "d": "rule_gone"}


def test_a_subject_is_gone_where_the_reading_is_whole(first):
    history = with_history({**first, "complete": True}, earlier(first))["history"]
    assert {left["now"] for left in history["not_judged"] if left["fingerprint"][0] == "c"} == {"subject_gone"}


@pytest.mark.parametrize(("letter", "now"), [("u", "unknown"), ("n", "not_applicable"), ("e", "error"), ("f", "fail")])
def test_what_became_of_a_finding_whose_rule_says_something_else(first, letter, now):
    before = earlier(first)
    left = next(finding for finding in before["previous"]["findings"] if finding["fingerprint"] == "a" * 64)
    results = [
        {**each, "statuses": letter * len(each["statuses"])} if each["rule"] == left["rule"] else each
        for each in first["results"]
    ]
    history = with_history({**first, "results": results}, before)["history"]
    found = {each["fingerprint"][0]: each["now"] for each in (*history["resolved"], *history["not_judged"])}
    assert found["a"] == now


@pytest.mark.parametrize(("status", "now"), [("fail", "pass"), ("unknown", "unknown")])
def test_what_became_of_an_attribute_whose_rule_fails_in_another(first, status, now):
    failing = next(each for each in first["findings"] if each["rule"].startswith("DRIFT") and each["status"] == "fail")
    before = digest(first, "0" * 64)
    gone = next(each for each in before["findings"] if each["fingerprint"] == failing["fingerprint"])
    before["findings"].append({**gone, "fingerprint": "a" * 64, "path": "another"})
    beside = {**failing, "fingerprint": "e" * 64, "path": "wider", "status": status}
    told = with_history({**first, "findings": [*first["findings"], beside]}, {"previous": before, "skipped": []})
    history = told["history"]
    found = {each["fingerprint"][0]: each["now"] for each in (*history["resolved"], *history["not_judged"])}
    assert found == {"a": now}


def test_the_trend_grows_by_one_and_ends(first):
    report = first
    for night in range(LONGEST_TREND + 5):
        report = {**first, "run": {**first["run"], "id": f"night-{night}"}}
        report = with_history(report, {"previous": digest(report, "0" * 64) if night else None, "skipped": []})
        first = {**first, "history": report["history"]}
    assert len(report["history"]["trend"]) == LONGEST_TREND
    assert report["history"]["trend"][-1]["run"] == f"night-{LONGEST_TREND + 4}"


def test_a_second_pass_over_the_same_gives_the_same(first):
    before = earlier(first)
    assert with_history(first, before) == with_history(with_history(first, before), before)


def test_a_run_that_changed_nothing(first):
    history = with_history(first, {"previous": digest(first, "0" * 64), "skipped": []})["history"]
    assert (history["new"], history["resolved"], history["not_judged"]) == (0, [], [])
    assert history["unchanged"] == len(first["findings"])


def test_what_was_not_known_before_and_fails_now_is_new(first):
    before = digest(first, "0" * 64)
    failed = next(finding for finding in first["findings"] if finding["status"] == "fail")
    undecided = next(finding for finding in first["findings"] if finding["status"] == "unknown")
    for each in before["findings"]:
        if each["fingerprint"] == failed["fingerprint"]:
            each.update(status="unknown", first_seen="2026-11-01")
    now = with_history(first, {"previous": before, "skipped": []})
    assert [each["fingerprint"] for each in now["findings"] if each["new"]] == [failed["fingerprint"]]
    assert (now["history"]["new"], now["history"]["unchanged"]) == (1, len(first["findings"]) - 1)
    assert undecided["fingerprint"] not in known({"previous": before, "skipped": []})
    assert known({"previous": None, "skipped": []}) is None
    (again,) = (each for each in now["findings"] if each["new"])
    assert again["first_seen"] == "2026-11-01", "it has been open since it was first seen, decided or not"


def test_what_became_of_waivers(first):
    changes = with_history(first, earlier(first))["history"]["waivers"]
    assert [(each["id"], each["change"]) for each in changes] == [
        ("W-00", "removed"),
        (first["waivers"][0]["id"], "extended"),
        (first["waivers"][-1]["id"], "added"),
    ]
    assert changes[1]["before"]["expires"] == "2026-11-30"
    assert changes[1]["after"]["expires"] == first["waivers"][0]["expires"]
    assert changes[0]["after"] is None
    assert with_history(first, None)["history"]["waivers"] == []


def test_a_run_that_did_not_tell_its_waivers_is_not_taken_for_one_without_any(first):
    before = earlier(first)
    previous = {name: part for name, part in before["previous"].items() if name != "waivers"}
    assert with_history(first, {**before, "previous": previous})["history"]["waivers"] == []
