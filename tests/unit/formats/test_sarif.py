import json
import re
from collections import Counter
from urllib.parse import unquote

import pytest

from auditor.formats import sarif
from auditor.formats.sarif import render


@pytest.fixture(scope="module")
def run(report):
    return json.loads(render(report))["runs"][0]


def test_fails_and_unknowns_are_results_and_nothing_else_is(run, report):
    findings = report["totals"]["findings"]
    assert Counter(it["kind"] for it in run["results"]) == {
        "fail": sum(findings["open"].values()) + findings["waived"],
        "open": findings["unknown"],
    }


def test_only_fails_have_a_level(run):
    assert all((it["level"] == "none") == (it["kind"] != "fail") for it in run["results"])


def test_results_point_at_their_rules(run):
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[it["ruleIndex"]]["id"] == it["ruleId"] for it in run["results"])


def test_a_result_stands_where_the_value_is_decided_with_its_chain(run):
    result = next(it for it in run["results"] if it["ruleId"] == "DRIFT-006")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "terraform/dynamodb/envs/prod/terraform.tfvars"
    assert physical["region"] == {"startLine": 9, "startColumn": 3}
    lines = [it["physicalLocation"]["region"]["startLine"] for it in result["relatedLocations"]]
    assert lines == [9, 21, 14][-len(lines) :]


def test_what_no_code_declares_stands_in_the_environments_main_file(run):
    result = next(it for it in run["results"] if it["ruleId"] == "DRIFT-002")
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "terraform/dynamodb/envs/prod/main.tf"


def test_fingerprints_are_the_reports_own(run, report):
    found = {it["partialFingerprints"]["auditorFingerprint/v1"] for it in run["results"]}
    assert found == {it["fingerprint"] for it in report["findings"]}


def test_a_waived_fail_stays_a_fail_and_is_accepted(run):
    accepted = [it for it in run["results"] if "suppressions" in it]
    assert [(it["ruleId"], it["kind"]) for it in accepted] == [("SEC-001", "fail")]
    assert accepted[0]["suppressions"][0]["status"] == "accepted"


def test_what_was_not_read_is_notified(run, report):
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == len(report["coverage"]["unread"])
    assert run["invocations"][0]["executionSuccessful"]


def test_environments_do_not_replace_one_another(run):
    assert run["automationDetails"]["id"] == "auditor/prod/ap-southeast-1"


def artifact(report, **changes):
    """Where the log says that the first finding stands, after changes of the finding's place and of the git state."""
    changed = json.loads(json.dumps(report))
    first = next(it for it in changed["findings"] if it["place"])
    first["place"]["file"] = changes.get("file", first["place"]["file"])
    changed["run"]["git"]["folder"] = changes.get("folder", "")
    result = next(
        it
        for it in json.loads(render(changed))["runs"][0]["results"]
        if it["partialFingerprints"]["auditorFingerprint/v1"] == first["fingerprint"]
    )
    return result["locations"][0]["physicalLocation"]["artifactLocation"]


def test_paths_start_at_the_top_of_the_repository_and_not_of_the_project(report):
    assert artifact(report, file="main.tf")["uri"] == "main.tf"
    assert artifact(report, file="main.tf", folder="infra/a b")["uri"] == "infra/a%20b/main.tf"


def test_a_file_outside_of_the_project_is_told_by_its_whole_path(report):
    assert artifact(report, file="/shared/a b.tf", folder="infra") == {"uri": "file:///shared/a%20b.tf"}


def test_what_code_scanning_would_not_take_is_told(report, monkeypatch):
    whole = json.loads(render(report))["runs"][0]["results"]
    monkeypatch.setattr(sarif, "_MOST_RESULTS", len(whole) - 1)
    run = json.loads(render(report))["runs"][0]
    assert run["results"] == whole[:-1]
    notes = [it["message"]["text"] for it in run["invocations"][0]["toolExecutionNotifications"]]
    assert f"{len(whole) - 1} of {len(whole)} findings, the worst, stand here: code scanning takes no more." in notes


def test_hostile_text_stays_text(report, spoiled):
    text = render(spoiled).decode()
    assert not re.search(r"(?<!\\)\\u00[01]", text), "a control character went into the log"
    places = [
        it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for it in json.loads(text)["runs"][0]["results"]
    ]
    assert len(places) == len(report["findings"])
    assert all(set(uri).isdisjoint("<>\"' \\{}`") for uri in places)
    assert any("<script>" in unquote(uri) for uri in places)
