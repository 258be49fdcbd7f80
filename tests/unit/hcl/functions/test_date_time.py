from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import values
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.date_time import parse_timestamp, written_at
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS

NOW = Surroundings(Path(), Path(), now="2026-01-02T03:04:05Z")


def run(name, *texts):
    return call(FUNCTIONS[name], [values.string(text) for text in texts], NOW).content


MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1)).map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z")  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_moments_compare_as_their_texts(one, other):
    assert run("timecmp", one, other) == (one > other) - (one < other)


@given(MOMENTS, st.integers(0, 10**6))
def test_what_is_added_is_taken_away(moment, seconds):
    assert run("timeadd", run("timeadd", moment, f"{seconds}s"), f"-{seconds}s") == moment


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "end of string before year"),
        ("2024-02-30T00:00:00Z", "day out of range"),
        ("2024-01-01T00:00:00", "end of string before UTC offset"),
        ("2024-01-01T00:00:00Zx", "extra text"),
        ("2024/01-01T00:00:00Z", 'found "/01-01T00:00:00Z" where "-" is expected'),
        ("2024-01-01T25:00:00Z", 'cannot use ":00:00Z" as hour'),
        ("2024-01-01T00:00:00+99:00", "as UTC offset"),
    ],
)
def test_complaints(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_timestamp(text)


def test_years_that_are_not_kept():
    with pytest.raises(FunctionError):
        run("timecmp", "0000-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
    assert isinstance(run("timeadd", "9999-12-31T23:59:59Z", "1s"), values.Undecided)


def test_a_console_knows_the_time():
    assert run("timestamp") == run("plantimestamp") == "2026-01-02T03:04:05Z"
    assert written_at(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()) == "2026-01-02T03:04:05Z"
