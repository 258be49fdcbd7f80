"""One line of progress on stderr, rewritten in place; only where stderr is a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TextIO

_EVERY: Final = 0.1
"""Seconds between two lines."""
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Shows how far the reading is, and takes itself away at the end."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._clock = clock
        self._began = clock()
        self._last = float("-inf")

    def __call__(self, answered: int, asked: int, api: str, calls: int, throttled: int = 0) -> None:
        """Tell how many answers have come of how many requests, by how many calls, and how often AWS throttled."""
        now = self._clock()
        if not self._shown or now - self._last < _EVERY:
            return
        self._last = now
        passed = max(now - self._began, _EVERY)
        left = (asked - answered) * passed / answered if answered else 0.0
        slowed = f", {throttled} throttled" if throttled else ""
        speed = f"{calls} {'call' if calls == 1 else 'calls'}, {calls / passed:.0f}/s{slowed}"
        told = f"{answered} of {asked}, {speed}, {left:.0f} s left  {api}"
        self._stream.write(f"{_CLEAR}reading AWS: {told}")
        self._stream.flush()

    def done(self) -> None:
        """Take the line away."""
        if self._shown and self._last > float("-inf"):
            self._stream.write(_CLEAR)
            self._stream.flush()
