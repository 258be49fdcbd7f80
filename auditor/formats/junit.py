"""JUnit XML: a suite for each subject, a test case for each result, for dashboards of nightly jobs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from auditor.formats.interface import Document, Format
from auditor.formats.words import DEMONSTRATION, clean, message, place, sides, subject_key, unknown
from auditor.model.results import LETTERS

_STATUSES: Final = {letter: status.value for status, letter in LETTERS.items()}
_COUNTED: Final = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(document: Document) -> bytes:
    """The suites; a waived fail and what is not applicable are skipped, what is unknown is an error, never a pass."""
    run = document["run"]
    findings: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for finding in document["findings"]:
        findings[(finding["rule"], subject_key(finding))].append(finding)
    titles = {rule["id"]: rule["title"] for rule in document["rules"]}
    root = ET.Element("testsuites", name="auditor")
    all_suites: Counter[str] = Counter()
    for kind, subjects in document["subjects"].items():
        columns = [results for results in document["results"] if results["subject_type"] == kind]
        for index, subject in enumerate(subjects if columns else ()):
            suite = _element(root, "testsuite", name=f"{run['environment']}/{subject['name']}")
            if run.get("started"):
                suite.set("timestamp", clean(run["started"]).removesuffix("Z"))
            _properties(suite, document)
            counted = Counter(tests=len(columns))
            for results in columns:
                case = _element(
                    suite,
                    "testcase",
                    classname=f"{run['environment']}.{kind}.{subject['name']}",
                    name=f"{results['rule']} {titles.get(results['rule'], '')}".strip(),
                )
                found = findings[(results["rule"], subject_key(subject))]
                counted[_COUNTED.get(_outcome(case, _STATUSES[results["statuses"][index]], found), "passes")] += 1
            _count(suite, counted)
            suite.set("skipped", str(counted["skipped"]))
            all_suites += counted
    _count(root, all_suites)
    ET.indent(root, " ")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"


FORMAT = Format(name="junit", suffix=".junit.xml", render=render)


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, {name: clean(value) for name, value in attributes.items()})


def _properties(suite: ET.Element, document: Document) -> None:
    run = document["run"]
    told = {name: run.get(name, "") for name in ("environment", "account", "region", "id")}
    told["complete"] = "true" if document["complete"] else "false"
    if document["demonstration"]:
        told["demonstration"] = DEMONSTRATION
    properties = ET.SubElement(suite, "properties")
    for name, value in told.items():
        _element(properties, "property", name=name, value=str(value))


def _outcome(case: ET.Element, status: str, found: list[Mapping[str, Any]]) -> str:
    """Write what came of a result into its case; the tag that was written."""
    if status == "pass":
        return ""
    if status == "not_applicable":
        return _element(case, "skipped", message="not applicable").tag
    if found and all(finding["waived"] for finding in found):
        return _element(case, "skipped", message=f"waived: {found[0]['waiver']}").tag
    told = [_told(finding) for finding in found if not finding["waived"]]
    told_first = told[0][0] if told else status
    tag, type_ = ("failure", "fail") if status == "fail" else ("error", status)
    written = _element(case, tag, message=told_first, type=type_)
    written.text = "\n".join(line for _, line in told)
    return tag


def _told(finding: Mapping[str, Any]) -> tuple[str, str]:
    """A finding as the message of its case and as a line of its text."""
    facts = [f"{name} {value}" for name, value in sides(finding)]
    causes = [unknown(cause) for cause in finding["unknown"]]
    return message(finding), clean(f"{place(finding)}: {message(finding)} ({', '.join(facts or causes)})")


def _count(element: ET.Element, counted: Mapping[str, int]) -> None:
    for name in ("tests", "failures", "errors"):
        element.set(name, str(counted[name]))
