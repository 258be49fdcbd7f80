"""What became of the findings since the run before: a pure function of a report and of what the earlier one told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auditor.formats.interface import Document
from auditor.formats.waiver_changes import WaiverChange, changed_waivers
from auditor.formats.waiver_changes import told as waivers_of
from auditor.model.results import LETTERS, Status

LONGEST_TREND: Final = 60
"""Runs that a trend goes back."""
_STATUS: Final = {letter: status for status, letter in LETTERS.items()}
_NOT_SHOWN: Final = frozenset({"findings", "trend", "waivers"})
"""What a digest holds for the comparison alone."""
_FINDING: Final = (
    "fingerprint",
    "rule",
    "subject_type",
    "subject",
    "identity",
    "address",
    "path",
    "severity",
    "status",
    "first_seen",
)


def digest(report: Document, manifest: str) -> dict[str, Any]:
    """What a later report needs to know of this one; `manifest` is the digest of its manifest."""
    run, verdict = report["run"], report["verdict"]
    return {
        "run": str(run["id"]),
        "finished": str(run["finished"]),
        "commit": str(run.get("git", {}).get("commit", "")),
        "state": str(verdict["state"]),
        "exit_code": int(verdict["exit_code"]),
        "manifest": manifest,
        "findings": [{name: str(finding[name]) for name in _FINDING} for finding in report["findings"]],
        "waivers": waivers_of(report),
        "trend": [_point(point) for point in report["history"]["trend"]],
    }


def known(earlier: Mapping[str, Any] | None) -> frozenset[str] | None:
    """The fingerprints of what failed in the run before; None where there is none to tell."""
    previous = earlier["previous"] if earlier else None
    if previous is None:
        return None
    return frozenset(each["fingerprint"] for each in previous["findings"] if each["status"] == Status.FAIL)


def with_history(report: Document, earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """The report with its history: new, resolved, unchanged, since when, trend.

    `earlier` holds `previous`, the digest of the run before or null, and `skipped`, the bundles that were no use.
    Nothing is new in a first run: there is nothing to compare it with. What could not be decided before, and fails now,
    is new.
    """
    previous = earlier["previous"] if earlier else None
    before = {finding["fingerprint"]: finding for finding in previous["findings"]} if previous else {}
    failed = known(earlier) or frozenset()
    finished = report["run"].get("finished", "")
    now = {finding["fingerprint"] for finding in report["findings"]}
    new = {
        finding["fingerprint"]
        for finding in report["findings"]
        if previous and finding["fingerprint"] not in (failed if finding["status"] == Status.FAIL else before)
    }
    left = [finding for fingerprint, finding in before.items() if fingerprint not in now]
    became = _Became(report)
    told = [{**finding, "now": became.of(finding)} for finding in left]
    return {
        **report,
        "findings": [
            {
                **finding,
                "first_seen": before[finding["fingerprint"]]["first_seen"]
                if finding["fingerprint"] in before
                else finished,
                "new": finding["fingerprint"] in new,
            }
            for finding in report["findings"]
        ],
        "history": {
            "previous": {name: part for name, part in previous.items() if name not in _NOT_SHOWN} if previous else None,
            "new": len(new),
            "unchanged": len((now & before.keys()) - new),
            "resolved": [finding for finding in told if finding["now"] == Status.PASS],
            "not_judged": [finding for finding in told if finding["now"] != Status.PASS],
            "waivers": [_changed(change) for change in _waivers(previous, report)],
            "trend": [*(previous["trend"] if previous else ()), _now(report)][-LONGEST_TREND:],
            "skipped": list(earlier["skipped"]) if earlier else [],
        },
    }


def _waivers(previous: Mapping[str, Any] | None, report: Document) -> tuple[WaiverChange, ...]:
    """None where the run before did not tell its waivers: they may all be as they were."""
    if previous is None or "waivers" not in previous:
        return ()
    return changed_waivers(previous["waivers"], waivers_of(report))


def _changed(change: WaiverChange) -> dict[str, Any]:
    known = change.after or change.before
    return {
        "id": change.id,
        "change": change.change.value,
        "rule": known["rule"],
        "subject": known["subject"],
        "owner": known["owner"],
        "fields": list(change.fields),
        "before": {name: change.before[name] for name in ("expires", "state")} if change.before else None,
        "after": {name: change.after[name] for name in ("expires", "state")} if change.after else None,
    }


class _Became:
    """What a report says now about the subject of an earlier finding."""

    def __init__(self, report: Document) -> None:
        self._results = {(each["rule"], each["subject_type"]): each["statuses"] for each in report["results"]}
        self._places = {
            kind: {_key(subject): place for place, subject in enumerate(subjects)}
            for kind, subjects in report["subjects"].items()
        }
        self._off = {rule["id"] for rule in report["rules"] if not rule["enabled"]}
        self._known = {rule["id"] for rule in report["rules"]}
        # These judge each attribute by itself; of others one place alone is told, though there may be more.
        self._by_attribute = {rule["id"] for rule in report["rules"] if rule["family"] == "DRIFT"}
        self._undecided = {
            (each["rule"], each["subject_type"], _key(each))
            for each in report["findings"]
            if each["status"] == Status.UNKNOWN
        }
        self._whole = report["complete"]

    def of(self, finding: Mapping[str, str]) -> str:
        """A status, or `rule_off`, `rule_gone`, `subject_gone`.

        A rule that fails passes in another attribute if it judges each by itself and nothing is undecided. A subject
        is gone if it is not there in a whole reading.
        """
        if finding["rule"] in self._off:
            return "rule_off"
        if finding["rule"] not in self._known:
            return "rule_gone"
        place = self._places.get(finding["subject_type"], {}).get(_key(finding))
        statuses = self._results.get((finding["rule"], finding["subject_type"]), "")
        if place is None or place >= len(statuses):
            return "subject_gone" if self._whole else Status.UNKNOWN.value
        status = _STATUS[statuses[place]]
        if status is not Status.FAIL:
            return status.value
        if (finding["rule"], finding["subject_type"], _key(finding)) in self._undecided:
            return Status.UNKNOWN.value
        return Status.PASS.value if finding["rule"] in self._by_attribute else Status.FAIL.value


def _now(report: Document) -> dict[str, Any]:
    totals = report["totals"]
    return {
        "at": str(report["run"].get("finished", "")),
        "run": str(report["run"].get("id", "")),
        "open": sum(totals["findings"]["open"].values()),
        "drifted": totals["drift"]["drifted"],
        "unknown": totals["results"]["unknown"],
        "exit_code": report["verdict"]["exit_code"],
    }


def _point(told: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: int(told[name]) for name in ("open", "drifted", "unknown", "exit_code")}
    return {"at": str(told["at"]), "run": str(told["run"]), **numbers}


def _key(item: Mapping[str, Any]) -> str:
    return str(item["identity"] or item["address"])
