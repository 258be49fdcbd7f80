import pytest
from msgspec.structs import replace
from sample_audit import comparison, comparisons, sample_audit
from sample_estate import RULES, TABLES, Made

from auditor.formats import html
from auditor.formats.json import document
from auditor.formats.page import PITCH, view
from auditor.model.results import Status


@pytest.fixture(scope="module")
def shown(report):
    return view(report)


def widths(path):
    """The cells that one path of the map fills."""
    return [
        (int(part.split(" ")[0]), int(part.split("H")[1].split("V")[0]))
        for part in path.replace("z", "").split("M")
        if part
    ]


def test_every_table_is_in_one_row_of_the_map(shown, report):
    rows = [row for part in shown["parts"] for row in part]
    names = [subject["name"] for row in rows for subject in row["subjects"]]
    assert sorted(names) == sorted(subject["name"] for subject in report["subjects"]["table"])
    assert shown["row_count"] == len(rows) < len(names)


def test_every_cell_of_a_row_is_filled_once(shown):
    for row in (row for part in shown["parts"] for row in part):
        cells = [x for _, path in row["paths"] for start, end in widths(path) for x in range(start, end, PITCH)]
        assert sorted(cells) == [column * PITCH for column in range(len(shown["mapped"]))]


def test_rules_that_pass_everywhere_are_left_out_of_the_map_and_counted(shown, report):
    table_rules = [rule for rule in report["rules"] if rule["enabled"] and rule["subject"] == "table"]
    assert len(shown["mapped"]) + shown["unmapped"] == len(table_rules)
    assert "SEC-014" not in {rule["id"] for rule in shown["mapped"]}


def test_the_worst_table_comes_first_and_says_so_in_words(shown):
    first = shown["parts"][0][0]
    assert first["subjects"][0]["name"] == "koneksi-prod-invoices"
    assert first["label"].startswith("1 fail: DRIFT-008; ")


def test_a_waived_cell_is_not_a_fail(shown):
    row = next(it for part in shown["parts"] for it in part if it["subjects"][0]["name"] == "koneksi-prod-rate-limits")
    assert "1 waived: SEC-001" in row["label"]
    assert "w" in dict(row["paths"])


def test_every_finding_is_in_one_group_and_an_open_one_comes_first(shown, report):
    rows = [row["fingerprint"] for group in shown["groups"] for row in group["rows"]]
    assert sorted(rows) == sorted(finding["fingerprint"] for finding in report["findings"])
    assert [group["state"] for group in shown["groups"]][-len(shown["passed"]) :] == ["pass"] * len(shown["passed"])
    severities = [group["severity"] for group in shown["groups"] if group["state"] in {"fail", "unknown", "error"}]
    assert severities == sorted(severities, key=shown["severities"].index)


def test_rules_that_are_off_are_no_group(shown):
    assert "DRIFT-015" not in {group["rule"]["id"] for group in shown["groups"]}


def test_a_drift_is_linked_to_its_findings(shown):
    drift = next(it for resource in shown["drifting"] for it in resource["shown"] if it["path"] == "billing_mode")
    assert [finding["rule"] for finding in drift["findings"]] == ["DRIFT-004"]


def test_dangerous_drift_comes_first_and_equal_resources_are_left_out(shown, report):
    risky = [any(drift["risk"] for drift in it["drifts"]) for it in shown["drifting"]]
    assert risky == sorted(risky, reverse=True)
    different = [it for it in report["resources"] if it["drifts"] or it["existence"] != "both"]
    assert len(shown["drifting"]) == len(different)


def test_a_trap_is_told_and_not_counted_as_drift(report):
    resource = next(it for it in report["resources"] if it["existence"] == "both" and it["drifts"])
    sprung = resource["drifts"][0]
    trap = {**sprung, "plan": "no-op", "reality": "equal", "risk": "trap"}
    for drifts, only in (([trap], True), ([trap, {**sprung, "risk": None}], False)):
        changed = {**report, "resources": [{**resource, "drifts": drifts}]}
        (card,) = view(changed)["drifting"]
        assert card["trap"] is only
        page = html.render(changed).decode()
        assert f'Drift <span class="c">{int(not only)}</span>' in page
        assert ("one change by hand breaks the next plan</span></summary>" in page) is only


def test_a_resource_without_a_known_name_goes_by_its_address(report):
    unnamed = {
        **report["resources"][0],
        "identity": {"account": "", "region": "", "name": {"unknown": "not_evaluable"}},
    }
    seen = view({**report, "resources": [{**unnamed, "existence": "undetermined"}]})["drifting"]
    assert seen[0]["name"] == unnamed["address"]


def test_results_of_a_control_are_those_of_its_rules(shown, report):
    nist = next(it for it in shown["controls"] if it["id"] == "nist_800_53_r5")
    fails = sum(it["status"] == "fail" and not it["waived"] for it in report["findings"])
    assert {row["id"]: row["fail"] for row in nist["rows"]} == {"CM-6": fails, "CP-9": fails, "CP-10": fails}


def test_the_bar_is_whole_and_shows_even_one_result(shown):
    bar = shown["bar"]
    assert bar[-1]["x"] + bar[-1]["w"] == pytest.approx(296, abs=0.5)
    assert all(segment["w"] > 2 for segment in bar)


def test_other_subjects_with_the_same_results_share_a_row(shown):
    rows = {(row["kind"], len(row["names"])): row for row in shown["others"]}
    assert rows["alarm", 2]["passes"] == 1
    assert rows["key", 1]["unknown"] in {0, 2}
    assert shown["others"][0]["fail"] == 1


def test_owners_come_from_tags(shown):
    assert shown["owners"] == ["identity", "no owner", "payments", "platform"]


def test_a_long_map_comes_in_parts():
    names = tuple(f"t{number:03}" for number in range(150))
    rules = tuple(replace(RULES[17], id=f"SEC-{number:03}") for number in range(100, 108))
    made = tuple(
        Made(rule.id, name, Status.FAIL, "It fails")
        for number, name in enumerate(names)
        for bit, rule in enumerate(rules)
        if number >> bit & 1
    )
    found = tuple(comparison(name) for name in names)
    shown = view(document(sample_audit(made=made, found=found, rules=rules)))
    assert [len(part) for part in shown["parts"]] == [100, 50]
    assert not shown["few"]


def test_an_estate_in_order_has_no_map():
    shown = view(document(sample_audit(made=(), found=comparisons(TABLES[:3]))))
    assert shown["parts"] == []
    assert shown["fix"] == []
