"""Replay: the report of a bundle, made again from the snapshot, the sources and the rules inside, byte by byte."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor import bundle, manifest, pipeline, reporting, sources
from auditor.formats import formats
from auditor.formats import json as report
from auditor.formats.interface import Document
from auditor.history import Folder, opened
from auditor.inputs import Inputs
from auditor.model.errors import BundleError

LARGEST: Final = 1 << 30
"""Bytes of one artefact."""
_SHOWN: Final = 200


class Replayed(Struct, frozen=True):
    """One report of a bundle, made again."""

    name: str
    same: bool
    where: str = ""
    """The first place that differs."""
    was: str = ""
    now: str = ""


class Replay(Struct, frozen=True):
    """All reports of a bundle, made again."""

    reports: tuple[Replayed, ...]
    covered: tuple[str, ...]
    """Source files in which sensitive texts are covered: what depends on such a text can differ."""
    tool: str
    """Who wrote the bundle, where it was another version."""


def replay(folder: Path) -> Replay:
    """Judge the bundle in a folder again.

    Nothing outside of the folder is read, and AWS is not asked. Errors: BundleError, SnapshotError and what an audit
    can end with.
    """
    found = opened(Folder(folder))
    named = {entry["name"]: entry["sha256"] for entry in found.manifest["artefacts"]}
    before = {name: _artefact(folder, name, named[name]) for name in sorted(named)}
    if bundle.SOURCES not in before or bundle.REPORT not in before:
        raise BundleError(f"{folder} does not hold its sources, so that it can't be judged again")
    known = report.decode(before[bundle.REPORT])
    with tempfile.TemporaryDirectory(prefix="audit-replay-") as temporary:
        document = _again(before, known, Path(temporary).resolve())
    made = {each.suffix: each for each in formats().values()}
    return Replay(
        reports=tuple(
            _compared(name, content, made[name.removeprefix("report")].render(document))
            for name, content in before.items()
            if name.startswith("report.") and name.removeprefix("report") in made
        ),
        covered=tuple(
            each["path"].partition(":")[2] for each in sources.listed(before[bundle.SOURCES]) if each["covered"]
        ),
        tool=_other_tool(known, document),
    )


def _again(before: Mapping[str, bytes], known: Document, temporary: Path) -> Document:
    """The report of the same inputs, made now."""
    restored = sources.unpack(before[bundle.SOURCES], temporary / "sources")
    snapshot = None
    if bundle.SNAPSHOT in before:
        snapshot = temporary / bundle.SNAPSHOT
        snapshot.write_bytes(before[bundle.SNAPSHOT])
    inputs = Inputs(
        now=datetime.fromisoformat(known["run"]["now"]),
        fixed_now=True,
        variables=restored.variables,
        snapshot=snapshot,
        declared_only=restored.declared_only,
        rules=restored.rules,
        context=restored.context,
    )
    outcome = pipeline.audit(restored.settings, restored.environment, inputs)
    listed = {
        each["path"].partition(":")[2]: {name: each[name] for name in ("bytes", "sha256")}
        for each in sources.listed(before[bundle.SOURCES])
        if each["covered"]
    }
    files = tuple({**file, **listed.get(str(file["path"]), {})} for file in outcome.audit.inputs)
    outcome = replace(outcome, audit=replace(outcome.audit, inputs=files))
    settings = restored.settings
    return reporting.document(outcome, fail_on=settings.fail_on, new_only=settings.new_only, earlier=restored.earlier)


def _artefact(folder: Path, name: str, sha256: str) -> bytes:
    content = bundle.read(folder / name, LARGEST)
    if manifest.digest(content) != sha256:
        raise BundleError(
            f"{name} is not the one that the manifest names",
            hint=f"`audit verify {folder}` tells what else was changed",
        )
    return content


def _other_tool(known: Document, document: Document) -> str:
    was, now = (f"{each['run']['tool']['name']} {each['run']['tool']['version']}" for each in (known, document))
    return was if was != now else ""


def _compared(name: str, was: bytes, now: bytes) -> Replayed:
    """Whether two renderings are the same, and if not, the first place that is not."""
    if was == now:
        return Replayed(name, same=True)
    if name == bundle.REPORT:
        first = next(_differing(report.decode(was), report.decode(now), ""), None)
        if first is not None:
            return Replayed(name, False, *first)
    lines = zip_longest(was.split(b"\n"), now.split(b"\n"))
    number, (left, right) = next((number, pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1])
    return Replayed(name, False, f"line {number}", *_around(left or b"", right or b""))


def _around(left: bytes, right: bytes) -> tuple[str, str]:
    """What two lines say where they begin to differ."""
    same = next(
        (place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    start = max(0, same - 20)
    return left[start:][:_SHOWN].decode("utf-8", "replace"), right[start:][:_SHOWN].decode("utf-8", "replace")


def _differing(was: Any, now: Any, path: str) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - any JSON
    """Each place at which two documents differ, in their order."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in (*was, *(key for key in now if key not in was)):
            if key not in was or key not in now:
                yield f"{path}.{key}".lstrip("."), _told(was, key), _told(now, key)
            else:
                yield from _differing(was[key], now[key], f"{path}.{key}".lstrip("."))
    elif isinstance(was, list) and isinstance(now, list):
        for place, (left, right) in enumerate(zip(was, now, strict=False)):
            yield from _differing(left, right, f"{path}[{place}]")
        if len(was) != len(now):
            yield path, f"{len(was)} entries", f"{len(now)} entries"
    elif type(was) is not type(now) or was != now:
        yield path, repr(was)[:_SHOWN], repr(now)[:_SHOWN]


def _told(members: Mapping[str, Any], key: str) -> str:
    return repr(members[key])[:_SHOWN] if key in members else "(nothing)"
