"""The hours of a calendar as people write them, and as minutes of each local day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sla.domain.refusals import Refused

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_INTERVALS = 24

_DAY = 24 * 60
_WEEK = 7 * _DAY
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

Intervals = Sequence[tuple[str, str]]
"""As people write them: ("09:00", "18:00")."""

Written = Mapping[str, Intervals]
"""By weekday."""

Minutes = tuple[tuple[int, int], ...]
"""The open minutes of a local day, [from, until), sorted, apart from one another."""


@dataclass(frozen=True, slots=True)
class Week:
    """The open minutes of Monday to Sunday.

    :param carried: for each of them the minute until which it is open because the evening before runs on into it.
    """

    days: tuple[Minutes, ...] = ((),) * 7
    carried: tuple[int, ...] = (0,) * 7


@dataclass(frozen=True, slots=True)
class DayHours:
    """The open minutes of one date, and the minute of the next until which they run on."""

    minutes: Minutes
    into_next: int


def open_minutes(hours: Written) -> Week:
    """The open minutes of each day: what crosses midnight is cut there, what touches is joined.

    Raises Refused, naming the interval ("hours.monday[1]"), for a time that is none and for intervals that overlap.
    """
    problems: list[tuple[str, str]] = []
    spans: list[tuple[int, int, str]] = []
    for number, weekday in enumerate(WEEKDAYS):
        midnight = number * _DAY
        for first, last, place in _read(hours.get(weekday, ()), f"hours.{weekday}", problems):
            spans.append((midnight + first, midnight + last, place))
    problems += _overlaps([*spans, *((start + _WEEK, end + _WEEK, place) for start, end, place in spans)])
    if problems:
        raise Refused(*problems)
    return _by_day(spans)


def of_date(intervals: Intervals, place: str) -> DayHours:
    """The open minutes of one date, which may run on into the next.

    Raises Refused, naming the interval (`place` and its index), as `open_minutes` does.
    """
    problems: list[tuple[str, str]] = []
    spans = _read(intervals, place, problems)
    problems += _overlaps(spans)
    if problems:
        raise Refused(*problems)
    return DayHours(
        united((start, min(end, _DAY)) for start, end, _ in spans),
        max((end - _DAY for _, end, _ in spans if end > _DAY), default=0),
    )


def united(spans: Iterable[tuple[int, int]]) -> Minutes:
    """The minutes that are in any of the spans; empty spans are left out."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def without(minutes: Minutes, taken: Minutes) -> Minutes:
    """The minutes that are not in `taken`."""
    for start, end in taken:
        minutes = united(
            part for first, last in minutes for part in ((first, min(last, start)), (max(first, end), last))
        )
    return minutes


def _read(intervals: Intervals, place: str, problems: list[tuple[str, str]]) -> list[tuple[int, int, str]]:
    """The intervals in minutes from the midnight with which their day begins, each with its name."""
    if len(intervals) > MOST_INTERVALS:
        problems.append((place, f"must not hold more than {MOST_INTERVALS} intervals"))
        return []
    spans: list[tuple[int, int, str]] = []
    for index, (start, end) in enumerate(intervals):
        name = f"{place}[{index}]"
        try:
            first, last = _minute(start), _DAY if end == "24:00" else _minute(end)
        except ValueError as error:
            problems.append((name, str(error)))
            continue
        spans.append((first, last if last > first else last + _DAY, name))
    return spans


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError('must be two times of day "HH:MM"; "24:00" may end a day')
    return int(found.group(1)) * 60 + int(found.group(2))


def _overlaps(spans: Iterable[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """Each interval that begins before another has ended."""
    found: dict[str, str] = {}
    open_until, open_place = -1, ""
    for start, end, place in sorted(spans):
        if start < open_until and place != open_place:
            found[place] = f"overlaps {open_place}"
        if end > open_until:
            open_until, open_place = end, place
    return list(found.items())


def _by_day(spans: Iterable[tuple[int, int, str]]) -> Week:
    days: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    carried = [0] * len(WEEKDAYS)
    for start, end, _ in spans:
        number = start // _DAY
        midnight = (number + 1) * _DAY
        days[number].append((start % _DAY, min(end, midnight) - number * _DAY))
        if end > midnight:
            days[(number + 1) % 7].append((0, end - midnight))
            carried[(number + 1) % 7] = end - midnight
    return Week(tuple(united(day) for day in days), tuple(carried))
