"""How many tickets came, were done and were open: times cut into intervals, and backlogs from what moved."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR, DAY, WEEK, MONTH = INTERVALS = ("hour", "day", "week", "month")

MOST_INTERVALS = 750
"""Two years of days, a month of hours."""

OLDEST = datetime(1970, 1, 2, tzinfo=UTC)
MOST_DAYS = 3_660
MOST_GROUPS = 20

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)")


def read_time(text: str, zone: ZoneInfo, *, whole_day: bool = False) -> datetime:
    """A day of the zone as its beginning (or its end), or a moment as it is, in UTC. Raises ValueError."""
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            found = midnight(day + timedelta(days=1) if whole_day else day, zone)
        elif _MOMENT.fullmatch(text):
            found = datetime.fromisoformat(text.upper()).astimezone(UTC)
        else:
            found = None
    except (ValueError, OverflowError):
        raise ValueError("is no time that exists") from None
    if found is None:
        raise ValueError("must be a day, such as 2026-03-02, or a time of RFC 3339 with its offset")
    if found < OLDEST:
        raise ValueError(f"must not be before {OLDEST.date().isoformat()}")
    return found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day of the zone, in UTC; where the clock skips midnight, the moment that it does so."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def cut(start: datetime, end: datetime, interval: str, zone: ZoneInfo) -> list[datetime]:
    """The moments that separate the intervals of a time, its own ends among them, at most `MOST_INTERVALS` + 2.

    The first interval and the last one are as short as the time leaves them. Days of the zone have 23 to 25 hours where its
    clock is changed.
    """
    bounds = [start]
    for bound in _bounds(start, interval, zone):
        if bound >= end or len(bounds) > MOST_INTERVALS:
            break
        if bound > start:
            bounds.append(bound)
    return [*bounds, end]


def _bounds(start: datetime, interval: str, zone: ZoneInfo) -> Iterator[datetime]:
    local = start.astimezone(zone)
    if interval == HOUR:
        bound = start - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        while True:
            yield bound
            bound += timedelta(hours=1)
    day = local.date()
    if interval == WEEK:
        day -= timedelta(days=day.weekday())
    elif interval == MONTH:
        day = day.replace(day=1)
    while True:
        yield midnight(day, zone)
        day += timedelta(days={DAY: 1, WEEK: 7, MONTH: 32}[interval])
        if interval == MONTH:
            day = day.replace(day=1)


@dataclass(slots=True)
class Counts:
    """Of one interval; `backlog` is what is open at its end."""

    created: int = 0
    resolved: int = 0
    closed: int = 0
    reopened: int = 0
    cancelled: int = 0
    backlog: int = 0

    @property
    def change(self) -> int:
        """By how much the backlog grows."""
        return self.created + self.reopened - self.resolved - self.cancelled

    def add(self, other: "Counts") -> None:
        """Counts the other ones, too."""
        for name in Counts.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Series:
    """The counts of each interval, of the time after the last one, and what is open now."""

    counts: list[Counts]
    after: Counts = field(default_factory=Counts)
    open_now: int = 0

    @classmethod
    def empty(cls, intervals: int) -> "Series":
        """Nothing yet."""
        return cls([Counts() for _ in range(intervals)])

    def add(self, other: "Series") -> None:
        """Counts what the other one counts, too."""
        for mine, others in zip(self.counts, other.counts, strict=True):
            mine.add(others)
        self.after.add(other.after)
        self.open_now += other.open_now

    def with_backlogs(self) -> "Told":
        """The backlogs, reckoned back from what is open now."""
        backlog = self.open_now - self.after.change
        for counts in reversed(self.counts):
            counts.backlog = backlog
            backlog -= counts.change
        total = Counts()
        for counts in self.counts:
            total.add(counts)
        total.backlog = self.open_now - self.after.change
        return Told(backlog, total, self.counts)


@dataclass(frozen=True, slots=True)
class Told:
    """A series as it is told."""

    backlog_before: int
    total: Counts
    counts: Sequence[Counts]


def largest(series: Mapping[str, Series], most: int = MOST_GROUPS) -> tuple[list[str], list[str]]:
    """The groups with the most tickets (created, or open at the end), and those that are left out.

    One is not left out alone: it takes no more room than what would stand for it.
    """

    def size(key: str) -> tuple[int, str]:
        one = series[key]
        return -(sum(counts.created for counts in one.counts) + one.open_now - one.after.change), key

    ordered = sorted(series, key=size)
    return (ordered[:most], ordered[most:]) if len(ordered) > most + 1 else (ordered, [])
