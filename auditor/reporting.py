"""From the outcome of an audit to its report and the files of its bundle: what a run and its replay share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from auditor import bundle, manifest
from auditor.aws import snapshot as snapshot_file
from auditor.formats import json as report
from auditor.formats.interface import Document, Format
from auditor.masking import covering, masked
from auditor.sources import pack

if TYPE_CHECKING:
    from auditor.model.answers import Answer, Snapshot
    from auditor.pipeline import Outcome
    from auditor.signature import Signer


def document(outcome: Outcome, *, fail_on: str, new_only: bool = False, earlier: Mapping[str, Any] | None) -> Document:
    """The report as every format gets it: masked, with its history, decoded from its own bytes."""
    told = report.document(outcome.audit, fail_on=fail_on, new_only=new_only, code=outcome.code, earlier=earlier)
    return report.decode(report.encode(masked(told, outcome.secrets)))


def artefacts(
    document: Document,
    outcome: Outcome,
    formats: Iterable[Format],
    *,
    earlier: Mapping[str, Any] | None,
    signer: Signer | None = None,
) -> dict[str, bytes]:
    """The files of a bundle by name: reports, snapshot, sources, the manifest of all, and its signature."""
    files = {f"report{each.suffix}": each.render(document) for each in formats}
    cover = covering(outcome.secrets)
    if outcome.snapshot is not None:
        files[bundle.SNAPSHOT] = _snapshot(outcome.snapshot, outcome.secrets)
    files[bundle.SOURCES] = pack(outcome.sources, cover, earlier)
    files[manifest.NAME] = manifest.of_report(
        document,
        files,
        snapshot=outcome.snapshot,
        rules=[source.listed for source in outcome.sources.rules],
        key=signer.key if signer else "",
    )
    if signer is not None:
        files[manifest.SIGNATURE] = signer.sign(files[manifest.NAME])
    return files


def partial(snapshot: Snapshot, secrets: frozenset[str]) -> dict[str, bytes]:
    """The files of a run that was interrupted: what was read, covered as in a whole bundle, and a manifest."""
    run = {
        "id": snapshot.context["id"],
        "environment": snapshot.environment,
        "started": snapshot.started,
        "finished": snapshot.finished,
    }
    files = {bundle.SNAPSHOT: _snapshot(snapshot, secrets)}
    return {**files, manifest.NAME: manifest.encode(run, files, {"complete": False, "interrupted": True})}


def _snapshot(snapshot: Snapshot, secrets: frozenset[str]) -> bytes:
    """The snapshot's file; what the code marks sensitive is covered in it."""
    if not secrets:
        return snapshot_file.encode(snapshot)
    cover = covering(secrets)

    def redact(answer: Answer) -> Answer:
        return replace(answer, pages=cover(answer.pages), detail=cover(answer.detail))

    return snapshot_file.encode(replace(snapshot, context={**snapshot.context, "covered": True}), redact)
