"""The same inputs give the same bytes in every format, whatever the hash seed, the locale and the time zone are."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256

import pytest
from sample_audit import sample_audit
from sample_estate import code_line

from auditor.formats import formats
from auditor.formats.json import document, encode

SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "LANG": "C", "TZ": "UTC", "COLUMNS": "40"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "Asia/Kolkata", "FORCE_COLOR": "1"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "POSIX", "TZ": "America/St_Johns", "PYTHONUTF8": "0", "NO_COLOR": "1"},
)
AUDIT = (sys.executable, "-m", "auditor")


def _run(folder, surroundings, *arguments):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "AUDIT_", "AWS_"))}
    done = subprocess.run([*AUDIT, *arguments], cwd=folder, env=kept | surroundings, capture_output=True, check=False)
    assert done.returncode in {0, 3, 4}, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("name", sorted(formats()))
def test_of_a_report(name, tmp_path):
    (tmp_path / "report.json").write_bytes(encode(document(sample_audit(), code=code_line)))
    rendered = {
        sha256(_run(tmp_path, each, "render", "report.json", "--format", name)).hexdigest() for each in SURROUNDINGS
    }
    assert len(rendered) == 1


def test_of_the_whole_line(tmp_path, root):
    """Reading, judging and writing of code alone, in two places: every file of both bundles."""
    wanted = ",".join(sorted(set(formats()) - {"html", "json"}))
    bundles = []
    for at, surroundings in enumerate(SURROUNDINGS[:2]):
        folder = tmp_path / str(at) / "estate"
        shutil.copytree(root / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
        command = ("run", "--env", "prod", "--declared-only", "--now", "2026-11-21T19:00:00Z", "--out", "out")
        _run(folder, surroundings, *command, "--also", wanted)
        bundles.append({file.name: file.read_bytes() for file in sorted((folder / "out").iterdir())})
    first, second = bundles
    assert {"report.html", "report.json", "report.csv", "report.sarif", "manifest.json"} <= first.keys()
    assert [name for name in first if first[name] != second.get(name)] == []
    assert json.loads(first["report.json"])["run"]["now"].startswith("2026-11-21T19:00:00")
