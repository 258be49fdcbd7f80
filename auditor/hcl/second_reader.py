"""A second reading of the same files by python-hcl2, in a process of its own, compared node by node with ours.

The result is evidence about the reading; it is never a finding about the estate. The process is forked from this one:
it has our parser already, and need load python-hcl2 alone.
"""

from __future__ import annotations

import gc
import json
import os
import re
import select
import signal
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final, NoReturn, Self

from msgspec import Struct, field

from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile
from auditor.model.errors import HclSyntaxError

_MOST_SHOWN: Final = 20
_HEREDOC: Final = "heredoc"

KNOWN_FAULTS: Final = {
    "strip markers": r"\$\{~|~\}",
    "line end or comment inside an interpolation": r"[$%]\{\s*(?:\n|#|//|/\*)",
    "escaped template openings": r"\$\$\{|%%\{",
    "repeated unary operators": r"!\s*!|-\s*-",
    "minus beside its digits": r"[\w)\]]\s+-\d\d",
    "two splats in one chain": r"\[\*\][^\n]*\[\*\]",
    "a line end behind an operator": r"!\s*\n",
    "operators at the start of a line": r"\n\s*(?:=>|[-.\[!?:+*/%]|&&|\|\||\.\.\.)",
    "comments between tokens": r"/\*",
    "a name or marker that is not ASCII": r"[^\x00-\x7f]",
    "heredoc markers": r"<<-?_|\n[ \t]*\w+[ \t]+\n",
    "line ends inside a for expression": r"\bfor\s[^:]*\n",
    "legacy splats": r"\.\*",
    "namespaced functions": r"\w::\w",
}
"""What python-hcl2 8.1 refuses, or reads wrongly, although Terraform takes it: by name, how it looks."""


class SecondReading(Struct):
    """A reading under way; leaving it ends its process, whatever had come by then."""

    process: int
    ended: int
    """The end of a pipe whose other end only the process holds: it can be read once the process is gone."""
    names: tuple[str, ...]
    output: IO[bytes]
    done: dict[str, Any] | None = field(default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.result(0)

    def result(self, timeout: float) -> dict[str, Any]:
        """How many nodes agreed, what disagreed, what was not finished in time, and what is a known fault of theirs."""
        if self.done is None:
            if not select.select([self.ended], [], [], timeout)[0]:
                os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            os.close(self.ended)
            self.output.seek(0)
            self.done = _summary(self.names, self.output.read().decode("utf-8", "replace").splitlines())
            self.output.close()
        return self.done


def start(files: Sequence[SourceFile]) -> SecondReading:
    """Begin to read files in native syntax a second time."""
    native = [file for file in files if not file.path.endswith(".json")]
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the result
    ended, held = os.pipe()
    reading = SecondReading(0, ended, tuple(file.path for file in native), output)
    try:
        reading.process = os.fork() or _read(native, output.fileno())
    except OSError:  # there can be no process: nothing is read a second time, which the result tells
        reading.done = _summary(reading.names, ())
        os.close(ended)
        output.close()
    os.close(held)
    return reading


def _read(files: Sequence[SourceFile], output: int) -> NoReturn:
    """Write one line of JSON for each file; the whole life of the child process."""
    try:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        gc.freeze()  # a collection would touch, and so copy, all that is shared with the parent
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        for file in files:
            row = json.dumps({"file": file.path, **compared(file.path, file.text)})
            os.write(output, f"{row}\n".encode())
    finally:
        os._exit(0)  # what the process has from its parent is not its own to tidy


def _summary(names: Sequence[str], lines: Sequence[str]) -> dict[str, Any]:
    rows = {}
    for line in lines:
        try:
            row = json.loads(line)
            rows[str(row["file"])] = row
        except (ValueError, KeyError, TypeError):
            continue
    return {
        "reader": "python-hcl2",
        "agreed": sum(row["agreed"] for row in rows.values()),
        "disagreed": [text for row in rows.values() for text in row["disagreed"]],
        "not_finished": [name for name in names if name not in rows],
        "known_faults": [text for row in rows.values() for text in row["known_faults"]],
    }


def compared(path: str, text: str) -> dict[str, Any]:
    """Both readings of one file, compared."""
    from auditor.hcl.second_shape import ours, theirs  # noqa: PLC0415 - python-hcl2 takes a quarter second to load

    try:
        mine = ours(parse(SourceFile(path, text)))
    except HclSyntaxError as error:
        return {"agreed": 0, "disagreed": [f"{path}: we refuse it: {error}"], "known_faults": []}
    faults = [name for name, pattern in KNOWN_FAULTS.items() if re.search(pattern, text)]
    try:
        second = theirs(text)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in the other reader is its answer
        told = f"{path}: python-hcl2 refuses it ({type(error).__name__})"
        known = [f"{told}: {', '.join(faults)}"] if faults else []
        return {"agreed": 0, "disagreed": [] if known else [told], "known_faults": known}
    agreed, differing = 0, []
    for place, same in walked(mine, second):
        if same:
            agreed += 1
        else:
            differing.append(f"{path}: {place}")
    differing = differing[:_MOST_SHOWN]
    if differing and faults:
        return {
            "agreed": agreed,
            "disagreed": [],
            "known_faults": [f"{text}: {', '.join(faults)}" for text in differing],
        }
    return {"agreed": agreed, "disagreed": differing, "known_faults": []}


def walked(mine: Any, second: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - shapes
    """Each node of two shapes by its place, with whether it is the same."""
    return _walk(mine, second, "")


def _walk(mine: Any, second: Any, place: str) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - shapes
    """Each node of both with whether it is the same; a node that differs is not gone into."""
    if isinstance(second, tuple) and second and second[0] == _HEREDOC:
        return
    if not isinstance(mine, tuple) or not isinstance(second, tuple):
        yield place, mine == second and type(mine) is type(second)
        return
    if len(mine) != len(second):
        yield place, False
        return
    name = " ".join(part for part in mine[:4] if isinstance(part, str))
    inner = f"{place} > {name}" if mine and mine[0] in ("block", "attribute") else place
    for one, other in zip(mine, second, strict=True):
        yield from _walk(one, other, inner.removeprefix(" > "))
