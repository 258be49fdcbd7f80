"""The state of the repository that holds the code: which commit was audited, and whether it was clean."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

_SECONDS: Final = 5
_UNBORN: Final = "(initial)"
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def state(folder: Path) -> Mapping[str, Any]:
    """Commit, branch and whether files differ from it; empty where git does not tell.

    `dirty` counts changed and untracked files of the folder alone.
    """
    told = _git(folder, "status", "--porcelain=v2", "--branch", "--", ".")
    if told is None:
        return _NONE
    lines = told.splitlines()
    heads = dict(line.removeprefix("# branch.").split(" ", 1) for line in lines if line.startswith("# branch."))
    commit = heads.get("oid", _UNBORN)
    if commit == _UNBORN:
        return _NONE
    return MappingProxyType(
        {
            "commit": commit,
            "branch": heads.get("head", ""),
            "dirty": sum(not line.startswith("#") for line in lines),
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
