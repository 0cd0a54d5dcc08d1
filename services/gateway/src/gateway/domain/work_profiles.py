"""What a person can do, when, and how much of it, and what of that makes no sense."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import TypedDict, cast

from gateway.domain.audit import Plain
from gateway.domain.people import problem_with_language, problem_with_slug, problem_with_time_zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HIGHEST_LEVEL = 5
MOST_OPEN = 500
MOST_SKILLS = 100
MOST_LANGUAGES = 20
MOST_SHIFTS = 50
MOST_ABSENCES = 100

_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_END_OF_DAY = "24:00"


@dataclass(frozen=True, slots=True)
class Skill:
    """What somebody knows, from level 1 to 5."""

    skill: str
    level: int


@dataclass(frozen=True, slots=True)
class Shift:
    """An interval of each week; `end` is on the next day where it is not after `start`."""

    weekday: str
    start: str
    """Local wall time, HH:MM."""
    end: str
    """As `start`, or 24:00."""


@dataclass(frozen=True, slots=True)
class Absence:
    """From when until when (aware) somebody does not work, and the id of who stands in, empty for nobody."""

    start: datetime
    end: datetime
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class WorkProfile:
    """What work is given out by. Without shifts the person works at any time; `time_zone` is that of the shifts."""

    skills: Sequence[Skill] = ()
    languages: Sequence[str] = ()
    max_open: int | None = None
    time_zone: str = ""
    """Empty: the person's own."""
    shifts: Sequence[Shift] = ()
    absences: Sequence[Absence] = ()


class _Stored(TypedDict):
    """A profile as JSON; times in ISO 8601."""

    skills: Mapping[str, int]
    languages: Sequence[str]
    max_open: int | None
    time_zone: str
    shifts: Sequence[Mapping[str, str]]
    absences: Sequence[Mapping[str, str]]


def plain_profile(profile: WorkProfile) -> dict[str, Plain]:
    """It as JSON, for the database and the audit log."""
    stored = _Stored(
        skills={one.skill: one.level for one in profile.skills},
        languages=list(profile.languages),
        max_open=profile.max_open,
        time_zone=profile.time_zone,
        shifts=[asdict(one) for one in profile.shifts],
        absences=[
            {"start": one.start.isoformat(), "end": one.end.isoformat(), "substitute": one.substitute}
            for one in profile.absences
        ],
    )
    return cast("dict[str, Plain]", stored)


def stored_profile(plain: Mapping[str, object]) -> WorkProfile:
    """What `plain_profile` wrote; of an empty object, a profile that says nothing."""
    if not plain:
        return WorkProfile()
    stored = cast("_Stored", plain)
    return WorkProfile(
        skills=[Skill(skill, level) for skill, level in sorted(stored["skills"].items())],
        languages=stored["languages"],
        max_open=stored["max_open"],
        time_zone=stored["time_zone"],
        shifts=[Shift(**one) for one in stored["shifts"]],
        absences=[
            Absence(
                datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one["substitute"]
            )
            for one in stored["absences"]
        ],
    )


def problems_with_profile(profile: WorkProfile) -> Iterator[tuple[str, str]]:
    """Give each wrong field with what is wrong, in words; whether substitutes are there is not looked at."""
    for field, found, most in (
        ("skills", profile.skills, MOST_SKILLS),
        ("languages", profile.languages, MOST_LANGUAGES),
        ("shifts", profile.shifts, MOST_SHIFTS),
        ("absences", profile.absences, MOST_ABSENCES),
    ):
        if len(found) > most:
            yield field, f"are more than {most}"
            return
    yield from _problems_with_skills(profile.skills)
    for place, language in enumerate(profile.languages):
        if problem := problem_with_language(language):
            yield f"languages[{place}]", problem
    if profile.max_open is not None and not 0 <= profile.max_open <= MOST_OPEN:
        yield "max_open", f"must be 0 to {MOST_OPEN}"
    if profile.time_zone and (problem := problem_with_time_zone(profile.time_zone)):
        yield "time_zone", problem
    yield from _problems_with_shifts(profile.shifts)
    for place, absence in enumerate(profile.absences):
        if absence.end <= absence.start:
            yield f"absences[{place}].end", "is not after its beginning"


def _problems_with_skills(skills: Sequence[Skill]) -> Iterator[tuple[str, str]]:
    named = Counter(one.skill for one in skills)
    for place, one in enumerate(skills):
        if problem := problem_with_slug(one.skill):
            yield f"skills[{place}].skill", problem
        elif named[one.skill] > 1:
            yield f"skills[{place}].skill", "is named twice"
        if not 1 <= one.level <= HIGHEST_LEVEL:
            yield f"skills[{place}].level", f"must be 1 to {HIGHEST_LEVEL}"


def _problems_with_shifts(shifts: Sequence[Shift]) -> Iterator[tuple[str, str]]:
    """A shift is named by its weekday and its place among those of that day."""
    taken: list[tuple[int, int, str]] = []
    places: Counter[str] = Counter()
    for shift in shifts:
        field = f"shifts.{shift.weekday}[{places[shift.weekday]}]"
        places[shift.weekday] += 1
        if shift.weekday not in WEEKDAYS:
            yield field, "is on no weekday such as monday"
        elif not _TIME.fullmatch(shift.start):
            yield field, "does not begin at a time such as 08:00"
        elif shift.end != _END_OF_DAY and not _TIME.fullmatch(shift.end):
            yield field, "does not end at a time such as 16:00 or 24:00"
        else:
            start, end = minutes_of_week(shift)
            taken.append((start, end, field))
    taken.sort()
    # The first of the next week may begin before the last of this one has ended.
    again = [(start + _WEEK_MINUTES, end + _WEEK_MINUTES, field) for start, end, field in taken[:1]]
    for (_, end, _), (start, _, field) in pairwise([*taken, *again]):
        if start < end:
            yield field, "overlaps another shift"


def minutes_of_week(shift: Shift) -> tuple[int, int]:
    """Begin and end of a sound shift in minutes since Monday 00:00; the end may lie in the next week."""
    start, end = _minutes(shift.start), _minutes(shift.end)
    day = WEEKDAYS.index(shift.weekday) * _DAY_MINUTES
    return day + start, day + (end if end > start else end + _DAY_MINUTES)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return 60 * int(hours) + int(minutes)
