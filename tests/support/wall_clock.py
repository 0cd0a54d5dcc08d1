"""An oracle of business time that shares nothing with the product: it walks minute by minute and reads the wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

from calendars import zone_of
from hypothesis import strategies as st

from sla.domain import zones
from sla.domain.calendar import business_time, due_at, elapsed
from sla.domain.durations import BusinessDays
from sla.domain.hours import WEEKDAYS
from sla.domain.writing import WrittenCalendar, checked

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
YEARS = (1975, 2037)

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """A calendar, where the walk begins (UTC), and how many minutes it takes."""

    zone: str
    hours: dict[str, Pairs]
    start: datetime
    minutes: int
    wanted: int
    off: frozenset[int] = frozenset()
    """Days off, as days after the local date of the start."""
    special: dict[int, Pairs] = field(default_factory=dict)
    """Days with hours of their own, likewise."""

    def date(self, number: int) -> date:
        """The local date of a day of the case."""
        return self.start.astimezone(zone_of(self.zone)).date() + number * DAY

    def written(self) -> WrittenCalendar:
        """The calendar as people write it."""
        return WrittenCalendar(
            time_zone=self.zone,
            hours=self.hours,
            holidays=[(self.date(number).isoformat(), "") for number in sorted(self.off - set(self.special))],
            days=[
                (self.date(number).isoformat(), "", spans) for number, spans in sorted(self.special.items())
            ],
        )


def open_minutes(case: Case) -> Iterator[datetime]:
    """The minutes of the walk in which a person with a watch and the hours on the door would find it open."""
    zone = zone_of(case.zone)
    first = case.date(0)
    days: dict[date, list[bool]] = {}
    for number in range(case.minutes):
        minute = case.start + number * MINUTE
        wall = minute.astimezone(zone)
        day = wall.date()
        if day not in days:
            days[day] = _open_on(case, (day - first).days, day)
        if days[day][wall.hour * 60 + wall.minute]:
            yield minute


def _open_on(case: Case, number: int, day: date) -> list[bool]:
    """For each minute that the clock can show on a date, whether it is open."""
    shown = [False] * 1440
    if number in case.off and not case.special.get(number):
        return shown
    before = case.special.get(number - 1)
    runs_on = before or case.hours.get(WEEKDAYS[day.weekday() - 1], [])
    if case.special.get(number) and not before:
        runs_on = []
    today = case.special.get(number) or case.hours.get(WEEKDAYS[day.weekday()], [])
    for opens, closes in ((_at(a), _at(b)) for a, b in today):
        last = closes if closes > opens else 1440
        shown[opens:last] = [True] * (last - opens)
    for opens, closes in ((_at(a), _at(b)) for a, b in runs_on):
        if closes <= opens:
            shown[:closes] = [True] * closes
    return shown


def _at(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def check(case: Case) -> None:
    """Asserts that the product counts what the walk finds, in both directions, in time and in business days."""
    made = checked(case.written())
    found = list(open_minutes(case))
    end = case.start + case.minutes * MINUTE
    assert elapsed(made, case.start, end) == len(found) * MINUTE
    if len(found) >= case.wanted:
        assert due_at(made, case.start, case.wanted * MINUTE) == found[case.wanted - 1] + MINUTE
        assert due_at(made, end, -case.wanted * MINUTE) == found[-case.wanted]
    zone = zone_of(case.zone)
    dates = list(dict.fromkeys(minute.astimezone(zone).date() for minute in found))
    if len(dates) > 2 and dates == sorted(dates):
        first_two = [minute for minute in found if minute.astimezone(zone).date() in dates[:2]]
        closing = business_time(made, case.start, BusinessDays(2, to_end=True))
        assert closing == len(first_two) * MINUTE
        opening = found[0].astimezone(zone)
        same = datetime.combine(dates[1], opening.timetz()).astimezone(UTC)
        assert business_time(made, case.start, BusinessDays(1, to_end=False)) == MINUTE * sum(
            minute < same for minute in found
        )


@st.composite
def cases(draw: st.DrawFn, zone: str = "") -> Case:
    """Calendars in a zone, or in any, begun near a change of the clock where the zone has one in the year."""
    zone = zone or draw(st.sampled_from(sorted(zones.names())))
    year = draw(st.integers(*YEARS))
    near = draw(st.sampled_from(_changes(zone, year) or (datetime(year, 1, 1, tzinfo=UTC),)))
    start = near + draw(st.integers(-2880, 1440)) * MINUTE
    return Case(
        zone=zone,
        hours=draw(weeks()),
        start=start,
        minutes=draw(st.integers(0, 5760)),
        wanted=draw(st.integers(1, 1200)),
        off=frozenset(draw(st.sets(st.integers(-1, 5), max_size=2))),
        special=draw(st.dictionaries(st.integers(-1, 4), day_hours(), max_size=2)),
    )


@cache
def _changes(zone: str, year: int) -> tuple[datetime, ...]:
    """The days of a year on which a zone changes its offset."""
    known = zone_of(zone)
    begin = datetime(year, 1, 1, tzinfo=UTC)
    offsets = [
        (begin + number * DAY, (begin + number * DAY).astimezone(known).utcoffset()) for number in range(366)
    ]
    return tuple(day for (day, offset), (_, after) in pairwise(offsets) if offset != after)


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, Pairs]:
    """Weekly hours out of cuts of the week, so that intervals never overlap and often cross midnight."""
    cuts = sorted(draw(st.sets(st.integers(0, 7 * 1440 - 1), min_size=2, max_size=16)))
    hours: dict[str, Pairs] = {}
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        last = min(end, start + 1440)
        close = "24:00" if last % 1440 == 0 and last // 1440 == start // 1440 + 1 else _clock(last)
        hours.setdefault(WEEKDAYS[start // 1440], []).append((_clock(start), close))
    return hours


@st.composite
def day_hours(draw: st.DrawFn) -> Pairs:
    """Hours of one day, the last of which may cross midnight."""
    cuts = sorted(draw(st.sets(st.integers(0, 2000), min_size=2, max_size=4)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [
        (_clock(start), "24:00" if end == 1440 else _clock(end))
        for start, end in pairs
        if start < 1440 and end - start <= 1440
    ] or [("10:00", "12:00")]


def _clock(minute: int) -> str:
    return f"{minute % 1440 // 60:02}:{minute % 60:02}"
