"""Terminal text: one line a cause, like a compiler's, and the summary last."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from auditor.formats.interface import Document, Format
from auditor.formats.verdict import plural
from auditor.formats.words import (
    DEMONSTRATION,
    IN_A_LINE,
    SEVERITIES,
    caller_role,
    clean,
    counted,
    drift_counts,
    listed,
    message,
    moved,
    not_examined,
    place,
    short_commit,
    sides,
    since,
    waiver_change,
)

_STYLES: Final[Mapping[str, str]] = {
    "critical": "1;35",
    "high": "31",
    "medium": "33",
    "low": "34",
    "info": "2",
    "unknown": "36",
    "error": "1;31",
    "pass": "32",
    "fail": "31",
    "incomplete": "36",
    "strong": "1",
    "faint": "2",
}
_MOST_DIAGNOSTICS: Final = 5
_MOST_SKIPPED: Final = 3
_MOST_CHANGES: Final = 5
_RESET: Final = "\x1b[0m"
_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*m")


class _Paint(Struct, frozen=True):
    """Colour, or none."""

    on: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.on else text


def render(document: Document, *, width: int | None = None, color: bool = False) -> str:
    """Findings and summary; without a width no line is ever broken, so that one line is one finding."""
    paint = _Paint(color)
    since = moved(document)
    told = [_line(each, others, since.get(each["fingerprint"], ""), paint, width) for each, others in listed(document)]
    parts = ([_heading(document, paint, width)], told)
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n\n" + _summary(document, width, color)


def summary(document: Document, *, width: int | None = None, color: bool = False) -> str:
    """The numbers alone, of resources and of open causes, below what they are of."""
    return f"{_heading(document, _Paint(color), width)}\n{_summary(document, width, color)}"


def _summary(document: Document, width: int | None, color: bool) -> str:
    told = [*_numbers(document, _Paint(color), width)]
    if past := since(document):
        told.append(_broken(f"    {clean(past)}", width, "    "))
    changes = document["history"].get("waivers", [])
    told.extend(_broken(f"    {clean(waiver_change(each))}", width, "    ") for each in changes[:_MOST_CHANGES])
    if len(changes) > _MOST_CHANGES:
        told.append(f"    and {plural(len(changes) - _MOST_CHANGES, 'more change')} of waivers, in the report")
    return "\n".join(told) + "\n"


def closing(document: Document, *, width: int | None = None, color: bool = False) -> str:
    """The verdict and what to do about what could not be read, below a blank line: for the end of the screen."""
    paint = _Paint(color)
    verdict = document["verdict"]
    word = paint(verdict["state"], clean(verdict["word"].lower()))
    head = f"{word}: {clean(verdict['headline'])} (exit {verdict['exit_code']})"
    told = [_broken(head, width, "  "), _broken("  " + clean(verdict["completeness"]), width, "  ")]
    if unread := not_examined(document):
        told.append(_broken(f"  {clean(unread)}", width, "  "))
    told.extend(_broken(f"  {paint('pass', 'hint')}   {hint}", width, " " * 9) for hint in _hints(document))
    told.extend(_broken(f"  {paint('unknown', 'past')}   {each}", width, " " * 9) for each in _not_compared(document))
    told.extend(_broken(f"  {paint('unknown', 'code')}   {each}", width, " " * 9) for each in _of_the_code(document))
    return "\n".join(("", *told)) + "\n"


def _not_compared(document: Document) -> Iterator[str]:
    """The earlier bundles that were no use, the first of them: what was not read is not taken for no history."""
    skipped = document["history"]["skipped"]
    yield from (clean(f"{each['folder']} is not used: {each['why']}") for each in skipped[:_MOST_SKIPPED])
    if len(skipped) > _MOST_SKIPPED:
        yield f"and {len(skipped) - _MOST_SKIPPED} more, in the report"


def _of_the_code(document: Document) -> Iterator[str]:
    """What is wrong with the code, in its first words: Terraform would stop at an error."""
    every = document["evidence"]["diagnostics"]
    yield from (clean(each) for each in every[:_MOST_DIAGNOSTICS])
    if len(every) > _MOST_DIAGNOSTICS:
        yield f"and {len(every) - _MOST_DIAGNOSTICS} more, in the report"


def _heading(document: Document, paint: _Paint, width: int | None) -> str:
    run = document["run"]
    name = clean(f"{run.get('project', '')} {run['environment']}".strip())
    rest = "  ".join(
        clean(part) for part in (run.get("account"), run.get("region"), f"code {short_commit(document)}") if part
    )
    told = [_broken(paint("incomplete", DEMONSTRATION), width, "")] if document["demonstration"] else []
    told.append(_broken(f"{paint('strong', name)}  {paint('faint', rest)}", width, "  "))
    return "\n".join(told)


def _line(finding: Mapping[str, Any], others: tuple[str, ...], since: str, paint: _Paint, width: int | None) -> str:
    word = finding["severity"] if finding["status"] == "fail" else finding["status"]
    head = f"{clean(place(finding))}: {paint(word, word)} {clean(finding['rule'])}{' [new]' if finding['new'] else ''}"
    told = ", ".join(f"{name} {value}" for name, value in sides(finding, IN_A_LINE))
    also = f" [also {', '.join(others)}]" if others else ""
    body = clean(
        f"{finding['subject']}: {message(finding)}{f' ({told})' if told else ''}{f', {since}' if since else ''}{also}"
    )
    if width is None or len(_ESCAPE.sub("", head)) + 1 + len(body) <= width:
        return f"{head} {body}"
    return f"{head}\n{_broken('    ' + body, width, '    ')}"


def _broken(text: str, width: int | None, indent: str) -> str:
    """Text in lines of at most `width` visible characters; colours don't count."""
    if width is None or len(_ESCAPE.sub("", text)) <= width:
        return text
    plain = textwrap.fill(_ESCAPE.sub("", text), max(width, 20), subsequent_indent=indent, break_on_hyphens=False)
    return _painted_as(plain, text)


def _painted_as(plain: str, painted: str) -> str:
    """Lines with the colours of the same text before it was broken: breaking changes blanks alone."""
    opening: dict[int, str] = {}
    ending: dict[int, str] = {}
    seen = 0
    for part in re.split(f"({_ESCAPE.pattern})", painted):
        if _ESCAPE.fullmatch(part):
            target = ending if part == _RESET else opening
            target[seen] = target.get(seen, "") + part
        else:
            seen += len("".join(part.split()))
    made, seen = [], 0
    for character in plain:
        if character.isspace():
            made.append(character)
            continue
        made.append(opening.pop(seen, "") + character)
        seen += 1
        made.append(ending.pop(seen, ""))
    return "".join(made)


def _numbers(document: Document, paint: _Paint, width: int | None) -> Iterator[str]:
    totals = document["totals"]
    drift, results, causes = totals["drift"], totals["results"], totals["causes"]["open"]
    rows = (
        (
            ("resources", drift["resources"], "strong"),
            *((name, number, "strong") for name, number in drift_counts(document).items()),
            ("undetermined", drift["undetermined"], "unknown"),
        ),
        (
            *((severity, causes[severity], severity) for severity in SEVERITIES if severity != "info"),
            ("unknown", results["unknown"], "unknown"),
            ("waived", results["waived"], "strong"),
        ),
    )
    wide = ["".join(f"{counted(number):>5} {name:<10}" for name, number, _ in row).rstrip() for row in rows]
    if width is None or max(map(len, wide)) <= width:
        for row in rows:
            cells = (
                f"{paint('faint' if number == 0 else style, f'{counted(number):>5}')} {name:<10}"
                for name, number, style in row
            )
            yield "".join(cells).rstrip()
    else:
        for name, number, style in (cell for row in rows for cell in row):
            yield f"{paint('faint' if number == 0 else style, f'{counted(number):>7}')} {name}"


def _hints(document: Document) -> Iterator[str]:
    run = document["run"]
    coverage = document["coverage"]
    causes = (*coverage["undecided"], *coverage["unread"])
    actions = sorted({told["action"] for told in causes if told.get("action")})
    if actions:
        needs = clean(f"{caller_role(document)} needs {', '.join(actions)}")
        yield f"{needs}; `audit permissions --env {clean(run['environment'])}` prints the policy"


def _whole(document: Document) -> bytes:
    return f"{render(document)}{closing(document)}".encode()


FORMAT = Format(name="text", suffix=".txt", render=_whole)
