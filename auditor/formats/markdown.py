"""Markdown: the summary for a pull request or a job page, cut where such a page ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
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
_TAIL: Final = 4_000
"""Characters kept for what follows the findings."""
_MOST_LEFT: Final = 20
_SPECIAL: Final = re.compile(r"([\\`*_\[\]#|~$])")


def render(document: Document) -> bytes:
    """Verdict, numbers, open causes worst first, what is not known; rows that do not fit are counted."""
    head = "\n".join(_head(document))
    tail = "\n".join(_tail(document))
    budget = LONGEST - len(head) - min(len(tail), _TAIL)
    return f"{head}\n{_findings(document, budget)}\n{tail[:_TAIL]}\n".encode()


FORMAT = Format(name="markdown", suffix=".md", render=render)


def _text(value: object) -> str:
    """Text that is nothing but text: no markup, no table cell, no mention, no link."""
    escaped = clean(value)[:_LONGEST_CELL].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", escaped).replace("@", "&#64;").replace("://", "&#58;//").replace("www.", "www&#46;")


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
    yield f"{' '.join(_text(sentence) for sentence in told if sentence)}\n"
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
    table = list(_table(("Severity", "Rule", "Subject", "Finding", "Place"), rows))
    kept = table[:2]
    for row in table[2:]:
        if sum(map(len, kept)) + len(kept) + len(row) > budget - 100:
            break
        kept.append(row)
    cut = len(table) - len(kept)
    more = f"\n{plural(cut, 'more cause')} in the full report.\n" if cut else ""
    return "\n".join((f"### Fix first ({plural(len(told), 'open cause')})\n", *kept, more))


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
        for left in (*history["resolved"], *history["not_judged"])[:_MOST_LEFT]:
            seen = f"open since {_text(left['first_seen'][:10])}"
            yield f"- {_text(left['rule'])} on {_text(left['subject'])}: {BECAME[left['now']]} ({seen})"
        for change in history.get("waivers", [])[:_MOST_LEFT]:
            yield f"- {_text(waiver_change(change))}"
        yield ""
    undecided = document["coverage"]["undecided"]
    if undecided:
        yield f"### Not known ({plural(document['totals']['results']['unknown'], 'result')})\n"
        for cause in undecided[:20]:
            action = f" Grant {_text(cause['action'])}." if cause.get("action") else ""
            detail = f" {_text(cause['detail'])}." if cause.get("detail") else ""
            yield f"- {plural(len(cause['findings']), 'result')}: {REASONS[cause['unknown']]}.{detail}{action}"
        yield ""
    expired = [waiver for waiver in document["waivers"] if waiver["state"] == "expired"]
    if expired:
        yield "### Expired waivers\n"
        for waiver in expired[:20]:
            yield f"- {_text(waiver['id'])} ({_text(waiver['owner'])}), ended {_text(waiver['expires'])}"
        yield ""
    run, exit_code = document["run"].get("id", ""), document["verdict"]["exit_code"]
    yield f"Run {_text(run)}, code {_text(short_commit(document))}, exit code {exit_code}."
    yield f"report.json sha256 {hashlib.sha256(encode(document)).hexdigest()}"
