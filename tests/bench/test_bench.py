"""The benchmarks run, on a few of everything; how long they take is nobody's test."""

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subject(root, subject):
    command = [sys.executable, root / "tests" / "bench" / "run.py", "--tiny", subject]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") > 4
    assert subject in done.stdout


def test_unknown_subject(root):
    command = [sys.executable, root / "tests" / "bench" / "run.py", "nothing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "start_up" in done.stderr
