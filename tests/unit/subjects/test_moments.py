from datetime import UTC, datetime

import pytest

from auditor.subjects.moments import hours_before, instant, newest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-03-01T12:00:00Z", 0),
        ("2026-03-01T11:59:59Z", 1),
        ("2026-03-01T11:00:00Z", 1),
        ("2026-02-28T12:00:00Z", 24),
    ],
)
def test_begun_hours_count(text, hours):
    assert hours_before(NOW, text) == hours


def test_no_time_has_no_age():
    assert hours_before(NOW, None) is None
    assert hours_before(NOW, "yesterday") is None


def test_newest_goes_by_moment_and_not_by_text():
    times = ("2026-03-01T10:00:00+09:00", "2026-03-01T02:00:00Z", None, "nonsense")
    assert newest(times) == "2026-03-01T02:00:00Z"
    assert newest(()) is None


def test_time_without_zone_is_utc():
    assert instant("2026-03-01T12:00:00") == NOW
