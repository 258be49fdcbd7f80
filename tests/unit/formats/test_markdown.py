import hashlib
import re

from msgspec.structs import replace
from sample_audit import sample_audit
from sample_estate import RULES, TABLES, Made

from auditor.formats.json import document, encode
from auditor.formats.markdown import LONGEST, render
from auditor.model.results import Status

BARE = re.compile(r"(?<!\\)[`<>\[\]]|://|(?<!&#64;)@")


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


def test_nothing_open_is_told():
    assert "Nothing is open." in render(document(sample_audit(made=()))).decode()
