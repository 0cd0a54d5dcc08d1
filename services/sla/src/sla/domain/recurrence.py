"""Dates that recur, by the rules of RFC 5545 (3.3.10) as far as they can be about whole days.

A rule is walked period by period (days, weeks, months, years) until a given date, so it ends however it is written; the usual
libraries look for the next date for thousands of years when a rule has none.
"""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
MOST_VALUES = 366


@dataclass(frozen=True, slots=True)
class Rule:
    """Which days of each period are meant.

    :param frequency: "DAILY", "WEEKLY", "MONTHLY" or "YEARLY".
    :param weekdays: (which of the period or 0 for each, Monday is 0); negative ones count from the end.
    :param positions: which of the days so found; negative ones count from the end. Empty: all.
    :param week_start: Monday is 0.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0


def dates(rule: Rule, start: date, last: date) -> Iterator[date]:
    """The dates of a rule that begins on a date, until `last` and then included, in order."""
    if rule.until is not None:
        last = min(last, rule.until)
    matches = _matcher(rule, start)
    found = (
        day
        for first, end in _periods(rule, start, last)
        for day in _chosen([day for day in _days(first, end) if matches(day)], rule.positions)
        if start <= day <= last
    )
    return itertools.islice(found, rule.count)


def _periods(rule: Rule, start: date, last: date) -> Iterator[tuple[date, date]]:
    """From the first day of each period to the day after its last."""
    match rule.frequency:
        case "DAILY" | "WEEKLY":
            length = _DAY if rule.frequency == "DAILY" else 7 * _DAY
            back = (start.weekday() - rule.week_start) % 7 if rule.frequency == "WEEKLY" else 0
            day = start.toordinal() - back
            while day <= last.toordinal():
                first = date.fromordinal(day)
                yield first, first + length
                day += rule.interval * length.days
        case _:
            size = 1 if rule.frequency == "MONTHLY" else 12
            month = start.year * 12 + (start.month - 1 if size == 1 else 0)
            while month <= last.year * 12 + last.month - 1:
                yield _month(month), _month(month + size)
                month += rule.interval * size


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _days(first: date, end: date) -> Iterator[date]:
    return (first + number * _DAY for number in range((end - first).days))


def _matcher(rule: Rule, start: date) -> Callable[[date], bool]:
    """Whether a day is one of the rule; what the rule leaves open is as on the day it begins."""
    months, month_days, weekdays = rule.months, rule.month_days, rule.weekdays
    if not month_days and not weekdays:
        if rule.frequency == "WEEKLY":
            weekdays = frozenset({(0, start.weekday())})
        elif rule.frequency != "DAILY":
            month_days = frozenset({start.day})
            if rule.frequency == "YEARLY":
                months = months or frozenset({start.month})
    by_year = rule.frequency == "YEARLY" and not months

    def matches(day: date) -> bool:
        if months and day.month not in months:
            return False
        length = calendar.monthrange(day.year, day.month)[1]
        if month_days and not {day.day, day.day - length - 1} & month_days:
            return False
        if not weekdays:
            return True
        begin, size = (
            (date(day.year, 1, 1), 366 if calendar.isleap(day.year) else 365)
            if by_year
            else (day.replace(day=1), length)
        )
        number = (day - begin).days
        which = {0, number // 7 + 1, -((size - 1 - number) // 7 + 1)}
        return any((one, day.weekday()) in weekdays for one in which)

    return matches


def _chosen(days: Sequence[date], positions: frozenset[int]) -> Sequence[date]:
    if not positions:
        return days
    return [day for index, day in enumerate(days) if index + 1 in positions or index - len(days) in positions]
