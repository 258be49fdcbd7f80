"""The command `audit adopt`: the edits that take over into code what AWS has, as a diff or written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec.structs import replace

from auditor.model.errors import ReportError, SourceError
from auditor.options import (
    AWS,
    CODE,
    ENVIRONMENT,
    PATH,
    STATE,
    environments_of,
    inputs_of,
    option,
    options,
    settings_of,
)

if TYPE_CHECKING:
    from auditor.adoption.search import Adoption, Search
    from auditor.hcl.source import SourceFile
    from auditor.model.drift import Comparison

_READINGS: Final = 2_000
"""Times that the code is evaluated, at the most."""
_MOST_TOLD: Final = 5
_BOM: Final = b"\xef\xbb\xbf"
_MODE: Final = 0o644


@click.command()
@click.argument("address", required=False)
@click.argument("path", required=False)
@options(
    ENVIRONMENT,
    option("--snapshot", type=PATH, metavar="FILE", help="Take this reading; AWS is not asked."),
    option("--shared", is_flag=True, help="Also edits that change what other resources or environments declare."),
    option("--write", is_flag=True, help="Change the files, too."),
    CODE,
    STATE,
    AWS,
)
def adopt(address: str | None, path: str | None, *, shared: bool, write: bool, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Print the edits of code that take over what AWS has, as a diff for `git apply`.

    Each edit was tried: with it, the code is evaluated and compared again, and the drift is gone. ADDRESS and PATH name
    one resource, or one of its attributes; without them it is all that drifted. What has no edit is told on stderr, and
    why; so are edits that would change more than what they are for.
    """
    from auditor import pipeline
    from auditor.adoption.importing import bring_in
    from auditor.adoption.removing import take_out
    from auditor.formats.verdict import plural
    from auditor.model.drift import Existence

    settings = settings_of(given)
    chosen = environments_of(settings, given)
    if len(chosen) > 1:
        raise click.UsageError("give one environment")
    search = pipeline.search(settings, chosen[0], inputs_of(given), _READINGS)
    before = {file.path: file for file in search.trial.code.files}
    told = 0
    for comparison in _wanted(search, address, path):
        if comparison.existence is Existence.UNMANAGED:
            found = [bring_in(search, comparison, chosen[0].root.resolve())]
        elif comparison.existence is Existence.MISSING:
            found = [take_out(search, comparison)]
        else:
            found = list(search.adopt(comparison))
        for adoption in found:
            told += 1
            both = comparison.existence is Existence.BOTH
            _tell(_shared(search, adoption) if shared and adoption.diff and both else adoption)
    _second_reading(search, before)
    _show(search, before)
    if write:
        for file, text in search.edited.items():
            _replace(file, before.get(file.relative_to(search.trial.base).as_posix()), text)
    files = f"{plural(len(search.edited), 'file')} {'edited' if write else 'in the diff'}"
    click.echo(f"{plural(told, 'drift')} looked at, {files}", err=True)


def _wanted(search: Search, address: str | None, path: str | None) -> Iterator[Comparison]:
    """The comparisons to look at, with the drifts to look at."""
    from auditor.adoption.search import name_of
    from auditor.model.drift import Existence

    drifted = [each for each in search.trial.comparisons if each.drifts or each.existence is Existence.UNMANAGED]
    if address is not None:
        # What is missing leaves the code only where it is asked for by its name.
        missing = [each for each in search.trial.comparisons if each.existence is Existence.MISSING]
        named = [each for each in (*drifted, *missing) if address in (each.address, each.identity.name)]
        if not named:
            raise click.UsageError(f"nothing drifted at {address!r}; there is {_listed(map(name_of, drifted))}")
        drifted = named
    for each in drifted:
        drifts = tuple(drift for drift in each.drifts if path in (None, drift.path))
        if path is not None and not drifts:
            raise click.UsageError(
                f"{name_of(each)} has no drift at {path!r}; there is {_listed(d.path for d in each.drifts)}"
            )
        yield replace(each, drifts=drifts)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _shared(search: Search, adoption: Adoption) -> Adoption:
    """The same edit, taken although it changes more."""
    if adoption.alone:
        return adoption
    drift = next(each for each in adoption.comparison.drifts if each.path == adoption.paths[0])
    return search.take(adoption, drift) or adoption


def _tell(adoption: Adoption) -> None:
    """What came of a drift, on stderr."""
    from auditor.adoption.search import name_of
    from auditor.formats.words import clean

    what = f"{name_of(adoption.comparison)} {', '.join(adoption.paths)}".rstrip()
    later = [
        f"{does} {', '.join(what_)}"
        for does, what_ in (("changes", adoption.changes), ("creates", adoption.creates))
        if what_
    ]
    after = f"; the next apply {' and '.join(later)}" if later else ""
    place = f"{adoption.place}: " if adoption.place else ""
    if not adoption.diff:
        click.echo(clean(f"{place}no edit: {what}: {adoption.reason}"), err=True)
    elif adoption.alone:
        used = f" (in a file of {', '.join(adoption.used_by)} too)" if adoption.used_by else ""
        click.echo(clean(f"{place}adopted: {what}{used}{after}"), err=True)
    else:
        touched = (*adoption.elsewhere, *adoption.others)
        more = f" and {len(touched) - _MOST_TOLD} more" if len(touched) > _MOST_TOLD else ""
        click.echo(clean(f"{place}shared: {what}: also changes {', '.join(touched[:_MOST_TOLD])}{more}"), err=True)


def _second_reading(search: Search, before: Mapping[str, SourceFile]) -> None:
    """Have python-hcl2 read each edited file as well; ReportError where it reads an edit otherwise than we do.

    It reads native syntax only; JSON was read again when the edit was tried.
    """
    from auditor.hcl.second_reader import compared

    for file, text in search.edited.items():
        shown = file.relative_to(search.trial.base).as_posix()
        if shown.endswith(".json"):
            continue
        new = compared(shown, text)["disagreed"]
        if new and not (shown in before and compared(shown, before[shown].text)["disagreed"]):
            raise ReportError(
                f"python-hcl2 reads the edited {shown} otherwise: {new[0]}", hint="edit this file by hand"
            )


def _show(search: Search, before: Mapping[str, SourceFile]) -> None:
    """All edits as one diff on stdout; a terminal gets it without characters that could drive it."""
    from auditor.adoption.texts import unified
    from auditor.formats.words import clean_block

    for file, text in search.edited.items():
        shown = file.relative_to(search.trial.base).as_posix()
        diff = unified(shown, before[shown].text if shown in before else "", text)
        click.echo(clean_block(diff) if sys.stdout.isatty() else diff, nl=False)


def _replace(file: Path, before: SourceFile | None, text: str) -> None:
    """Put an edited file in the place of the one that was read; a file that has changed since is left as it is."""
    import tempfile
    from hashlib import sha256

    file = file.resolve()
    try:
        content = file.read_bytes() if file.exists() else b""
        if (sha256(content).hexdigest() if file.exists() else None) != (before.sha256 if before else None):
            raise SourceError(f"{file} has changed since it was read", hint="run the command again")
        mark = _BOM if content.startswith(_BOM) else b""
        descriptor, fresh = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(mark + text.encode())
        Path(fresh).chmod(file.stat().st_mode if file.exists() else _MODE)
        Path(fresh).replace(file)
    except OSError as error:
        raise ReportError(f"{file} can't be written: {error.strerror}") from error
