"""Standard streams that are closed or full: the program still tells what it can, and never of a defect."""

import errno
import subprocess
import sys

import pytest

from auditor import streams

SHOW = [sys.executable, "-m", "auditor", "rules", "list"]


def run(redirection, root):
    """Run the program by a shell, which can close streams; the exit code, and what came on stdout and stderr."""
    command = f'"$@" {redirection}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *SHOW], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("redirection", ["2>&-", "<&-", "<&- 2>&-"])
def test_the_result_comes_where_others_are_closed(root, redirection):
    code, out, _ = run(redirection, root)
    assert code == 0
    assert "SEC-001" in out


@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-"])
def test_a_closed_stdout_is_no_defect(root, redirection):
    code, _, err = run(redirection, root)
    assert (code, err) == (0, "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
def test_a_full_stdout_is_told(root):
    code, _, err = run(">/dev/full", root)
    assert (code, err) == (1, "error: the result can't be written: No space left on device\n")


def test_an_error_about_a_file_is_not_about_a_stream():
    assert not streams.tell_full(OSError(errno.ENOSPC, "No space", "report.json"))
    assert not streams.tell_full(ValueError())
