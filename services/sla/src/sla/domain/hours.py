"""The weekly hours of a calendar as people write them, and as minutes of each local day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sla.domain.refusals import Refused

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_INTERVALS = 24

_DAY = 24 * 60
_WEEK = 7 * _DAY
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

Written = Mapping[str, Sequence[tuple[str, str]]]
"""By weekday, the intervals as ("09:00", "18:00")."""

Week = tuple[tuple[tuple[int, int], ...], ...]
"""For Monday to Sunday the open minutes of that local day, [from, until), sorted, apart from one another."""


def open_minutes(hours: Written) -> Week:
    """The open minutes of each day: what crosses midnight is cut there, what touches is joined.

    Raises Refused, naming the interval ("hours.monday[1]"), for a time that is none and for intervals that overlap.
    """
    problems: list[tuple[str, str]] = []
    spans: list[tuple[int, int, str]] = []
    for number, weekday in enumerate(WEEKDAYS):
        intervals = hours.get(weekday, ())
        if len(intervals) > MOST_INTERVALS:
            problems.append((f"hours.{weekday}", f"must not hold more than {MOST_INTERVALS} intervals"))
            continue
        for index, (start, end) in enumerate(intervals):
            place = f"hours.{weekday}[{index}]"
            try:
                first, last = _minute(start), _DAY if end == "24:00" else _minute(end)
            except ValueError as error:
                problems.append((place, str(error)))
                continue
            if last <= first:
                last += _DAY
            spans.append((number * _DAY + first, number * _DAY + last, place))
    problems += _overlaps(spans)
    if problems:
        raise Refused(*problems)
    return _by_day(spans)


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError('must be two times of day "HH:MM"; "24:00" may end a day')
    return int(found.group(1)) * 60 + int(found.group(2))


def _overlaps(spans: list[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """Each interval that begins before another has ended; Sunday night runs into Monday."""
    around = sorted(spans)
    around += [(start + _WEEK, end + _WEEK, place) for start, end, place in around]
    found: dict[str, str] = {}
    open_until, open_place = -1, ""
    for start, end, place in around:
        if start < open_until and place != open_place:
            found[place] = f"overlaps {open_place}"
        if end > open_until:
            open_until, open_place = end, place
    return list(found.items())


def _by_day(spans: list[tuple[int, int, str]]) -> Week:
    days: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for start, end, _ in spans:
        while start < end:
            midnight = (start // _DAY + 1) * _DAY
            until = min(end, midnight)
            days[start // _DAY % 7].append((start % _DAY, until - (midnight - _DAY)))
            start = until  # noqa: PLW2901 (the rest of the interval, after midnight)
    return tuple(_joined(sorted(day)) for day in days)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
