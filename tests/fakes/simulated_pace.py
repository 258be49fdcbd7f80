"""A lane's pace on a simulated clock: its limiter and its threads against a token bucket, as AWS keeps its rates."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

from auditor.aws.failures import Treatment
from auditor.aws.lanes import SHARE, Limiter
from auditor.aws.operations import Operation
from auditor.aws.reader import _ATTEMPTS, _LONGEST_PAUSE, _PAUSE


@dataclass
class Clock:
    """The time, which passes only when it is set."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Paced:
    """How it went."""

    answered: int = 0
    throttled: int = 0
    lost: int = 0
    seconds: float = 0.0


def least(operation: Operation, calls: int) -> float:
    """The seconds that the limiter needs for so many calls: one second's worth at once, then one after another."""
    return 0.0 if operation.rate is None else max(calls / (operation.rate * SHARE) - 1, 0.0)


def paced(operation: Operation, calls: int, *, latency: float = 0.025, allowed: float = 1.0) -> Paced:
    """Let a lane make so many calls, where AWS allows a share of the documented rate."""
    clock, result = Clock(), Paced()
    limiter = Limiter(operation.rate * SHARE, clock)
    rate = operation.rate * allowed
    tokens = burst = max(rate, 1.0)
    filled = 0.0
    order, waiting = itertools.count(), calls
    events: list[tuple[float, int, str, int]] = []

    def then(after: float, what: str, attempt: int) -> None:
        heapq.heappush(events, (clock.now + after, next(order), what, attempt))

    for _ in range(min(operation.threads, calls)):
        then(0, "next", 1)
    while events:
        clock.now, _, what, attempt = heapq.heappop(events)
        match what:
            case "next" if waiting:
                waiting -= 1
                then(limiter.reserve(), "call", 1)
            case "again":
                then(limiter.reserve(), "call", attempt)
            case "call":
                tokens, filled = min(tokens + (clock.now - filled) * rate, burst), clock.now
                passes = tokens >= 1
                tokens -= passes
                then(latency, "answered" if passes else "throttled", attempt)
            case "answered":
                result.answered, result.seconds = result.answered + 1, clock.now
                then(0, "next", 1)
            case "throttled":
                result.throttled += 1
                limiter.throttled()
                if attempt < _ATTEMPTS[Treatment.THROTTLED]:
                    then(min(_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE), "again", attempt + 1)
                else:
                    result.lost += 1
                    then(0, "next", 1)
    return result
