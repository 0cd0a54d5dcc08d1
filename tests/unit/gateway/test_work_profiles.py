"""Skills, shifts and absences: what makes no sense, and that nothing is lost on the way through JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.work_profiles import (
    WEEKDAYS,
    Absence,
    Shift,
    Skill,
    WorkProfile,
    plain_profile,
    problems_with_profile,
    stored_profile,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SOUND = WorkProfile(
    skills=[Skill("vpn", 4)],
    languages=["pl", "pt-BR"],
    max_open=0,
    time_zone="Europe/Warsaw",
    shifts=[Shift("monday", "08:00", "16:00"), Shift("sunday", "22:00", "06:00")],
    absences=[Absence(NOW, NOW + timedelta(days=1), "somebody")],
)

days = st.sampled_from(WEEKDAYS)
minutes = st.integers(0, 1439)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


shifts = st.builds(lambda day, start, end: Shift(day, clock(start), clock(end)), days, minutes, minutes)


def test_a_sound_profile_has_no_problem_and_survives_being_stored() -> None:
    assert list(problems_with_profile(SOUND)) == []
    assert stored_profile(json.loads(json.dumps(plain_profile(SOUND)))) == SOUND
    assert stored_profile({}) == WorkProfile()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"skills": [Skill("VPN tunnels", 1)]}, "skills[0].skill"),
        ({"skills": [Skill("vpn", 6)]}, "skills[0].level"),
        ({"skills": [Skill("vpn", 0)]}, "skills[0].level"),
        ({"skills": [Skill("lan", 1)] * 101}, "skills"),
        ({"languages": ["en", "english"]}, "languages[1]"),
        ({"max_open": -1}, "max_open"),
        ({"max_open": 501}, "max_open"),
        ({"time_zone": "Warsaw"}, "time_zone"),
        ({"shifts": [Shift("someday", "08:00", "16:00")]}, "shifts.someday[0]"),
        ({"shifts": [Shift("monday", "24:00", "16:00")]}, "shifts.monday[0]"),
        ({"shifts": [Shift("monday", "08:00", "16:60")]}, "shifts.monday[0]"),
        ({"absences": [Absence(NOW, NOW)]}, "absences[0].end"),
    ],
)
def test_what_makes_no_sense_is_named_by_its_field(wrong: dict[str, object], field: str) -> None:
    found = list(problems_with_profile(replace(SOUND, **wrong)))  # type: ignore[arg-type]  # fields by name
    assert [name for name, _ in found] == [field]


def test_a_skill_that_is_named_twice_is_refused_at_both_places() -> None:
    found = problems_with_profile(WorkProfile(skills=[Skill("vpn", 1), Skill("vpn", 2)]))
    assert [name for name, _ in found] == ["skills[0].skill", "skills[1].skill"]


def covered(shift: Shift) -> set[int]:
    """The minutes of the week that a shift takes, counted one by one."""
    hours, minute = map(int, shift.start.split(":"))
    at = WEEKDAYS.index(shift.weekday) * 1440 + hours * 60 + minute
    taken = set()
    while True:
        taken.add(at % 10080)
        at += 1
        if clock(at % 1440) == shift.end:
            return taken


@given(st.lists(shifts, max_size=4))
def test_shifts_are_refused_exactly_where_two_of_them_share_a_minute(found: list[Shift]) -> None:
    minutes_taken = [minute for shift in found for minute in covered(shift)]
    shared = len(minutes_taken) != len(set(minutes_taken))
    assert bool(list(problems_with_profile(WorkProfile(shifts=found)))) == shared
