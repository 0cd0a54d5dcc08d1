"""When tickets that recur are due, through changes of the clock, and what becomes of missed times."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.domain.recurring import Timing, first_times, is_made, next_time, times_after, timing_problems

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONES = ("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
RULES = (
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=DAILY;INTERVAL=3;COUNT=40",
    "FREQ=HOURLY",
    "FREQ=HOURLY;INTERVAL=5;BYDAY=MO,SU;COUNT=400",
    "FREQ=HOURLY;INTERVAL=30;BYMONTH=3,10",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@given(
    st.sampled_from(RULES),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 (wall time of the zone below)
    st.timedeltas(timedelta(0), timedelta(days=90)),
)
@settings(max_examples=100)
def test_times_are_those_of_another_library_on_the_wall(
    rule: str, zone_name: str, wall: datetime, later: timedelta
) -> None:
    zone = ZoneInfo(zone_name)
    starts_at = wall.replace(microsecond=0, tzinfo=zone).astimezone(UTC)
    begun = starts_at.astimezone(zone)
    found = first_times(Timing(rule, zone_name, starts_at), starts_at + later, 20)
    naive = rrulestr(rule, dtstart=begun.replace(tzinfo=None, fold=0))
    expected: list[datetime] = []
    for one in naive:
        moment = one.replace(tzinfo=zone).astimezone(UTC)
        # Two hours of the wall may be one when the clock is put forward.
        if moment > starts_at + later and moment not in expected[-1:]:
            expected.append(moment)
        if len(expected) == 20:
            break
    assert found == expected
    assert all(one < other for one, other in pairwise(found))


def test_a_time_of_day_stays_through_changes_of_the_clock() -> None:
    daily = Timing("FREQ=DAILY", "Europe/Warsaw", at("2026-10-24T09:00:00+02:00"))
    found = first_times(daily, at("2026-10-24T00:00:00+02:00"), 3)
    assert [one.astimezone(WARSAW).hour for one in found] == [9, 9, 9]
    assert [one.hour for one in found] == [7, 8, 8]


def test_a_time_that_the_clock_skips_is_later_and_one_that_comes_twice_is_the_first() -> None:
    daily = Timing("FREQ=DAILY", "Europe/Warsaw", at("2026-03-27T02:30:00+01:00"))
    spring = first_times(daily, at("2026-03-28T12:00:00+01:00"), 1)
    assert spring == [at("2026-03-29T03:30:00+02:00")]
    autumn = first_times(daily, at("2026-10-24T12:00:00+02:00"), 2)
    assert autumn == [at("2026-10-25T02:30:00+02:00"), at("2026-10-26T02:30:00+01:00")]


def test_hours_are_those_of_the_wall() -> None:
    shifts = Timing("FREQ=HOURLY;INTERVAL=8", "Europe/Warsaw", at("2026-10-24T06:00:00+02:00"))
    found = first_times(shifts, at("2026-10-24T21:00:00+02:00"), 4)
    assert [one.astimezone(WARSAW).hour for one in found] == [22, 6, 14, 22]
    assert [one.hour for one in found] == [20, 5, 13, 21]


def test_without_a_rule_it_happens_once() -> None:
    once = Timing("", "UTC", NOW)
    assert list(times_after(once, NOW - timedelta(seconds=1))) == [NOW]
    assert next_time(once, NOW) is None


def test_a_rule_without_a_day_has_no_next_time() -> None:
    assert next_time(Timing("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "UTC", NOW), NOW) is None


@pytest.mark.parametrize(
    ("catch_up", "made"),
    [("skip", [False, False, True]), ("last", [False, False, True]), ("all", [True, True, True])],
)
def test_of_missed_times_those_are_made_that_the_rule_names(catch_up: str, made: list[bool]) -> None:
    times = [NOW - timedelta(days=2), NOW - timedelta(days=1), NOW - timedelta(minutes=5)]
    following = [*times[1:], NOW + timedelta(days=1)]
    assert [
        is_made(one, then, now=NOW, catch_up=catch_up) for one, then in zip(times, following, strict=True)
    ] == made


@pytest.mark.parametrize(("catch_up", "made"), [("skip", False), ("last", True), ("all", True)])
def test_the_last_of_the_missed_is_made_unless_they_are_skipped(catch_up: str, made: bool) -> None:
    yesterday = NOW - timedelta(days=1)
    assert is_made(yesterday, NOW + timedelta(days=6), now=NOW, catch_up=catch_up) is made
    assert is_made(yesterday, None, now=NOW, catch_up=catch_up) is made


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        (Timing("FREQ=MINUTELY", "UTC", NOW), "rrule"),
        (Timing("FREQ=HOURLY;BYSETPOS=1", "UTC", NOW), "rrule"),
        (Timing("FREQ=HOURLY;BYDAY=1MO", "UTC", NOW), "rrule"),
        (Timing("FREQ=DAILY", "Warsaw", NOW), "time_zone"),
        (Timing("FREQ=DAILY", "localtime", NOW), "time_zone"),
        (Timing("FREQ=DAILY", "UTC", at("1999-12-31T00:00:00+00:00")), "starts_at"),
    ],
)
def test_what_cannot_be_is_named(timing: Timing, field: str) -> None:
    assert timing_problems(timing).keys() == {field}
    assert not timing_problems(Timing("FREQ=DAILY", "UTC", NOW))
