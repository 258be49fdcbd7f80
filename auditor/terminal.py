"""What a person at a terminal gets: results on stdout, everything else on stderr, and the bundle's files written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from msgspec import Struct
from msgspec.structs import replace

from auditor import bundle, history, reporting, rollup, streams
from auditor.formats import text
from auditor.formats.interface import Document, Format
from auditor.formats.words import clean, clean_block
from auditor.model.errors import AuditorError, ReportError, SourceError

if TYPE_CHECKING:
    from auditor.pipeline import Interrupted, Outcome
    from auditor.signature import Signer

SUMMARY, SILENT = 1, 2
"""How quiet: the summary only; errors only."""


class Delivery(Struct, frozen=True, kw_only=True):
    """Where the result of an audit goes."""

    printed: Format
    """The one document for stdout."""
    written: tuple[Format, ...]
    """The formats in the bundle."""
    out: Path
    """Folder of the bundle."""
    dated: bool
    """Whether the bundle stands in a folder of its own below, ENV/TIME."""
    fail_on: str
    new_only: bool = False
    """Whether only new findings count and are listed."""
    kept: bool = True
    """Whether a bundle is written at all."""
    quiet: int = 0
    color: str = "auto"
    signer: Signer | None = None
    """Signs the manifest."""

    def folder(self, environment: str, started: str) -> Path:
        """The folder of a run's bundle, if no other bundle of that time is there."""
        return self.out / environment / bundle.folder_name(started) if self.dated else self.out

    def verify_place(self, environment: str, started: str) -> None:
        """ReportError where no bundle could be written."""
        verify = bundle.verify_beside if self.dated else bundle.verify_place
        verify(self.folder(environment, started))

    def write(self, environment: str, started: str, artefacts: Mapping[str, bytes]) -> Path:
        """Write a bundle, and give its folder: only one that was named by --out is ever replaced."""
        put = bundle.add if self.dated else bundle.write
        return put(self.folder(environment, started), artefacts)

    def of(self, environment: str) -> Delivery:
        """Where one of several environments is delivered to."""
        return self if self.dated else replace(self, out=self.out / environment)

    def bundles(self, environment: str) -> Iterable[history.Folder]:
        """Where bundles of an environment may be, the latest first."""
        return history.folders(self.out / environment) if self.dated else (history.Folder(self.out),)

    def earlier(self, environment: str, started: str) -> history.Shelf:
        """Where bundles of earlier runs are looked for: beside this one's, or in its place."""
        own = history.Folder(self.folder(environment, started))
        beside = history.folders(own.path.parent) if self.dated else (own,)
        return history.Shelf.of(each for each in beside if each.name < own.name or not self.dated)


def deliver(outcome: Outcome, delivery: Delivery, tell_folder: Callable[[Path], None] = lambda _: None) -> int:
    """Write the bundle, print the result, and give the exit code; ReportError where it can't be written."""
    audit = outcome.audit
    started = str(audit.run["started"])
    folder = delivery.folder(audit.environment, started)
    earlier = history.earlier(
        {**audit.run, "environment": audit.environment},
        demonstration=audit.demonstration,
        shelves=(delivery.earlier(audit.environment, started), *outcome.earlier) if delivery.kept else (),
    )
    document = reporting.document(outcome, fail_on=delivery.fail_on, new_only=delivery.new_only, earlier=earlier)
    artefacts = {}
    if delivery.kept:
        artefacts = reporting.artefacts(document, outcome, delivery.written, earlier=earlier, signer=delivery.signer)
        folder = delivery.write(audit.environment, started, artefacts)
        tell_folder(folder)
    try:
        _show(document, delivery, _files(folder, artefacts))
    except (BrokenPipeError, KeyboardInterrupt) as error:
        if not delivery.kept:
            raise
        # The bundle is written, and the exit code says so; of what was to be printed nothing is lost.
        if isinstance(error, BrokenPipeError):
            streams.turn_off(sys.stdout)
    return int(document["verdict"]["exit_code"])


def _show(document: Document, delivery: Delivery, files: Iterable[str]) -> None:
    if delivery.printed.name != text.FORMAT.name:
        out(delivery.printed.render(document))
    elif delivery.quiet < SILENT:
        show = text.summary if delivery.quiet else text.render
        shown = show(document, width=_width(sys.stdout), color=_painted(delivery.color, sys.stdout))
        out(shown.encode())
    if delivery.quiet < SILENT:
        closing = text.closing(document, width=_width(sys.stderr), color=_painted(delivery.color, sys.stderr))
        sys.stderr.write(closing + "".join(files))


def deliver_rollup(document: Mapping[str, Any], delivery: Delivery) -> None:
    """Write the roll-up of several audits beside their bundles, and tell how each one ended."""
    files = rollup.files(document)
    try:
        delivery.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{delivery.out} can't be made: {error.strerror}", hint="choose --out") from error
    for name, content in files.items():
        bundle.write_file(delivery.out / name, content)
    if delivery.quiet < SILENT:
        ended = (f"  {clean(each['environment']):<17} {each['ended']}\n" for each in document["environments"])
        sys.stderr.write("".join((*ended, *_files(delivery.out, files))))


def deliver_partial(interrupt: Interrupted, delivery: Delivery) -> None:
    """Keep what an interrupted run had read, beside the bundle of an earlier run and never in its place."""
    snapshot = interrupt.partial
    folder = delivery.folder(snapshot.environment, snapshot.started)
    if not delivery.dated:
        folder = folder.with_name(f"{folder.name}-{bundle.folder_name(snapshot.started)}")
    files = reporting.partial(snapshot, interrupt.secrets)
    folder = bundle.add(folder, files)
    sys.stderr.write("interrupted: the reading is incomplete; what had come is kept\n")
    sys.stderr.write("".join(_files(folder, files)))


def out(content: bytes) -> None:
    """Write to stdout; ReportError where that fails, BrokenPipeError where nobody reads it any more."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ReportError(f"stdout can't be written: {error.strerror}") from error


def _files(folder: Path, artefacts: Iterable[str]) -> Iterable[str]:
    here = Path.cwd()
    for name in sorted(artefacts):
        path = (folder / name).resolve()
        yield f"  {name:<17} {path.relative_to(here) if path.is_relative_to(here) else path}\n"


def _width(stream: TextIO) -> int | None:
    return os.get_terminal_size(stream.fileno()).columns if stream.isatty() else None


def color_of(wanted: str, stream: TextIO) -> str:
    """`always` or `never`, whatever is wanted: the option wins, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    return "always" if _painted(wanted, stream) else "never"


def _painted(wanted: str, stream: TextIO) -> bool:
    if wanted != "auto":
        return wanted == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def tell(error: AuditorError, environment: str = "") -> None:
    """Print an error to stderr: what, where, the line, what to do; and which of several environments it is about."""
    if environment:
        sys.stderr.write(f"{clean(environment)} was not audited:\n")
    sys.stdout.flush()
    for each in (error, *(error.others if isinstance(error, SourceError) else ())):
        sys.stderr.write("".join(f"{line}\n" for line in _told(each)))


def _told(error: AuditorError) -> Iterable[str]:
    place = f"{clean(error.subject)}: " if error.subject else ""
    yield f"error: {place}{clean(error.summary)}"
    if error.subject and error.line:
        before = error.line[: error.subject.column - 1]
        yield f"  {error.subject.line:>4} | {clean(error.line.rstrip())}"
        yield f"       | {' ' * len(clean(before))}^"
    for line in clean_block(error.detail).splitlines():
        yield f"  {line}"
    for label, said in (*error.facts, *([("hint", error.hint)] if error.hint else ())):
        yield f"  {clean(label):<6} {clean(said)}"
