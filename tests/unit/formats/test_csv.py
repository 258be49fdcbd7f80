import csv
import io
from collections import Counter
from datetime import date

import pytest

from auditor.formats.csv import _cell, render


def table(report):
    return list(csv.DictReader(io.StringIO(render(report).decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def rows(report):
    return table(report)


def test_the_rows_prove_the_population(rows, report):
    results = report["totals"]["results"]
    assert Counter(row["status"] for row in rows) == {
        "pass": results["pass"],
        "fail": results["fail"] - results["waived"],
        "waived": results["waived"],
        "unknown": results["unknown"],
        "not_applicable": results["not_applicable"],
    }


def test_a_finding_carries_both_sides_place_and_controls(rows):
    row = next(it for it in rows if it["rule"] == "DRIFT-006" and it["status"] == "fail")
    assert (row["declared"], row["live"], row["path"]) == ("true", "false", "deletion_protection_enabled")
    assert (row["file"], row["line"]) == ("terraform/dynamodb/envs/prod/terraform.tfvars", "9")
    assert row["nist_800_53_r5"] == "CM-6 (judgement); CP-9; CP-10"


def test_a_remediation_names_its_subject(rows):
    row = next(it for it in rows if it["rule"] == "DRIFT-006" and it["status"] == "fail")
    assert row["remediation_aws_cli"].endswith("--table-name koneksi-prod-billing-events")


def test_an_unknown_names_the_missing_action(rows):
    assert {row["action"] for row in rows if row["rule"] == "KMS-001" and row["status"] == "unknown"} == {
        "kms:DescribeKey"
    }


def test_a_waived_fail_names_its_waiver_and_its_end(rows):
    (row,) = (it for it in rows if it["status"] == "waived")
    assert [row[f"waiver{part}"] for part in ("", "_owner", "_ticket", "_expires")] == [
        "W-009",
        "platform team",
        "SEC-2291",
        "2027-03-31",
    ]
    assert not any(it["waiver_owner"] for it in rows if not it["waiver"])


def test_a_finding_tells_its_age(report, rows):
    ages = {row["fingerprint"]: row["age_days"] for row in rows if row["fingerprint"]}
    seen = {it["fingerprint"]: it["first_seen"][:10] for it in report["findings"]}
    assert len(set(ages.values())) > 1
    for fingerprint, age in ages.items():
        days = date.fromisoformat(report["run"]["finished"][:10]) - date.fromisoformat(seen[fingerprint])
        assert int(age) in (days.days, days.days - 1)
    assert {row["age_days"] for row in rows if not row["fingerprint"]} == {""}


def test_a_finding_names_the_answers_it_rests_on(report, rows):
    row = next(it for it in rows if it["rule"] == "DRIFT-006" and it["status"] == "fail")
    finding = next(it for it in report["findings"] if it["fingerprint"] == row["fingerprint"])
    answers = [it["origin"] for it in finding["evidence"] if it["origin"]["from"] == "api"]
    assert answers
    for answer in answers:
        assert answer["api"] in row["evidence"]
        assert answer.get("request_id", "") in row["evidence"]
    assert {it["ruleset"] for it in rows} == {report["run"]["ruleset"]["digest"]}


_WIDE = ("\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "\ufeff=1", " \u200b\uff1d1")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "  =1", "\t=1", "\n=1", *_WIDE])
def test_no_cell_is_a_formula(text):
    assert _cell(text).startswith("'")


@pytest.mark.parametrize("text", ["1=1", "a@b", "", "'=1"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert _cell(text) == text


def test_hostile_cells_stay_one_cell_each(report, spoiled):
    rows = table(spoiled)
    assert len(rows) == len(table(report))
    assert None not in {key for row in rows for key in row}
    cells = [cell for row in rows for cell in row.values()]
    assert any("=cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert not any(set(cell) & set("\x1b\r\x00\u202e") for cell in cells)
