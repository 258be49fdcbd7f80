"""Parts of a decoded report in words: what the text formats share."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.formats.interface import Document
from auditor.model.results import Severity

SEVERITIES: Final = tuple(severity.value for severity in Severity)
DEMONSTRATION: Final = "Demonstration: a local stand-in was read, not AWS."
NOT_SET: Final = "not set"

_LONGEST: Final = 300
IN_A_LINE: Final = 100
"""Characters of a value in a format that has one line for a finding."""
# What could move a cursor, forge a line or turn text around: C0, DEL, C1, line separators, bidirectional marks. And
# what UTF-8 or XML can't hold: half surrogate pairs and two non-characters.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_BREAK: Final = re.compile(r"\s*[\t\n\r]\s*")

_NOT_IN_AWS: Final = frozenset({"environment", "logical_table", "run"})
_KEY: Final = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/-]+")

RISKS: Final[Mapping[str, str]] = {
    "removes_protection": "the next apply removes a live protection",
    "replaces": "the next apply replaces the resource",
    "never_converges": "no apply will ever change this",
    "fails": "the next plan fails",
    "trap": "one change by hand breaks the next plan",
}
MOVED: Final[Mapping[str, str]] = {
    "not_applied": "not applied yet",
    "by_hand": "changed by hand",
    "both": "changed in the code and by hand",
}
PLANS: Final[Mapping[str, str]] = {
    "no-op": "sees nothing",
    "update": "would update",
    "replace": "would replace",
    "create": "would create",
    "delete": "would delete",
    "error": "would fail",
    "undetermined": "cannot be told",
}
REASONS: Final[Mapping[str, str]] = {
    "not_evaluable": "the code does not decide it",
    "computed_by_aws": "AWS decides it on creation",
    "denied": "the call was denied",
    "failed": "the call failed",
    "not_read": "the call was not made",
    "not_supported": "this cannot be told here",
}


def clean(text: object) -> str:
    """Text that can't drive a terminal, forge a line or reorder what stands around it; a line break is a blank."""
    told = str(text)
    return told if told.isprintable() else _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", _BREAK.sub(" ", told))


def clean_block(text: str) -> str:
    """The same for text of more than one line."""
    return "\n".join(map(clean, text.replace("\t", "  ").split("\n")))


def shown(value: Any, longest: int = _LONGEST) -> str:  # noqa: ANN401 - any typed JSON
    """A typed JSON value in a reader's words, in no more than so many characters."""
    text = _shown(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _shown(value: Any) -> str:  # noqa: ANN401 - any typed JSON
    if value is None:
        return NOT_SET
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if "unknown" in value:
        return unknown(value)
    if "not_applicable" in value:
        return "not applicable"
    if "sensitive" in value:
        return "sensitive"
    if "number" in value:
        return str(value["number"])
    members = value.get("map", value)
    return f"{{{', '.join(f'{key} = {_shown(item)}' for key, item in members.items())}}}"


def unknown(cause: Mapping[str, Any]) -> str:
    """Why something is unknown, short: `unknown (AccessDeniedException: kms:DescribeKey)`."""
    api, code = cause.get("api", ""), cause.get("code", "")
    why = f"{code}: {api}" if api and code else api or ", ".join(cause.get("references", ())) or cause.get("detail", "")
    return f"unknown ({why or REASONS.get(cause['unknown'], cause['unknown'])})"


def place(item: Mapping[str, Any]) -> str:
    """Where a finding points: `file:line`, or `aws:` and the subject's name where no code declares it.

    What AWS does not know either, as the run, has its identity.
    """
    where = item["place"]
    if where:
        return f"{where['file']}:{where['line']}"
    return str(item["identity"]) if item["subject_type"] in _NOT_IN_AWS else f"aws:{item['subject']}"


def in_repository(document: Document, file: str) -> str:
    """The path of a file from the top of its repository, which is where code scanning starts from."""
    folder = (document["run"].get("git") or {}).get("folder", "")
    return f"{folder}/{file}" if folder and not file.startswith("/") else file


def message(finding: Mapping[str, Any]) -> str:
    """What a finding says, without its subject's name, which stands beside it everywhere."""
    return str(finding["message"]).removeprefix(f"{finding['subject']}: ").rstrip(".")


def sides(finding: Mapping[str, Any], longest: int = _LONGEST) -> Iterator[tuple[str, str]]:
    """What a finding rests on, as ("declared", "true"), ("live", "false"), or another fact by its path.

    Values are cut to `longest` characters.
    """
    for evidence in finding["evidence"]:
        side = evidence["path"].partition(".")[0]
        yield side if side in {"declared", "live"} else evidence["path"], shown(evidence["value"], longest)


def subject_key(item: Mapping[str, Any]) -> str:
    """What tells a subject from others of its type: its identity, or its address where AWS has none yet."""
    return str(item["identity"] or item["address"])


def by_fingerprint(document: Document) -> dict[str, Mapping[str, Any]]:
    """The findings by their fingerprints."""
    return {finding["fingerprint"]: finding for finding in document["findings"]}


def filled(template: str, subject: str) -> str:
    """A remediation for a subject; a name that a shell could take for more than a name is not filled in."""
    return template.replace("{subject.name}", subject) if _PLAIN.fullmatch(subject) else template


def moved(document: Document) -> Mapping[str, str]:
    """By fingerprint: which side moved since the last apply, in words; only what a state tells."""
    causes = (cause for cause in document["causes"] if cause.get("moved"))
    return {fingerprint: MOVED[cause["moved"]] for cause in causes for fingerprint in cause["findings"]}


def lines(document: Document, *, new_only: bool = False) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """What a text format shows, in order: the leading finding of each cause with the other rules it breaks.

    Open causes first, as they are to be mended, then what could not be decided. What is waived is only counted; of what
    is not new nothing is shown with `new_only`.
    """
    findings = by_fingerprint(document)
    causes = {cause["id"]: cause for cause in document["causes"]}
    undecided = [cause["id"] for cause in document["causes"] if cause["state"] == "undecided"]
    for key in (*document["first"], *undecided):
        members = [findings[fingerprint] for fingerprint in causes[key]["findings"]]
        telling = [finding for finding in members if not finding["waived"]] or members
        if new_only and not (telling := [finding for finding in telling if finding["new"]]):
            continue
        fails = [finding for finding in telling if finding["status"] == "fail"]
        leading, *others = sorted(fails or telling, key=lambda it: SEVERITIES.index(it["severity"]))
        yield leading, tuple(dict.fromkeys(it["rule"] for it in others if it["rule"] != leading["rule"]))


def listed(document: Document) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """The lines that are listed: where only new findings count, no others, as far as an earlier run tells them."""
    wanted = document["verdict"].get("new_only", False)
    return lines(document, new_only=wanted and document["history"]["previous"] is not None)


def short_commit(document: Document) -> str:
    """The commit that was read, as `9505cacb clean`; that there is none, or why none is known."""
    git = document["run"].get("git") or {}
    dirty = git.get("dirty")
    state = "" if dirty is None else " with uncommitted changes" if dirty else " clean"
    none = f"of an unknown commit ({git['unknown']})" if git.get("unknown") else "not in git"
    return f"{str(git['commit'])[:8]}{state}" if git.get("commit") else none


def since(document: Document) -> str:
    """What became of the findings since the run before, in a clause; empty for a first run."""
    history = document["history"]
    if history["previous"] is None:
        return "not compared with an earlier run: what was found of them is no use" if history["skipped"] else ""
    told = [
        f"{counted(history['new'])} new",
        f"{counted(len(history['resolved']))} resolved",
        f"{counted(history['unchanged'])} unchanged",
    ]
    if history["not_judged"]:
        told.append(f"{counted(len(history['not_judged']))} no longer judged")
    return f"since {history['previous']['finished'][:10]}: {', '.join(told)}"


def waiver_change(change: Mapping[str, Any]) -> str:
    """What became of a waiver since the run before, in a clause that its id begins."""
    before, after = change["before"] or {}, change["after"] or {}
    what = {
        "added": f"added by {change['owner'] or 'nobody named'}, until {after.get('expires')}",
        "removed": f"removed; it would have held until {before.get('expires')}",
        "extended": f"extended from {before.get('expires')} to {after.get('expires')}",
        "rewritten": f"rewritten: {', '.join(change['fields'])}",
        "state": f"{_state(before)} before, {_state(after)} now",
    }.get(change["change"], change["change"])
    return f"waiver {change['id']} ({change['rule']} on {change['subject'] or 'everything'}): {what}"


def _state(waiver: Mapping[str, Any]) -> str:
    state = str(waiver.get("state", ""))
    return WAIVER_STATES.get(state, state)


WAIVER_STATES: Final[Mapping[str, str]] = {
    "valid": "valid",
    "expires_soon": "about to end",
    "expired": "expired",
    "unmatched": "without a fail to cover",
    "too_broad": "too broad to hold",
}
"""The states of a waiver, in a sentence."""
STATES: Final[Mapping[str, str]] = {"fail": "not compliant", "incomplete": "incomplete", "pass": "compliant"}
"""The states of a verdict, in a list of runs."""
BECAME: Final[Mapping[str, str]] = {
    "pass": "passes now",
    "fail": "fails now in another place",
    "unknown": "can't be decided now",
    "not_applicable": "does not apply any more",
    "error": "could not be computed now",
    "rule_off": "the rule is off now",
    "rule_gone": "the rule is no longer there",
    "subject_gone": "the subject is no longer there",
}
"""What became of an earlier finding that is none any more."""


def caller_role(document: Document) -> str:
    """Who asked AWS, short: `role/dynamodb-auditor`."""
    resource = str(document["run"].get("caller") or "").rpartition(":")[2]
    return "/".join(resource.removeprefix("assumed-").split("/")[:2]) or "the caller"


def drift_counts(document: Document) -> dict[str, int | None]:
    """How many resources drifted, are missing and unmanaged; None for none so far, where that can't be told.

    Nothing is told of resources that were not compared, and no list or no name space tells nothing of unmanaged ones.
    """
    drift = document["totals"]["drift"]
    lists = [each for each in document["population"].values() if each["list_pages"] is not None]
    compared = drift["resources"] > drift["undetermined"] or not drift["resources"]
    listed = compared and not any(each["listed"] is None or not each["patterns"] for each in lists)
    told = {"drifted": compared, "missing": compared, "unmanaged": listed}
    return {name: drift[name] if drift[name] or known else None for name, known in told.items()}


def not_examined(document: Document) -> str:
    """How many declared resources are of types that the auditor does not read, in a sentence; empty where none is."""
    addresses = [each["address"] for each in document["coverage"]["not_examined"]]
    types = Counter(_KEY.sub("", address).split(".")[-2] for address in addresses)
    listed = ", ".join(f"{number} {type_}" for type_, number in sorted(types.items()))
    return f"Declared, but of types that are not examined: {listed}." if types else ""


def counted(number: int | None) -> str:
    """A number as it is shown; one that is not known is a question mark."""
    return "?" if number is None else f"{number:,}"


def lasting(seconds: float) -> str:
    """A time span in the two units that matter, as `1 d 3 h`."""
    whole = int(abs(seconds))
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if whole >= size:
            parts.append(f"{whole // size} {unit}")
            whole %= size
    return " ".join(parts[:2]) or "less than a minute"
