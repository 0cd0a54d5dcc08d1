"""When tickets that recur are due: days or hours by a rule, on the wall of one zone."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from chassis.recurrence import read_rule, times

CATCH_UP = ("skip", "last", "all")
ON_TIME = timedelta(hours=1)
"""What is later was missed."""

_WEEKDAYS = 7

AHEAD = timedelta(days=10 * 366)
"""A rule that has no day within this has ended."""

OLDEST = date(2000, 1, 1)
"""A rule is walked from its first day."""


ON_CLOSED = ("make", "skip", "next_open", "previous_open")
"""What becomes of a time on a closed day."""

FARTHEST_MOVE = timedelta(days=31)
"""A time that finds no open day within this is left out."""


@dataclass(frozen=True, slots=True)
class OpenDays:
    """The days of a zone that a calendar is open on: all but some weekdays (1 is Monday), and but for some dates."""

    time_zone: str
    closed_weekdays: frozenset[int]
    exceptions: frozenset[date]

    def has(self, at: datetime) -> bool:
        """Whether the day of a moment (aware) is open."""
        day = at.astimezone(ZoneInfo(self.time_zone)).date()
        return (day.isoweekday() in self.closed_weekdays) == (day in self.exceptions)

    @property
    def are_none(self) -> bool:
        """Whether no weekday is open."""
        return len(self.closed_weekdays) == _WEEKDAYS


@dataclass(frozen=True, slots=True)
class Timing:
    """`starts_at` is aware; its time of day in `time_zone` is that of each time. An empty rule: once.

    :param open_days: None where all days are.
    """

    rrule: str
    time_zone: str
    starts_at: datetime
    on_closed: str = "make"
    open_days: OpenDays | None = None


def timing_problems(timing: Timing) -> dict[str, str]:
    """What is wrong with when something shall happen, by its field."""
    problems = {}
    if timing.time_zone not in known_zones():
        problems["time_zone"] = "is no IANA time zone, such as Europe/Warsaw"
    if timing.starts_at.date() < OLDEST:
        problems["starts_at"] = f"must not be before {OLDEST.isoformat()}"
    if timing.rrule:
        try:
            read_rule(timing.rrule, hourly=True)
        except ValueError as error:
            problems["rrule"] = str(error)
    return problems


def times_after(timing: Timing, after: datetime) -> Iterator[datetime]:
    """The times later than `after`, in order, aware, in UTC; none is on a closed day, unless it is made anyway.

    Where two become the same by being moved to an open day they are one.
    """
    days = timing.open_days
    if days is None or timing.on_closed == "make":
        yield from _times_of_rule(timing, after)
        return
    if days.are_none:
        return
    before = after
    for at in _times_of_rule(timing, after - FARTHEST_MOVE):
        moved = _on_open_day(timing, days, at)
        if moved is not None and moved > before:
            yield moved
            before = moved


def _on_open_day(timing: Timing, days: OpenDays, at: datetime) -> datetime | None:
    """The time itself, or the same time of day on the open day that it is moved to; None where it is left out."""
    if days.has(at):
        return at
    if timing.on_closed == "skip":
        return None
    wall = at.astimezone(ZoneInfo(timing.time_zone))
    step = timedelta(days=1 if timing.on_closed == "next_open" else -1)
    for number in range(1, FARTHEST_MOVE.days + 1):
        moved = (wall + number * step).astimezone(UTC)
        if days.has(moved):
            return moved
    return None


def _times_of_rule(timing: Timing, after: datetime) -> Iterator[datetime]:
    """The times later than `after` by the rule alone.

    A time of day that the clock skips when it is put forward is as much later; one that comes twice counts the first time,
    and two that become the same are one.
    """
    if not timing.rrule:
        if timing.starts_at > after:
            yield timing.starts_at.astimezone(UTC)
        return
    zone = ZoneInfo(timing.time_zone)
    start = timing.starts_at.astimezone(zone).replace(tzinfo=None)
    last = max(after, timing.starts_at).date() + AHEAD
    # No zone is further than a day from UTC: what is older need not be reckoned in it.
    oldest = after.astimezone(UTC).replace(tzinfo=None) - timedelta(days=1)
    before = after
    for wall in times(read_rule(timing.rrule, hourly=True), start, last):
        if wall < oldest:
            continue
        at = wall.replace(tzinfo=zone).astimezone(UTC)
        if at > before:
            yield at
            before = at


def next_time(timing: Timing, after: datetime) -> datetime | None:
    """The first of `times_after`; None where there is none."""
    return next(times_after(timing, after), None)


def first_times(timing: Timing, after: datetime, count: int) -> list[datetime]:
    """The first of `times_after`."""
    return list(islice(times_after(timing, after), count))


def is_made(at: datetime, following: datetime | None, *, now: datetime, catch_up: str) -> bool:
    """Whether a ticket is made for a time that is due, or was missed, by the rule for what was missed.

    :param following: the time after it.
    """
    if catch_up == "all" or now - at <= ON_TIME:
        return True
    return catch_up == "last" and (following is None or following > now)


@cache
def known_zones() -> frozenset[str]:
    """The IANA names of time zones."""
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "posixrules", "Factory"}
