"""The benchmarks: `python tests/bench/run.py [--tiny] [NAME...]` prints one table for each subject.

Every measurement is one of a fresh process, the median of several runs, with the bound it is held against. Medians of
different runs of this program are not comparable on a busy machine: ratios stand within one table. Ends with 1 where a
bound does not hold.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable
from importlib import import_module
from itertools import zip_longest

from measuring import Row, Size

SUBJECTS = (
    "start_up",
    "estate",
    "parsing",
    "evaluation",
    "live_reading",
    "comparing",
    "judging",
    "rendering",
    "browsing",
)
HEAD = ("what", "wall s", "CPU s", "peak MB", "note", "bound", "holds")
NUMBERS = range(1, 4)
HOLDS = {None: "", True: "yes", False: "NO"}


def cells(row: Row) -> tuple[str, ...]:
    """Return the texts of a row."""
    seconds = [f"{value:.4f}" if value < 0.1 else f"{value:.2f}" for value in (row.wall, row.cpu) if value is not None]
    wall = seconds[0] if row.wall is not None else ""
    cpu = seconds[-1] if row.cpu is not None else ""
    megabytes = "" if row.megabytes is None else f"{row.megabytes:.0f}"
    return row.what, wall, cpu, megabytes, row.note, row.bound, HOLDS[row.holds]


def table(rows: Iterable[Row]) -> str:
    """Return the rows under their headings."""
    lines = [HEAD, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
    return "".join(
        "  ".join(
            text.rjust(width) if place in NUMBERS else text.ljust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def main() -> None:
    """Measure the subjects that are named, or all."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUBJECTS)} (default: all)")
    options.add_argument("--tiny", action="store_true", help="a few of everything, once: do the benchmarks work?")
    given = options.parse_args()
    if unknown := set(given.names) - set(SUBJECTS):
        options.error(f"no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    size = Size(runs=1, tiny=True) if given.tiny else Size()
    load = os.getloadavg()[0]
    sys.stdout.write(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} at the start\n")
    broken = False
    for name in given.names or SUBJECTS:
        subject = import_module(name)
        rows = list(subject.rows(size))
        broken |= any(row.holds is False for row in rows)
        sys.stdout.write(f"\n{name}: {subject.__doc__.partition(chr(10))[0]}\n\n{table(rows)}")
        sys.stdout.flush()
    sys.exit(1 if broken and not given.tiny else 0)


if __name__ == "__main__":
    main()
