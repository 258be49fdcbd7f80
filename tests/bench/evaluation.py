"""Evaluation: the estate's own module with more and more tables in its tfvars map, and how the time grows."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import ROOT, Row, Size, of_function, row, timed

COUNTS = (10, 100, 1000, 10_000)
BOUNDED, BOUNDS = 1000, {"cpu": 2.0, "megabytes": 200.0}
STEEPEST = 13.0
"""Ten times the tables may take this many times as long: linear, with a little air."""


def evaluate(tables: int) -> dict[str, float]:
    """Evaluate prod with this many tables."""
    from msgspec.structs import replace

    from auditor.estate import estate
    from auditor.inputs import Variables
    from auditor.settings import load

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "terraform" / "dynamodb"
        shutil.copytree(ROOT / "terraform" / "dynamodb", copy, ignore=shutil.ignore_patterns(".terraform"))
        shutil.copy(ROOT / "audit.toml", folder)
        file = copy / "envs" / "prod" / "terraform.tfvars"
        head = file.read_text(encoding="utf-8").partition("\ntables =")[0]
        block = '  t{} = {{\n    hash_key = "id"\n    attributes = {{ id = "S" }}\n    ttl_attribute = "at"\n  }}\n'
        body = "".join(block.format(number) for number in range(tables))
        file.write_text(f"{head}\ntables = {{\n{body}}}\n", encoding="utf-8")
        gc.set_threshold(100_000)  # as every command does
        settings = load(Path(folder), {})
        prod = replace(settings.environment("prod"), waivers=None)
        with timed() as told:
            found = estate(settings, prod, Variables())
        told["resources"] = len(found.resources)
        gc.freeze()  # as every command does at its end
        return told


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures."""
    before = None
    for tables in (2, 4) if size.tiny else COUNTS:
        runs = Size(min(size.runs, 1 if tables > BOUNDED else 3), size.tiny)
        taken = of_function(runs, "evaluation:evaluate", tables)
        note = f"{taken.told['resources']:.0f} resources, {taken.told['cpu']:.2f} s without start-up"
        yield row(f"{tables} tables", taken, note, BOUNDS if tables == BOUNDED else None)
        if before is not None and tables > COUNTS[1]:
            growth = taken.told["cpu"] / before
            yield Row("  growth for ten times", note=f"{growth:.1f}", bound=f"< {STEEPEST:g}", holds=growth < STEEPEST)
        before = taken.told["cpu"]
