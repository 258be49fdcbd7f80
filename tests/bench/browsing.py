"""Browsing: the page of 2,500 tables with up to 10,000 findings, opened in headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import ROOT, Row, Size, of_function
from rendering import TABLES, audit_of

SECONDS = 1
BROWSER = ROOT / "tests" / "browser"


def chromium() -> str | None:
    """Return the browser's program, if there is one and its driver is installed."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return found if shutil.which("node") and (BROWSER / "node_modules" / "playwright-core").is_dir() else None


def opened(tables: int, runs: int) -> dict[str, float]:
    """Open the page so many times; the best run is told, as others tell what else the computer did."""
    from auditor.formats import html
    from auditor.formats import json as report

    document = report.decode(report.encode(report.document(audit_of(tables))))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_bytes(html.render(document))
        command = ("node", str(BROWSER / "opening.mjs"), str(chromium()), folder, page.as_uri(), str(runs), "print")
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    best = {name: min(found[name]) / 1000 for name in ("loaded", "drawn", "search")}
    return best | {"elements": found["elements"], "pages": found["pages"]}


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures; the runs are those of one browser, each with nothing kept from the others."""
    tables = size.of(TABLES)
    if not chromium():
        yield Row(f"page of {tables} tables", note="left out: no Chromium, or not `npm ci --prefix tests/browser`")
        return
    told = of_function(Size(1, tiny=True), "browsing:opened", tables, 2 if size.tiny else 7).told
    note = f"{told['elements']:,.0f} elements, prints {told['pages']:.0f} pages"
    yield Row("opened, to the load event", told["loaded"], None, None, note, f"< {SECONDS} s", told["loaded"] < SECONDS)
    yield Row("opened, drawn twice", told["drawn"])
    yield Row("first search", told["search"])
