"""Business time: real seconds, counted while the wall clock of a zone shows open hours.

* A moment is open when its local time of day lies in the hours of its local date. So an hour that the spring change skips is
  never open, and an hour that the autumn change repeats is open twice.
* A holiday closes its date from midnight to midnight, also for a shift that began the evening before.
* A special day has the hours written for it instead of those of its weekday, also where it is a holiday. What they run on
  after midnight is open too, unless the next date is a holiday; the shift of the evening before does not reach into it.
* Where a calendar changes on a date, each moment counts by what is in force then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from sla.domain import public_holidays, zones
from sla.domain.durations import Length
from sla.domain.hours import DayHours, Minutes, Week, united, without
from sla.domain.kept import Kept
from sla.domain.zones import Piece, Pieces, Wall

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
    """Real time from `start` until just before `end` (UTC) with one reason; what is not counted would be open else."""

    start: datetime
    end: datetime
    counted: bool = True
    reason: str = OPEN


@dataclass(frozen=True, slots=True)
class Counted:
    """A stretch of real time, whether it counts, and the reason in words."""

    start: datetime
    end: datetime
    counted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with hours of its own: a short day, an extra day, another shift."""

    name: str
    hours: DayHours


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours in a zone.

    :param holidays: own days and those of feeds, by date; closed unless they are special days.
    :param special_days: the dates with hours of their own; they go before all holidays.
    :param country: whose public holidays are closed too; "" for none.
    :param begins: since when it counts; None: ever.
    :param earlier: what counts before that: (until, calendar), in order of time.
    :param kept: the offsets of the zone and the public holidays to go by; None: those of this machine.
    """

    time_zone: str
    week: Week
    holidays: Mapping[date, str] = field(default_factory=dict)
    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    country: str = ""
    subdivision: str = ""
    begins: datetime | None = None
    earlier: tuple[tuple[datetime, Calendar], ...] = ()
    kept: Kept | None = None
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    def pieces(self, year: int) -> tuple[Piece, ...]:
        """The year (in UTC) cut where the zone changes its offset."""
        if self.kept is not None and self.kept.covers(year):
            return self.kept.pieces(year)
        return zones.pieces(self.time_zone, year)

    def public_holiday(self, day: date) -> str:
        """The public holiday of a date; "" for none."""
        if not self.country:
            return ""
        if self.kept is not None and self.kept.covers(day.year):
            return self.kept.holidays.get(day, "")
        return public_holidays.of_year(self.country, self.subdivision, day.year).get(day, "")

    @property
    def is_empty(self) -> bool:
        """Whether no day of the week has open hours."""
        return not any(self.week.days)

    def after(self, before: Calendar) -> Calendar:
        """This calendar from the moment it begins on, and `before` until then."""
        if self.begins is None:
            return self
        parts = [(until, one) for until, one in before.earlier if until < self.begins]
        if before.begins is None or before.begins < self.begins:
            parts.append((self.begins, replace(before, earlier=())))
        else:
            # What began later is replaced by this; what counted until then is cut short.
            cut = next((one for until, one in before.earlier if until >= self.begins), None)
            parts += [] if cut is None else [(self.begins, cut)]
        return replace(self, earlier=tuple(parts))


def midnight(day: date, pieces_of: Pieces) -> datetime:
    """The first moment (UTC) at which the clocks of a zone show the date, or a later one where they skip it."""
    return datetime.combine(day, time.min, Wall(pieces_of)).astimezone(UTC)


def due_at(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first moment (UTC) at which `duration` of business time has passed since `start` (aware).

    At the end of the hours that complete it, not at the next opening. A negative duration goes back: the last moment from
    which that much business time passes until `start`. Raises NeverOpen beyond ten years.
    """
    if duration == _ZERO:
        return start
    left = abs(duration)
    if duration > _ZERO:
        for span in open_spans(calendar, start, start + FARTHEST):
            length = span.end - span.start
            if left <= length:
                return span.start + left
            left -= length
    else:
        for span in _counted(_spans(calendar, start - FARTHEST, start, back=True)):
            length = span.end - span.start
            if left <= length:
                return span.end - left
            left -= length
    raise NeverOpen("there is not enough business time within ten years")


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Business time between two aware moments; nothing when `end` is not after `start`."""
    return sum((span.end - span.start for span in open_spans(calendar, start, end)), _ZERO)


def business_time(calendar: Calendar, start: datetime, length: Length) -> timedelta:
    """The business time that a length, reckoned from `start` (aware), comes to.

    Business days are reckoned from the first open moment on: so many of them later, at the same time of day; or until the
    close of the first, second, ... open date. Raises NeverOpen beyond ten years.
    """
    if isinstance(length, timedelta):
        return length
    spans = open_spans(calendar, start, start + FARTHEST)
    first = next(spans, None)
    if first is None:
        raise NeverOpen("there is no business time within ten years")
    zone = Wall(_in_force(calendar, first.start).pieces)
    opening = first.start.astimezone(zone)
    latest, days, passed = opening.date(), 1, first.end - first.start
    until: datetime | None = None
    for span in spans:
        day = span.start.astimezone(zone).date()
        if day > latest:
            latest, days = day, days + 1
            if days == length.count + 1:
                until = (
                    span.start if length.to_end else datetime.combine(day, opening.timetz()).astimezone(UTC)
                )
        if until is not None and span.end >= until:
            return passed + max(until - span.start, _ZERO)
        passed += span.end - span.start
    if until is None and not (length.to_end and days == length.count):
        raise NeverOpen("there are not enough business days within ten years")
    return passed


def is_open_on(calendar: Calendar, day: date) -> bool:
    """Whether some hours of a date of the calendar's zone are open, by what is in force last."""
    return any(counted for _, _, counted, _ in _of_date(calendar, day))


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The open stretches between two aware moments, in order; those that touch at midnight are not joined."""
    return _counted(_spans(calendar, start, end))


def _counted(spans: Iterator[Span]) -> Iterator[Span]:
    return (span for span in spans if span.counted)


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
        yield Counted(span.start, span.end, counted=span.counted, reason=span.reason)
        at = span.end
    if at < end:
        yield Counted(at, end.astimezone(UTC), counted=False, reason=CLOSED)


def _in_force(calendar: Calendar, at: datetime) -> Calendar:
    """What counts at a moment: the calendar, or one of the earlier."""
    return next((one for until, one in calendar.earlier if at < until), calendar)


def _spans(calendar: Calendar, start: datetime, end: datetime, *, back: bool = False) -> Iterator[Span]:
    """The hours between two moments in order, those that are closed by way of exception included; `back`: the last first."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    parts: list[tuple[Calendar, datetime, datetime]] = []
    for until, one in calendar.earlier:
        if start < until:
            parts.append((one, start, min(until, end)))
            start = until
    parts.append((calendar, start, end))
    for one, first, last in reversed(parts) if back else parts:
        if first < last:
            yield from _of_days(one, first, last, back=back)


def _of_days(calendar: Calendar, start: datetime, end: datetime, *, back: bool) -> Iterator[Span]:
    if calendar.is_empty and not calendar.special_days:
        return
    first_day, last_day = start.date(), (end - timedelta.resolution).date()
    day = last_day if back else first_day
    while first_day <= day <= last_day and day.year in _YEARS:
        spans = _of_day(calendar, day)
        for span in reversed(spans) if back else spans:
            first, last = max(span.start, start), min(span.end, end)
            if first < last:
                yield replace(span, start=first, end=last)
        day += -_DAY if back else _DAY


def _of_day(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """The hours within one day of UTC, in order."""
    kept = calendar._days.get(day)  # noqa: SLF001 (a cache of this module)
    if kept is None:
        if len(calendar._days) >= _CACHED_DAYS:  # noqa: SLF001 (as above)
            calendar._days.clear()  # noqa: SLF001 (as above)
        kept = calendar._days[day] = tuple(_computed(calendar, day))  # noqa: SLF001 (as above)
    return kept


def _computed(calendar: Calendar, day: date) -> Iterator[Span]:
    begin = datetime.combine(day, time.min, UTC)
    for begun, until, offset in calendar.pieces(day.year):
        start, end = max(begun, begin), min(until, begin + _DAY)
        if start < end:
            yield from _of_piece(calendar, start, end, offset)


def _of_piece(calendar: Calendar, start: datetime, end: datetime, offset: timedelta) -> Iterator[Span]:
    """The hours between moments of one constant offset, where wall time is real time plus the offset."""
    date_of_wall = (start + offset).date()
    while (wall := datetime.combine(date_of_wall, time.min, UTC) - offset) < end:
        for first, last, counted, reason in _of_date(calendar, date_of_wall):
            opens, closes = max(wall + first * _MINUTE, start), min(wall + last * _MINUTE, end)
            if opens < closes:
                yield Span(opens, closes, counted, reason)
        date_of_wall += _DAY


def _of_date(calendar: Calendar, day: date) -> list[tuple[int, int, bool, str]]:
    """The minutes of a local date that are open, or would be on an ordinary one: from, until, whether open, and why."""
    week, weekday = calendar.week, day.weekday()
    usual, run_on = week.days[weekday], 0
    before = calendar.special_days.get(day - _DAY)
    if before is not None:
        usual, run_on = without(usual, ((0, week.carried[weekday]),)), before.hours.into_next
    special = calendar.special_days.get(day)
    if special is not None:
        reason = f"special day: {special.name}"
        minutes = united([*special.hours.minutes, (0, run_on)])
        closed = _told(without(usual, minutes), False, reason)
        return sorted([*_told(minutes, True, reason), *closed])
    if run_on:
        usual = united([*usual, (0, run_on)])
    holiday = _holiday(calendar, day)
    return _told(usual, False, f"holiday: {holiday}") if holiday else _told(usual, True, OPEN)


def _told(minutes: Minutes, counted: bool, reason: str) -> list[tuple[int, int, bool, str]]:  # noqa: FBT001 (private, named by its callers)
    return [(first, last, counted, reason) for first, last in minutes]


def _holiday(calendar: Calendar, day: date) -> str:
    own = calendar.holidays.get(day)
    return calendar.public_holiday(day) if own is None else own
