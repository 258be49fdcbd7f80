"""Markdown: the summary for a pull request or a job page, cut where such a page ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

from auditor.formats.interface import Document, Format
from auditor.formats.json import encode
from auditor.formats.verdict import plural
from auditor.formats.words import (
    BECAME,
    DEMONSTRATION,
    IN_A_LINE,
    REASONS,
    RISKS,
    SEVERITIES,
    clean,
    counted,
    drift_counts,
    lines,
    message,
    moved,
    not_examined,
    place,
    short_commit,
    sides,
    since,
    waiver_change,
)

LONGEST: Final = 65_000
"""Characters; a comment on GitHub takes 65,536."""
_LONGEST_CELL: Final = 300
_LONGEST_SENTENCE: Final = 1_000
_LIST: Final = 5_000
"""Characters of each list that follows the findings."""
_MOST_LEFT: Final = 20
_SPECIAL: Final = re.compile(r"([\\`*_\[\]#|~$])")
_CALLING: Final = re.compile(r"@|#(?=\d)|\bGH-(?=\d)", re.IGNORECASE)
"""What calls somebody, makes a link of an address or names an issue; GitHub looks for it in the page, not in the
source, so that only another character behind it keeps it from that."""


def render(document: Document) -> bytes:
    """Verdict, numbers, open causes worst first, what is not known; rows that do not fit are counted."""
    head = "\n".join(_head(document))
    tail = "\n".join(_tail(document))
    return f"{head}\n{_findings(document, LONGEST - len(head) - len(tail))}\n{tail}\n".encode()


FORMAT = Format(name="markdown", suffix=".md", render=render)


def _text(value: object, longest: int = _LONGEST_CELL) -> str:
    """Text that is nothing but text: no markup, no table cell, no mention, no link."""
    text = clean(value)
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _SPECIAL.sub(r"\\\1", escaped).replace("://", "&#58;//").replace("www.", "www&#46;")
    return _CALLING.sub(lambda found: f"{found[0]}&#8203;", plain)


def _kept(lines: Iterable[str], budget: int, what: str, most: int | None = None) -> Iterator[str]:
    """The first lines, as far as they fit into so many characters, and how many more there are of what."""
    every = list(lines)
    number = sum(total <= budget for total in accumulate(len(line) + 1 for line in every[:most]))
    yield from every[:number]
    if cut := len(every) - number:
        yield f"\n{plural(cut, f'more {what}')} in the full report."


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _head(document: Document) -> Iterator[str]:
    run, verdict, totals = document["run"], document["verdict"], document["totals"]
    if document["demonstration"]:
        yield f"> **{DEMONSTRATION}**\n"
    yield f"## {_text(verdict['word'])}: {_text(run.get('project', ''))} {_text(run['environment'])}\n"
    told = (verdict["headline"], verdict["completeness"], not_examined(document))
    yield f"{' '.join(_text(sentence, _LONGEST_SENTENCE) for sentence in told if sentence)}\n"
    severities = [severity for severity in SEVERITIES if severity != "info"]
    names = (*severities, "unknown", "waived", "drifted", "missing", "not declared")
    numbers = (
        *(totals["causes"]["open"][severity] for severity in severities),
        totals["results"]["unknown"],
        totals["results"]["waived"],
        *drift_counts(document).values(),
    )
    yield from _table(names, [tuple(counted(number) for number in numbers)])
    yield ""


def _findings(document: Document, budget: int) -> str:
    """The table of causes, cut to so many characters."""
    told = [(finding, others) for finding, others in lines(document) if finding["status"] == "fail"]
    if not told:
        return "Nothing is open.\n"
    risks = {fingerprint: cause["risk"] for cause in document["causes"] for fingerprint in cause["findings"]}
    sides_moved = moved(document)
    rows = (_row(*it, risks.get(it[0]["fingerprint"]), sides_moved.get(it[0]["fingerprint"], "")) for it in told)
    columns, ruler, *table = _table(("Severity", "Rule", "Subject", "Finding", "Place"), rows)
    kept = _kept(table, budget - 200, "cause")
    return "\n".join((f"### Fix first ({plural(len(told), 'open cause')})\n", columns, ruler, *kept, ""))


def _row(finding: Mapping[str, Any], others: tuple[str, ...], risk: str | None, since: str) -> tuple[str, ...]:
    facts = ", ".join(f"{name} {value}" for name, value in sides(finding, IN_A_LINE))
    told = f"{message(finding)}{f' ({facts})' if facts else ''}{f', {since}' if since else ''}"
    return (
        finding["severity"],
        ", ".join(map(_text, (finding["rule"], *others))),
        _text(finding["subject"]),
        f"{'**new** ' if finding['new'] else ''}{_text(told)}{f' **{RISKS[risk]}**' if risk else ''}",
        _text(place(finding)),
    )


def _tail(document: Document) -> Iterator[str]:
    if past := since(document):
        yield f"### Since the last run\n\n{_text(past.capitalize())}.\n"
        history = document["history"]
        left = (*history["resolved"], *history["not_judged"])
        yield from _kept(map(_left, left), _LIST, "former finding", _MOST_LEFT)
        changes = (f"- {_text(waiver_change(change))}" for change in history.get("waivers", []))
        yield from _kept(changes, _LIST, "change of waivers", _MOST_LEFT)
        yield ""
    undecided = document["coverage"]["undecided"]
    if undecided:
        yield f"### Not known ({plural(document['totals']['results']['unknown'], 'result')})\n"
        yield from _kept(map(_cause, undecided), _LIST, "reason", _MOST_LEFT)
        yield ""
    expired = [waiver for waiver in document["waivers"] if waiver["state"] == "expired"]
    if expired:
        yield "### Expired waivers\n"
        told = (f"- {_text(it['id'])} ({_text(it['owner'])}), ended {_text(it['expires'])}" for it in expired)
        yield from _kept(told, _LIST, "expired waiver", _MOST_LEFT)
        yield ""
    run, exit_code = document["run"].get("id", ""), document["verdict"]["exit_code"]
    yield f"Run {_text(run)}, code {_text(short_commit(document))}, exit code {exit_code}."
    yield f"report.json sha256 {hashlib.sha256(encode(document)).hexdigest()}"


def _left(finding: Mapping[str, Any]) -> str:
    told = f"{_text(finding['rule'])} on {_text(finding['subject'])}"
    return f"- {told}: {BECAME[finding['now']]} (open since {_text(finding['first_seen'][:10])})"


def _cause(cause: Mapping[str, Any]) -> str:
    action = f" Grant {_text(cause['action'])}." if cause.get("action") else ""
    detail = f" {_text(cause['detail'])}." if cause.get("detail") else ""
    return f"- {plural(len(cause['findings']), 'result')}: {REASONS[cause['unknown']]}.{detail}{action}"
