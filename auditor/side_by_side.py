"""Several environments side by side: each is a run in a process of its own, so that none costs another anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from auditor.formats.words import clean
from auditor.settings import Environment
from auditor.terminal import out

INTERRUPTED: Final = 130
_NOT_DONE: Final = 1
_MOST: Final = 8
"""Runs at a time: they wait for AWS most of the time, and each takes some memory."""
_PROGRAM: Final = "import sys; sys.path.insert(0, sys.argv.pop(1)); from auditor.cli import main; main()"
_ENDED: Final = {0: "complete", 1: "not audited", 3: "incomplete", 4: "findings", INTERRUPTED: "interrupted"}


def audit(environments: Sequence[Environment], typed: Callable[[Environment], Iterable[str]]) -> tuple[int, str]:
    """Audit environments, `typed` being the command line of each; the highest exit code, and how each one ended.

    What a run prints is shown whole, in the order of the environments. Those of one account and Region follow one
    another, because they share AWS's rates.
    """
    with TemporaryDirectory(prefix="audit-") as folder:
        runs = [_Run(each, tuple(typed(each)), Path(folder) / str(n)) for n, each in enumerate(environments)]
        with ThreadPoolExecutor(min(2 * (os.cpu_count() or 1), _MOST)) as pool:
            for group in _groups(runs):
                pool.submit(_one_after_the_other, group)
            codes = [_shown(run, runs) for run in runs]
    told = (
        f"  {clean(run.environment.name):<17} {_ENDED.get(code, code)}\n" for run, code in zip(runs, codes, strict=True)
    )
    return max(codes), "".join(told)


class _Run:
    """The run of one environment."""

    def __init__(self, environment: Environment, arguments: tuple[str, ...], output: Path) -> None:
        self.environment, self.ended = environment, Future[int]()
        self._arguments = arguments
        self.output, self.errors = output.with_suffix(".out"), output.with_suffix(".err")
        self._process: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._lock = Lock()

    def work(self) -> None:
        """Run to the end."""
        code = INTERRUPTED
        try:
            with self.output.open("wb") as output, self.errors.open("wb") as errors:
                with self._lock:
                    if not self._interrupted:
                        self._process = self._begin(output.fileno(), errors.fileno())
                if self._process is not None:
                    code = self._process.wait()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
            self.ended.set_exception(error)
        else:
            self.ended.set_result(code)

    def _begin(self, output: int, errors: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - this program
            [sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[1]), *self._arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            # Ctrl-C at the terminal reaches this process alone, which hands it on once.
            start_new_session=True,
        )

    def interrupt(self) -> None:
        """Do not begin, or stop as at Ctrl-C: what was read is kept."""
        with self._lock:
            self._interrupted = True
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)


def _groups(runs: Iterable[_Run]) -> Iterable[list[_Run]]:
    found: dict[tuple[str, ...], list[_Run]] = {}
    for run in runs:
        where = run.environment
        key = (where.account or where.name, where.region, where.endpoint)
        found.setdefault(key, []).append(run)
    return found.values()


def _one_after_the_other(runs: Iterable[_Run]) -> None:
    for run in runs:
        run.work()


def _shown(run: _Run, runs: Iterable[_Run]) -> int:
    """Wait for the end of a run, and show what it printed; Ctrl-C is handed on to all."""
    while True:
        try:
            code = run.ended.result()
            break
        except KeyboardInterrupt:
            for each in runs:
                each.interrupt()
    out(run.output.read_bytes())
    name = clean(run.environment.name)
    if code == _NOT_DONE:
        sys.stderr.write(f"{name} was not audited:\n")
    sys.stderr.write(run.errors.read_text("utf-8", "replace"))
    if code < 0:
        sys.stderr.write(f"{name} was not audited:\nerror: its process was ended by signal {-code}\n")
    sys.stderr.flush()
    return code if code >= 0 else _NOT_DONE
