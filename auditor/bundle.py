"""The bundle of a run: its artefacts with a manifest of their digests, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from auditor.aws import snapshot as snapshot_file
from auditor.formats.interface import Document, Format
from auditor.model.answers import Snapshot
from auditor.model.errors import ReportError

MANIFEST: Final = "manifest.json"
SNAPSHOT: Final = "snapshot.jsonl.gz"
SCHEMA: Final = "auditor/manifest/v1"


def digest(content: bytes) -> str:
    """The sha256 of some bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def folder_name(started: str) -> str:
    """The name of the folder of a run below its environment: its time, UTC, fit for every file system."""
    return started.split(".", maxsplit=1)[0].replace(":", "").rstrip("Z") + "Z"


def partial(snapshot: Snapshot) -> dict[str, bytes]:
    """The files of a run that was interrupted: what was read, with a manifest that says so."""
    run = {
        "id": snapshot.context["id"],
        "environment": snapshot.environment,
        "started": snapshot.started,
        "finished": snapshot.finished,
        "complete": False,
        "interrupted": True,
    }
    files = {SNAPSHOT: snapshot_file.encode(snapshot)}
    return {**files, MANIFEST: manifest(files, run, ())}


def artefacts(document: Document, formats: Iterable[Format], snapshot: Snapshot | None) -> dict[str, bytes]:
    """The files of a bundle by name: the report in each format, the snapshot, and the manifest of all of them."""
    files = {f"report{each.suffix}": each.render(document) for each in formats}
    if snapshot is not None:
        files[SNAPSHOT] = snapshot_file.encode(snapshot)
    files[MANIFEST] = manifest(files, document["run"], document["evidence"]["files"])
    return files


def manifest(artefacts: Mapping[str, bytes], run: Mapping[str, Any], inputs: Iterable[Mapping[str, Any]]) -> bytes:
    """The manifest: every artefact and input of a run with its size and sha256."""
    document = {
        "schema": SCHEMA,
        "run": dict(run),
        "artefacts": [
            {"name": name, "bytes": len(content), "sha256": digest(content)}
            for name, content in sorted(artefacts.items())
        ],
        "inputs": [dict(entry) for entry in inputs],
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def write(folder: Path, artefacts: Mapping[str, bytes]) -> None:
    """Write a bundle: the folder appears, or is replaced, with all its files at once.

    Errors: ReportError where it can't be written, or where the folder holds something that is not a bundle.
    """
    if folder.exists() and not _replaceable(folder):
        raise ReportError(
            f"{folder} holds something that is not a bundle: it is left as it is",
            hint="name another folder with --out",
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise ReportError(f"{folder.parent} can't be written to: {error.strerror}", hint="choose --out") from error
    try:
        for name, content in artefacts.items():
            _write_durably(fresh / name, content)
        fresh.chmod(0o755)
        _put_in_place(fresh, folder)
    except OSError as error:
        raise ReportError(f"the bundle can't be written to {folder}: {error.strerror}", hint="choose --out") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _replaceable(folder: Path) -> bool:
    """Whether a folder is empty, or an earlier bundle and nothing besides: what else lies in it is somebody's."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    found = {entry.name for entry in folder.iterdir()}
    try:
        earlier: Any = json.loads((folder / MANIFEST).read_bytes()) if MANIFEST in found else {"schema": SCHEMA}
        named = {MANIFEST, *(entry["name"] for entry in earlier.get("artefacts", ()))}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return bool(earlier.get("schema") == SCHEMA and found <= named)


def _write_durably(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Rename the fresh folder into place; an earlier bundle steps aside first and is removed last."""
    earlier = fresh.with_name(f"{fresh.name}.earlier")
    if folder.exists():
        folder.rename(earlier)
    try:
        fresh.rename(folder)
    except OSError:
        if earlier.exists():
            earlier.rename(folder)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
