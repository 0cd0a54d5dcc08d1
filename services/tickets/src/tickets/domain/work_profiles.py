"""What a person can do, when, and how much of it: the copy that work is given out by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TypedDict, cast
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Absence:
    """From when until when (aware) somebody does not work, and the id of who stands in, empty for nobody."""

    start: datetime
    end: datetime
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class WorkProfile:
    """Skills with their levels, languages, the most tickets in hand, shifts and absences."""

    skills: Mapping[str, int]
    languages: Sequence[str] = ()
    max_open: int | None = None
    time_zone: str = "UTC"
    shifts: Sequence[tuple[int, int]] = ()
    """Begin and end of each in minutes since Monday 00:00 of local time; an end may lie in the next week."""
    absences: Sequence[Absence] = ()


class _Stored(TypedDict):
    skills: Mapping[str, int]
    languages: Sequence[str]
    max_open: int | None
    time_zone: str
    shifts: Sequence[tuple[int, int]]
    absences: Sequence[tuple[str, str, str]]


def plain_profile(profile: WorkProfile) -> dict[str, object]:
    """It as JSON."""
    stored = _Stored(
        skills=dict(profile.skills),
        languages=list(profile.languages),
        max_open=profile.max_open,
        time_zone=profile.time_zone,
        shifts=list(profile.shifts),
        absences=[(one.start.isoformat(), one.end.isoformat(), one.substitute) for one in profile.absences],
    )
    return cast("dict[str, object]", stored)


def stored_profile(plain: Mapping[str, object]) -> WorkProfile:
    """What `plain_profile` wrote; of an empty object, a profile that says nothing."""
    if not plain:
        return WorkProfile({})
    stored = cast("_Stored", plain)
    return WorkProfile(
        skills=stored["skills"],
        languages=stored["languages"],
        max_open=stored["max_open"],
        time_zone=stored["time_zone"],
        shifts=[(start, end) for start, end in stored["shifts"]],
        absences=[
            Absence(datetime.fromisoformat(start), datetime.fromisoformat(end), substitute)
            for start, end, substitute in stored["absences"]
        ],
    )


def shift_minutes(weekday: str, start: str, end: str) -> tuple[int, int]:
    """A shift as HH:MM of a day, in minutes of the week; an end that is not after the start is on the next day."""
    begins, ends = _minutes(start), _minutes(end)
    day = WEEKDAYS.index(weekday) * _DAY_MINUTES
    return day + begins, day + (ends if ends > begins else ends + _DAY_MINUTES)


def is_on_shift(profile: WorkProfile, at: datetime) -> bool:
    """Whether a moment (aware) lies in a shift; without shifts every moment does."""
    if not profile.shifts:
        return True
    local = at.astimezone(ZoneInfo(profile.time_zone))
    minute = local.weekday() * _DAY_MINUTES + local.hour * 60 + local.minute
    return any(
        start <= one < end for start, end in profile.shifts for one in (minute, minute + _WEEK_MINUTES)
    )


def next_shift(profile: WorkProfile, after: datetime) -> datetime | None:
    """When the next shift begins after a moment (aware), in UTC; None without shifts.

    A beginning that the change to summer time skips counts by the offset of before it.
    """
    zone = ZoneInfo(profile.time_zone)
    today = after.astimezone(zone).date()
    beginnings = (
        datetime.combine(today + timedelta(days=days), time(*divmod(start % _DAY_MINUTES, 60)), zone)
        for days in range(8)
        for start, _ in profile.shifts
        if start // _DAY_MINUTES == (today + timedelta(days=days)).weekday()
    )
    later = [beginning.astimezone(UTC) for beginning in beginnings if beginning > after]
    return min(later, default=None)


def absence_at(profile: WorkProfile, at: datetime) -> Absence | None:
    """The absence that a moment (aware) lies in; of several, the one that ends last."""
    found = [one for one in profile.absences if one.start <= at < one.end]
    return max(found, key=lambda one: one.end, default=None)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return 60 * int(hours) + int(minutes)
