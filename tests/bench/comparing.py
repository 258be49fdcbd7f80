"""Comparison: many tables read out of AWS's answers and compared with their declarations, one in 100 changed."""

from __future__ import annotations

import gc
from collections.abc import Iterator

from measuring import Figures, Row, Size, of_function, row, timed

COUNT, BOUNDS = 10_000, {"cpu": 2.0, "megabytes": 250.0}


def compare(tables: int) -> dict[str, float]:
    """Build both sides and compare them, with memory looked through as seldom as the program does."""
    from many_tables import answered, sides

    from auditor.cli import GARBAGE

    gc.set_threshold(GARBAGE)
    answers, scope = answered(tables)
    with timed() as told:
        comparisons = sides(answers, scope).compared()
    told["drifts"] = sum(len(comparison.drifts) for comparison in comparisons)
    return told


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures: both sides built and compared, without start-up and without the answers."""
    tables = size.of(COUNT)
    taken = of_function(Size(min(size.runs, 3), size.tiny), "comparing:compare", tables)
    own = Figures(taken.wall, taken.told["cpu"], taken.told["megabytes"])
    note = f"{taken.told['drifts']:.0f} drifts; wall is of the whole process"
    yield row(f"{tables} tables, both sides", own, note, BOUNDS)
