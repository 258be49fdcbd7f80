"""The state of the repository that holds the code: which commit was audited, and whether all that was read is its."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

_SECONDS: Final = 5
_UNBORN: Final = "(initial)"
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
_FIELDS: Final = {"1": 8, "2": 9, "u": 10, "?": 1, "!": 1}
"""How many fields stand before the path in an entry of `git status --porcelain=v2`."""
_RENAMED: Final = "2"
_CODE: Final = (".tf", ".tf.json")
_INSTALLED: Final = ".terraform"
"""What `terraform init` puts here: no commit is meant to hold it."""


def state(root: Path, read: Collection[Path], base: Path) -> Mapping[str, Any]:
    """Commit, branch, and how many of the files that were read the commit does not hold as they are.

    A file counts that was changed, was never added or is ignored, and one that was deleted beside code.
    `folder` is where `base`, which reports' paths start from, lies in the repository; left out at its top. Empty where
    there is no repository, or no commit; `unknown` tells why where git does not tell.
    """
    if not any((each / ".git").exists() for each in (root, *root.absolute().parents)):
        return _NONE
    try:
        top = Path(os.path.realpath(_git(root, "rev-parse", "--show-toplevel").removesuffix("\n")))
        files = {Path(os.path.realpath(each.parent)) / each.name for each in read if _INSTALLED not in each.parts}
        inside = {each.relative_to(top) for each in files if each.is_relative_to(top)}
        folders = {each.parent for each in inside if each.name.endswith(_CODE)}
        told = _git(
            top,
            *("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--ignored=matching", "--"),
            *(f":(literal){each.as_posix()}" for each in sorted(folders | inside)),
        )
    except (OSError, subprocess.SubprocessError, UnicodeError) as error:
        return MappingProxyType({"unknown": _why(error)})
    rows = told.split("\0")
    heads = dict(row.removeprefix("# branch.").split(" ", 1) for row in rows if row.startswith("# branch."))
    commit = heads.get("oid", _UNBORN)
    if commit == _UNBORN:
        return _NONE
    gone, changed = _changes(rows)
    differing = {each for each in inside if not changed.isdisjoint((each, *each.parents))}
    folder = Path(os.path.realpath(base))
    prefix = folder.relative_to(top).as_posix() if folder.is_relative_to(top) else "."
    return MappingProxyType(
        {
            "commit": commit,
            "branch": heads.get("head", ""),
            "dirty": len(differing | {each for each in gone if each.parent in folders}) + len(files) - len(inside),
            **({"folder": prefix} if prefix != "." else {}),
        }
    )


def _changes(rows: list[str]) -> tuple[set[Path], set[Path]]:
    """The paths that the commit has and the folder has not, and those that are there and differ from it."""
    gone: set[Path] = set()
    changed: set[Path] = set()
    entries = iter(rows)
    for row in entries:
        kind = row[:1]
        if kind not in _FIELDS:
            continue
        path = Path(row.split(" ", _FIELDS[kind])[_FIELDS[kind]])
        (gone if "D" in row[2:4] and kind == "1" else changed).add(path)
        if kind == _RENAMED:
            gone.add(Path(next(entries)))
    return gone, changed


def _why(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"git says: {(str(error.stderr).strip().splitlines() or ['nothing'])[0]}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"git did not answer within {_SECONDS} s"
    return "git can't be started" if isinstance(error, OSError) else "git's answer is no text"


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; OSError, SubprocessError or UnicodeError where it can't tell: no git, another owner."""
    # Neither hooks, pagers nor file-system monitors of a repository under audit may run.
    command = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments)
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=folder, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=True
    )
    return done.stdout
