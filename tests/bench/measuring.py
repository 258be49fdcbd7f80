"""Measurements in processes of their own: wall, CPU and peak memory, medians of several runs, bounds and tables.

A measured function lives in a module of this folder, loads what it needs itself and may return figures of its own. The
measuring process stays small, because the peak of a child begins at the size of its parent.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATHS = (Path(__file__).resolve().parent, ROOT / "tests" / "fakes", ROOT)
UNSET = ("AWS_", "AUDIT_", "TF_", "PYTHON")
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
BYTECODE = tempfile.TemporaryDirectory(prefix="auditor-bench-")
"""Compiled modules of this run: an installed program has them too."""
AUDIT = (sys.executable, "-m", "auditor")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: everything, or just enough to see that a benchmark works."""

    runs: int = 5
    tiny: bool = False

    def of(self, many: int) -> int:
        """Return this many things, or a few."""
        return min(many, 3) if self.tiny else many


@dataclass(frozen=True, slots=True)
class Figures:
    """What one process took, with what it told itself."""

    wall: float
    cpu: float
    megabytes: float
    told: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what, its figures, and the bound on one of them."""

    what: str
    wall: float | None = None
    cpu: float | None = None
    megabytes: float | None = None
    note: str = ""
    bound: str = ""
    holds: bool | None = None


def row(what: str, figures: Figures, note: str = "", bounds: Mapping[str, float] | None = None) -> Row:
    """Return a row of a process's figures; `bounds` are upper ones, by `wall`, `cpu` or `megabytes`."""
    units = {"wall": "s wall", "cpu": "s CPU", "megabytes": "MB"}
    found = bounds or {}
    return Row(
        what,
        figures.wall,
        figures.cpu,
        figures.megabytes,
        note,
        ", ".join(f"< {bound:g} {units[name]}" for name, bound in found.items()),
        all(getattr(figures, name) < bound for name, bound in found.items()) if found else None,
    )


def environment(**more: str) -> dict[str, str]:
    """Return the variables of a measured process: nobody's credentials, no settings of whoever runs this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(UNSET)}
    own = {"PYTHONPATH": os.pathsep.join(map(str, PATHS)), "PYTHONPYCACHEPREFIX": BYTECODE.name}
    return kept | CREDENTIALS | own | more


def once(command: Sequence[str], *, codes: Sequence[int] = (0,), cwd: Path = ROOT, **variables: str) -> Figures:
    """Run a program; a last line of JSON on its stdout is what it tells."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment(**variables),
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode()
    if process.returncode not in codes:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{printed}")
    last = printed.strip().rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else {}
    return Figures(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, told)


def median(size: Size, run: Callable[[], Figures]) -> Figures:
    """Run once for nothing, so that code is compiled and files are cached, and then several times."""
    if not size.tiny:
        run()
    all_runs = [run() for _ in range(size.runs)]
    return Figures(
        statistics.median(each.wall for each in all_runs),
        statistics.median(each.cpu for each in all_runs),
        statistics.median(each.megabytes for each in all_runs),
        {name: statistics.median(each.told[name] for each in all_runs) for name in all_runs[0].told},
    )


def of_function(size: Size, place: str, *arguments: Any, **variables: str) -> Figures:
    """Measure `module:function` with these arguments, each run in a fresh process."""
    command = (sys.executable, __file__, place, json.dumps(arguments))
    return median(size, lambda: once(command, **variables))


@contextmanager
def serving(place: str, *arguments: Any) -> Iterator[str]:
    """Start a server in a process of its own; `module:function` prints its URL and serves until stdin ends."""
    command = (sys.executable, __file__, place, json.dumps(arguments))
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), text=True
    ) as process:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"{place} did not start")
        try:
            yield url
        finally:
            process.stdin.close()
            process.wait(30)


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Measure a part of a process: CPU seconds, and how much its peak of memory grew."""
    import resource

    told: dict[str, float] = {}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    yield told
    told["cpu"] = time.process_time() - began
    told["megabytes"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024


def main() -> None:
    """Call the function that the command line names, and print what it returns."""
    place, arguments = sys.argv[1:]
    module, function = place.split(":")
    told = getattr(__import__(module), function)(*json.loads(arguments))
    if told is not None:
        sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
