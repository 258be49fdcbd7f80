"""Lanes: per API its own rate, its own threads, its own breaker; and what all lanes of a run share."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct, field

from auditor.aws.failures import Failure, Treatment
from auditor.aws.operations import Operation
from auditor.model.answers import Request
from auditor.model.values import Reason

SHARE: Final = 0.8
"""Of a known rate; the rest is for others in the account."""
_RECOVERY: Final = 1.05
"""Growth of a lowered rate per quiet second."""
_LONGEST_RECOVERY: Final = 600.0
_LOWEST_RATE: Final = 0.2
_LOWEST_OBSERVED: Final = 10.0
"""What was sent in the first moments says too little; half of this is where an unknown rate starts."""
_SAME_BURST: Final = 0.5
"""Seconds in which several throttles count as one: the calls were under way together."""
_WINDOW: Final = 64
_DENIED_IN_A_ROW: Final = 3
_DEAD_SECONDS: Final = 30.0
_DEAD_FAILURES: Final = 20
"""A lane where so many calls in a row failed, and none passed for so long, is given up."""
_LEAST_BUDGET: Final = 50
_BUDGET_SHARE: Final = 0.1


class Limiter:
    """Paces calls: after a burst of one second's worth, one call every 1/rate seconds; slower after throttles."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ceiling = self._rate = rate
        self._burst = max(rate, 1.0) if math.isfinite(rate) else 1.0
        self._clock = clock
        self._lock = threading.Lock()
        self._next = -math.inf
        self._throttled_at = -math.inf
        self._recent: deque[float] = deque(maxlen=_WINDOW)

    def reserve(self) -> float:
        """Take the next place in the lane; seconds until it comes."""
        with self._lock:
            now = self._clock()
            gap = 1 / self._current(now)
            self._next = max(self._next, now - gap * (self._burst - 1))
            delay = max(self._next - now, 0.0)
            self._next += gap
            self._recent.append(now + delay)
            return delay

    def throttled(self) -> None:
        """AWS said that it was too much: halve the rate, or what was really sent if that is less."""
        with self._lock:
            now = self._clock()
            if now - self._throttled_at < _SAME_BURST:
                return
            rate = max(min(self._current(now), self._observed(now)) / 2, _LOWEST_RATE)
            self._rate, self._throttled_at, self._burst = rate, now, 1.0
            self._next = now + 1 / rate

    @property
    def rate(self) -> float:
        """Calls a second that it lets through now."""
        with self._lock:
            return self._current(self._clock())

    def _current(self, now: float) -> float:
        if self._rate == self._ceiling:
            return self._rate
        quiet = min(max(now - self._throttled_at - 1, 0.0), _LONGEST_RECOVERY)
        return min(self._rate * math.pow(_RECOVERY, quiet), self._ceiling)

    def _observed(self, now: float) -> float:
        sent = [at for at in self._recent if at <= now]
        seen = len(sent) / max(now - sent[0], _SAME_BURST) if sent else 0.0
        return max(seen, _LOWEST_OBSERVED)


class Run:
    """What all lanes share: the stop and the budget for asking again."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._planned = self._spent = 0
        self.stop_code = self.stop_detail = ""

    def plan(self) -> None:
        """One more request will be made."""
        with self._lock:
            self._planned += 1

    def may_retry(self) -> bool:
        """Spend one repetition; False when a tenth of what was planned is spent."""
        with self._lock:
            if self.stopped or self._spent >= max(self._planned * _BUDGET_SHARE, _LEAST_BUDGET):
                return False
            self._spent += 1
            return True

    def stop(self, code: str, detail: str) -> None:
        """Answer everything that was not sent yet with this code; the first stop counts."""
        with self._lock:
            if not self.stopped:
                self.stop_code, self.stop_detail = code, detail
                self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the run was cut short."""
        return self._stopped.is_set()

    def pause(self, seconds: float) -> None:
        """Wait, but not past a stop."""
        if seconds > 0:
            self._stopped.wait(seconds)


class Count(Struct):
    """Calls of one API, by how they ended; every attempt and every page counts."""

    calls: int = 0
    ok: int = 0
    denied: int = 0
    throttled: int = 0
    failed: int = 0
    not_called: int = 0
    """Requests that were answered without a call: closed lane, deadline, interrupt."""


_UNANSWERED: Final = frozenset({Treatment.TRANSIENT, Treatment.THROTTLED})
_COUNTED: Final = {Treatment.DENIED: "denied", Treatment.THROTTLED: "throttled"}


class Closed(Exception):
    """A request was not sent, because its lane or the run had been stopped."""

    def __init__(self, code: str, reason: Reason, detail: str) -> None:
        super().__init__(code)
        self.code, self.reason, self.detail = code, reason, detail


class Lane(Struct, eq=False):
    """One API in one Region: requests wait here for a thread and for their turn."""

    operation: Operation
    run: Run
    limiter: Limiter
    work: Callable[[Lane, Request], None]
    clock: Callable[[], float] = time.monotonic
    count: Count = field(default_factory=Count)
    _waiting: deque[Request] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: int = 0
    _passed: bool = False
    _denied: int = 0
    _failed: int = 0
    """In a row."""
    _failing_since: float = 0.0
    _closed: tuple[Reason, str] | None = None

    def submit(self, request: Request) -> None:
        """Put a request at the end; a thread is started for it while there are fewer than the lane may have."""
        self.run.plan()
        with self._lock:
            self._waiting.append(request)
            if self._threads >= self.operation.threads:
                return
            self._threads += 1
        # Daemons: a call that hangs at the end of an interrupted run must not keep the process.
        threading.Thread(target=self._serve, name=self.operation.api, daemon=True).start()

    def enter(self) -> None:
        """Wait for the next call's turn; raises Closed when it is not to be made."""
        self._demand_open()
        self.run.pause(self.limiter.reserve())
        self._demand_open()
        with self._lock:
            self.count.calls += 1

    def passed(self) -> None:
        """A call was answered."""
        with self._lock:
            self.count.ok += 1
            self._passed, self._failed = True, 0

    def skipped(self) -> None:
        """A request was answered without a call."""
        with self._lock:
            self.count.not_called += 1

    def failed(self, failure: Failure) -> None:
        """A call failed: count it, slow down or close the lane."""
        if failure.treatment is Treatment.ANSWERED:
            self.passed()
            return
        if failure.treatment is Treatment.THROTTLED:
            self.limiter.throttled()
        with self._lock:
            counted = _COUNTED.get(failure.treatment, "failed")
            setattr(self.count, counted, getattr(self.count, counted) + 1)
            self._close_if_hopeless(failure)

    def _close_if_hopeless(self, failure: Failure) -> None:
        now = self.clock()
        self._failed = self._failed + 1 if failure.treatment in _UNANSWERED else 0
        if self._failed == 1:
            self._failing_since = now
        self._denied = self._denied + 1 if failure.treatment is Treatment.DENIED else 0
        if self._denied >= _DENIED_IN_A_ROW and not self._passed:
            detail = f"not called, after {self._denied} denials in a row: {failure.detail}"
            self._closed = Reason.DENIED, detail
        elif self._failed >= _DEAD_FAILURES and now - self._failing_since >= _DEAD_SECONDS:
            detail = f"not called, after {self._failed} failures in a row: {failure.detail}"
            self._closed = Reason.FAILED, detail

    def _demand_open(self) -> None:
        if self.run.stopped:
            raise Closed(self.run.stop_code, Reason.NOT_READ, self.run.stop_detail)
        if self._closed:
            raise Closed("LaneClosed", *self._closed)

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                request = self._waiting.popleft()
            self.work(self, request)
