"""GitHub workflow commands: each cause as an annotation at the line that is at fault, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.formats.interface import Document, Format
from auditor.formats.words import DEMONSTRATION, IN_A_LINE, clean, in_repository, listed, message, sides

# GitHub shows ten annotations of each kind for a step; the order makes them the ten worst.
_COMMANDS: Final[Mapping[str, str]] = {"critical": "error", "high": "error", "medium": "warning"}
_NOTICE: Final = "notice"


def render(document: Document) -> bytes:
    """The commands, one a line."""
    return "".join(f"{command}\n" for command in _commands(document)).encode()


FORMAT = Format(name="github", suffix=".github.txt", render=render)


def _commands(document: Document) -> Iterator[str]:
    if document["demonstration"]:
        yield f"::{_NOTICE} title=Demonstration::{_message(DEMONSTRATION)}"
    for finding, others in listed(document):
        yield _annotation(document, finding, others)
    verdict = document["verdict"]
    word = {"fail": "error", "incomplete": "warning"}.get(verdict["state"], _NOTICE)
    told = f"{verdict['headline']} {verdict['completeness']}"
    yield f"::{word} title={_property(verdict['word'])}::{_message(told)}"


def _annotation(document: Document, finding: Mapping[str, Any], others: tuple[str, ...]) -> str:
    fails = finding["status"] == "fail"
    command = _COMMANDS.get(finding["severity"], _NOTICE) if fails else _NOTICE
    place = finding["place"]
    file = _property(in_repository(document, place["file"])) if place else ""
    where = f"file={file},line={place['line']},col={place['column']}," if place else ""
    title = f"{finding['rule']} {finding['severity'] if fails else finding['status']}"
    told = ", ".join(f"{name} {value}" for name, value in sides(finding, IN_A_LINE))
    sentences = [
        message(finding),
        told[:1].upper() + told[1:] if told.partition(" ")[0].isalpha() else told,  # a path stays what it is
        f"Also {', '.join(others)}" if others else "",
    ]
    text = f"{finding['subject']}: {' '.join(f'{sentence}.' for sentence in sentences if sentence)}"
    return f"::{command} {where}title={_property(title)}::{_message(text)}"


def _message(text: str) -> str:
    return clean(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
