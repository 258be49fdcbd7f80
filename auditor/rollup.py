"""The roll-up of several audits: every environment with verdict, numbers, bundle and age, also those not audited.

It is made of how the runs ended and of what their bundles tell, and of nothing else.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from auditor import timeline
from auditor.formats import html
from auditor.formats.words import clean
from auditor.history import Bundle, Folder, usable
from auditor.manifest import digest
from auditor.model.errors import AuditorError
from auditor.reading import time_text
from auditor.settings import Environment

SCHEMA: Final = "auditor/rollup/v1"
NAME: Final = "rollup"
"""Of its files: rollup.html and rollup.json."""
NOT_DONE: Final = 1
INTERRUPTED: Final = 130
_ENDED: Final[Mapping[int, str]] = {
    0: "complete",
    NOT_DONE: "not audited",
    2: "not audited",
    3: "incomplete",
    4: "findings",
    INTERRUPTED: "interrupted",
}
_AUDITED: Final = (0, 3, 4)
_NUMBERS: Final = ("open", "drifted", "unknown", "new", "resolved")
_ERROR: Final = "error: "
_MOST_SAID: Final = 500


class Ended(Struct, frozen=True, kw_only=True):
    """How the run of one environment ended."""

    environment: Environment
    exit_code: int
    folder: Path | None
    """Of the bundle, where one was written."""
    said: str
    """What the run wrote to stderr."""


def document(
    ended: Iterable[Ended], *, project: str, now: datetime, out: Path, earlier: Callable[[str], Iterable[Folder]]
) -> dict[str, Any]:
    """The roll-up as JSON; `earlier` names the folders of an environment's bundles, the latest first.

    It will stand in the folder `out`; folders are told from there.
    """
    targets = [_target(each, now, out, earlier) for each in ended]
    runs = [each["run"] for each in targets if each["run"] is not None]
    return {
        "schema": SCHEMA,
        "project": project,
        "at": time_text(now),
        "exit_code": max((each["exit_code"] for each in targets), default=0),
        "numbers": {
            "environments": len(targets),
            "audited": len(runs),
            "ended": dict(sorted(Counter(each["ended"] for each in targets).items())),
            **{name: sum(run[name] for run in runs) for name in _NUMBERS},
        },
        "environments": targets,
    }


def files(document: Mapping[str, Any]) -> dict[str, bytes]:
    """The roll-up's files by name: a page, and the same as JSON."""
    told = json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return {f"{NAME}.html": html.render_rollup(document, digest(told)), f"{NAME}.json": told}


def _target(ended: Ended, now: datetime, out: Path, earlier: Callable[[str], Iterable[Folder]]) -> dict[str, Any]:
    environment = ended.environment
    found, why = _own(ended)
    code = NOT_DONE if found is None and ended.exit_code in _AUDITED else ended.exit_code
    before = None if found is not None else _latest(environment.name, earlier(environment.name))
    return {
        "environment": environment.name,
        "tier": environment.tier,
        "account": environment.account or str(found.run.get("account", "") if found else ""),
        "region": environment.region or str(found.run.get("region", "") if found else ""),
        "ended": _ENDED.get(code, f"exit {code}"),
        "exit_code": code,
        "why": why,
        "run": _row(found, now, out),
        "before": _row(before, now, out),
    }


def _own(ended: Ended) -> tuple[Bundle | None, str]:
    """The bundle that a run wrote; or why there is none that can be used."""
    if ended.exit_code not in _AUDITED:
        return None, _why(ended)
    if ended.folder is None:
        return None, "the run did not tell where its bundle is"
    try:
        return usable(Folder(ended.folder)), ""
    except AuditorError as error:
        return None, clean(error.summary)


def _why(ended: Ended) -> str:
    """What the run said of its end: its errors, without the lines of code that they show."""
    lines = ended.said.splitlines()
    errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)] or lines[-1:]
    told = clean("; ".join(errors)) or "it said nothing"
    return told if len(told) <= _MOST_SAID else f"{told[:_MOST_SAID]}…"


def _latest(environment: str, folders: Iterable[Folder]) -> Bundle | None:
    """The latest bundle of an environment that asked AWS."""
    for folder in folders:
        try:
            found = usable(folder)
        except AuditorError:
            continue
        if found.run["environment"] == environment and not found.run.get("declared_only"):
            return found
    return None


def _row(found: Bundle | None, now: datetime, out: Path) -> dict[str, Any] | None:
    if found is None:
        return None
    age = (now - datetime.fromisoformat(found.run["finished"])).total_seconds()
    folder = Path(os.path.relpath(str(found.place), out)).as_posix()
    return {**timeline.row(found), "folder": folder, "age_seconds": round(age)}
