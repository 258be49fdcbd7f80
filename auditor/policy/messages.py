"""Templates of messages: placeholders, and values as words that are safe to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

from auditor.model.facts import Fact, Facts
from auditor.model.values import NOT_APPLICABLE, Unknown, Value

PLACEHOLDER: Final = re.compile(r"(?<!\$)\{([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)\}")
"""`{subject.name}`, `{live.billing_mode}`, `{param.max_days}`; `${...}` is Terraform's and stays."""

GENERAL: Final = ("subject.name", "subject.identity", "subject.address", "environment", "tier")
"""Placeholders of every message."""
OF_DRIFT: Final = ("drift.path", "drift.declared", "drift.live", "drift.plan", "drift.note", "drift.existence")
"""Placeholders of messages of rules that select drifts."""

LONGEST_VALUE: Final = 200
MOST_ITEMS: Final = 8
_BREAK: Final = re.compile(r"\s*[\t\n\r]\s*")
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def placeholders(template: str) -> Iterator[str]:
    """The names of a template's placeholders."""
    return (found[1] for found in PLACEHOLDER.finditer(template))


def fill(template: str, value_of: Callable[[str], str]) -> str:
    """The template with every placeholder replaced by its words; what is put in is not looked at again."""
    return "".join(value_of(text) if named else text for named, text in pieces(template))


@lru_cache(maxsize=1024)
def pieces(template: str) -> tuple[tuple[bool, str], ...]:
    """What a template is made of, in order: names of placeholders, and the texts between them."""
    return tuple((number % 2 == 1, text) for number, text in enumerate(PLACEHOLDER.split(template)))


def clean(text: str, longest: int = LONGEST_VALUE) -> str:
    """Text without control and direction marks, cut to a length; a line break and the indent after it are a blank."""
    if len(text) <= longest and text.isprintable():
        return text
    shown = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _BREAK.sub(" ", text[: longest * 10])[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def words(value: Value) -> str:
    """A value as a reader sees it in a sentence."""
    return clean(_words(value))


def fact_words(fact: Fact) -> str:
    """A fact's value as words; a sensitive one is not shown."""
    return "(sensitive)" if fact.sensitive else words(fact.value)


def fact_text(facts: Facts, path: str) -> str:
    """One of a subject's facts as words; where it comes from does not matter."""
    return "(sensitive)" if facts.sensitive(path) else words(facts.plain[path])


def _words(value: Value) -> str:
    if isinstance(value, Unknown):
        source = value.action or value.api or ", ".join(value.references[:3])
        return f"unknown ({value.reason}{': ' + source if source else ''})"
    if value is None:
        return "absent"
    if value is NOT_APPLICABLE:
        return "not applicable"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return _listed((f"{key} = {words(item)}" for key, item in value.items()), len(value))
    if isinstance(value, tuple):
        return _listed(map(words, value), len(value))
    return str(value)


def _listed(items: Iterable[str], count: int) -> str:
    shown = ", ".join(islice(items, MOST_ITEMS))
    if not count:
        return "none"
    return shown if count <= MOST_ITEMS else f"{shown} and {count - MOST_ITEMS} more"
