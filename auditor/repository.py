"""The state of the repository that holds the code: which commit was audited, and whether it was clean."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

_SECONDS: Final = 5
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def state(folder: Path) -> Mapping[str, Any]:
    """Commit, branch and whether files differ from it; empty where git does not tell.

    `dirty` counts changed and untracked files of the folder alone.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return _NONE
    changed = _git(folder, "status", "--porcelain", "--", ".")
    return MappingProxyType(
        {
            "commit": commit,
            "branch": _git(folder, "rev-parse", "--abbrev-ref", "HEAD") or "",
            "dirty": None if changed is None else len(changed.splitlines()),
        }
    )


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or nothing where it fails: no repository, no git, another owner."""
    # Neither hooks, pagers nor file-system monitors of a repository under audit may run.
    command = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments)
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
