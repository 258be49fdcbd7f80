"""A bundle as it is delivered: put to the test by `audit verify` before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from auditor import bundle, manifest
from auditor.formats.interface import Document
from auditor.formats.json import decode
from auditor.model.errors import BundleError
from auditor.verification import State, verify

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What can stand in a key of S3 and leads nowhere else."""
_NO_BUNDLE: Final = "give the folder that `audit run` wrote; where it wrote none, the audit was not done"


class Contents(Struct, frozen=True, kw_only=True):
    """A bundle whose files are those of its manifest."""

    files: Mapping[str, bytes]
    """In the order of delivery: the manifest last, so that where it is, everything is."""
    environment: str
    run: str
    report: Document | None
    """None for a run that was interrupted."""

    @property
    def digest(self) -> str:
        """The sha256 of the manifest, which holds those of everything else."""
        return manifest.digest(self.files[manifest.NAME])


def contents(folder: Path) -> Contents:
    """The bundle in a folder; BundleError where there is none, or where it does not keep what its manifest promises."""
    if not (folder / manifest.NAME).exists():
        raise BundleError(f"there is no bundle in {folder}", hint=_NO_BUNDLE)
    failed = [test for test in verify(folder).tests if test.state is State.FAILED]
    if failed:
        raise BundleError(
            f"the bundle in {folder} is not what its manifest says",
            facts=[(test.what, test.detail) for test in failed],
            hint="nothing was sent; `audit verify` tells all that was tested",
        )
    written = bundle.read(folder / manifest.NAME, manifest.LARGEST)
    told = manifest.decode(written)
    files = {entry["name"]: _same(folder / entry["name"], entry) for entry in told["artefacts"]}
    if (folder / manifest.SIGNATURE).exists():
        files[manifest.SIGNATURE] = bundle.read(folder / manifest.SIGNATURE, manifest.LARGEST)
    return Contents(
        files=MappingProxyType(files | {manifest.NAME: written}),
        environment=_key(told["run"].get("environment")),
        run=_key(told["run"]["id"]),
        report=decode(files[bundle.REPORT]) if bundle.REPORT in files else None,
    )


def _same(file: Path, entry: Mapping[str, object]) -> bytes:
    """The bytes that are sent: those that were verified, whatever became of the folder since."""
    content = bundle.read(file, int(str(entry["bytes"])))
    if manifest.digest(content) != entry["sha256"]:
        raise BundleError(f"{file} has changed since it was verified", hint="deliver again when the run has ended")
    return content


def _key(name: object) -> str:
    if not isinstance(name, str) or not _KEY.fullmatch(name):
        raise BundleError(f"{str(name)[:80]!r} can't be part of a key in S3")
    return name
