"""Which days a calendar is open on, as other services are told."""

from datetime import date, timedelta

from calendars import OFFICE, calendar

from sla.domain.calendar import is_open_on
from sla.domain.open_days import open_days
from sla.domain.writing import WrittenCalendar, checked

FIRST = date(2026, 12, 21)


def test_holidays_and_special_days_are_told_where_they_differ_from_their_weekday() -> None:
    days = [
        ("2026-12-24", "Short", [("09:00", "12:00")]),
        ("2026-12-26", "Stock-taking", [("09:00", "12:00")]),
        ("2026-12-28", "Shut", []),
    ]
    made = checked(WrittenCalendar(time_zone="Europe/Warsaw", hours=OFFICE, days=days, country="PL"))
    told = open_days(made, FIRST, 35)
    assert (told.first, told.last) == (FIRST, FIRST + timedelta(days=34))
    assert told.closed_weekdays == [6, 7]
    # The 26th is a public holiday too, but a special Saturday.
    assert [day.isoformat() for day in told.exceptions] == [
        "2026-12-25",
        "2026-12-26",
        "2026-12-28",
        "2027-01-01",
        "2027-01-06",
    ]


def test_what_is_told_says_of_each_day_what_the_calendar_says() -> None:
    made = calendar(OFFICE, country="PL")
    told = open_days(made, FIRST)
    day, shut = told.first, set(told.exceptions)
    while day <= told.last:
        assert is_open_on(made, day) is ((day.isoweekday() in told.closed_weekdays) == (day in shut))
        day += timedelta(days=1)
    assert len(shut) < 60
