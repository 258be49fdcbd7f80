"""Kills at random moments of writing lose nothing: the whole earlier bundle or the whole new one is there."""

import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize("way", ["replaced", "added"])
@pytest.mark.parametrize("kills", [40, pytest.param(1_000, marks=pytest.mark.soak)])
def test_kills_at_random_moments(root, tmp_path, kills, way):
    command = [
        sys.executable,
        str(root / "tests" / "fakes" / "killed_writing.py"),
        str(tmp_path / "out"),
        str(kills),
        "7",
        way,
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=1_200, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kills"] == kills
    assert told.get("lost", 0) == 0
    assert told["generations"] > kills / 10
