"""Dates that recur, by the rules of RFC 5545 (3.3.10) as far as they can be about whole days; and hours.

    rule = read_rule("FREQ=MONTHLY;BYDAY=-1FR")
    next(dates(rule, start, last))

A rule is walked period by period (days, weeks, months, years) until a given date, so it ends however it is written; the usual
libraries look for the next date for thousands of years when a rule has none.
"""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

_DAY = timedelta(days=1)
MOST_VALUES = 366
_MOST_INTERVAL = 10_000
_MOST_CHARACTERS = 2_000
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}
)
_OF_DAYS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(T[0-9]{6}Z?)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """Which days of each period are meant, or which hours.

    :param frequency: "HOURLY", "DAILY", "WEEKLY", "MONTHLY" or "YEARLY".
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


def read_rule(text: str, *, hourly: bool = False) -> Rule:
    """The rule as RFC 5545 writes it: "FREQ=WEEKLY;BYDAY=MO,FR". Of UNTIL only the date counts.

    Raises ValueError, which says what is wrong, for what is no rule about whole days.

    :param hourly: whether it may be about hours too (FREQ=HOURLY), on the days that BYDAY, BYMONTH and BYMONTHDAY leave.
    """
    if len(text) > _MOST_CHARACTERS:
        raise ValueError("is too long")
    parts = _parts(text)
    frequency = _one(parts, "FREQ").upper()
    known = ("HOURLY", *_OF_DAYS) if hourly else _OF_DAYS
    if frequency not in known:
        raise ValueError(f"FREQ must be {', '.join(known[:-1])} or {known[-1]}")
    if frequency == "HOURLY" and "BYSETPOS" in parts:
        raise ValueError("BYSETPOS goes with days")
    interval = _number(_one(parts, "INTERVAL", "1"))
    if not 0 < interval < _MOST_INTERVAL:
        raise ValueError(f"INTERVAL must be 1 to {_MOST_INTERVAL - 1}")
    weekdays = frozenset(_weekday(one) for one in parts.get("BYDAY", ()))
    if frequency in {"HOURLY", "DAILY", "WEEKLY"} and any(which for which, _ in weekdays):
        raise ValueError("BYDAY may number weekdays of months and years alone")
    count = _number(_one(parts, "COUNT")) if "COUNT" in parts else None
    if count is not None and count < 1:
        raise ValueError("COUNT must be at least 1")
    week_start = _one(parts, "WKST", "MO").upper()
    if week_start not in _WEEKDAYS:
        raise ValueError("WKST names no weekday")
    return Rule(
        frequency=frequency,
        interval=interval,
        count=count,
        until=_until(_one(parts, "UNTIL")) if "UNTIL" in parts else None,
        months=_numbers(parts, "BYMONTH"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        weekdays=weekdays,
        positions=_numbers(parts, "BYSETPOS"),
        week_start=_WEEKDAYS.index(week_start),
    )


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


def times(rule: Rule, start: datetime, last: date) -> Iterator[datetime]:
    """The times of a rule that begins at a time on the wall (without zone), until `last` and then included, in order.

    Of a rule about days the time of day is that of `start`; of one about hours each is a number of hours after it, on the
    wall.
    """
    if rule.frequency != "HOURLY":
        yield from (datetime.combine(day, start.time()) for day in dates(rule, start.date(), last))
        return
    days = dates(replace(rule, frequency="DAILY", interval=1, count=None), start.date(), last)
    step = timedelta(hours=rule.interval)
    found = (at for day in days for at in _hours(start, step, datetime.combine(day, time())))
    yield from itertools.islice(found, rule.count)


def _hours(start: datetime, step: timedelta, midnight: datetime) -> Iterator[datetime]:
    """The times of one day that are whole steps after the start."""
    at = start + max(0, -((start - midnight) // step)) * step
    while at < midnight + _DAY:
        yield at
        at += step


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


def _parts(text: str) -> Mapping[str, Sequence[str]]:
    parts: dict[str, Sequence[str]] = {}
    for part in text.strip().removesuffix(";").split(";"):
        name, equals, values = part.partition("=")
        name = name.strip().upper()
        if not equals or name in parts:
            raise ValueError("must be parts like FREQ=WEEKLY, each once, with ; between them")
        if name not in _PARTS:
            raise ValueError(f"has a part that is not known or not about whole days: {name}")
        parts[name] = [value.strip() for value in values.split(",")]
        if len(parts[name]) > MOST_VALUES:
            raise ValueError(f"{name} has too many values")
    return parts


def _one(parts: Mapping[str, Sequence[str]], name: str, *default: str) -> str:
    values = parts.get(name, default)
    if len(values) != 1:
        raise ValueError(f"needs one {name}")
    return values[0]


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text} is no number") from None


def _numbers(parts: Mapping[str, Sequence[str]], name: str) -> frozenset[int]:
    return frozenset(_number(one) for one in parts.get(name, ()))


def _until(text: str) -> date:
    found = _UNTIL.fullmatch(text.upper())
    if found is None:
        raise ValueError("UNTIL is no date")
    return datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 (a date)


def _weekday(text: str) -> tuple[int, int]:
    """(which, weekday) of "MO", "1MO" or "-1SU"."""
    found = _WEEKDAY.fullmatch(text.upper())
    if found is None:
        raise ValueError(f"BYDAY names no weekday: {text}")
    return int(found.group(1) or 0), _WEEKDAYS.index(found.group(2))
