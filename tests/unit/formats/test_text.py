import json
import re

import pytest

from auditor.formats.json import document, encode
from auditor.formats.text import FORMAT, closing, render, summary

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FINDING = re.compile(r"^\S+: (critical|high|medium|low|info|unknown|error) [A-Z]+-\d+ ", re.MULTILINE)


def test_one_line_is_one_cause(report):
    shown = [it for it in report["causes"] if it["state"] != "waived"]
    assert len(FINDING.findall(render(report))) == len(shown)


def test_a_line_reads_like_a_compilers(report):
    assert (
        "terraform/dynamodb/envs/prod/terraform.tfvars:9: high DRIFT-006 koneksi-prod-billing-events: "
        "Deletion protection was turned off outside the code (declared true, live false), changed by hand "
        "[also SEC-004]\n"
    ) in render(report)
    assert (
        'aws:koneksi-prod-scratch: high SEC-001 koneksi-prod-scratch: Point-in-time recovery is off (live "DISABLED")\n'
    ) in render(report)
    assert (
        "terraform/dynamodb/kms.tf:3: unknown KMS-001 key/7c1e2f04: Whether the key rotates is not known "
        "(live unknown (AccessDeniedException: kms:DescribeKey))\n"
    ) in render(report)


@pytest.mark.parametrize("width", [60, 72, 80, 120])
def test_a_terminal_gets_no_line_that_it_must_break(report, width):
    for part in (render, closing):
        lines = part(report, width=width).splitlines()
        assert [line for line in lines if len(line) > width and not FINDING.match(f"{line} ")] == []


@pytest.mark.parametrize("width", [None, 60, 80])
def test_colour_changes_nothing_but_colour(report, width):
    for part in (render, closing):
        painted = part(report, width=width, color=True)
        assert ESCAPE.search(painted)
        assert ESCAPE.sub("", painted) == part(report, width=width)
        assert painted.count("\x1b[0m") * 2 == len(ESCAPE.findall(painted))


def test_the_summary_comes_last(report):
    totals = report["totals"]
    history = report["history"]
    changes = len(history["waivers"])
    tail = render(report).splitlines()[-3 - changes :]
    assert re.findall(r"\d+ \w+", tail[0])[1] == f"{totals['drift']['drifted']} drifted"
    assert re.findall(r"\d+ \w+", tail[1])[:2] == [
        f"{totals['causes']['open']['critical']} critical",
        f"{totals['causes']['open']['high']} high",
    ]
    told = f"{history['new']} new, {len(history['resolved'])} resolved, {history['unchanged']} unchanged, "
    assert tail[2] == f"    since 2026-11-20: {told}{len(history['not_judged'])} no longer judged"
    assert [line.split()[1] for line in tail[3:]] == [change["id"] for change in history["waivers"]]


def test_a_first_run_says_nothing_of_an_earlier_one(audit):
    first = json.loads(encode(document(audit)))
    assert "since" not in summary(first)
    assert "[new]" not in render(first)


def test_the_summary_can_be_had_alone(report):
    heading, numbers = summary(report).split("\n", 1)
    assert heading == render(report).split("\n", 1)[0], "of several environments each one's numbers are told apart"
    assert render(report).endswith("\n\n" + numbers)
    assert not FINDING.search(summary(report))


def test_the_closing_says_verdict_exit_code_and_what_to_grant(report):
    told = closing(report)
    assert told.startswith("\nnot compliant: ")
    assert "(exit 4)" in told
    assert "could not be decided" in told
    assert "hint   role/dynamodb-auditor needs kms:DescribeKey; `audit permissions --env prod` prints" in told


def test_a_demonstration_is_marked_first(report):
    assert render({**report, "demonstration": True}).startswith("Demonstration: ")
    assert "Demonstration" not in render(report)


@pytest.mark.parametrize("width", [None, 80])
def test_hostile_text_neither_drives_the_terminal_nor_forges_a_line(report, spoiled, width):
    text = render(spoiled, width=width) + closing(spoiled, width=width)
    assert "error file=x" in text, "the attack did not reach the text, so this test tests nothing"
    assert not CONTROL.search(text)
    assert not re.search("^::", text, re.MULTILINE)
    if width is None:
        assert text.count("\n") == (render(report) + closing(report)).count("\n")


def test_the_file_holds_both_parts(report):
    assert FORMAT.render(report).decode() == render(report) + closing(report)
