"""Business time: real seconds, counted while the wall clock of a zone shows open hours of a day that is no holiday.

A moment is open when its local time of day lies in the weekly hours and its local date is no holiday. So an hour that the
spring change skips is never open, and an hour that the autumn change repeats is open twice; a holiday closes its date from
midnight to midnight, also for a shift that began the evening before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sla.domain import public_holidays, zones
from sla.domain.hours import Week, Written, open_minutes
from sla.domain.refusals import Refused

FARTHEST = timedelta(days=3660)
"""How far business time is looked for: about ten years."""

OPEN = "business hours"
CLOSED = "outside business hours"

_ZERO = timedelta(0)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_CACHED_DAYS = 8000
_YEARS = range(1900, 2200)


class NeverOpen(ValueError):
    """No, or not enough, business time within ten years."""


@dataclass(frozen=True, slots=True)
class Span:
    """Real time from `start` until just before `end` (UTC); `holiday` names what closes hours that are open else."""

    start: datetime
    end: datetime
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A stretch of real time, whether it counts, and the reason in words."""

    start: datetime
    end: datetime
    counted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours in a zone, without holidays: own days by date, and those of a country ("" for none)."""

    time_zone: str
    week: Week
    holidays: Mapping[date, str]
    country: str
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether no day of the week has open hours."""
        return not any(self.week)


def checked(*, time_zone: str, hours: Written, holidays: list[tuple[str, str]], country: str) -> Calendar:
    """The calendar of what people write: dates as ISO 8601, the country as ISO 3166-1 alpha-2 or "".

    Raises Refused with all that is wrong.
    """
    problems: list[tuple[str, str]] = []
    if not zones.is_zone(time_zone):
        problems.append(("time_zone", 'must be an IANA time zone, such as "Europe/Warsaw"'))
    if country and country not in public_holidays.countries():
        problems.append(
            ("holiday_country", 'must be an ISO 3166-1 alpha-2 code whose holidays are known, such as "PL"')
        )
    days: dict[date, str] = {}
    for index, (written, name) in enumerate(holidays):
        place = f"holidays[{index}].date"
        try:
            day = date.fromisoformat(written)
        except ValueError:
            day = None
        if day is None or day.isoformat() != written:
            problems.append((place, 'must be a date such as "2026-12-25"'))
        elif day in days:
            problems.append((place, "is there twice"))
        else:
            days[day] = name or "holiday"
    week: Week = ()
    try:
        week = open_minutes(hours)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(*problems)
    return Calendar(time_zone=time_zone, week=week, holidays=days, country=country)


def due_at(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first moment (UTC) at which `duration` of business time has passed since `start` (aware).

    At the end of the hours that complete it, not at the next opening. Raises NeverOpen beyond ten years.
    """
    if duration == _ZERO:
        return start
    left = duration
    for span in open_spans(calendar, start, start + FARTHEST):
        length = span.end - span.start
        if left <= length:
            return span.start + left
        left -= length
    raise NeverOpen("there is not enough business time within ten years")


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Business time between two aware moments; nothing when `end` is not after `start`."""
    return sum((span.end - span.start for span in open_spans(calendar, start, end)), _ZERO)


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The open stretches between two aware moments, in order; those that touch at midnight are not joined."""
    return (span for span in _spans(calendar, start, end) if not span.holiday)


def joined(spans: Iterator[Span]) -> list[Span]:
    """The same stretches with those that touch made one."""
    result: list[Span] = []
    for span in spans:
        if result and result[-1].end == span.start:
            result[-1] = Span(result[-1].start, span.end)
        else:
            result.append(span)
    return result


def explained(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Counted]:
    """All the time between two aware moments, without gaps: what counts, what does not, and why."""
    at = start.astimezone(UTC)
    for span in _spans(calendar, start, end):
        if at < span.start:
            yield Counted(at, span.start, counted=False, reason=CLOSED)
        if span.holiday:
            yield Counted(span.start, span.end, counted=False, reason=f"holiday: {span.holiday}")
        else:
            yield Counted(span.start, span.end, counted=True, reason=OPEN)
        at = span.end
    if at < end:
        yield Counted(at, end.astimezone(UTC), counted=False, reason=CLOSED)


def _spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The weekly hours between two moments, those that a holiday closes included."""
    if calendar.is_empty:
        return
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    day = start.date()
    while datetime.combine(day, time.min, UTC) < end and day.year in _YEARS:
        for span in _of_day(calendar, day):
            first, last = max(span.start, start), min(span.end, end)
            if first < last:
                yield Span(first, last, span.holiday)
        day += _DAY


def _of_day(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """The weekly hours within one day of UTC, in order."""
    kept = calendar._days.get(day)  # noqa: SLF001 (a cache of this module)
    if kept is None:
        if len(calendar._days) >= _CACHED_DAYS:  # noqa: SLF001 (as above)
            calendar._days.clear()  # noqa: SLF001 (as above)
        kept = calendar._days[day] = tuple(_computed(calendar, day))  # noqa: SLF001 (as above)
    return kept


def _computed(calendar: Calendar, day: date) -> Iterator[Span]:
    midnight = datetime.combine(day, time.min, UTC)
    for begun, until, offset in zones.pieces(calendar.time_zone, day.year):
        start, end = max(begun, midnight), min(until, midnight + _DAY)
        if start < end:
            yield from _of_piece(calendar, start, end, offset)


def _of_piece(calendar: Calendar, start: datetime, end: datetime, offset: timedelta) -> Iterator[Span]:
    """The weekly hours between moments of one constant offset, where wall time is real time plus the offset."""
    date_of_wall = (start + offset).date()
    while (wall := datetime.combine(date_of_wall, time.min, UTC) - offset) < end:
        holiday = _holiday(calendar, date_of_wall)
        for first, last in calendar.week[date_of_wall.weekday()]:
            opens, closes = max(wall + first * _MINUTE, start), min(wall + last * _MINUTE, end)
            if opens < closes:
                yield Span(opens, closes, holiday)
        date_of_wall += _DAY


def _holiday(calendar: Calendar, day: date) -> str:
    own = calendar.holidays.get(day)
    if own is not None or not calendar.country:
        return own or ""
    return public_holidays.of_year(calendar.country, day.year).get(day, "")
