"""Business time against an oracle that walks minute by minute and asks the wall clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from calendars import MINUTE, OFFICE, calendar, local, zone_of
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.domain import calendar as business
from sla.domain.calendar import NeverOpen, due_at, elapsed, explained, joined, open_spans
from sla.domain.hours import WEEKDAYS, Written
from sla.domain.refusals import Refused
from sla.domain.writing import WrittenCalendar, checked

ALWAYS: Written = {day: [("00:00", "24:00")] for day in WEEKDAYS}

# Half hours, changes at midnight, a skipped day, Ramadan, both hemispheres, a change at one minute past midnight.
ZONES = (
    "UTC",
    "Europe/Warsaw",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
    "America/Asuncion",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Africa/Cairo",
    "Pacific/Apia",
    "America/St_Johns",
)


def is_open(hours: Written, zone: str, holidays: set[date], minute: datetime) -> bool:
    """The oracle: what a person with a watch and the opening hours on the door would say."""
    wall = minute.astimezone(zone_of(zone))
    if wall.date() in holidays:
        return False
    now = wall.hour * 60 + wall.minute
    today, yesterday = WEEKDAYS[wall.weekday()], WEEKDAYS[wall.weekday() - 1]
    for start, end in hours.get(today, ()):
        first, last = _minutes(start), _minutes(end)
        if first <= now and (now < last or last <= first):
            return True
    return any(
        _minutes(end) <= _minutes(start) and now < _minutes(end) for start, end in hours.get(yesterday, ())
    )


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def open_by_oracle(
    hours: Written, zone: str, holidays: set[date], start: datetime, minutes: int
) -> Iterator[datetime]:
    return (
        start + index * MINUTE
        for index in range(minutes)
        if is_open(hours, zone, holidays, start + index * MINUTE)
    )


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[tuple[str, str]]]:
    """Weekly hours out of cuts of the week, so that intervals never overlap and often cross midnight."""
    cuts = sorted(draw(st.lists(st.integers(0, 7 * 1440 - 1), min_size=2, max_size=16, unique=True)))
    hours: dict[str, list[tuple[str, str]]] = {}
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        last = min(end, start + 1440)
        close = "24:00" if last % 1440 == 0 and last // 1440 == start // 1440 + 1 else _clock(last)
        hours.setdefault(WEEKDAYS[start // 1440], []).append((_clock(start), close))
    return hours


def _clock(minute: int) -> str:
    return f"{minute % 1440 // 60:02}:{minute % 60:02}"


# Around both changes of 2026 and of 2011, when Samoa skipped a day.
STARTS = st.one_of(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 10)),  # noqa: DTZ001 (made aware below)
    st.datetimes(datetime(2026, 9, 20), datetime(2026, 11, 5)),  # noqa: DTZ001
    st.datetimes(datetime(2011, 12, 20), datetime(2011, 12, 31)),  # noqa: DTZ001
    st.datetimes(datetime(2010, 10, 25), datetime(2010, 11, 10)),  # noqa: DTZ001
).map(lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC))


@given(
    weeks(), st.sampled_from(ZONES), STARTS, st.integers(0, 4 * 1440), st.sets(st.integers(0, 5), max_size=2)
)
@settings(max_examples=60)
def test_business_time_between_moments_is_what_the_wall_clock_says(
    hours: Written, zone: str, start: datetime, minutes: int, holiday_offsets: set[int]
) -> None:
    holidays = {start.astimezone(zone_of(zone)).date() + timedelta(days=days) for days in holiday_offsets}
    made = calendar(hours, zone, [(day.isoformat(), "") for day in holidays])
    counted = list(open_by_oracle(hours, zone, holidays, start, minutes))
    assert elapsed(made, start, start + minutes * MINUTE) == len(counted) * MINUTE


@given(weeks(), st.sampled_from(ZONES), STARTS, st.integers(1, 1200))
@settings(max_examples=40)
def test_the_due_moment_ends_the_minute_that_completes_the_business_time(
    hours: Written, zone: str, start: datetime, minutes: int
) -> None:
    made = calendar(hours, zone)
    horizon = 4 * 1440
    counted = list(open_by_oracle(hours, zone, set(), start, horizon))
    if len(counted) < minutes:
        return
    assert due_at(made, start, minutes * MINUTE) == counted[minutes - 1] + MINUTE


@given(weeks(), st.sampled_from(ZONES), STARTS, st.timedeltas(MINUTE, timedelta(hours=6)))
@settings(max_examples=40)
def test_adding_business_time_and_measuring_it_are_inverse(
    hours: Written, zone: str, start: datetime, duration: timedelta
) -> None:
    made = calendar(hours, zone)
    end = due_at(made, start, duration)
    assert elapsed(made, start, end) == duration
    assert elapsed(made, start, end - timedelta(microseconds=1)) < duration


@given(weeks(), st.sampled_from(ZONES), STARTS, st.timedeltas(timedelta(0), timedelta(days=9)))
@settings(max_examples=40)
def test_an_explanation_leaves_no_gap_and_counts_the_same(
    hours: Written, zone: str, start: datetime, length: timedelta
) -> None:
    made = calendar(hours, zone, [((start + timedelta(days=2)).date().isoformat(), "Own day")])
    told = list(explained(made, start, start + length))
    edges = [start, *(part.end for part in told)]
    assert [part.start for part in told] == edges[:-1]
    assert edges[-1] == start + length
    counted = sum((part.end - part.start for part in told if part.counted), timedelta(0))
    assert counted == elapsed(made, start, start + length)


def test_an_hour_skipped_in_spring_is_never_open() -> None:
    made = calendar({"sunday": [("01:00", "05:00")]})
    start = local("Europe/Warsaw", 2026, 3, 29, 0, 0)
    assert elapsed(made, start, start + timedelta(hours=23)) == timedelta(hours=3)
    assert due_at(made, start, timedelta(hours=2)) == local("Europe/Warsaw", 2026, 3, 29, 4, 0)


def test_an_hour_repeated_in_autumn_is_open_twice() -> None:
    made = calendar({"sunday": [("02:00", "03:00")]})
    start = local("Europe/Warsaw", 2026, 10, 25, 0, 0)
    assert elapsed(made, start, start + timedelta(hours=25)) == timedelta(hours=2)


def test_hours_that_begin_in_the_skipped_hour_open_when_the_clock_has_jumped() -> None:
    made = calendar({"sunday": [("02:30", "10:00")]})
    start = local("Europe/Warsaw", 2026, 3, 29, 0, 0)
    [span] = joined(open_spans(made, start, start + timedelta(hours=20)))
    assert span.start == local("Europe/Warsaw", 2026, 3, 29, 3, 0)


def test_half_of_a_repeated_hour_is_open_in_both_of_its_passes() -> None:
    made = calendar({"sunday": [("02:30", "03:30")]})
    start = local("Europe/Warsaw", 2026, 10, 25, 0, 0)
    spans = joined(open_spans(made, start, start + timedelta(hours=25)))
    assert [(span.end - span.start) for span in spans] == [timedelta(minutes=30), timedelta(hours=1)]


def test_round_the_clock_a_day_of_the_change_has_twenty_three_or_twenty_five_hours() -> None:
    made = calendar(ALWAYS)
    spring, autumn = (local("Europe/Warsaw", 2026, *day) for day in ((3, 29), (10, 25)))
    assert elapsed(made, spring, local("Europe/Warsaw", 2026, 3, 30)) == timedelta(hours=23)
    assert elapsed(made, autumn, local("Europe/Warsaw", 2026, 10, 26)) == timedelta(hours=25)
    assert due_at(made, spring, timedelta(hours=24)) == spring + timedelta(hours=24)


def test_a_deadline_over_the_weekend_of_the_change_falls_on_monday_by_wall_time() -> None:
    made = calendar(OFFICE)
    friday = local("Europe/Warsaw", 2026, 3, 27, 17, 0)
    assert due_at(made, friday, timedelta(hours=4)) == local("Europe/Warsaw", 2026, 3, 30, 12, 0)


def test_a_target_that_fills_the_day_is_due_at_closing_not_at_the_next_opening() -> None:
    made = calendar(OFFICE)
    opening = local("Europe/Warsaw", 2026, 11, 20, 9, 0)
    assert due_at(made, opening, timedelta(hours=9)) == local("Europe/Warsaw", 2026, 11, 20, 18, 0)
    assert due_at(made, opening, timedelta(hours=9, microseconds=1)) == local(
        "Europe/Warsaw", 2026, 11, 23, 9, 0
    ) + timedelta(microseconds=1)


def test_a_lunch_break_does_not_count() -> None:
    made = calendar({day: [("09:00", "13:00"), ("14:00", "18:00")] for day in WEEKDAYS[:5]})
    start = local("Europe/Warsaw", 2026, 11, 20, 12, 0)
    assert due_at(made, start, timedelta(hours=2)) == local("Europe/Warsaw", 2026, 11, 20, 15, 0)


def test_a_night_shift_crosses_midnight_and_the_end_of_the_week() -> None:
    made = calendar({"sunday": [("22:00", "06:00")]})
    sunday = local("Europe/Warsaw", 2026, 11, 22, 0, 0)
    [span] = joined(open_spans(made, sunday, sunday + timedelta(days=3)))
    assert span.start == local("Europe/Warsaw", 2026, 11, 22, 22, 0)
    assert span.end == local("Europe/Warsaw", 2026, 11, 23, 6, 0)


def test_a_holiday_closes_its_date_and_nothing_more() -> None:
    made = calendar({day: [("22:00", "06:00")] for day in WEEKDAYS}, holidays=[("2026-11-24", "Own day")])
    start = local("Europe/Warsaw", 2026, 11, 23, 12, 0)
    spans = joined(open_spans(made, start, start + timedelta(days=2)))
    assert [(s.start, s.end) for s in spans] == [
        (local("Europe/Warsaw", 2026, 11, 23, 22, 0), local("Europe/Warsaw", 2026, 11, 24, 0, 0)),
        (local("Europe/Warsaw", 2026, 11, 25, 0, 0), local("Europe/Warsaw", 2026, 11, 25, 6, 0)),
    ]


def test_a_public_holiday_of_the_country_is_named_in_the_explanation() -> None:
    made = calendar(OFFICE, country="PL")
    start = local("Europe/Warsaw", 2026, 11, 10, 17, 0)
    told = [(part.counted, part.reason) for part in explained(made, start, start + timedelta(days=2))]
    assert told == [
        (True, "business hours"),
        (False, "outside business hours"),
        (False, "holiday: National Independence Day"),
        (False, "outside business hours"),
        (True, "business hours"),
    ]


def test_a_holiday_is_a_date_in_the_zone_not_in_utc() -> None:
    made = calendar(ALWAYS, zone="Pacific/Auckland", holidays=[("2026-06-10", "Own day")])
    start = local("Pacific/Auckland", 2026, 6, 9, 12, 0)
    spans = joined(open_spans(made, start, start + timedelta(days=2)))
    assert spans[0].end == local("Pacific/Auckland", 2026, 6, 10)
    assert spans[1].start == local("Pacific/Auckland", 2026, 6, 11)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"monday": [("09:00", "13:00"), ("12:00", "18:00")]}, "hours.monday[1]"),
        ({"monday": [("22:00", "06:00")], "tuesday": [("05:00", "09:00")]}, "hours.tuesday[0]"),
        ({"sunday": [("22:00", "06:00")], "monday": [("05:59", "09:00")]}, "hours.monday[0]"),
        ({"monday": [("09:00", "09:00"), ("08:00", "09:01")]}, "hours.monday[0]"),
    ],
)
def test_hours_that_overlap_are_refused_by_name(hours: Written, field: str) -> None:
    with pytest.raises(Refused) as refused:
        calendar(hours)
    assert [name for name, _ in refused.value.problems] == [field]


@pytest.mark.parametrize(
    "time", ["9:00", "24:01", "25:00", "09:60", "", "0900", "24:00", "09:00:00", "\u0660\u0669:00"]
)
def test_a_time_of_day_that_is_none_is_refused(time: str) -> None:
    with pytest.raises(Refused, match=r"hours.monday\[0\]"):
        calendar({"monday": [(time, "18:00")]})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        checked(
            WrittenCalendar(
                time_zone="../etc/passwd",
                hours={"monday": [("x", "y")]},
                holidays=[("2026-02-30", ""), ("20261225", "")],
                country="XX",
            )
        )
    assert [name for name, _ in refused.value.problems] == [
        "time_zone", "holiday_country", "holidays[0].date", "holidays[1].date", "hours.monday[0]",
    ]  # fmt: skip


def test_touching_hours_are_joined_and_a_day_may_be_open_all_round() -> None:
    made = calendar({"monday": [("09:00", "13:00"), ("13:00", "18:00")], "tuesday": [("00:00", "24:00")]})
    assert made.week.days[0] == ((540, 1080),)
    assert made.week.days[1] == ((0, 1440),)


def test_a_search_that_finds_no_business_time_ends() -> None:
    closed = calendar({})
    with pytest.raises(NeverOpen):
        due_at(closed, datetime(2026, 1, 1, tzinfo=UTC), MINUTE)
    seldom = calendar({"monday": [("09:00", "09:01")]})
    with pytest.raises(NeverOpen):
        due_at(seldom, datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=1))


def test_the_cache_of_days_stays_bounded() -> None:
    made = calendar(OFFICE)
    elapsed(made, datetime(1950, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    assert len(made._days) <= business._CACHED_DAYS
