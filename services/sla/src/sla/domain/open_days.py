"""The days that a calendar is open on, as few words as will do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sla.domain.calendar import Calendar, is_open_on

TOLD_DAYS = 3 * 366
"""So many days are told from the first one on."""

_WEEK = 7


@dataclass(frozen=True, slots=True)
class OpenDays:
    """The weekdays (1 is Monday) that are closed, and the dates that are not as their weekday."""

    first: date
    last: date
    closed_weekdays: Sequence[int]
    exceptions: Sequence[date]


def open_days(calendar: Calendar, first: date, days: int = TOLD_DAYS) -> OpenDays:
    """The open days of so many from `first` on; a weekday is closed where most of its dates are."""
    dates = [first + timedelta(days=number) for number in range(days)]
    closed = [day for day in dates if not is_open_on(calendar, day)]
    weekdays = [
        weekday
        for weekday in range(1, _WEEK + 1)
        if 2 * sum(day.isoweekday() == weekday for day in closed)
        > sum(day.isoweekday() == weekday for day in dates)
    ]
    shut = set(closed)
    exceptions = [day for day in dates if (day in shut) != (day.isoweekday() in weekdays)]
    return OpenDays(first, dates[-1], weekdays, exceptions)
