"""Earlier bundles: which there are in a folder, and which of them a run is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from auditor import bundle, manifest
from auditor.formats.interface import Document
from auditor.formats.json import decode
from auditor.formats.since import digest
from auditor.model.errors import AuditorError, BundleError

_LARGEST_REPORT: Final = 1 << 30
_DEEPEST: Final = 3
_MOST_FOLDERS: Final = 100_000
_MOST_TRIED: Final = 50
"""Bundles that are tried before a run is taken for the first one."""
_SAME: Final = ("project", "environment", "account", "region", "declared_only")
"""What two runs must have in common to be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle of a whole run, its report unchanged since it was written."""

    folder: Path
    manifest: Mapping[str, Any]
    digest: str
    """Of the manifest's bytes."""

    @property
    def run(self) -> Mapping[str, Any]:
        """What the manifest says about the run."""
        run: Mapping[str, Any] = self.manifest["run"]
        return run

    def report(self) -> Document:
        """The decoded report; BundleError where its bytes are not those of the manifest, or it can't be read."""
        content = bundle.read(self.folder / bundle.REPORT, _LARGEST_REPORT)
        named = {entry["name"]: entry["sha256"] for entry in self.manifest["artefacts"]}
        if named.get(bundle.REPORT) != manifest.digest(content):
            raise BundleError(f"{bundle.REPORT} is not the one that the manifest names")
        return decode(content)


def opened(folder: Path) -> Bundle:
    """The bundle in a folder; BundleError where there is none, or a run was interrupted."""
    content = bundle.read(folder / manifest.NAME, manifest.LARGEST)
    told = manifest.decode(content)
    if told.get("interrupted"):
        raise BundleError("the run was interrupted, so that there is no report")
    return Bundle(folder=folder, manifest=told, digest=manifest.digest(content))


def folders(out: Path) -> Iterator[Path]:
    """The folders below that may be bundles, the latest first; hidden ones and links are none."""
    try:
        found = [entry for entry in out.iterdir() if not entry.name.startswith(".") and not entry.is_symlink()]
    except OSError:
        return
    yield from sorted((entry for entry in found if entry.is_dir()), key=lambda entry: entry.name, reverse=True)


def earlier(run: Mapping[str, Any], *, demonstration: bool, candidates: Iterable[Path]) -> dict[str, Any] | None:
    """What the run before told, for `since.with_history`, and which bundles were no use; None where there is nothing.

    The run before is the latest that ended before this one began, of the same environment, account and Region.
    """
    skipped: list[dict[str, str]] = []
    for folder in list(candidates)[:_MOST_TRIED]:
        if not (folder / manifest.NAME).exists():
            continue
        try:
            found = opened(folder)
            same = all(found.run.get(name) == run.get(name) for name in _SAME)
            if not same or found.manifest.get("demonstration") is not demonstration:
                continue
            if str(found.run["finished"]) >= str(run["started"]):
                continue
            return {"previous": digest(found.report(), found.digest), "skipped": skipped}
        except AuditorError as error:
            skipped.append({"folder": folder.name, "why": error.summary.replace(f"{folder}/", "")})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            skipped.append({"folder": folder.name, "why": f"its report can't be used: {type(error).__name__}"})
    return {"previous": None, "skipped": skipped} if skipped else None


def past(out: Path) -> tuple[tuple[Bundle, ...], tuple[tuple[str, str], ...]]:
    """All bundles in a folder and up to two folders below; and which folders hold one that is no use, and why.

    What is no bundle at all is passed over. Errors: BundleError where the folder can't be read.
    """
    if not out.is_dir():
        raise BundleError(f"{out} is no folder of bundles", hint="give the folder that runs write to by --out")
    found: list[Bundle] = []
    unusable: list[tuple[str, str]] = []
    level = [out]
    for _ in range(_DEEPEST + 1):
        below: list[Path] = []
        for folder in level:
            if not (folder / manifest.NAME).exists():
                below.extend(folders(folder))
                continue
            try:
                bundle_ = opened(folder)
                _demand_shape(bundle_)
                found.append(bundle_)
            except AuditorError as error:
                unusable.append((_below(folder, out), error.summary.replace(f"{folder}/", "")))
        level = below[:_MOST_FOLDERS]
    return tuple(found), tuple(sorted(unusable))


def _below(folder: Path, out: Path) -> str:
    return folder.relative_to(out).as_posix()


def _demand_shape(found: Bundle) -> None:
    """BundleError where a manifest lacks what a history tells."""
    try:
        [str(found.run[name]) for name in ("id", "environment", "finished")]
        [int(found.manifest["numbers"][name]) for name in ("open", "drifted", "unknown", "new", "resolved")]
        [found.manifest["verdict"][name] for name in ("state", "exit_code")]
        datetime.fromisoformat(found.run["finished"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError("its manifest does not tell what came of the run") from error
