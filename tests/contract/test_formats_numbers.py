"""Every number in every format is a count of the one set of results: all are counted again here, from nothing else."""

import csv
import io
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from junitparser import JUnitXml
from msgspec.structs import replace
from recorded_report import recorded_report
from sample_audit import sample_audit
from sample_estate import MADE, RULES, TABLES, Made, code_line
from sample_history import earlier

from auditor.formats import csv as csv_format
from auditor.formats import github, html, junit, markdown, sarif, text
from auditor.formats.json import document, encode
from auditor.model.results import Severity, Status

SEVERITIES = [it.value for it in Severity]
STATUSES = {"p": "pass", "f": "fail", "u": "unknown", "n": "not_applicable", "e": "error"}
LARGE_RULES = tuple(replace(RULES[17], id=f"SEC-{number:03}", severity=Severity.LOW) for number in range(100, 130))
LARGE = tuple(
    Made(rule.id, name, (Status.FAIL, Status.UNKNOWN, Status.ERROR)[(number + at) % 3], "It is so", f'tags["{number}"]')
    for number, rule in enumerate(LARGE_RULES)
    for at, name in enumerate(TABLES)
)
AUDITS = {
    "usual": sample_audit(),
    "one finding": sample_audit(made=MADE[:1]),
    "large": sample_audit(made=(*MADE, *LARGE), rules=(*RULES, *LARGE_RULES)),
    "empty": sample_audit(made=(), found=(), rules=()),
}


@pytest.fixture(scope="module", params=[*AUDITS, "recorded"])
def report(request):
    if request.param == "recorded":
        return recorded_report("missing")
    first = json.loads(encode(document(AUDITS[request.param], code=code_line)))
    if request.param != "usual":
        return first
    return json.loads(encode(document(AUDITS["usual"], code=code_line, earlier=earlier(first))))


@pytest.fixture(scope="module")
def counted(report):
    """Everything that formats tell, counted from statuses, findings, causes and comparisons."""
    letters = Counter("".join(it["statuses"] for it in report["results"]))
    fails = [it for it in report["findings"] if it["status"] == "fail"]
    still_open = [it for it in fails if not it["waived"]]
    key = {it["fingerprint"]: (it["rule"], it["identity"] or it["address"]) for it in fails}
    open_results = {key[it["fingerprint"]] for it in still_open}
    open_prints = {it["fingerprint"]: it for it in still_open}
    causes = Counter(
        min((open_prints[it]["severity"] for it in cause["findings"] if it in open_prints), key=SEVERITIES.index)
        for cause in report["causes"]
        if set(cause["findings"]) & open_prints.keys()
    )
    return {
        "results": {name: letters[letter] for letter, name in STATUSES.items()},
        "total": letters.total(),
        "waived": len(set(key.values()) - open_results),
        "open findings": Counter(it["severity"] for it in still_open),
        "causes": causes,
        "undecided": Counter(it["state"] for it in report["causes"])["undecided"],
        "existence": Counter(it["existence"] for it in report["resources"]),
        "drifted": sum(
            it["existence"] == "both"
            and any(
                drift["reality"] == "different" or (drift["reality"] == "undeclared" and drift["risk"])
                for drift in it["drifts"]
            )
            for it in report["resources"]
        ),
    }


def test_json(report, counted):
    totals = report["totals"]
    results = totals["results"]
    assert {name: results[name] for name in counted["results"]} == counted["results"]
    assert (results["total"], results["waived"]) == (counted["total"], counted["waived"])
    assert results["applicable"] == counted["total"] - counted["results"]["not_applicable"]
    assert +Counter(totals["findings"]["open"]) == counted["open findings"]
    assert +Counter(totals["causes"]["open"]) == counted["causes"]
    assert totals["drift"]["drifted"] == counted["drifted"]
    assert totals["drift"]["resources"] == counted["existence"].total()
    assert {it: totals["drift"][it] for it in ("missing", "unmanaged", "undetermined")} == {
        it: counted["existence"][it] for it in ("missing", "unmanaged", "undetermined")
    }
    assert totals["subjects"] == {kind: len(many) for kind, many in report["subjects"].items()}
    assert len(report["first"]) == counted["causes"].total()


def test_since_the_last_run(report):
    history = report["history"]
    told = [history["new"], len(history["resolved"]), history["unchanged"]]
    if history["previous"] is None:
        assert told == [0, 0, 0]
        return
    assert history["new"] == sum(finding["new"] for finding in report["findings"])
    assert history["new"] + history["unchanged"] == len(report["findings"])
    clause = r"(\d+)\D* new\W+(?:<b>)?(\d+)\D* resolved\W+(?:<b>)?(\d+)\D* unchanged"
    for content in (text.render(report), markdown.render(report).decode(), html.render(report).decode()):
        assert list(map(int, re.search(clause, content).groups())) == told


def test_csv(report, counted):
    rows = list(csv.DictReader(io.StringIO(csv_format.render(report).decode("utf-8-sig"))))
    # A result with two findings has two rows; it is one result all the same.
    statuses = {}
    for row in rows:
        statuses.setdefault((row["rule"], row["subject_type"], row["subject"]), set()).add(row["status"])
    of_results = Counter("fail" if "fail" in found else min(found) for found in statuses.values())
    assert len(statuses) == counted["total"]
    assert of_results == +Counter(
        counted["results"] | {"waived": counted["waived"], "fail": counted["results"]["fail"] - counted["waived"]}
    )


def test_junit(report, counted):
    suites = JUnitXml.fromstring(junit.render(report))
    results = counted["results"]
    assert (suites.tests, suites.failures) == (counted["total"], results["fail"] - counted["waived"])
    assert suites.errors == results["unknown"] + results["error"]
    assert sum(it.skipped for it in suites) == results["not_applicable"] + counted["waived"]


def test_sarif(report):
    (run,) = json.loads(sarif.render(report))["runs"]
    findings = Counter(it["status"] for it in report["findings"])
    assert Counter(it["kind"] for it in run["results"]) == +Counter(fail=findings["fail"], open=findings["unknown"])
    assert sum("suppressions" in it for it in run["results"]) == sum(it["waived"] for it in report["findings"])


def test_github(report, counted):
    lines = github.render(report).decode().splitlines()
    commands = Counter(line.split(" ", 1)[0] for line in lines[:-1])
    causes = counted["causes"]
    assert commands == +Counter(
        {
            "::error": causes["critical"] + causes["high"],
            "::warning": causes["medium"],
            "::notice": causes["low"] + causes["info"] + counted["undecided"],
        }
    )


def test_markdown(report, counted):
    content = markdown.render(report).decode()
    head, row = re.findall(r"^\| (critical .*|\d.*) \|$", content, re.MULTILINE)[:2]
    told = {
        name: int(number.replace(",", "")) for name, number in zip(head.split(" | "), row.split(" | "), strict=True)
    }
    assert told == {
        **{severity: counted["causes"][severity] for severity in SEVERITIES if severity != "info"},
        "unknown": counted["results"]["unknown"],
        "waived": counted["waived"],
        "drifted": counted["drifted"],
        "missing": counted["existence"]["missing"],
        "not declared": counted["existence"]["unmanaged"],
    }
    rows = [line for line in content.splitlines() if re.match(rf"\| ({'|'.join(SEVERITIES)}) \| [A-Z]", line)]
    assert len(rows) == counted["causes"].total()


def test_text(report, counted):
    content = text.render(report)
    told = {
        name: int(number.replace(",", ""))
        for number, name in re.findall(r"([\d,]+) ([a-z]+)", content.split("\n\n")[-1].partition("since")[0])
    }
    assert told == {
        "resources": counted["existence"].total(),
        "drifted": counted["drifted"],
        **{it: counted["existence"][it] for it in ("missing", "unmanaged", "undetermined")},
        **{severity: counted["causes"][severity] for severity in SEVERITIES if severity != "info"},
        "unknown": counted["results"]["unknown"],
        "waived": counted["waived"],
    }
    lines = content.split("\n\n")[1].splitlines() if report["causes"] else []
    assert len(lines) == counted["causes"].total() + counted["undecided"]


class _Page(HTMLParser):
    """The page's tables by caption, the counts beside its rules, and the counts in its contents."""

    def __init__(self, content):
        super().__init__()
        self.tables, self.groups, self.contents = {}, {}, {}
        self._rows, self._rule, self._link = [], "", ""
        self._told = lambda _: None
        self.feed(content)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"th", "td"}:
            row = self._rows[-1]
            row.append("")
            self._told = lambda text_: row.__setitem__(-1, row[-1] + text_)
        elif tag == "caption":
            rows = self._rows
            self._told = lambda text_: self.tables.__setitem__(text_, rows)
        elif tag == "details":
            self._rule = given.get("data-rule", "")
        elif given.get("class") == "cn":
            rule = self._rule
            self._told = lambda text_: self.groups.__setitem__(rule, self.groups.get(rule, "") + text_)
        elif tag == "a":
            self._link = given.get("href", "")
        elif given.get("class") == "c":
            link = self._link
            self._told = lambda text_: self.contents.__setitem__(link, _number(text_))

    def handle_endtag(self, tag):
        if tag in {"th", "td", "caption", "summary", "a"}:
            self._told = lambda _: None

    def handle_data(self, data):
        self._told(data)


def _number(told):
    return int(re.search(r"[\d,]+", told)[0].replace(",", ""))


def _by_name(told):
    return {name.strip(): _number(number) for number, name in re.findall(r"([\d,]+) ([a-z ]+)", told)}


def test_html(report, counted):
    content = html.render(report).decode()
    page, results, causes = _Page(content), counted["results"], counted["causes"]
    assert {row[0].split(" (")[0]: _number(row[1]) for row in page.tables["Results by status"]} == {
        "Pass": results["pass"],
        "Fail": results["fail"],
        "Unknown": results["unknown"],
        **({"Error": results["error"]} if results["error"] else {}),
        "Not applicable": results["not_applicable"],
        "All results": counted["total"],
    }
    (bar,) = re.findall(r'viewBox="0 0 296 14" role="img" aria-label="([^"]*)"', content)
    assert _by_name(bar) == {name.replace("_", " "): number for name, number in results.items() if number}
    assert {row[0]: _number(row[1]) for row in page.tables["Subjects by type"]} == {
        kind.replace("_", " ").capitalize(): len(many) for kind, many in report["subjects"].items()
    }
    tiles = {severity: _number(told) for severity, told in re.findall(r'data-sev="(\w+)"><b>([\d,]+)</b>', content)}
    assert tiles == {severity: causes[severity] for severity in SEVERITIES if severity != "info"}
    others = {name: _number(told) for told, name in re.findall(r"<b>([\d,]+)</b><span>([a-z ]+)</span>", content)}
    assert others["resources"] == counted["existence"].total()
    assert others["drifted from code"] == counted["drifted"]
    assert others["unknown or error" if results["error"] else "unknown"] == results["unknown"] + results["error"]
    assert others["waived"] == counted["waived"]
    assert page.contents["#findings"] == len(report["findings"])
    assert page.contents["#waivers"] == len(report["waivers"])
    assert page.contents["#drift"] == sum(
        it["existence"] != "both" or any(drift["risk"] != "trap" for drift in it["drifts"])
        for it in report["resources"]
    )


def test_html_says_which_fails_the_verdict_speaks_of(report, counted):
    content = html.render(report).decode()
    fails, headline = counted["results"]["fail"], report["verdict"]["headline"]
    told = re.search(r"Of the ([\d,]+) fails?, ([\d,]+) make the verdict(.*?)\.", content)
    speaks_of = _number(headline) if re.match(r"\d", headline) else 0
    assert bool(told) == (fails != speaks_of)
    if told:
        assert (_number(told[1]), _number(told[2])) == (fails, speaks_of)
        assert speaks_of + sum(map(_number, re.findall(r"[\d,]*\d", told[3]))) == fails


def test_html_rule_by_rule(report):
    page = _Page(html.render(report).decode())
    assert page.groups.keys() == {it["rule"] for it in report["findings"]}
    for rule, told in page.groups.items():
        mine = [it for it in report["findings"] if it["rule"] == rule]
        expected = Counter("waived" if it["waived"] else it["status"] for it in mine)
        expected["pass"] = sum(it["statuses"].count("p") for it in report["results"] if it["rule"] == rule)
        assert _by_name(told) == dict(expected)


def test_html_subject_by_subject(report, counted):
    """The map and the table of other subjects hold every result, but those of rules with nothing to report."""
    content = html.render(report).decode()
    others = _Page(content).tables.get("Results on subjects that are not tables", [[]])[1:]
    cells = Counter()
    for row in others:
        same = int(found[0]) if (found := re.match(r"\d+(?= .* with the same results)", row[0])) else 1
        for name, number in zip(("fail", "unknown", "waived", "pass", "not_applicable"), row[2:], strict=True):
            cells[name] += same * _number(number)
    tables = Counter("".join(it["statuses"] for it in report["results"] if it["subject_type"] == "table"))
    assert cells.total() == counted["total"] - tables.total()
    assert cells["pass"] == counted["results"]["pass"] - tables["p"]
    assert cells["unknown"] == counted["results"]["unknown"] + counted["results"]["error"] - tables["u"] - tables["e"]
