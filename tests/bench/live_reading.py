"""Live reading of an estate, against the fast fake: at 25 and at 10 ms a call, at AWS's rates, and up to Ctrl-C.

Where no rate is kept, this is what the auditor itself costs. Each table is described, asked for its recovery and for
its expiry; a further lane asks of every table, or of each that has one, what some rule or a replica's own Region adds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from measuring import AUDIT, ROOT, Row, Size, environment, of_function, row, serving

LATENCY_MS = 25.0
COUNTS = ((30, LATENCY_MS), (1000, LATENCY_MS), (10_000, 10.0))
LIMITS = {"wall": 12.0, "cpu": 8.0, "megabytes": 150.0}
"""Of 1,000 tables."""
CALLS = 3.2
"""A table, without further lanes."""
FURTHER = ("backup:ListRecoveryPointsByResource", "cloudwatch:GetMetricData", "dynamodb:GetResourcePolicy")
"""What rules may ask of every table."""
FLAT = 1.25
"""How much dearer a table of 10,000 may be than one of 1,000."""
STOP, INTERRUPTED = 1.0, 130
"""Seconds after Ctrl-C, and the exit code."""
PACED, OF_THE_LEAST = 100, 1.15
"""Tables that are read at AWS's rates, and how much longer than the least time that may take."""


def serve(tables: int, latency_ms: float, throttle: str | None = None) -> None:
    """Serve the fake until stdin ends."""
    from fakeaws import FakeServer

    server = FakeServer(tables=tables)
    server.configure(latency_ms=latency_ms, throttle=throttle)
    with server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def read_all(url: str, tables: int, wanted: tuple[str, ...], paced: bool) -> dict[str, float]:
    """Read the estate at an endpoint, all its tables declared by name; the calls of each lane."""
    from fakeaws.world import World

    from auditor.aws.permissions import actions
    from auditor.aws.reader import Reader
    from auditor.aws.session import Access, connect
    from auditor.kinds import kinds
    from auditor.live import read
    from auditor.model.answers import Scope

    found = kinds()
    connection = connect(Access(region="ap-southeast-1", endpoint=url), actions(found))
    scope = Scope(
        account=connection.caller.account,
        region="ap-southeast-1",
        declared={"aws_dynamodb_table": tuple(World(tables=tables).names)},
        patterns=("koneksi-*",),
        wanted=frozenset(wanted),
    )
    began = time.perf_counter()
    confirm = lambda answers: (request for kind in found for request in kind.confirm(answers, scope, ()))  # noqa: E731
    snapshot = read(found, scope, Reader(connection, paced=paced), confirm=confirm)
    took = time.perf_counter() - began
    connection.close()
    unread = [answer for answer in snapshot.answers if not answer.answered]
    if unread:
        raise RuntimeError(f"not read: {unread[0]}")
    lanes = snapshot.context["api"]
    further = [lane for lane in lanes if lane["api"] in wanted or lane["region"] != scope.region]
    least = [max(lane["calls"] / lane["rate"] - 1, 0) for lane in lanes if paced and "rate" in lane]
    return {
        "calls": sum(lane["calls"] for lane in lanes),
        "further": sum(lane["calls"] for lane in further),
        "throttled": sum(lane["throttled"] for lane in lanes),
        "least": max(least, default=0),
        "reading": took,
    }


def unpaced(size: Size) -> Iterator[Row]:
    """Yield what the auditor itself costs."""
    costs = {}
    for tables, latency_ms in ((3, LATENCY_MS),) if size.tiny else COUNTS:
        with serving("live_reading:serve", tables, latency_ms) as url:
            runs = Size(1 if tables > 1000 else min(size.runs, 3), size.tiny)
            taken = of_function(runs, "live_reading:read_all", url, tables, (), False)
        calls, seconds = taken.told["calls"], taken.told["reading"]
        costs[tables] = taken.cpu / tables
        note = f"{calls:.0f} calls in {seconds:.2f} s, {calls / seconds:.0f} a second"
        yield row(f"{tables} tables at {latency_ms:g} ms", taken, note, LIMITS if tables == 1000 else None)
        own = (calls - taken.told["further"]) / tables
        yield Row(
            f"{tables} tables, calls a table",
            note=f"{own:.3f} and {taken.told['further'] / tables:.3f} in replicas' own Regions",
            bound=f"< {CALLS:g} and what further lanes ask" if tables >= 1000 else "",
            holds=own < CALLS if tables >= 1000 else None,
        )
    if len(costs) == len(COUNTS):
        few, many = costs[1000] * 1000, costs[10_000] * 1000
        yield Row(
            "CPU a table, 10,000 beside 1,000",
            note=f"{many:.2f} ms beside {few:.2f} ms",
            bound=f"< {FLAT:g} times",
            holds=many < few * FLAT,
        )


def with_further_lanes(size: Size) -> Iterator[Row]:
    """Yield the calls where rules ask for more of each table: no more than one for each such lane."""
    tables = 300
    with serving("live_reading:serve", tables, 0) as url:
        taken = of_function(Size(1, size.tiny), "live_reading:read_all", url, tables, FURTHER, False)
    own, more = (taken.told["calls"] - taken.told["further"]) / tables, taken.told["further"] / tables
    bound = len(FURTHER) + 0.5
    yield Row(
        f"{tables} tables, {len(FURTHER)} lanes that rules ask for",
        note=f"{own:.3f} calls a table and {more:.3f} in further lanes",
        bound=f"< {CALLS:g} + {bound:g}",
        holds=own < CALLS and more < bound,
    )


def at_the_rates_of_aws(size: Size) -> Iterator[Row]:
    """Yield how long it takes where AWS's rates are kept, beside the least that they allow."""
    tables = size.of(PACED)
    with serving("live_reading:serve", tables, LATENCY_MS, "aws") as url:
        taken = of_function(Size(1, size.tiny), "live_reading:read_all", url, tables, (), True)
    least, throttled = taken.told["least"], taken.told["throttled"]
    yield Row(
        f"{tables} tables at AWS's rates",
        taken.told["reading"],
        taken.cpu,
        taken.megabytes,
        f"the slowest lane needs {least:.2f} s; {throttled:.0f} throttled",
        f"< {OF_THE_LEAST:g} times the least, none throttled",
        size.tiny or (taken.told["reading"] < least * OF_THE_LEAST and not throttled),
    )


def stop_by_hand(tables: int) -> dict[str, float]:
    """Interrupt a snapshot while tables are described; the seconds until the program has ended."""
    import signal
    import subprocess
    import tempfile

    from fakeaws import FakeServer

    server = FakeServer(tables=tables, env="prod")
    server.configure(latency_ms=LATENCY_MS * 4)
    with server, tempfile.TemporaryDirectory() as folder:
        command = [*AUDIT, "snapshot", "--env", "prod", "--account", "123456789012", "--out", f"{folder}/cut.jsonl.gz"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment(AWS_ENDPOINT_URL=server.url), stdout=subprocess.DEVNULL
        ) as child:
            while server.stats()["calls"].get("DescribeTable", 0) < tables // 2 and child.poll() is None:
                time.sleep(0.01)
            began = time.perf_counter()
            child.send_signal(signal.SIGINT)
            code = child.wait()
        if code != INTERRUPTED:
            raise RuntimeError(f"it ended with {code}")
        return {"stop": time.perf_counter() - began}


def interrupted(size: Size) -> Iterator[Row]:
    """Yield how soon the program ends after Ctrl-C, with what had come kept."""
    tables = 300
    taken = of_function(Size(min(size.runs, 3), size.tiny), "live_reading:stop_by_hand", tables)
    seconds = taken.told["stop"]
    yield Row(f"Ctrl-C among {tables} tables", seconds, bound=f"< {STOP:g} s wall", holds=seconds < STOP)


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures."""
    yield from unpaced(size)
    yield from at_the_rates_of_aws(size)
    if not size.tiny:  # the one is read like all others, of the other there is a test
        yield from with_further_lanes(size)
        yield from interrupted(size)
