"""Calendars as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sla.domain import hours as hours_of
from sla.domain import public_holidays, zones
from sla.domain.calendar import Calendar, SpecialDay, midnight
from sla.domain.hours import Intervals, Week, Written
from sla.domain.kept import Kept
from sla.domain.refusals import Refused

MOST_DAYS = 1000
EARLIEST, LATEST = date(1970, 1, 1), date(2149, 12, 31)

_A_DATE = 'must be a date such as "2026-12-25", from 1970 to 2149'


@dataclass(frozen=True, slots=True)
class WrittenCalendar:
    """All that makes a calendar.

    :param holidays: (date as ISO 8601, name) of own days off.
    :param days: (date, name, intervals) of days with hours of their own; without any the day is off.
    :param country: ISO 3166-1 alpha-2 or "".
    :param subdivision: a part of the country, as ISO 3166-2 writes it behind the country's code, or "".
    :param feed_days: (date, name) of days off that feeds brought.
    :param effective_from: the date from whose local midnight on the calendar counts; "": ever.
    :param kept: what was kept of the zone and the country, which this machine then need not know; None: nothing.
    """

    time_zone: str
    hours: Written = field(default_factory=dict)
    holidays: Sequence[tuple[str, str]] = ()
    days: Sequence[tuple[str, str, Intervals]] = ()
    country: str = ""
    subdivision: str = ""
    feed_days: Sequence[tuple[str, str]] = ()
    effective_from: str = ""
    kept: Kept | None = None


def checked(written: WrittenCalendar) -> Calendar:
    """The calendar to reckon with. Raises Refused with all that is wrong."""
    problems: list[tuple[str, str]] = []
    if written.kept is None:
        problems += _problems_with_place(written)
    since = _date(written.effective_from) if written.effective_from else None
    if written.effective_from and since is None:
        problems.append(("effective_from", _A_DATE))
    own, special = _own_days(written, problems)
    week = Week()
    try:
        week = hours_of.open_minutes(written.hours)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(*problems)
    fed = {date.fromisoformat(day): name for day, name in written.feed_days}
    made = Calendar(
        time_zone=written.time_zone,
        week=week,
        holidays=fed | own,
        special_days=special,
        country=written.country,
        subdivision=written.subdivision,
        kept=written.kept,
    )
    return made if since is None else replace(made, begins=midnight(since, made.pieces))


def _problems_with_place(written: WrittenCalendar) -> list[tuple[str, str]]:
    if not zones.is_zone(written.time_zone):
        problem = ("time_zone", 'must be an IANA time zone, such as "Europe/Warsaw"')
        return [problem, *_problems_with_country(written.country, written.subdivision)]
    return _problems_with_country(written.country, written.subdivision)


def _problems_with_country(country: str, subdivision: str) -> list[tuple[str, str]]:
    if country and country not in public_holidays.countries():
        reason = 'must be an ISO 3166-1 alpha-2 code whose holidays are known, such as "PL"'
        return [("holiday_country", reason)]
    known = public_holidays.subdivisions(country)
    if subdivision and subdivision not in known:
        named = f"must be one of {', '.join(sorted(known))}" if known else "must be empty for this country"
        return [("holiday_subdivision", named)]
    return []


def _own_days(
    written: WrittenCalendar, problems: list[tuple[str, str]]
) -> tuple[dict[date, str], dict[date, SpecialDay]]:
    """Days off and days with hours of their own, each date once."""
    off: dict[date, str] = {}
    special: dict[date, SpecialDay] = {}
    entries = [
        *((f"holidays[{index}]", day, name, ()) for index, (day, name) in enumerate(written.holidays)),
        *((f"days[{index}]", *entry) for index, entry in enumerate(written.days)),
    ]
    for field_name, count in (("holidays", len(written.holidays)), ("days", len(written.days))):
        if count > MOST_DAYS:
            problems.append((field_name, f"must not be more than {MOST_DAYS}"))
            return {}, {}
    for place, text, name, intervals in entries:
        day = _date(text)
        if day is None:
            problems.append((f"{place}.date", _A_DATE))
        elif day in off or day in special:
            problems.append((f"{place}.date", "is there twice"))
        elif not intervals:
            off[day] = name or "holiday"
        else:
            try:
                special[day] = SpecialDay(name or text, hours_of.of_date(intervals, f"{place}.hours"))
            except Refused as refused:
                problems += refused.problems
    return off, special


def _date(text: str) -> date | None:
    """The date that is written exactly as ISO 8601 has it; None for any other text, and out of bounds."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and EARLIEST <= day <= LATEST else None
