"""Live reading of an estate at 25 ms a call, against the fast fake.

No rate is kept, so this is what the auditor itself costs; AWS's rates come on top.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from measuring import Row, Size, of_function, row, serving

COUNTS = (30, 1000)
LATENCY_MS = 25.0


def serve(tables: int) -> None:
    """Serve the fake until stdin ends."""
    from fakeaws import FakeServer

    server = FakeServer(tables=tables)
    server.configure(latency_ms=LATENCY_MS)
    with server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def read_all(url: str) -> dict[str, float]:
    """Read the estate at an endpoint."""
    from auditor.aws.permissions import actions
    from auditor.aws.reader import Reader
    from auditor.aws.session import Access, connect
    from auditor.kinds import kinds
    from auditor.live import read
    from auditor.model.answers import Scope

    found = kinds()
    connection = connect(Access(region="ap-southeast-1", endpoint=url), actions(found))
    scope = Scope(account=connection.caller.account, region="ap-southeast-1", patterns=("koneksi-*",))
    began = time.perf_counter()
    snapshot = read(found, scope, Reader(connection))
    took = time.perf_counter() - began
    connection.close()
    unread = [answer for answer in snapshot.answers if not answer.ok]
    if unread:
        raise RuntimeError(f"not read: {unread[0]}")
    return {"calls": sum(entry["calls"] for entry in snapshot.context["api"]), "reading": took}


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures."""
    for tables in (3,) if size.tiny else COUNTS:
        with serving("live_reading:serve", tables) as url:
            taken = of_function(Size(min(size.runs, 3), size.tiny), "live_reading:read_all", url)
        calls, seconds = taken.told["calls"], taken.told["reading"]
        yield row(f"{tables} tables", taken, f"{calls:.0f} calls in {seconds:.2f} s, {calls / seconds:.0f} a second")
