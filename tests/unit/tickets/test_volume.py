"""Times cut into intervals, and backlogs reckoned back from what is open now."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.volume import (
    INTERVALS,
    MOST_GROUPS,
    MOST_INTERVALS,
    Counts,
    Series,
    cut,
    largest,
    read_time,
)

ZONES = [
    ZoneInfo(name) for name in ("Europe/Warsaw", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata")
]
numbers = st.integers(0, 50)
times = st.datetimes(datetime(2016, 1, 1), datetime(2020, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(times, st.integers(1, 60 * 24 * 400), st.sampled_from(INTERVALS), st.sampled_from(ZONES))
def test_intervals_follow_one_another_and_leave_nothing_out(
    start: datetime, minutes: int, interval: str, zone: ZoneInfo
) -> None:
    end = start + timedelta(minutes=minutes)
    bounds = cut(start, end, interval, zone)
    assert (bounds[0], bounds[-1]) == (start, end)
    assert all(one < next_ for one, next_ in pairwise(bounds))
    assert len(bounds) <= MOST_INTERVALS + 2
    longest = {"hour": 1, "day": 25, "week": 169, "month": 745}[interval]
    if len(bounds) < MOST_INTERVALS:
        assert all(next_ - one <= timedelta(hours=longest) for one, next_ in pairwise(bounds))
    if interval != "hour":
        walls = [one.astimezone(zone) for one in bounds[1:-1]]
        # In Brazil the clock went from midnight to one o'clock.
        assert all(
            (wall - timedelta(microseconds=1)).date() != wall.date() for wall in walls if wall.hour == 0
        )
        assert all(wall.hour == 0 or (wall.hour == 1 and zone.key == "America/Sao_Paulo") for wall in walls)


def test_a_day_without_a_midnight_begins_when_the_clock_skips_it() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    assert read_time("2018-11-04", zone) == datetime(2018, 11, 4, 3, tzinfo=UTC)
    length = read_time("2018-11-04", zone, whole_day=True) - read_time("2018-11-04", zone)
    assert length == timedelta(hours=23)


@pytest.mark.parametrize(
    "text", ["", "now", "20260302", "2026-W10-1", "2026-13-01", "2026-03-02T10:00", "1969-01-01"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|no time"):
        read_time(text, ZoneInfo("UTC"))


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=20), numbers, numbers)
def test_a_backlog_is_what_was_open_and_came_and_did_not_go(
    moved: list[tuple[int, int, int, int]], open_now: int, later: int
) -> None:
    counts = [
        Counts(created=created, resolved=resolved, reopened=reopened, cancelled=cancelled)
        for created, resolved, reopened, cancelled in moved
    ]
    told = Series(counts, Counts(created=later), open_now).with_backlogs()
    backlog = told.backlog_before
    for one in told.counts:
        backlog += one.created + one.reopened - one.resolved - one.cancelled
        assert one.backlog == backlog
    assert told.total.backlog == backlog == open_now - later
    assert told.total.created == sum(one[0] for one in moved)


@given(st.integers(0, 40))
def test_groups_are_left_out_from_twenty_on_and_never_one_alone(count: int) -> None:
    series = {str(number): Series([Counts(created=number)]) for number in range(count)}
    shown, left_out = largest(series)
    assert sorted([*shown, *left_out]) == sorted(series)
    assert len(left_out) != 1
    assert len(shown) <= MOST_GROUPS + 1
    assert [int(key) for key in shown] == sorted((int(key) for key in shown), reverse=True)
