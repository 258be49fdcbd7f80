"""SARIF 2.1.0: what is live, shown at the line of code that decides it, for code scanning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from auditor.formats.interface import Document, Format
from auditor.formats.words import DEMONSTRATION, clean, clean_block, in_repository, message, sides, unknown

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "SRCROOT"
_FINGERPRINT: Final = "auditorFingerprint/v1"
_NOWHERE: Final = "audit.toml"
_LEVELS: Final[Mapping[str, str]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
# GitHub sorts by these numbers: 9.0 and above is critical, 7.0 high, 4.0 medium, above 0 low.
_SECURITY: Final[Mapping[str, str]] = {"critical": "9.0", "high": "7.0", "medium": "4.0", "low": "2.0", "info": "0.0"}
_MOST_RESULTS: Final = 25_000
"""GitHub takes no more in one run; findings are ordered worst first."""


def render(document: Document) -> bytes:
    """A log with one run: fails and what could not be decided; a result that passes is no result here."""
    run = document["run"]
    rules = [rule for rule in document["rules"] if rule["enabled"]]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    told = [it for it in document["findings"] if it["rule"] in index and it["status"] != "error"]
    waivers = {waiver["id"]: waiver for waiver in document["waivers"]}
    located = partial(_location, document)
    somewhere = _somewhere(document)
    first = document["history"]["previous"] is None
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {**_tool(run), "rules": [_rule(rule) for rule in rules]}},
                # One id for each environment: an upload replaces the earlier one of the same id.
                "automationDetails": {"id": clean(f"auditor/{run['environment']}/{run.get('region', '')}")},
                "originalUriBaseIds": {_ROOT: {"description": {"text": "root of the repository"}}},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(document, len(told))],
                "results": [
                    _result(it, index[it["rule"]], waivers, somewhere, located, first=first)
                    for it in told[:_MOST_RESULTS]
                ],
                "properties": {
                    "environment": clean(run["environment"]),
                    "complete": document["complete"],
                    "demonstration": document["demonstration"],
                    "verdict": clean(document["verdict"]["headline"]),
                },
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False).encode() + b"\n"


FORMAT = Format(name="sarif", suffix=".sarif", render=render)


def _tool(run: Mapping[str, Any]) -> dict[str, Any]:
    tool = run.get("tool") or {}
    version = tool.get("version")
    return {"name": "auditor", **({"semanticVersion": clean(version)} if version else {})}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    help_ = "\n\n".join((f"How it is tested: {rule['tested']}", *rule["remediation"].values()))
    links = [url for url in rule["references"] if url.startswith("https://")]
    return {
        "id": clean(rule["id"]),
        "shortDescription": {"text": clean(rule["title"])},
        "fullDescription": {"text": clean(rule["why"])},
        "help": {"text": clean_block(help_)},
        **({"helpUri": quote(links[0], safe=":/?#=&%_-.~")} if links else {}),
        "defaultConfiguration": {"level": _LEVELS[rule["severity"]]},
        "properties": {
            "tags": ["security", clean(rule["family"]).lower()],
            "precision": "very-high",
            "security-severity": _SECURITY[rule["severity"]],
        },
    }


def _invocation(document: Document, findings: int) -> dict[str, Any]:
    run = document["run"]
    notes = [{"level": "note", "message": {"text": DEMONSTRATION}}] if document["demonstration"] else []
    if findings > _MOST_RESULTS:
        told = f"{_MOST_RESULTS:,} of {findings:,} findings, the worst, stand here: code scanning takes no more."
        notes.append({"level": "warning", "message": {"text": told}})
    notes += [
        {"level": "warning", "message": {"text": clean(f"{it['what']}: {it['why']} {it['fix']}")}}
        for it in document["coverage"]["unread"]
    ]
    notes += [
        {"level": "error", "message": {"text": clean(f"{it['rule']} on {it['subject']}: {it['message']}")}}
        for it in document["findings"]
        if it["status"] == "error"
    ]
    times = {"startTimeUtc": run.get("started"), "endTimeUtc": run.get("finished")}
    return {
        "executionSuccessful": not document["totals"]["results"]["error"],
        **{name: clean(time) for name, time in times.items() if time},
        "toolExecutionNotifications": notes,
    }


def _somewhere(document: Document) -> str:
    """A file for what no code declares: the environment's main.tf, since code scanning needs a place."""
    files = [file["path"] for file in document["evidence"]["files"]]
    ending = f"envs/{document['run']['environment']}/main.tf"
    return str(next((path for path in files if path.endswith(ending)), files[0] if files else _NOWHERE))


def _result(
    finding: Mapping[str, Any],
    index: int,
    waivers: Mapping[str, Mapping[str, Any]],
    somewhere: str,
    located: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    first: bool,
) -> dict[str, Any]:
    fails = finding["status"] == "fail"
    told = [f"{name} {value}" for name, value in sides(finding)] or [unknown(cause) for cause in finding["unknown"]]
    facts = f" ({', '.join(told)})" if told else ""
    place = finding["place"] or {"file": somewhere, "line": 1, "column": 1}
    location = located(place)
    if finding["address"]:
        location["logicalLocations"] = [{"fullyQualifiedName": clean(finding["address"]), "kind": "resource"}]
    chain = [step for it in finding["evidence"] for step in it["origin"].get("chain", ()) if step != finding["place"]]
    waiver = waivers.get(finding["waiver"]) if finding["waived"] else None
    return {
        "ruleId": clean(finding["rule"]),
        "ruleIndex": index,
        "kind": "fail" if fails else "open",
        "level": _LEVELS[finding["severity"]] if fails else "none",
        "message": {"text": clean(f"{finding['subject']}: {message(finding)}{facts}")},
        "locations": [location],
        "relatedLocations": [
            {"id": number, "message": {"text": "the value passes here"}, **located(step)}
            for number, step in enumerate(chain, 1)
        ],
        **({} if first else {"baselineState": "new" if finding["new"] else "unchanged"}),
        "partialFingerprints": {_FINGERPRINT: clean(finding["fingerprint"])},
        **(
            {"suppressions": [{"kind": "external", "status": "accepted", "justification": clean(waiver["reason"])}]}
            if waiver
            else {}
        ),
        "properties": {"severity": finding["severity"], "path": clean(finding["path"])},
    }


def _location(document: Document, place: Mapping[str, Any]) -> dict[str, Any]:
    file = clean(place["file"])
    here = {"uri": quote(clean(in_repository(document, file))), "uriBaseId": _ROOT}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": f"file://{quote(file)}"} if file.startswith("/") else here,
            "region": {"startLine": place["line"], "startColumn": place["column"]},
        }
    }
