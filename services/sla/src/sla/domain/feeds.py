"""Days off out of an iCalendar feed (RFC 5545), such as a state's public holidays or a plant's shut-down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar as Feed
from icalendar import Event
from icalendar.error import BrokenCalendarProperty
from icalendar.prop import vRecur

from chassis.recurrence import dates, read_rule
from sla.domain.refusals import Refused

MOST_CHARACTERS = 512 * 1024
MOST_DAYS = 2000
MOST_DAYS_OF_RULES = 400_000
LONGEST_EVENT = timedelta(days=366)
BACK = timedelta(days=5 * 366)
AHEAD = timedelta(days=10 * 366)

_DAY = timedelta(days=1)
_FIELD = "icalendar"
_NO_FEED = "must be an iCalendar feed, BEGIN:VCALENDAR to END:VCALENDAR"
_OLDEST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class FeedDays:
    """What a feed says: (date, name) of days off in order, and how many of its events are none."""

    days: tuple[tuple[date, str], ...]
    skipped: int


def read(text: str, today: date) -> FeedDays:
    """The days off of a feed, from five years before `today` to ten years after it.

    Each event that lasts whole days is off on each of them; events with a time of day and cancelled ones are skipped. A rule
    of recurrence is followed with its exceptions and additions; an event that replaces a recurrence does. Raises Refused for
    what is no iCalendar, and for a feed that is too long or recurs more often than days do.
    """
    if len(text) > MOST_CHARACTERS:
        raise _refused(f"must not be longer than {MOST_CHARACTERS // 1024} KiB")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise _refused(_NO_FEED)
    try:
        return _read(_events(text), today)
    except BrokenCalendarProperty as error:
        raise _refused("holds an event that can't be read") from error


def first_day(today: date) -> date:
    """The first date that a feed is read for."""
    return today - BACK


def _read(events: Sequence[Event], today: date) -> FeedDays:
    recurring = [start for event in events if "RRULE" in event and (start := _start(event)) is not None]
    if sum((today + AHEAD - start).days for start in recurring) > MOST_DAYS_OF_RULES:
        raise _refused("has too many events that recur, or that have done so for too long")
    replaced = {(_text(event, "UID"), day) for event in events if (day := _replaces(event)) is not None}
    found: dict[date, str] = {}
    skipped = 0
    first, last = first_day(today), today + AHEAD
    for event in events:
        start = _start(event)
        if start is None or _text(event, "STATUS").upper() == "CANCELLED":
            skipped += 1
            continue
        length = _length(event, start)
        for begun in _occurrences(event, start, first - length, last):
            if "RRULE" in event and (_text(event, "UID"), begun) in replaced:
                continue
            for day in (begun + number * _DAY for number in range(length // _DAY)):
                if first <= day <= last:
                    found.setdefault(day, _name(event))
        if len(found) > MOST_DAYS:
            raise _refused(f"must not bring more than {MOST_DAYS} days")
    return FeedDays(tuple(sorted(found.items())), skipped)


def _refused(reason: str) -> Refused:
    return Refused((_FIELD, reason))


def _events(text: str) -> list[Event]:
    try:
        feeds = Feed.from_ical(text, multiple=True)
        return [event for feed in feeds for event in feed.walk("VEVENT") if isinstance(event, Event)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _refused(_NO_FEED) from error


def _text(event: Event, name: str) -> str:
    return str(event.get(name, ""))


def _name(event: Event) -> str:
    shown = "".join(one if one.isprintable() else " " for one in _text(event, "SUMMARY"))
    return " ".join(shown.split())[:200] or "holiday"


def _date_of(event: Event, name: str) -> date | None:
    """A property that holds a date; None for one with a time of day, and for none."""
    held = event.get(name)
    value = getattr(held, "dt", None)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _start(event: Event) -> date | None:
    return _date_of(event, "DTSTART")


def _replaces(event: Event) -> date | None:
    return _date_of(event, "RECURRENCE-ID")


def _length(event: Event, start: date) -> timedelta:
    """How many days it lasts: until DTEND, which is not among them, or for DURATION; else one."""
    end = _date_of(event, "DTEND")
    length = _DAY if end is None else end - start
    duration = getattr(event.get("DURATION"), "dt", None)
    if end is None and isinstance(duration, timedelta):
        length = duration
    length = max(length // _DAY, 1) * _DAY
    if length > LONGEST_EVENT:
        raise _refused(f'"{_name(event)}" must not be longer than a year')
    return length


def _occurrences(event: Event, start: date, first: date, last: date) -> Iterator[date]:
    """The dates on which an event begins, between two."""
    excluded = _dates(event, "EXDATE")
    begun = itertools.chain(
        [start] if "RRULE" not in event else _recurred(event, start, last), _dates(event, "RDATE")
    )
    return (day for day in begun if first <= day <= last and day not in excluded)


def _dates(event: Event, name: str) -> set[date]:
    held = event.get(name, [])
    return {
        one.dt
        for part in (held if isinstance(held, list) else [held])
        for one in part.dts
        if not isinstance(one.dt, datetime) and isinstance(one.dt, date)
    }


def _recurred(event: Event, start: date, last: date) -> Iterator[date]:
    """The dates of a rule of recurrence; it ends at `last` even if it never would."""
    where = f'the recurrence of "{_name(event)}"'
    written = event.get("RRULE")
    if not isinstance(written, vRecur):
        raise _refused(f"{where} must be one rule")
    if start < _OLDEST:
        # An old rule costs as many steps as it has had; what it said then is not asked for.
        raise _refused(f"{where} must not begin before 1970")
    try:
        rule = read_rule(written.to_ical().decode())  # type: ignore[no-untyped-call]  # icalendar has no types there
    except (ValueError, TypeError, KeyError) as error:
        raise _refused(
            f"{where} can't be followed: days, weeks, months or years by BYDAY, BYMONTH, BYMONTHDAY"
        ) from error
    return dates(rule, start, last)
