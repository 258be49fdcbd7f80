"""The page of past runs: whole without a request, inert under attack."""

import re
from html import unescape
from pathlib import Path

from hostile_report import MARKUP, PAYLOAD

from auditor.formats.html import render_history

RUN = {
    "run": "r",
    "folder": "/out/prod/2026-01-16T020000Z",
    "finished": "2026-01-16T02:00:00.000Z",
    "declared_only": False,
    "complete": True,
    "signed": True,
    "state": "fail",
    "exit_code": 4,
    "commit": "9505cacb",
    "manifest": "ab" * 32,
    "open": 3,
    "drifted": 1,
    "unknown": 0,
    "new": 1,
    "resolved": 2,
}


def page(environment="prod", **more):
    runs = [{**RUN, "finished": f"2026-01-{night}T02:00:00.000Z", **more} for night in (15, 16)]
    told = {"environment": environment, "told": "last audited 1 h ago", "fresh": False, "runs": runs}
    none = {"environment": "uat", "told": "not known to be audited", "fresh": None, "runs": []}
    unusable = [{"folder": f"x{more.get('commit', '')}", "why": "broken"}]
    return render_history({"environments": [told, none], "unusable": unusable}, "koneksi", Path("/out")).decode()


def test_runs_the_latest_first_with_a_trend_and_links():
    text = page()
    assert text.index("2026-01-16 02:00") < text.index("2026-01-15 02:00")
    assert 'href="prod/2026-01-16T020000Z/report.html"' in text
    assert "Open findings over 2 runs: 3 at first" in text
    assert "There are no runs." in text
    assert "too old" in text


def test_nothing_is_fetched_and_hostile_text_stays_text():
    text = page(PAYLOAD, commit=PAYLOAD, folder=f"/out/javascript:{MARKUP}")
    assert "default-src 'none'" in unescape(text)
    assert "<script" not in text
    assert "<img" not in text
    assert not re.findall(r'(?:href|src)="(?!#|data:|javascript%3A|prod)[^"]*', text)
