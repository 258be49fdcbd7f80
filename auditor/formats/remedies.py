"""What to do about a resource that differs: commands that put AWS back, and edits that take it over into code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_MOST: Final = 5


def remedies(resource: Mapping[str, Any]) -> dict[str, list[str]]:
    """Both, as `back` and `edits`."""
    return {"back": back(resource), "edits": edits(resource)}


def back(resource: Mapping[str, Any]) -> list[str]:
    """The commands that give AWS again what the code says, Terraform's first; each once."""
    calls = (each for drift in resource["drifts"] for each in drift.get("put_back", ()))
    return list(dict.fromkeys(filter(None, (resource.get("put_back", ""), *calls))))


def edits(resource: Mapping[str, Any]) -> list[str]:
    """The edits as diffs, each once, or the commands that look for them."""
    return list(dict.fromkeys(filter(None, map(_edit, (resource, *resource["drifts"])))))


def _edit(told: Mapping[str, Any]) -> str:
    edit = told.get("edit")
    if edit is None:
        return str(told.get("adopt", ""))
    if not edit["diff"]:
        return ""
    return "\n".join((*_besides(edit["others"]), edit["diff"].rstrip("\n")))


def _besides(others: Sequence[str]) -> Iterator[str]:
    """What an edit changes besides, as comments before the diff."""
    for other in others[:_MOST]:
        yield f"# also changes {other}"
    if len(others) > _MOST:
        yield f"# and {len(others) - _MOST} more"
