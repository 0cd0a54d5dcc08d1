"""Calendars for the tests of business time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.domain.calendar import Calendar
from sla.domain.hours import WEEKDAYS, Written
from sla.domain.writing import WrittenCalendar, checked

MINUTE = timedelta(minutes=1)
OFFICE: Written = {day: [("09:00", "18:00")] for day in WEEKDAYS[:5]}


def calendar(
    hours: Written,
    zone: str = "Europe/Warsaw",
    holidays: list[tuple[str, str]] | None = None,
    country: str = "",
) -> Calendar:
    """A calendar of these hours; days off are (date, name)."""
    return checked(WrittenCalendar(time_zone=zone, hours=hours, holidays=holidays or [], country=country))


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    """A moment by the wall clock of a zone, in UTC."""
    return datetime(*parts, fold=fold, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]
