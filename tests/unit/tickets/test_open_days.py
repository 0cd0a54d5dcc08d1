"""Times of recurrences on days that a calendar is closed on."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.recurring import OpenDays, Timing, first_times, next_time

WARSAW = "Europe/Warsaw"
FRIDAY = datetime(2026, 12, 18, 8, tzinfo=UTC)  # nine o'clock in Warsaw
OFFICE = OpenDays(WARSAW, frozenset({6, 7}), frozenset({date(2026, 12, 25), date(2026, 12, 19)}))
"""Closed on weekends and on Christmas Day, but open on one Saturday."""


def days(timing: Timing, count: int) -> list[int]:
    """The days of December in Warsaw that the next times are on."""
    found = first_times(timing, FRIDAY - timedelta(hours=1), count)
    walls = [at.astimezone(ZoneInfo(WARSAW)) for at in found]
    assert {wall.hour for wall in walls} == {9}
    return [wall.day for wall in walls]


@pytest.mark.parametrize(
    ("rule", "on_closed", "expected"),
    [
        ("FREQ=DAILY", "make", [18, 19, 20, 21, 22, 23, 24, 25]),
        ("FREQ=DAILY", "skip", [18, 19, 21, 22, 23, 24, 28, 29]),
        ("FREQ=DAILY", "next_open", [18, 19, 21, 22, 23, 24, 28, 29]),
        ("FREQ=WEEKLY;BYDAY=SU", "skip", []),
        ("FREQ=WEEKLY;BYDAY=SU", "next_open", [21, 28]),
        ("FREQ=WEEKLY;BYDAY=SU", "previous_open", [19, 24]),
        ("FREQ=WEEKLY;BYDAY=FR", "next_open", [18, 28]),
        ("", "next_open", [18]),
    ],
)
def test_a_time_on_a_closed_day_is_what_was_chosen(rule: str, on_closed: str, expected: list[int]) -> None:
    timing = Timing(rule, WARSAW, FRIDAY, on_closed, OFFICE)
    if expected:
        assert days(timing, len(expected)) == expected
    else:
        assert next_time(timing, FRIDAY) is None


def test_the_day_is_that_of_the_calendars_zone() -> None:
    late = FRIDAY.replace(hour=23)  # Saturday in Warsaw, Friday in New York
    closed = OpenDays(WARSAW, frozenset({6}), frozenset())
    daily = Timing("FREQ=DAILY;COUNT=1", "America/New_York", late, "skip", closed)
    assert next_time(daily, FRIDAY) is None


@given(
    st.sets(st.integers(1, 7), max_size=6),
    st.sets(st.dates(date(2026, 12, 1), date(2027, 1, 31)), max_size=20),
    st.sampled_from(["next_open", "previous_open", "skip"]),
    st.integers(0, 40),
)
def test_all_times_are_on_open_days_in_order_and_none_that_fits_is_left_out(
    weekdays: set[int], exceptions: set[date], on_closed: str, later: int
) -> None:
    open_days = OpenDays("UTC", frozenset(weekdays), frozenset(exceptions))
    after = FRIDAY + timedelta(days=later, hours=1)
    found = first_times(Timing("FREQ=DAILY", "UTC", FRIDAY, on_closed, open_days), after, 15)
    # Each day has a time of its own, so what is moved to an open day finds it taken, but for the first.
    expected: list[datetime] = []
    day = after.date()
    while len(expected) < 15:
        day += timedelta(days=1)
        shut = (day.isoweekday() in weekdays) != (day in exceptions)
        if not shut and (day >= FRIDAY.date()):
            expected.append(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
    assert found == expected


def test_a_calendar_that_is_never_open_has_no_times() -> None:
    never = OpenDays("UTC", frozenset(range(1, 8)), frozenset())
    assert next_time(Timing("FREQ=HOURLY", "UTC", FRIDAY, "next_open", never), FRIDAY) is None
