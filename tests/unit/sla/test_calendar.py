"""Business time against an oracle that walks minute by minute and asks the wall clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.domain import calendar as business
from sla.domain import durations
from sla.domain.calendar import Calendar, NeverOpen, due_at, elapsed, explained, joined, open_spans
from sla.domain.hours import WEEKDAYS, Written
from sla.domain.refusals import Refused
from sla.domain.writing import WrittenCalendar, checked

MINUTE = timedelta(minutes=1)
OFFICE: Written = {day: [("09:00", "18:00")] for day in WEEKDAYS[:5]}
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


def calendar(
    hours: Written,
    zone: str = "Europe/Warsaw",
    holidays: list[tuple[str, str]] | None = None,
    country: str = "",
) -> Calendar:
    return checked(WrittenCalendar(time_zone=zone, hours=hours, holidays=holidays or [], country=country))


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, fold=fold, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]


def is_open(hours: Written, zone: str, holidays: set[date], minute: datetime) -> bool:
    """The oracle: what a person with a watch and the opening hours on the door would say."""
    wall = minute.astimezone(ZoneInfo(zone))
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
@settings(max_examples=60, deadline=None)
def test_business_time_between_moments_is_what_the_wall_clock_says(
    hours: Written, zone: str, start: datetime, minutes: int, holiday_offsets: set[int]
) -> None:
    holidays = {start.astimezone(ZoneInfo(zone)).date() + timedelta(days=days) for days in holiday_offsets}
    made = calendar(hours, zone, [(day.isoformat(), "") for day in holidays])
    counted = list(open_by_oracle(hours, zone, holidays, start, minutes))
    assert elapsed(made, start, start + minutes * MINUTE) == len(counted) * MINUTE


@given(weeks(), st.sampled_from(ZONES), STARTS, st.integers(1, 1200))
@settings(max_examples=40, deadline=None)
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
@settings(max_examples=40, deadline=None)
def test_adding_business_time_and_measuring_it_are_inverse(
    hours: Written, zone: str, start: datetime, duration: timedelta
) -> None:
    made = calendar(hours, zone)
    end = due_at(made, start, duration)
    assert elapsed(made, start, end) == duration
    assert elapsed(made, start, end - timedelta(microseconds=1)) < duration


@given(weeks(), st.sampled_from(ZONES), STARTS, st.timedeltas(timedelta(0), timedelta(days=9)))
@settings(max_examples=40, deadline=None)
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


def special(
    days: list[tuple[str, str, list[tuple[str, str]]]], hours: Written = OFFICE, **more: str
) -> Calendar:
    return checked(WrittenCalendar(time_zone="Europe/Warsaw", hours=hours, days=days, **more))  # type: ignore[arg-type]  # its own fields


def hours_of(made: Calendar, day: int, *, month: int = 12, days: int = 1) -> list[tuple[str, str]]:
    """The open hours of dates of 2026 by the wall clock."""
    start = local("Europe/Warsaw", 2026, month, day)
    wall = ZoneInfo("Europe/Warsaw")
    return [
        (f"{span.start.astimezone(wall):%d %H:%M}", f"{span.end.astimezone(wall):%d %H:%M}")
        for span in joined(open_spans(made, start, start + timedelta(days=days)))
    ]


def test_a_short_day_has_its_own_hours() -> None:
    made = special([("2026-12-24", "Christmas Eve", [("09:00", "13:00")])])
    assert hours_of(made, 24) == [("24 09:00", "24 13:00")]
    told = explained(made, local("Europe/Warsaw", 2026, 12, 24, 9), local("Europe/Warsaw", 2026, 12, 24, 18))
    assert [(part.counted, part.reason) for part in told] == [
        (True, "special day: Christmas Eve"),
        (False, "special day: Christmas Eve"),
    ]


def test_an_extra_day_opens_a_weekend() -> None:
    made = special([("2026-12-19", "Catching up", [("10:00", "14:00"), ("15:00", "16:00")])])
    assert hours_of(made, 19, days=2) == [("19 10:00", "19 14:00"), ("19 15:00", "19 16:00")]


def test_a_special_day_goes_before_a_public_holiday_and_one_without_hours_is_off() -> None:
    made = special([("2026-11-11", "Duty", [("10:00", "12:00")]), ("2026-11-12", "Outing", [])], country="PL")
    assert hours_of(made, 11, month=11, days=2) == [("11 10:00", "11 12:00")]
    told = explained(made, local("Europe/Warsaw", 2026, 11, 12, 9), local("Europe/Warsaw", 2026, 11, 12, 18))
    assert [part.reason for part in told] == ["holiday: Outing"]


def test_a_special_night_runs_on_into_the_next_day_and_not_into_a_holiday() -> None:
    nights = [("2026-12-21", "", [("22:00", "06:00")]), ("2026-12-22", "", [("22:00", "06:00")])]
    assert hours_of(special(nights), 21, days=3) == [
        ("21 22:00", "22 06:00"), ("22 22:00", "23 06:00"), ("23 09:00", "23 18:00"),
    ]  # fmt: skip
    assert hours_of(special([*nights, ("2026-12-23", "Off", [])]), 22, days=2)[-1] == ("22 22:00", "23 00:00")


def test_the_shift_of_the_evening_before_ends_where_a_special_day_begins_and_is_replaced_by_its_own() -> None:
    every_night: Written = {day: [("22:00", "06:00")] for day in WEEKDAYS}
    made = special([("2026-12-22", "", [("12:00", "13:00")])], every_night)
    assert hours_of(made, 21, days=3) == [
        ("21 00:00", "21 06:00"), ("21 22:00", "22 00:00"), ("22 12:00", "22 13:00"), ("23 22:00", "24 00:00"),
    ]  # fmt: skip


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = local("Europe/Berlin", 2026, 1, 6, 9)
    for part, opened in (("", 9), ("BY", 0), ("HH", 9)):
        made = checked(
            WrittenCalendar(time_zone="Europe/Berlin", hours=OFFICE, country="DE", subdivision=part)
        )
        assert elapsed(made, epiphany, epiphany + timedelta(hours=9)) == timedelta(hours=opened)


def test_hours_that_change_on_a_date_leave_the_time_before_it_as_it_was() -> None:
    before = calendar(OFFICE)
    after = special([], {day: [("08:00", "20:00")] for day in WEEKDAYS[:5]}, effective_from="2026-12-15")
    made = after.after(before)
    assert hours_of(made, 14, days=2) == [("14 09:00", "14 18:00"), ("15 08:00", "15 20:00")]
    assert due_at(made, local("Europe/Warsaw", 2026, 12, 14, 17), timedelta(hours=2)) == local(
        "Europe/Warsaw", 2026, 12, 15, 9
    )
    assert due_at(made, local("Europe/Warsaw", 2026, 12, 15, 9), -timedelta(hours=2)) == local(
        "Europe/Warsaw", 2026, 12, 14, 17
    )


def test_a_later_version_replaces_all_that_was_to_count_from_its_date_on() -> None:
    first = calendar(OFFICE)
    planned = special([], {"monday": [("01:00", "02:00")]}, effective_from="2026-12-21").after(first)
    earlier = special([], {"monday": [("03:00", "04:00")]}, effective_from="2026-12-14").after(planned)
    assert [hours_of(earlier, day)[0] for day in (7, 14, 21, 28)] == [
        ("07 09:00", "07 18:00"), ("14 03:00", "14 04:00"), ("21 03:00", "21 04:00"), ("28 03:00", "28 04:00"),
    ]  # fmt: skip
    later = special([], {"monday": [("05:00", "06:00")]}, effective_from="2026-12-28").after(planned)
    assert [hours_of(later, day)[0][0] for day in (14, 21, 28)] == ["14 09:00", "21 01:00", "28 05:00"]
    anew = calendar({"monday": [("07:00", "08:00")]}).after(later)
    assert [hours_of(anew, day)[0][0] for day in (7, 21, 28)] == ["07 07:00", "21 07:00", "28 07:00"]


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ((2026, 11, 16, 10), "2 business days", (2026, 11, 18, 10)),
        ((2026, 11, 19, 10), "2 business days", (2026, 11, 23, 10)),
        ((2026, 11, 21, 12), "1 business day", (2026, 11, 23, 18)),
        ((2026, 11, 20, 20), "1 business day", (2026, 11, 23, 18)),
        ((2026, 11, 10, 10), "1 business day", (2026, 11, 12, 10)),
        ((2026, 11, 16, 10), "end of business day 1", (2026, 11, 16, 18)),
        ((2026, 11, 16, 18), "end of business day 1", (2026, 11, 17, 18)),
        ((2026, 11, 16, 10), "end of business day 2", (2026, 11, 17, 18)),
        ((2026, 11, 21, 12), "end of business day 1", (2026, 11, 23, 18)),
        ((2026, 3, 27, 10), "2 business days", (2026, 3, 31, 10)),
    ],
)
def test_business_days_are_dates_with_open_hours(
    start: tuple[int, ...], length: str, due: tuple[int, ...]
) -> None:
    made = calendar(OFFICE, country="PL")
    begun = local("Europe/Warsaw", *start)
    amount = business.business_time(made, begun, durations.parse_length(length))
    assert due_at(made, begun, amount) == local("Europe/Warsaw", *due)


def test_time_counted_back_ends_at_the_last_moment_that_leaves_enough() -> None:
    made = calendar(OFFICE)
    monday = local("Europe/Warsaw", 2026, 11, 23, 9)
    assert due_at(made, monday, -timedelta(hours=9)) == local("Europe/Warsaw", 2026, 11, 20, 9)
    assert due_at(made, monday, -timedelta(hours=1)) == local("Europe/Warsaw", 2026, 11, 20, 17)
    with pytest.raises(NeverOpen):
        due_at(calendar({}), monday, -MINUTE)


def test_a_calendar_of_extra_days_alone_counts_them_and_ends() -> None:
    made = special([("2026-12-19", "", [("10:00", "14:00")])], {})
    monday = local("Europe/Warsaw", 2026, 12, 14, 9)
    assert due_at(made, monday, timedelta(hours=4)) == local("Europe/Warsaw", 2026, 12, 19, 14)
    with pytest.raises(NeverOpen):
        due_at(made, monday, timedelta(hours=5))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"days": [("2026-12-24", "", [("09:00", "13:00"), ("12:00", "14:00")])]}, "days[0].hours[1]"),
        ({"days": [("2026-12-24", "", [("9", "13:00")])]}, "days[0].hours[0]"),
        ({"days": [("2026-12-24", "", []), ("2026-12-24", "", [])]}, "days[1].date"),
        ({"days": [("2026-12-24", "", [])], "holidays": [("2026-12-24", "")]}, "days[0].date"),
        ({"days": [("1066-10-14", "", [])]}, "days[0].date"),
        ({"days": [("2026-12-24", "", [("09:00", "10:00")] * 25)]}, "days[0].hours"),
        ({"holidays": [("2026-12-24", "")] * 1001}, "holidays"),
        ({"country": "DE", "subdivision": "XX"}, "holiday_subdivision"),
        ({"subdivision": "BY"}, "holiday_subdivision"),
        ({"effective_from": "tomorrow"}, "effective_from"),
        ({"time_zone": "localtime"}, "time_zone"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_field(more: dict[str, object], field: str) -> None:
    given_values = {"time_zone": "UTC", "hours": OFFICE, **more}
    with pytest.raises(Refused) as refused:
        checked(WrittenCalendar(**given_values))  # type: ignore[arg-type]  # its own fields
    assert [name for name, _ in refused.value.problems] == [field]
