"""The HTML report in a real browser: accessible in every state, silent on the network, inert under attack."""

import csv
import fcntl
import io
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import sample_rollup
from hostile_report import MARKUP, hostile
from recorded_report import recorded_report
from sample_audit import sample_audit
from sample_estate import MADE, RULES, TABLES, Made, code_line
from sample_history import earlier

from auditor.formats import html
from auditor.formats.json import document
from auditor.formats.verdict import plural
from auditor.model.results import Status

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
LAUNCH_SECONDS = 600
STATES = {
    "usual": [
        "light",
        "dark",
        "phone",
        "phone dark",
        "all open",
        "all open, dark",
        "all open, phone",
        "on paper",
        "on paper, in brief",
        "filtered",
        "filtered, dark",
        "nothing found",
        "keys",
    ],
    "hostile": ["light", "phone", "all open", "all open, dark", "on paper"],
    "large": ["light", "filtered", "on paper, in brief"],
    "recorded": ["light", "all open, phone", "on paper"],
    "rollup": ["light", "dark", "phone", "phone dark", "on paper"],
}


def _chromium():
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def inspected(tmp_path_factory):
    """Looks at a report with a browser; each report once."""
    chromium, node = _chromium(), shutil.which("node")
    if not chromium:
        pytest.skip("no Chromium: install one, or name it in the environment variable CHROMIUM")
    if not node or not (HERE / "node_modules" / "playwright-core").is_dir():
        pytest.skip("no browser driver: run `npm ci --prefix tests/browser`")
    # Workers of one run share what was seen: the folder above a worker's own is the run's.
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def look(name, report, render=html.render):
        page, seen = shared / f"{name}.html", shared / f"{name}.json"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not seen.exists():
                page.write_bytes(render(report))
                command = (
                    node,
                    str(HERE / "inspect.mjs"),
                    chromium,
                    str(tmp_path_factory.mktemp(name)),
                    page.as_uri(),
                    ";".join(STATES[name]),
                )
                done = subprocess.run(command, capture_output=True, text=True, timeout=LAUNCH_SECONDS, check=False)
                seen.write_text(done.stdout if done.returncode == 0 else json.dumps({"failed": done.stderr}))
        found = json.loads(seen.read_text())
        assert "failed" not in found, found["failed"]
        return found | {"address": page.as_uri()}

    return look


@pytest.fixture(scope="module")
def report():
    first = document(sample_audit(), code=code_line)
    return document(sample_audit(), code=code_line, earlier=earlier(first))


@pytest.fixture(scope="module")
def many():
    """A report of more findings than are shown with all that belongs to them."""
    rules = tuple(replace(RULES[17], id=f"SEC-{number:03}") for number in range(100, 130))
    made = (*MADE, *(Made(rule.id, name, Status.FAIL, "It fails") for rule in rules for name in TABLES))
    return document(sample_audit(made=made, rules=(*RULES, *rules)), code=code_line)


def rollup_page(document):
    return html.render_rollup(document, "ab" * 32)


@pytest.fixture(scope="module", params=list(STATES))
def seen(request, inspected, report, many):
    name = request.param
    if name == "rollup":
        return inspected(name, sample_rollup.DOCUMENT, rollup_page)
    reports = {"usual": report, "hostile": hostile(report), "large": many, "recorded": recorded_report("index_dropped")}
    return inspected(name, reports[name])


@pytest.fixture(scope="module")
def usual(inspected, report):
    return inspected("usual", report)


@pytest.fixture(scope="module")
def attacked(inspected, report):
    return inspected("hostile", hostile(report))


def test_no_state_has_an_accessibility_fault(seen):
    assert list(seen["axe"]) in STATES.values()
    assert {state: found for state, found in seen["axe"].items() if found} == {}


def test_the_page_asks_for_nothing_but_itself(seen):
    assert {url.split("#")[0] for url in seen["requests"] if not url.startswith(("blob:", "data:"))} == {
        seen["address"]
    }


def test_the_browser_complains_about_nothing(seen):
    assert seen["complaints"] == []


@pytest.mark.parametrize("name", ["usual", "large"])
def test_nothing_is_wider_than_the_screen(name, inspected, report, many):
    overflow = inspected(name, report if name == "usual" else many)["overflow"]
    assert {state: wide for state, wide in overflow.items() if wide > 0} == {}


def test_the_roll_up_is_no_wider_than_the_screen(inspected):
    overflow = inspected("rollup", sample_rollup.DOCUMENT, rollup_page)["overflow"]
    assert {state: wide for state, wide in overflow.items() if wide > 0} == {}


def test_a_large_report_opens_folded_and_prints_a_summary(usual, inspected, many):
    large = inspected("large", many)
    assert large["plain"]["rows"] == len(many["findings"]), "every finding is in the page"
    assert large["pages"] < usual["pages"]
    assert large["open"] <= usual["open"]


def test_hostile_text_is_shown_and_does_nothing(attacked):
    state = attacked["state"]
    assert MARKUP in state["all"], "the attack did not reach the page, so this test tests nothing"
    assert state["pwned"] is None
    assert attacked["dialogs"] == 0
    assert (state["scripts"], state["images"]) == (1, 0)
    assert set(state["hrefs"]) <= {"file:", "https:"}


def test_hostile_text_turns_nothing_around(attacked):
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]", attacked["state"]["all"]
    )


def test_the_page_is_whole_without_script(usual, report):
    assert min(usual["plain"]["height"].values()) > 0
    assert not usual["plain"]["filter"]
    assert usual["plain"]["rows"] == len(report["findings"])


def test_keys_search_and_links(usual, report):
    keys = usual["keys"]
    hits = sum("billing-events" in finding["subject"] for finding in report["findings"])
    assert keys["slash"] == "q"
    assert keys["count"] == f"{hits} of {len(report['findings'])} findings"
    assert keys["hash"] == "#filter?q=billing-events"
    assert (keys["cleared"], keys["row"], keys["linked"]) == ("", "TR", True)


def test_a_tile_filters_its_severity(usual, report):
    high = report["totals"]["findings"]["open"]["high"]
    assert usual["keys"]["tile"] == f"{high} of {plural(len(report['findings']), 'finding')}"


def test_the_filtered_rows_can_be_taken_away_as_csv(usual, report):
    rows = list(csv.DictReader(io.StringIO(usual["keys"]["csv"].removeprefix("\ufeff"))))
    assert {row["subject"] for row in rows} == {"koneksi-prod-billing-events"}
    expected = {it["rule"] for it in report["findings"] if "billing-events" in it["subject"]}
    assert {row["rule"] for row in rows} == expected


def test_formulas_do_not_reach_the_spreadsheet(attacked):
    cells = [cell for row in csv.reader(io.StringIO(attacked["keys"]["csv"].removeprefix("\ufeff"))) for cell in row]
    assert any("=cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_printing_leaves_the_tools_out(usual):
    assert usual["print"]["tools"] == "none"
    assert usual["print"]["overflow"] <= 0
