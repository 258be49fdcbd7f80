"""CSV: one row for every result, passed ones too, so that the table proves its population."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from auditor.formats.interface import Document, Format
from auditor.formats.words import clean_block, filled, message, sides, subject_key
from auditor.model.results import LETTERS

_REMEDIATION: Final = ("remediation_terraform", "remediation_aws_cli")
_COLUMNS: Final = (
    *("run", "finished", "demonstration", "environment", "account", "region", "commit", "ruleset"),
    *("rule", "title", "family", "severity", "status", "waiver", "waiver_owner", "waiver_ticket", "waiver_expires"),
    *("subject_type", "subject", "identity", "address", "file", "line", "path"),
    *("message", "declared", "live", "unknown", "action", "evidence", "fingerprint", "first_seen", "age_days", "new"),
    *_REMEDIATION,
)
# Fullwidth signs begin formulas where Japanese or Chinese is set; characters without a width hide what begins.
_FORMULA: Final = re.compile(r"[\s\u00ad\u180e\u200b-\u200d\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_STATUSES: Final = {letter: status.value for status, letter in LETTERS.items()}


def render(document: Document) -> bytes:
    """All results as rows; UTF-8 with a byte order mark, which spreadsheets need to know it by."""
    frameworks = [framework["id"] for framework in document["frameworks"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, (*_COLUMNS, *frameworks), restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in _rows(document))
    return text.getvalue().encode("utf-8-sig")


FORMAT = Format(name="csv", suffix=".csv", render=render)


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = clean_block(str(value))
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(document: Document) -> Iterator[dict[str, object]]:
    run = _run(document)
    rules = {rule["id"]: _rule(rule) for rule in document["rules"]}
    for framework, links in _controls(document).items():
        for name, controls in links.items():
            rules[name][framework] = "; ".join(controls)
    waivers = {waiver["id"]: _waiver(waiver) for waiver in document["waivers"]}
    findings: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for finding in document["findings"]:
        told = _finding(finding, document["run"].get("finished", "")) | waivers.get(finding["waiver"], {})
        findings[(finding["rule"], subject_key(finding))].append(told)
    for results in document["results"]:
        kind, rule = results["subject_type"], rules[results["rule"]]
        for subject, letter in zip(document["subjects"][kind], results["statuses"], strict=True):
            advice = {column: filled(str(rule[column]), subject["name"]) for column in _REMEDIATION}
            row = {**run, **rule, **advice, **_subject(kind, subject), "status": _STATUSES[letter]}
            for found in findings.get((results["rule"], subject_key(subject)), [{}]):
                yield {**row, **found}


def _run(document: Document) -> dict[str, object]:
    run = document["run"]
    return {
        "run": run.get("id", ""),
        "finished": run.get("finished", ""),
        "demonstration": "yes" if document["demonstration"] else "no",
        "environment": run["environment"],
        "account": run.get("account", ""),
        "region": run.get("region", ""),
        "commit": (run.get("git") or {}).get("commit", ""),
        "ruleset": (run.get("ruleset") or {}).get("digest", ""),
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, object]:
    return {
        "rule": rule["id"],
        "title": rule["title"],
        "family": rule["family"],
        "severity": rule["severity"],
        "remediation_terraform": rule["remediation"].get("terraform", ""),
        "remediation_aws_cli": rule["remediation"].get("aws_cli", ""),
    }


def _subject(kind: str, subject: Mapping[str, Any]) -> dict[str, object]:
    place = subject["place"] or {}
    return {
        "subject_type": kind,
        "subject": subject["name"],
        "identity": subject["identity"],
        "address": subject["address"],
        "file": place.get("file", ""),
        "line": place.get("line", ""),
    }


def _finding(finding: Mapping[str, Any], finished: str) -> dict[str, object]:
    told: dict[str, list[str]] = defaultdict(list)
    for side, value in sides(finding):
        told[side if side == "declared" else "live"].append(
            value if side in {"declared", "live"} else f"{side} {value}"
        )
    place = finding["place"] or {}
    return {
        "status": "waived" if finding["waived"] else finding["status"],
        "severity": finding["severity"],
        "waiver": finding["waiver"],
        "file": place.get("file", ""),
        "line": place.get("line", ""),
        "path": finding["path"],
        "message": message(finding),
        "declared": "; ".join(told["declared"]),
        "live": "; ".join(told["live"]),
        "unknown": "; ".join(cause["unknown"] for cause in finding["unknown"]),
        "action": "; ".join(sorted({cause["action"] for cause in finding["unknown"] if cause.get("action")})),
        "evidence": "; ".join(dict.fromkeys(_evidence(finding))),
        "fingerprint": finding["fingerprint"],
        "first_seen": finding["first_seen"],
        "age_days": _days(finding["first_seen"], finished),
        "new": "yes" if finding["new"] else "no",
    }


def _days(first_seen: str, finished: str) -> int | str:
    """Whole days from one time to another; empty where one of them is none."""
    try:
        return (datetime.fromisoformat(finished) - datetime.fromisoformat(first_seen)).days
    except (ValueError, TypeError):
        return ""


def _waiver(waiver: Mapping[str, Any]) -> dict[str, object]:
    return {f"waiver_{name}": waiver[name] for name in ("owner", "ticket", "expires")}


def _evidence(finding: Mapping[str, Any]) -> Iterator[str]:
    """The answers of AWS that a finding rests on: operation, time and request id, as far as they are known."""
    for evidence in finding["evidence"]:
        origin = evidence["origin"]
        if origin["from"] == "api":
            yield " ".join(origin[name] for name in ("api", "at", "request_id") if origin.get(name))


def _controls(document: Document) -> dict[str, dict[str, list[str]]]:
    """Framework -> rule -> its controls, with the basis where it is not a published mapping."""
    found: dict[str, dict[str, list[str]]] = {}
    for framework in document["frameworks"]:
        by_rule: dict[str, list[str]] = defaultdict(list)
        for control in framework["controls"]:
            for link in control["rules"]:
                basis = "" if link["basis"] == "sourced" else f" ({link['basis']})"
                by_rule[link["rule"]].append(f"{control['id']}{basis}")
        found[framework["id"]] = by_rule
    return found
