"""Calendars for the tests of business time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # it has no types

from sla.domain.calendar import Calendar
from sla.domain.hours import WEEKDAYS, Written
from sla.domain.writing import WrittenCalendar, checked

MINUTE = timedelta(minutes=1)
OFFICE: Written = {day: [("09:00", "18:00")] for day in WEEKDAYS[:5]}


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """A zone by the rules of the tzdata package, which calendars go by, whatever this machine has."""
    with resources.files(tzdata).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


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
    return datetime(*parts, fold=fold, tzinfo=zone_of(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]
