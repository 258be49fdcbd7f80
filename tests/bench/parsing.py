"""Parsing: our reader and python-hcl2 over the same files in the same process, and the first file after start-up."""

from __future__ import annotations

import time
from collections.abc import Iterator

from measuring import ROOT, Row, Size, of_function

TIMES, MEGABYTES_A_SECOND, FIRST = 10.0, 2.0, 0.010


def texts() -> list[str]:
    """Return the code of the estate."""
    files = sorted((ROOT / "terraform" / "dynamodb").rglob("*.tf*"))
    return [file.read_text(encoding="utf-8") for file in files if file.is_file() and ".terraform" not in file.parts]


def both(turns: int) -> dict[str, float]:
    """Parse the estate: python-hcl2 once (it is slow), our reader several times; seconds of CPU for one turn."""
    import hcl2

    from auditor.hcl.parser import parse
    from auditor.hcl.source import SourceFile

    code = texts()
    hcl2.loads("a = 1\n")  # its grammar is built once
    began = time.process_time()
    for _ in range(turns):
        for text in code:
            parse(SourceFile("main.tf", text))
    ours = time.process_time()
    for text in code:
        hcl2.loads(text)
    theirs = time.process_time()
    size = sum(len(text.encode()) for text in code)
    return {"bytes": size, "ours": (ours - began) / turns, "theirs": theirs - ours}


def first() -> dict[str, float]:
    """Parse one file right after the reader is loaded."""
    from auditor.hcl.parser import parse
    from auditor.hcl.source import SourceFile

    text = (ROOT / "terraform" / "dynamodb" / "variables.tf").read_text(encoding="utf-8")
    began = time.process_time()
    parse(SourceFile("variables.tf", text))
    return {"first": time.process_time() - began}


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures."""
    told = of_function(size, "parsing:both", size.of(20)).told
    rate = told["bytes"] / told["ours"] / 1e6
    ratio = told["theirs"] / told["ours"]
    files = f"{told['bytes'] / 1000:.0f} kB in {len(texts())} files"
    note = f"{rate:.2f} MB/s"
    bound = f">= {MEGABYTES_A_SECOND:g} MB/s"
    yield Row(f"our reader, {files}", cpu=told["ours"], note=note, bound=bound, holds=rate >= MEGABYTES_A_SECOND)
    note = f"{told['bytes'] / told['theirs'] / 1e6:.2f} MB/s; {ratio:.1f} times as long"
    yield Row("python-hcl2, the same", cpu=told["theirs"], note=note, bound=f">= {TIMES:g} times", holds=ratio >= TIMES)
    taken = of_function(size, "parsing:first").told["first"]
    yield Row("first file after start-up, variables.tf", cpu=taken, bound=f"< {FIRST:g} s CPU", holds=taken < FIRST)
