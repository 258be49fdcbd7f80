import hashlib
import re

from msgspec.structs import replace
from sample_audit import sample_audit
from sample_estate import RULES, TABLES, Made

from auditor.formats.json import document, encode
from auditor.formats.markdown import LONGEST, render
from auditor.model.results import Status

BARE = re.compile(r"(?<!\\)[`<>\[\]]|://|@(?!&#8203;)")


def test_verdict_numbers_causes_and_unknowns(report):
    text = render(report).decode()
    assert text.startswith("## Not compliant: koneksi prod\n")
    assert "### Fix first (16 open causes)" in text
    assert "| high | DRIFT-006, SEC-004 | koneksi-prod-billing-events |" in text
    assert "- 3 results: the call was denied." in text
    assert "Grant kms:DescribeKey." in text
    assert "- W-004 (storage team), ended 2026-11-01" in text
    assert f"report.json sha256 {hashlib.sha256(encode(report)).hexdigest()}\n" in text


def test_a_row_is_a_row(spoiled):
    rows = [line for line in render(spoiled).decode().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10 + 1 - 1, 6}


def test_hostile_text_is_neither_markup_nor_link_nor_mention(spoiled):
    for line in render(spoiled).decode().splitlines():
        assert not BARE.search(line.removeprefix("> ").replace("&lt;", "").replace("&gt;", ""))


def test_a_page_that_is_too_long_is_cut_and_says_so():
    rules = tuple(replace(RULES[17], id=f"SEC-{number:03}") for number in range(100, 160))
    made = tuple(Made(rule.id, name, Status.FAIL, "It fails " * 30, rule.id) for rule in rules for name in TABLES[:10])
    text = render(document(sample_audit(made=made, rules=rules))).decode()
    assert len(text) <= LONGEST + 100
    rows = text.count("\n| high |")
    more = re.search(r"\n([\d,]+) more causes in the full report", text)
    assert rows + int(more[1].replace(",", "")) == len(made)
    assert "report.json sha256" in text


def test_a_text_that_is_too_long_is_cut_and_says_so(report):
    first = report["causes"][0]["findings"][0]
    findings = [{**it, "message": "9" * 400} if it["fingerprint"] == first else it for it in report["findings"]]
    headline = {"headline": "8" * 999, "completeness": "7" * 1001}
    text = render({**report, "findings": findings, "verdict": {**report["verdict"], **headline}}).decode()
    assert f"{'9' * 299}…" in text
    assert f"{'8' * 999} {'7' * 999}…" in text


def test_what_follows_the_findings_is_cut_by_the_line_and_says_so(report):
    resolved = [{**report["history"]["resolved"][0], "subject": "<" * 301}] * 30
    history = {**report["history"], "resolved": resolved}
    cause = {**report["coverage"]["undecided"][0], "unknown": "denied", "detail": "Short"}
    coverage = {**report["coverage"], "undecided": [cause] * 25}
    waivers = [{**report["waivers"][0], "state": "expired", "owner": "&" * 301}] * 20
    told = {**report, "history": history, "coverage": coverage, "waivers": waivers}
    text = render(told).decode()
    assert len(text) <= LONGEST
    for shown, all_of_them, what in (
        ("- [^\n]*(?:&lt;){299}…", 30, "more former findings"),
        ("- [^\n]*: the call was denied\\. Short\\.", 25, "more reasons"),
        ("- [^\n]*(?:&amp;){299}…", 20, "more expired waivers"),
    ):
        number = len(re.findall(shown, text))
        more = re.search(rf"\n\n(\d+) {what} in the full report\.\n", text)
        left = len(history["not_judged"]) if "former" in what else 0
        assert 0 < number < all_of_them, what
        assert number + int(more[1]) == all_of_them + left
    assert f"report.json sha256 {hashlib.sha256(encode(told)).hexdigest()}\n" in text


def test_nothing_open_is_told():
    assert "Nothing is open." in render(document(sample_audit(made=()))).decode()
