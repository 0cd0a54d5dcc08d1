"""Special days, versions with dates of effect, business days, and calendars that make no sense."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from calendars import MINUTE, OFFICE, calendar, local

from sla.domain import calendar as business
from sla.domain import durations
from sla.domain.calendar import Calendar, NeverOpen, due_at, elapsed, explained, joined, open_spans
from sla.domain.hours import WEEKDAYS, Written
from sla.domain.refusals import Refused
from sla.domain.writing import WrittenCalendar, checked


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
