"""Globs with one wildcard: `*` stands for anything; every other character, brackets too, for itself."""

from __future__ import annotations

from functools import lru_cache


def matches(pattern: str, text: str) -> bool:
    """Whether a whole text fits a pattern; time grows with the text's length, whatever the pattern."""
    first, *others = pattern.split("*")
    if not others:
        return pattern == text
    *middle, last = others
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


@lru_cache(maxsize=1 << 15)
def covers(pattern: str, path: str) -> bool:
    """Whether a keyed path fits a pattern, or lies below a path that does."""
    return matches(pattern, path) or any(
        matches(pattern, path[:cut]) for cut, character in enumerate(path) if character in ".["
    )


def only_wildcards(pattern: str) -> bool:
    """Whether a pattern fits every text."""
    return not pattern.strip("*")
