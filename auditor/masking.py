"""Sensitive texts and numbers are taken out of what is shown, wherever they stand: values, lines of code, commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.results import Severity, Status
from auditor.model.values import Reason

MASK: Final = "(sensitive)"
COVER: Final = "\N{FULL BLOCK}"
COVER_OF_NUMBERS: Final = "9"
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_DIGIT: Final = re.compile(r"\d")
_IN_A_LINE: Final = re.compile(r"[^\n]")
_SHORTEST_LINE: Final = 6

_ENUMERATIONS: Final[tuple[type[StrEnum], ...]] = (Existence, Plan, Reality, Risk, Severity, Status, Reason)
_OWN_WORDS: Final = frozenset(word.value for words in _ENUMERATIONS for word in words)
_OF_THE_SCHEMA: Final = frozenset({"schema", "rules", "frameworks", "totals", "results"})
"""Sections of a report that hold no text of the code or of AWS."""
_SHORTEST: Final = 6
"""Characters: shorter texts stand inside too many others to be taken out wherever they stand."""
_NOTHING_TOLD: Final[Mapping[str, bool]] = {"sensitive": True}
"""What stands for a sensitive value in a report."""
_OF_VALUES: Final = "value"
"""The member of a report's facts under which a number is the code's or AWS's; others count or place something."""
_OWN_KEY: Final = re.compile(r"[a-z][a-z0-9_]*")


def covering(secrets: Collection[str]) -> Callable[[Any], Any]:
    """What covers every sensitive text inside of JSON or of a source text, character by character.

    All else stays where it is, and what was equal stays equal. A text is looked for as it is, as a quoted literal
    writes it, and line by line, as an indented heredoc holds it; one that holds another is covered in that part. A
    number stays one, of nines.
    """
    if not secrets:
        return lambda value: value
    anywhere = [text for text in secrets if len(text) >= _SHORTEST]
    parts = [text for text in secrets if not any(other in text for other in anywhere if other != text)]
    pattern, numbers = _pattern(frozenset(_written(parts)), whole=True), _numbers(secrets)

    def hidden(found: re.Match[str]) -> str:
        # A number may stand in code without quotes, where nothing but digits can.
        return (
            _DIGIT.sub(COVER_OF_NUMBERS, found[0]) if _NUMBER.fullmatch(found[0]) else _IN_A_LINE.sub(COVER, found[0])
        )

    def cover(value: Any) -> Any:  # noqa: ANN401 - JSON has no type of its own
        match value:
            case str():
                return pattern.sub(hidden, value)
            case Mapping():
                return {cover(key): cover(item) for key, item in value.items()}
            case list() | tuple():
                return type(value)(cover(item) for item in value)
            case int() | float() | Decimal() if _is_one_of(value, numbers):
                return type(value)(_DIGIT.sub(COVER_OF_NUMBERS, str(value)))
            case _:
                return value

    return cover


def holds_none(value: Any, secrets: Collection[str]) -> bool:  # noqa: ANN401 - any value of a resource
    """Whether a text holds nothing sensitive, and a number is none that is."""
    if isinstance(value, int | float | Decimal):
        return not _is_one_of(value, _numbers(secrets))
    return not isinstance(value, str) or masked_text(value, secrets) == value


def _numbers(secrets: Collection[str]) -> frozenset[Decimal]:
    return frozenset(Decimal(text) for text in secrets if _NUMBER.fullmatch(text))


def _is_one_of(value: float | Decimal, numbers: frozenset[Decimal]) -> bool:
    return bool(numbers) and not isinstance(value, bool) and Decimal(str(value)) in numbers


def _written(texts: Iterable[str]) -> Iterator[str]:
    """The ways in which code writes a text."""
    for text in texts:
        for part in (text, *(line for line in text.splitlines() if len(line) >= _SHORTEST_LINE)):
            yield part
            yield json.dumps(part, ensure_ascii=False)[1:-1].replace("${", "$${").replace("%{", "%%{")


def masked_text(text: str, secrets: Collection[str]) -> str:
    """The text with every sensitive text in it replaced."""
    return _pattern(secrets).sub(MASK, text) if secrets else text


def masked(document: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """A JSON document with every sensitive text in its values and keys replaced; a report's own words stay."""
    if not secrets:
        return dict(document)
    pattern, numbers = _pattern(secrets), _numbers(secrets)
    return {
        name: part if name in _OF_THE_SCHEMA and "verdict" in document else _masked(part, pattern, numbers)
        for name, part in document.items()
    }


def _pattern(secrets: Collection[str], *, whole: bool = False) -> re.Pattern[str]:
    """The longest first, so that nothing of a text which holds another stays; a short one as a literal only.

    A literal stands in quotes, or behind an equals sign up to a blank or the end, as code and command lines have it; a
    number also behind a colon or in a list, as code and JSON have it; or it is all there is (`whole`).
    """
    ordered = sorted(secrets, key=lambda text: (-len(text), text))
    literal = r'(?<="){0}(?=")|(?<==){0}(?=\s|$)' + (r"|\A{0}\Z" if whole else "")
    number = literal + r"|(?<=[=:\[(,] ){0}(?=[\s,})\]]|$)|(?<=[:\[(,]){0}(?=[\s,})\]]|$)"
    return re.compile(
        "|".join(
            re.escape(text)
            if len(text) >= _SHORTEST
            else (number if _NUMBER.fullmatch(text) else literal).replace("{0}", re.escape(text))
            for text in ordered
        )
    )


def _masked(part: Any, pattern: re.Pattern[str], numbers: frozenset[Decimal], *, value: bool = False) -> Any:  # noqa: ANN401 - JSON has no type of its own
    """`value`: it is a fact's value, or a part of one."""
    if isinstance(part, str):
        return part if part in _OWN_WORDS else pattern.sub(MASK, part)
    if isinstance(part, list):
        return [_masked(item, pattern, numbers, value=value) for item in part]
    if isinstance(part, dict):
        exact = str(part.get("number", "")) if value and len(part) == 1 else ""
        if _NUMBER.fullmatch(exact) and Decimal(exact) in numbers:
            return dict(_NOTHING_TOLD)
        return {
            name if _OWN_KEY.fullmatch(name) else pattern.sub(MASK, name): _masked(
                item, pattern, numbers, value=value or name == _OF_VALUES
            )
            for name, item in part.items()
        }
    if value and isinstance(part, int | float) and _is_one_of(part, numbers):
        return dict(_NOTHING_TOLD)
    return part
