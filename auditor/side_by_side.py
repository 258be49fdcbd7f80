"""Several environments side by side: each is a run in a process of its own, so that none costs another anything.

The processes are forked from this one, after it has evaluated the code of all environments once for all of them.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NoReturn

from auditor.formats.words import clean
from auditor.rollup import INTERRUPTED, NOT_DONE, Ended
from auditor.settings import Environment
from auditor.terminal import out

Work = Callable[[Environment, Callable[[Path], None]], int]
"""A run: its exit code; it is given what to tell the folder of its bundle to."""
_MOST: Final = 8
"""Runs at a time: they wait for AWS most of the time, and each takes some memory."""
_AWAITED: Final = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)


def audit(environments: Iterable[Environment], work: Work, jobs: int | None = None) -> tuple[Ended, ...]:
    """Do the work for each environment, so many at a time, and tell how each one ended.

    What a run prints is shown whole, in the order of the environments. Those of one account and Region follow one
    another, because they share AWS's rates. Ctrl-C and SIGTERM are handed on to all that run; no further one begins.
    """
    most = jobs or min(2 * (os.cpu_count() or 1), _MOST)
    with TemporaryDirectory(prefix="audit-") as folder, _signals_held():
        runs = [_Run(each, Path(folder) / str(n)) for n, each in enumerate(environments)]
        waiting, running, shown = list(runs), dict[int, _Run](), 0
        while shown < len(runs):
            for run in _next(waiting, running.values(), most - len(running)):
                waiting.remove(run)
                if (process := run.begin(work)) is not None:
                    running[process] = run
            if running and (came := signal.sigwait(_AWAITED)) != signal.SIGCHLD:
                for process in running:
                    os.kill(process, came)
                for run in waiting:
                    run.code = INTERRUPTED
                waiting.clear()
            for process, status in _gone(running):
                running.pop(process).code = os.waitstatus_to_exitcode(status)
            while shown < len(runs) and runs[shown].code is not None:
                runs[shown].show()
                shown += 1
        return tuple(run.ended() for run in runs)


class _Run:
    """The run of one environment."""

    def __init__(self, environment: Environment, files: Path) -> None:
        self.environment = environment
        self.code: int | None = None
        """Once it has ended; negative: the signal that ended its process."""
        self._output, self._errors, self._told = (files.with_suffix(f".{name}") for name in ("out", "err", "told"))

    def begin(self, work: Work) -> int | None:
        """Begin in a process of its own, and give its id; None where there can be no process, which ends the run."""
        for file in (self._output, self._errors, self._told):
            file.touch()
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            process = os.fork()
        except OSError as error:
            self._errors.write_text(f"error: no process can be begun: {error.strerror}\n", "utf-8")
            self.code = NOT_DONE
            return None
        return process or self._work(work)

    def _work(self, work: Work) -> NoReturn:
        """The whole life of the process."""
        code = NOT_DONE
        try:
            # Ctrl-C at the terminal reaches the process that began this one alone, which hands it on once.
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
            for stream, file in enumerate((Path(os.devnull), self._output, self._errors)):
                _lead(stream, file)
            code = work(self.environment, lambda folder: _tell(self._told, folder))
            sys.stdout.flush()
            sys.stderr.flush()
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            os._exit(code)  # what the process has from the one that began it is not this one's to tidy

    def show(self) -> None:
        """Show what it printed, and why there is no audit."""
        if self._output.exists():
            out(self._output.read_bytes())
        if self._not_done:
            sys.stderr.write(f"{clean(self.environment.name)} was not audited:\n")
        sys.stderr.write(self._said())
        sys.stderr.flush()

    def ended(self) -> Ended:
        """How it ended."""
        told = self._told.read_text("utf-8") if self._told.exists() else ""
        code = NOT_DONE if self.code is None or self.code < 0 else self.code
        return Ended(
            environment=self.environment,
            exit_code=code,
            folder=Path(told) if told else None,
            said=self._said(),
        )

    @property
    def _not_done(self) -> bool:
        return self.code is not None and (self.code == NOT_DONE or self.code < 0)

    def _said(self) -> str:
        said = self._errors.read_text("utf-8", "replace") if self._errors.exists() else ""
        if self.code is None or self.code >= 0:
            return said
        return f"{said}error: its process was ended by signal {-self.code}\n"


def _next(waiting: Iterable[_Run], running: Iterable[_Run], number: int) -> Sequence[_Run]:
    """Who begins: in their order, one of each account and Region at a time."""
    busy = {_shared(run.environment) for run in running}
    found: list[_Run] = []
    for run in waiting:
        if len(found) < number and (place := _shared(run.environment)) not in busy:
            busy.add(place)
            found.append(run)
    return found


def _shared(environment: Environment) -> tuple[str, ...]:
    """Where a run asks AWS; environments whose account is not known may be anywhere."""
    return (environment.account or environment.name, environment.region, environment.endpoint)


def _gone(running: Iterable[int]) -> Iterator[tuple[int, int]]:
    for process in tuple(running):
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            yield found, status


@contextmanager
def _signals_held() -> Iterator[None]:
    """Ends of processes, Ctrl-C and SIGTERM are taken when we ask for them, so that none falls between two steps."""
    gc.freeze()  # a collection in a forked process would touch, and so copy, all that they share
    handler = signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
        signal.signal(signal.SIGCHLD, handler)


def _lead(stream: int, file: Path) -> None:
    """Let a standard stream lead to a file."""
    descriptor = os.open(file, os.O_RDWR)
    os.dup2(descriptor, stream)
    os.close(descriptor)


def _tell(file: Path, folder: Path) -> None:
    file.write_text(str(folder), "utf-8")
