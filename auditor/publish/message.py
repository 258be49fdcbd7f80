"""What is told of an audit: verdict, new, fixed, unknown, link, digest.

Numbers and names; never a value of the estate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from auditor.formats.interface import Document
from auditor.formats.words import clean
from auditor.publish.contents import Contents

_SUBJECT: Final = 100
"""Characters that SNS takes as the subject of an e-mail; ASCII only."""
_NOT_COMPARED: Final = "not known: no earlier audit to compare with"
_INTERRUPTED: Final = {"state": "interrupted", "word": "Interrupted", "exit_code": None}


def message(bundle: Contents, *, location: str, link: str) -> dict[str, Any]:
    """The message as a document.

    `new` and `fixed` are null where the run was not compared with an earlier one: that is not the same as none.
    """
    report = bundle.report
    verdict = report["verdict"] if report else _INTERRUPTED
    run = report["run"] if report else {}
    history = _history(report)
    return {
        "schema": "auditor/message/v1",
        "project": run.get("project"),
        "environment": bundle.environment,
        "account": run.get("account"),
        "run": bundle.run,
        "finished": run.get("finished"),
        "demonstration": report["demonstration"] if report else False,
        "state": verdict["state"],
        "verdict": verdict["word"],
        "exit_code": verdict["exit_code"],
        "complete": report["complete"] if report else False,
        "open": dict(report["totals"]["findings"]["open"]) if report else None,
        "new": history["new"],
        "fixed": history["fixed"],
        "unknown": report["totals"]["results"]["unknown"] if report else None,
        "link": link,
        "location": location,
        "manifest_sha256": bundle.digest,
    }


def _history(report: Document | None) -> Mapping[str, int | None]:
    history = report.get("history") if report else None
    if not history or not history.get("previous"):
        return {"new": None, "fixed": None}
    return {"new": int(history["new"]), "fixed": len(history["resolved"])}


def subject(told: Mapping[str, Any]) -> str:
    """The subject of an e-mail: `audit of koneksi prod: Not compliant, incomplete`."""
    named = " ".join(clean(part) for part in (told["project"], told["environment"]) if part)
    rest = "" if told["complete"] or told["state"] != "fail" else ", incomplete"
    mark = "demonstration " if told["demonstration"] else ""
    text = f"audit of {mark}{named}: {told['verdict']}{rest}"
    return re.sub(r"[^ -~]", "?", text)[:_SUBJECT]


def text(told: Mapping[str, Any]) -> str:
    """The message for people."""
    found = " ".join(f"{number} {severity}" for severity, number in (told["open"] or {}).items() if number) or "none"
    rows = {
        "verdict": f"{told['verdict']} (exit {told['exit_code']})" if told["open"] is not None else told["verdict"],
        "complete": "yes" if told["complete"] else "no: see the report for what could not be read or decided",
        "open": found if told["open"] is not None else "not known",
        "new": _number(told["new"]),
        "fixed": _number(told["fixed"]),
        "unknown": "not known" if told["unknown"] is None else told["unknown"],
        "report": told["link"],
        "bundle": told["location"],
        "manifest": f"sha256 {told['manifest_sha256']}",
        "run": told["run"],
    }
    lines = [f"{label:<9} {clean(str(value))}" for label, value in rows.items()]
    return "\n".join((subject(told), "", *lines, ""))


def _number(number: int | None) -> str:
    return _NOT_COMPARED if number is None else str(number)


def structured(told: Mapping[str, Any]) -> str:
    """The message as SNS delivers it by protocol: text to people, JSON to programs."""
    return json.dumps({"default": json.dumps(told, ensure_ascii=False), "email": text(told)}, ensure_ascii=False)
