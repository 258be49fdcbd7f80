"""Progress: one rewritten line on a terminal, nothing at all elsewhere."""

import io

import pytest

from auditor.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock():
    times = iter([0.0, 1.0, 1.01, 2.0, 3.0])
    return lambda: next(times)


def test_nothing_is_written_where_there_is_no_terminal(clock):
    stream = io.StringIO()
    progress = Progress(stream, clock)
    progress(1, 2, "dynamodb:DescribeTable", 1)
    progress.done()
    assert stream.getvalue() == ""


def test_one_line_is_rewritten_and_taken_away(clock):
    stream = Terminal()
    progress = Progress(stream, clock)
    progress(1, 3, "dynamodb:DescribeTable", 1)
    progress(2, 3, "kms:DescribeKey", 2)
    progress(3, 3, "kms:DescribeKey", 6, 2)
    progress.done()
    assert stream.getvalue().split("\r\x1b[K")[1:] == [
        "reading AWS: 1 of 3, 1 call, 1/s, 2 s left  dynamodb:DescribeTable",
        "reading AWS: 3 of 3, 6 calls, 3/s, 2 throttled, 0 s left  kms:DescribeKey",
        "",
    ]


def test_nothing_to_take_away_where_nothing_was_shown(clock):
    stream = Terminal()
    Progress(stream, clock).done()
    assert stream.getvalue() == ""
