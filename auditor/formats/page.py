"""What the HTML template shows: the decoded report, grouped, sorted and drawn, nothing added."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from auditor.formats.drifting import drifting
from auditor.formats.interface import Document
from auditor.formats.trend import drawing
from auditor.formats.words import (
    BECAME,
    SEVERITIES,
    by_fingerprint,
    drift_counts,
    filled,
    message,
    short_commit,
    sides,
    subject_key,
)
from auditor.model.results import LETTERS, Severity

PITCH: Final = 24
"""Width and height of a cell of the map, in CSS pixels."""
_FEW: Final = 400
"""Up to so many findings, every one carries its links and its evidence in the page."""
_PART: Final = 100
"""Rows of one part of the map."""
_FIRST: Final = 6
"""Causes shown under "fix first"."""
_OPENED: Final = 8
"""A rule with at most so many findings of high severity is open from the start."""

_ARN: Final = re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:(?=\w)")
"""What all ARNs of an account have in front of the part that tells them apart."""
_NO_OWNER: Final = "no owner"
_ORDER: Final = ("fail", "error", "unknown", "waived")
_ROW_CLASS: Final = {"fail": "o", "error": "e", "unknown": "u", "waived": "w"}
_BY_LETTER: Final = {letter: status.value for status, letter in LETTERS.items()}


def view(document: Document) -> dict[str, Any]:
    """The template's variables."""
    owners = _owners(document)
    findings = [_finding(finding, owners) for finding in document["findings"]]
    cells = _cells(document, findings)
    few = len(findings) <= _FEW
    groups = _groups(document, findings)
    rows = _map_rows(document, cells)
    return {
        **document,
        "few": few,
        "severities": SEVERITIES,
        "order": _ORDER,
        "row_class": _ROW_CLASS,
        "owners": sorted({finding["owner"] for finding in findings}),
        "fix": _fix_first(document),
        "open_causes": len(document["first"]),
        "bar": _bar(document["totals"]["results"]),
        "in_verdict": _in_verdict(document),
        "groups": groups,
        "passed": [group for group in groups if not group["rows"]],
        "mapped": rows["rules"],
        "unmapped": rows["left_out"],
        "parts": [rows["rows"][start : start + _PART] for start in range(0, len(rows["rows"]), _PART)],
        "row_count": len(rows["rows"]),
        "pitch": PITCH,
        "others": _other_subjects(document, cells),
        "drifting": drifting(document, findings),
        "drift_counts": drift_counts(document),
        "controls": _controls(document, groups),
        "commit": short_commit(document),
        "trend": drawing([point["open"] for point in document["history"]["trend"]]),
        "became": BECAME,
    }


def _finding(finding: Mapping[str, Any], owners: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    told: dict[str, list[str]] = defaultdict(list)
    for side, value in sides(finding):
        told[side if side in {"declared", "live"} else "other"].append(
            value if side in {"declared", "live"} else f"{side} {value}"
        )
    origins = [evidence["origin"] for evidence in finding["evidence"]]
    actions = sorted({cause["action"] for cause in finding["unknown"] if cause.get("action")})
    return {
        **finding,
        "message": message(finding),
        "shown_status": "waived" if finding["waived"] else finding["status"],
        "declared": "; ".join(told["declared"]),
        "live": "; ".join((*told["live"], *told["other"])),
        "expected": "; ".join(dict.fromkeys(it["expected"] for it in finding["evidence"] if it["expected"])),
        "apis": list({origin["api"]: origin for origin in origins if origin["from"] == "api"}.values()),
        "actions": actions,
        "owner": owners.get((finding["subject_type"], subject_key(finding)), _NO_OWNER),
    }


def _owners(document: Document) -> dict[tuple[str, str], str]:
    """Who owns a subject, as its tags say."""
    return {
        (kind, subject_key(subject)): _tag(subject, "owner") or _NO_OWNER
        for kind, subjects in document["subjects"].items()
        for subject in subjects
    }


def _tag(subject: Mapping[str, Any], name: str) -> str:
    wanted = name.casefold()
    return next(
        (
            str(value)
            for key, value in subject["tags"].items()
            if key.casefold().replace("_", "").replace("-", "") == wanted
        ),
        "",
    )


def _shared_tag(subjects: Iterable[Mapping[str, Any]], name: str) -> str:
    """The value that all of them have."""
    values = {_tag(subject, name) for subject in subjects}
    return values.pop() if len(values) == 1 else ""


def _cells(document: Document, findings: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By rule: the status of every subject, a waived fail being `waived`."""
    still_open = {(it["rule"], subject_key(it)) for it in findings if it["status"] == "fail" and not it["waived"]}
    waived = {(it["rule"], subject_key(it)) for it in findings if it["waived"]} - still_open
    cells = {}
    for results in document["results"]:
        subjects = document["subjects"].get(results["subject_type"], ())
        cells[results["rule"]] = [
            "waived" if (results["rule"], subject_key(subject)) in waived else _BY_LETTER[letter]
            for subject, letter in zip(subjects, results["statuses"], strict=True)
        ]
    return cells


def _groups(document: Document, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings by rule: the rules with open findings first, the worst of them on top."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in findings:
        rows[finding["rule"]].append(finding)
    counts = {
        results["rule"]: Counter(_BY_LETTER[letter] for letter in results["statuses"])
        for results in document["results"]
    }
    links = _links(document)
    groups = []
    for rule in document["rules"]:
        if not rule["enabled"]:
            continue
        mine = sorted(rows[rule["id"]], key=lambda it: (_ORDER.index(it["shown_status"]), it["subject"], it["path"]))
        by_status = Counter(it["shown_status"] for it in mine)
        state = next((status for status in _ORDER if by_status[status]), "pass")
        severity = min((it["severity"] for it in mine), key=SEVERITIES.index, default=rule["severity"])
        groups.append(
            {
                "rule": rule,
                "rows": mine,
                "severity": severity,
                "by_status": by_status,
                "results": counts.get(rule["id"], Counter()),
                "state": state,
                "remediation": {
                    tool: filled(text, mine[0]["subject"]) if mine else text
                    for tool, text in rule["remediation"].items()
                },
                "links": links[rule["id"]],
                "open": 0 < len(mine) <= _OPENED and severity in {"critical", "high"},
            }
        )
    states = (*_ORDER[:3], "waived", "pass")
    groups.sort(
        key=lambda it: (
            states.index(it["state"]) > _ORDER.index("unknown"),
            SEVERITIES.index(it["severity"]),
            states.index(it["state"]),
            -it["by_status"]["fail"],
            it["rule"]["id"],
        )
    )
    return groups


def _links(document: Document) -> dict[str, list[dict[str, Any]]]:
    """By rule: the frameworks it serves, with the controls and the basis of the link."""
    controls: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for framework in document["frameworks"]:
        for control in framework["controls"]:
            for link in control["rules"]:
                controls[(link["rule"], framework["id"], framework["title"], link["basis"])].append(control["id"])
    links: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (rule, framework, title, basis), ids in controls.items():
        links[rule].append({"id": framework, "title": title, "basis": basis, "controls": ids})
    return links


def _fix_first(document: Document) -> list[dict[str, Any]]:
    findings = by_fingerprint(document)
    causes = {cause["id"]: cause for cause in document["causes"]}
    shown = []
    for key in document["first"][:_FIRST]:
        cause = causes[key]
        members = [findings[fingerprint] for fingerprint in cause["findings"]]
        fails = [it for it in members if it["status"] == "fail" and not it["waived"]]
        shown.append(
            {
                **cause,
                "title": _ARN.sub("", message({**cause, "message": cause["title"]})),
                "leading": min(fails, key=lambda it: SEVERITIES.index(it["severity"])),
                "fails": fails,
            }
        )
    return shown


def _in_verdict(document: Document) -> int:
    """How many results the verdict speaks of: fails that are neither waived nor informative nor about the run alone."""
    silent = {rule["id"] for rule in document["rules"] if not rule["counts"]}
    failing = (it for it in document["findings"] if it["status"] == "fail" and not it["waived"])
    return len(
        {
            (it["rule"], subject_key(it))
            for it in failing
            if it["severity"] != Severity.INFO.value and it["rule"] not in silent
        }
    )


def _bar(results: Mapping[str, int], width: int = 296) -> list[dict[str, Any]]:
    """Segments of the results' bar: status, count, x and width."""
    statuses = ("pass", "fail", "error", "unknown", "not_applicable")
    total = results["total"] or 1
    segments: list[dict[str, Any]] = []
    x = 0.0
    for status in statuses:
        if results[status]:
            # A single result among ten thousand must still be seen.
            share = max(3.0, round(results[status] / total * width, 1))
            segments.append({"status": status, "count": results[status], "x": round(x, 1), "w": share})
            x += share
    for segment in segments:
        segment["x"] = round(segment["x"] * width / x, 1)
        segment["w"] = round(segment["w"] * width / x, 1)
    return segments


def _map_rows(document: Document, cells: Mapping[str, list[str]]) -> dict[str, Any]:
    """The map of tables and rules: rows with the same results share one; rules that pass everywhere are left out."""
    table_rules = [rule for rule in document["rules"] if rule["id"] in cells and rule["subject"] == "table"]
    rules = [rule for rule in table_rules if not {"pass", "not_applicable"}.issuperset(cells[rule["id"]])]
    anchors = {(it["rule"], subject_key(it)): it for it in document["findings"]}
    same: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for index, subject in enumerate(document["subjects"].get("table", ())):
        statuses = tuple(cells[rule["id"]][index] for rule in rules)
        same[(subject["existence"], statuses)].append(subject)
    rows = [_map_row(existence, statuses, subjects, rules, anchors) for (existence, statuses), subjects in same.items()]
    rows.sort(key=lambda row: (row["score"], -len(row["subjects"]), row["subjects"][0]["name"]))
    return {"rules": rules, "rows": rows if rules else [], "left_out": len(table_rules) - len(rules)}


def _map_row(
    existence: str | None,
    statuses: tuple[str, ...],
    subjects: list[Mapping[str, Any]],
    rules: Sequence[Mapping[str, Any]],
    anchors: Mapping[tuple[str, str], Mapping[str, Any]],
) -> dict[str, Any]:
    counted = Counter(statuses)
    fails = Counter(rule["severity"] for rule, status in zip(rules, statuses, strict=True) if status == "fail")
    first = subjects[0]
    words = []
    for status in (*_ORDER, "pass", "not_applicable"):
        if counted[status]:
            named = (
                [rule["id"] for rule, it in zip(rules, statuses, strict=True) if it == status]
                if status in _ORDER
                else []
            )
            words.append(f"{counted[status]} {status.replace('_', ' ')}{': ' if named else ''}{', '.join(named)}")
    links = []
    if len(subjects) == 1:
        for column, (rule, status) in enumerate(zip(rules, statuses, strict=True)):
            finding = anchors.get((rule["id"], subject_key(first)))
            if finding and status in _ORDER:
                links.append({"x": column * PITCH, "finding": finding, "text": f"{rule['id']}: {status}"})
    return {
        "subjects": subjects,
        "existence": existence,
        "score": [
            *(-fails[severity] for severity in SEVERITIES),
            -counted["error"],
            -counted["unknown"],
            -counted["waived"],
        ],
        "label": "; ".join(words),
        "paths": _paths([_fill(status, rule["severity"]) for status, rule in zip(statuses, rules, strict=True)]),
        "links": links,
        "owner": _shared_tag(subjects, "owner"),
        "data_class": _shared_tag(subjects, "dataclass"),
    }


def _fill(status: str, severity: str) -> str:
    """The pattern that fills a cell; every severity has its own."""
    return f"f{severity[0]}" if status == "fail" else {"not_applicable": "n"}.get(status, status[0])


def _paths(fills: Sequence[str]) -> list[tuple[str, str]]:
    """For each pattern one SVG path over all cells that have it; equal neighbours are one rectangle."""
    rectangles: dict[str, list[str]] = defaultdict(list)
    start = 0
    for end in range(1, len(fills) + 1):
        if end == len(fills) or fills[end] != fills[start]:
            rectangles[fills[start]].append(f"M{start * PITCH} 0H{end * PITCH}V{PITCH}H{start * PITCH}z")
            start = end
    return [(fill, "".join(parts)) for fill, parts in rectangles.items()]


def _other_subjects(document: Document, cells: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Subjects that are not tables, those with the same counts in one row, the worst first."""
    rows = []
    for kind, subjects in document["subjects"].items():
        judged = [cells[results["rule"]] for results in document["results"] if results["subject_type"] == kind]
        same: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for index, subject in enumerate(subjects if kind != "table" and judged else ()):
            counted = Counter(column[index] for column in judged)
            same[tuple(counted[status] for status in (*_ORDER, "pass", "not_applicable"))].append(subject["name"])
        for counts, names in same.items():
            named = dict(zip((*_ORDER, "passes", "not_applicable"), counts, strict=True))
            rows.append({"kind": kind, "names": sorted(names), **named})
    return sorted(rows, key=lambda row: (-row["fail"], -row["error"], -row["unknown"], row["kind"], row["names"]))


def _controls(document: Document, groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Frameworks with the results behind each of their controls."""
    by_rule = {group["rule"]["id"]: group for group in groups}
    frameworks = []
    for framework in document["frameworks"]:
        rows = []
        for control in framework["controls"]:
            links = [(link, by_rule[link["rule"]]) for link in control["rules"] if link["rule"] in by_rule]
            if links:
                counted: Counter[str] = Counter()
                for _, group in links:
                    counted.update(group["by_status"])
                telling = [it for it in links if it[1]["rows"]]
                quiet = [it for it in links if not it[1]["rows"]]
                counts = {status: counted[status] for status in _ORDER}
                rows.append({"id": control["id"], "telling": telling, "quiet": quiet, **counts})
        if rows:
            failing = sum(bool(row["fail"]) for row in rows)
            undecided = sum(not row["fail"] and bool(row["unknown"] or row["error"]) for row in rows)
            frameworks.append({**framework, "rows": rows, "failing": failing, "undecided": undecided})
    return frameworks
