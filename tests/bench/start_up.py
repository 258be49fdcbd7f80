"""Start-up: how soon `audit --help` answers, beside an interpreter that does nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from measuring import AUDIT, Row, Size, median, once, row


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures."""
    yield row("python -c pass", median(size, lambda: once((sys.executable, "-c", "pass"))))
    yield row("audit --help", median(size, lambda: once((*AUDIT, "--help"))), bounds={"cpu": 0.15})
    yield row("audit rules list", median(size, lambda: once((*AUDIT, "rules", "list"))))
