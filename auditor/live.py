"""Reading live: kinds say what to ask and what an answer leads to, the reader asks, and a snapshot comes out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import MappingProxyType
from typing import Any, Final, Protocol

from auditor import __version__
from auditor.model.answers import Answer, Answers, Request, Scope, Snapshot
from auditor.model.garbage import rare_collection
from auditor.model.kind import Kind
from auditor.model.values import Reason

DEADLINE: Final = "Deadline"
INTERRUPTED: Final = "Interrupted"
_GRACE: Final = {DEADLINE: 2.0, INTERRUPTED: 0.3}
"""Seconds that calls under way may still take after a stop; who interrupts does not want to wait."""
_TURN: Final = 0.02
"""Seconds that a thread may work before another asks for its place; a call's work is a tenth of that."""

_DETAIL: Final = "the reading was cut short before this was answered ({})"

Progress = Callable[[int, int, str, int, int], None]
"""Answers so far, requests so far, API of the last answer, calls so far, and how many of them AWS throttled."""


class Caller(Protocol):
    """Who asks AWS."""

    @property
    def account(self) -> str:
        """Account id."""

    @property
    def arn(self) -> str:
        """ARN of the user or role session."""

    @property
    def partition(self) -> str:
        """As `aws`."""


class Reader(Protocol):
    """What is needed of `auditor.aws.reader.Reader`."""

    @property
    def caller(self) -> Caller:
        """Who asks."""

    @property
    def region(self) -> str:
        """The Region of requests that name none."""

    @property
    def endpoint(self) -> str:
        """The custom endpoint, if it is not AWS itself."""

    def now(self) -> str:
        """The time as RFC 3339 UTC text."""

    def submit(self, request: Request, done: Callable[[Answer], None]) -> None:
        """Ask once; `done` gets the answer, on any thread."""

    def stop(self, code: str, detail: str) -> None:
        """Answer what was not sent yet with this code."""

    def counts(self) -> tuple[Mapping[str, Any], ...]:
        """Calls by API and how they ended."""

    @property
    def calls(self) -> int:
        """Calls that were made so far; every page and every attempt is one."""

    @property
    def throttled(self) -> int:
        """Calls that AWS throttled so far."""

    @property
    def clock_skew(self) -> int | None:
        """Seconds that our clock is ahead of AWS's; None before an answer told the time."""


@contextmanager
def _long_turns() -> Iterator[None]:
    """Threads that wait for AWS most of the time: interrupting each other costs a tenth of the work and speeds none."""
    turn = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)


@rare_collection()
@_long_turns()
def read(
    kinds: Iterable[Kind],
    scope: Scope,
    reader: Reader,
    *,
    deadline: float | None = None,
    progress: Progress | None = None,
    widen: Callable[[Answers], Scope] | None = None,
    confirm: Callable[[Answers], Iterable[Request]] = lambda _answers: (),
    known: Mapping[Request, Answer] = MappingProxyType({}),
) -> Snapshot:
    """Read all that the kinds ask for, each distinct request once.

    `widen` is asked once all answers have come: the scope as they make it, which may lead to more requests. `confirm`
    is asked last, for what to ask again by itself. What is `known` from an earlier reading is not asked.
    A deadline (seconds from now) or Ctrl-C ends the reading early: what was not answered then is unknown, and the
    snapshot is marked incomplete. A second Ctrl-C is raised to the caller.
    """
    started = reader.now()
    reading = _Reading(tuple(kinds), scope, reader, progress, known)
    ends = None if deadline is None else time.monotonic() + deadline
    if deadline == 0:
        reading.stop(DEADLINE)
    try:
        reading.begin()
        cut = "" if reading.collect(ends) and deadline != 0 else DEADLINE
        while not cut and widen is not None and reading.follow(widen(Answers(reading.answers))):
            cut = "" if reading.collect(ends) else DEADLINE
        if not cut:
            reading.ask(confirm(Answers(reading.answers)))
            cut = "" if reading.collect(ends) else DEADLINE
    except KeyboardInterrupt:
        cut = INTERRUPTED
    if cut:
        reading.cut_short(cut, _GRACE[cut] if deadline is None else min(_GRACE[cut], deadline))
    return Snapshot(
        account=reader.caller.account,
        region=reader.region,
        partition=reader.caller.partition,
        caller=reader.caller.arn,
        environment=scope.environment,
        started=started,
        finished=reader.now(),
        complete=not cut,
        scope=reading.scope,
        answers=Answers(reading.answers),
        tool=f"auditor {__version__}",
        endpoint=reader.endpoint,
        context={"api": list(reader.counts()), "cut_short": cut, "clock_skew": reader.clock_skew},
    )


class _Reading:
    """The requests that were made, and the answers that have come."""

    def __init__(
        self,
        kinds: tuple[Kind, ...],
        scope: Scope,
        reader: Reader,
        progress: Progress | None,
        known: Mapping[Request, Answer],
    ) -> None:
        self._kinds, self.scope, self._reader, self._known = kinds, scope, reader, known
        self._progress = progress or (lambda *_: None)
        self._asked: dict[Request, None] = {}
        self._inbox: SimpleQueue[Answer] = SimpleQueue()
        self.answers: dict[Request, Answer] = {}

    def begin(self) -> None:
        """Ask what each kind asks first."""
        for kind in self._kinds:
            self.ask(kind.requests(self.scope))

    def follow(self, scope: Scope) -> bool:
        """Ask what another scope leads to; False where it leads to nothing new."""
        before, self.scope = len(self._asked), scope
        self.begin()
        for answer in tuple(self.answers.values()):
            if answer.ok:
                self._follow(answer)
        return len(self._asked) > before

    def collect(self, ends: float | None) -> bool:
        """Take answers, and ask what they lead to, until all have come; False where the time is up before."""
        while len(self.answers) < len(self._asked):
            try:
                answer = self._inbox.get(timeout=None if ends is None else max(ends - time.monotonic(), 0))
            except Empty:
                return False
            self.answers[answer.request] = answer
            if answer.ok:
                self._follow(answer)
            told = answer.request.api, self._reader.calls, self._reader.throttled
            self._progress(len(self.answers), len(self._asked), *told)
        return True

    def stop(self, code: str) -> None:
        """Send nothing any more."""
        self._reader.stop(code, _DETAIL.format(code.lower()))

    def cut_short(self, code: str, grace: float) -> None:
        """Stop the reader, take what is still under way for so many seconds, and answer the rest as not read."""
        self.stop(code)
        self.collect(time.monotonic() + grace)
        for request in self._asked.keys() - self.answers.keys():
            detail, at = _DETAIL.format(code.lower()), self._reader.now()
            self.answers[request] = Answer(
                request, ok=False, code=code, reason=Reason.NOT_READ, detail=detail, at=at, attempts=0
            )

    def _follow(self, answer: Answer) -> None:
        self.ask(request for kind in self._kinds for request in kind.follow(self.scope, answer))

    def ask(self, requests: Iterable[Request]) -> None:
        """Ask what was not asked before."""
        for request in requests:
            if request not in self._asked:
                self._asked[request] = None
                if request in self._known:
                    self._inbox.put(self._known[request])
                else:
                    self._reader.submit(request, self._inbox.put)
