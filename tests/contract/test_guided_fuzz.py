"""Inputs that coverage guides to new places in the reader make no exception outside of the error tree."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")


def seeds(folder):
    """Write the snippets and the recorded expressions as inputs."""
    folder.mkdir()
    snippets = json.loads((TESTS / "fixtures" / "hcl" / "snippets.json").read_text(encoding="utf-8"))
    rows = json.loads((TESTS / "fixtures" / "terraform" / "terraform-expressions.json").read_text(encoding="utf-8"))
    texts = [b"\1" + str(each["hcl"]).encode() for each in snippets]
    texts += [b"\0" + str(row["expr"]).encode() for row in rows]
    for number, text in enumerate(texts):
        (folder / str(number)).write_bytes(text)
    return folder


@pytest.mark.parametrize("runs", [2_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_guided_inputs(runs, tmp_path):
    done = subprocess.run(
        [sys.executable, TESTS / "fakes" / "guided_fuzz.py", seeds(tmp_path / "seeds"), f"-runs={runs}", "-timeout=20"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
