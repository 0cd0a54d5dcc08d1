"""Shifts and absences of people, against the wall clock read minute by minute."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.work_profiles import (
    WEEKDAYS,
    Absence,
    WorkProfile,
    absence_at,
    is_on_shift,
    next_shift,
    plain_profile,
    shift_minutes,
    stored_profile,
)

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

moments = st.integers(0, 7 * 1440 - 1).map(lambda minute: MONDAY + minute * MINUTE)
clocks = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{30 * (half % 2):02}")
shifts = st.lists(st.tuples(st.sampled_from(WEEKDAYS), clocks, clocks), min_size=1, max_size=3)
zones = st.sampled_from(["UTC", "Europe/Warsaw", "America/New_York", "Asia/Kolkata"])


def profile(zone: str, written: list[tuple[str, str, str]]) -> WorkProfile:
    return WorkProfile({}, time_zone=zone, shifts=[shift_minutes(*one) for one in written])


def works(zone: str, written: list[tuple[str, str, str]], at: datetime) -> bool:
    """Whether somebody with a diary and a clock on the wall is at work."""
    local = at.astimezone(ZoneInfo(zone))
    today, clock = WEEKDAYS[local.weekday()], f"{local:%H:%M}"
    yesterday = WEEKDAYS[local.weekday() - 1]
    for day, start, end in written:
        over_midnight = end <= start
        if day == today and clock >= start and (over_midnight or clock < end):
            return True
        if day == yesterday and over_midnight and clock < end:
            return True
    return False


@given(zones, shifts, moments)
def test_a_shift_is_what_the_wall_clock_says(
    zone: str, written: list[tuple[str, str, str]], at: datetime
) -> None:
    assert is_on_shift(profile(zone, written), at) == works(zone, written, at)


@given(zones, shifts, moments)
def test_the_next_shift_is_the_first_that_begins(
    zone: str, written: list[tuple[str, str, str]], at: datetime
) -> None:
    found = next_shift(profile(zone, written), at)
    assert found is not None
    assert found > at
    starts = {(day, start) for day, start, _ in written}
    minutes = (at + number * MINUTE for number in range(1, 8 * 1440))
    local = ((one, one.astimezone(ZoneInfo(zone))) for one in minutes)
    assert found == next(one for one, wall in local if (WEEKDAYS[wall.weekday()], f"{wall:%H:%M}") in starts)


def test_who_has_no_shifts_works_at_any_time() -> None:
    assert is_on_shift(WorkProfile({}), MONDAY)
    assert next_shift(WorkProfile({}), MONDAY) is None


@pytest.mark.parametrize(("days", "absent"), [(-1, False), (0, True), (2, True), (3, True), (5, False)])
def test_of_two_absences_the_one_that_ends_last_counts(days: int, absent: bool) -> None:
    long, short = (
        Absence(MONDAY, MONDAY + timedelta(days=5), "x"),
        Absence(MONDAY, MONDAY + timedelta(days=3)),
    )
    found = absence_at(WorkProfile({}, absences=[long, short]), MONDAY + timedelta(days=days))
    assert found == (long if absent else None)


def test_nothing_is_lost_on_the_way_through_json() -> None:
    said = WorkProfile(
        {"vpn": 4},
        ["pl"],
        0,
        "Europe/Warsaw",
        [shift_minutes("sunday", "22:00", "06:00"), shift_minutes("monday", "00:00", "24:00")],
        [Absence(MONDAY, MONDAY + timedelta(days=1), "x")],
    )
    assert stored_profile(json.loads(json.dumps(plain_profile(said)))) == said
    assert stored_profile({}) == WorkProfile({})
