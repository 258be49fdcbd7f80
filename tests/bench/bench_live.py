"""How long it takes to read an estate: wall, CPU and memory of a process of its own, against the fake in another.

    python tests/bench/bench_live.py --tables 30 1000 --latency-ms 25

No rate is kept, so this is what the auditor itself costs; AWS's rates come on top.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAKES = Path(__file__).resolve().parent.parent / "fakes"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def read_all(url: str) -> dict[str, float]:
    """Read the estate at an endpoint in this process, the loading of all modules included."""
    began = time.perf_counter()
    from auditor.aws.permissions import actions  # noqa: PLC0415 - loading is measured
    from auditor.aws.reader import Reader  # noqa: PLC0415
    from auditor.aws.session import Access, connect  # noqa: PLC0415
    from auditor.kinds import kinds  # noqa: PLC0415
    from auditor.live import read  # noqa: PLC0415
    from auditor.model.answers import Scope  # noqa: PLC0415

    found = kinds()
    loaded = time.perf_counter()
    connection = connect(Access(region="ap-southeast-1", endpoint=url), actions(found))
    connected = time.perf_counter()
    scope = Scope(account=connection.caller.account, region="ap-southeast-1", patterns=("koneksi-*",))
    snapshot = read(found, scope, Reader(connection))
    done = time.perf_counter()
    connection.close()
    assert all(answer.ok for answer in snapshot.answers)
    used = resource.getrusage(resource.RUSAGE_SELF)
    calls = sum(row["calls"] for row in snapshot.context["api"])
    return {
        "calls": calls,
        "load_s": round(loaded - began, 3),
        "connect_s": round(connected - loaded, 3),
        "read_s": round(done - connected, 3),
        "wall_s": round(done - began, 3),
        "cpu_s": round(used.ru_utime + used.ru_stime, 3),
        "calls_per_s": round(calls / (done - connected), 1),
        "rss_mib": round(used.ru_maxrss / 1024, 1),
    }


@contextmanager
def fake(tables: int, latency_ms: float) -> Iterator[str]:
    """The fake in a process of its own."""
    code = (
        "from fakeaws import FakeServer\n"
        f"server = FakeServer(tables={tables})\n"
        f"server.configure(latency_ms={latency_ms})\n"
        "with server:\n"
        "    print(server.url, flush=True)\n"
        "    input()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(FAKES)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        yield process.stdout.readline().strip()
        process.communicate("\n")


def measure(tables: int, latency_ms: float) -> dict[str, float]:
    """One measurement in fresh processes."""
    with fake(tables, latency_ms) as url:
        run = subprocess.run(
            [sys.executable, __file__, "--url", url],
            env=os.environ | CREDENTIALS,
            capture_output=True,
            text=True,
            check=True,
        )
    return {"tables": tables, "latency_ms": latency_ms} | json.loads(run.stdout)


def main() -> None:
    """Print one JSON line for each size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tables", type=int, nargs="+", default=[30, 1000])
    options.add_argument("--latency-ms", type=float, default=25)
    options.add_argument("--url", help="read this endpoint once, in this process")
    given = options.parse_args()
    if given.url:
        sys.stdout.write(json.dumps(read_all(given.url)) + "\n")
        return
    for tables in given.tables:
        sys.stdout.write(json.dumps(measure(tables, given.latency_ms)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
