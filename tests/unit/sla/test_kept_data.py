"""What a calendar keeps of time zones and public holidays, against the data of this machine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.domain import kept, public_holidays, zones
from sla.domain.calendar import Calendar, due_at, elapsed
from sla.domain.hours import open_minutes
from sla.domain.kept import Kept, observe
from sla.domain.writing import WrittenCalendar, checked

OFFICE = open_minutes(
    {day: [("09:00", "17:00")] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
)
WARSAW = observe("Europe/Warsaw", "PL", "", 2026)
MONDAY = datetime(2026, 7, 6, 7, tzinfo=UTC)


def moved(data: Kept, hours: int) -> Kept:
    """Data of a later release in which the zone is otherwise from July on."""
    at = datetime(2026, 7, 1, tzinfo=UTC)
    before = [one for one in data.offsets if one[0] < at]
    return replace(data, zone_release="2999a", offsets=[*before, (at, timedelta(hours=hours))])


@given(
    name=st.sampled_from(sorted(zones.names())),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (bounds of hypothesis)
)
def test_a_wall_clock_by_pieces_shows_what_that_of_the_zone_shows(name: str, at: datetime) -> None:
    wall, zone = zones.Wall(lambda year: zones.pieces(name, year)), zones.zone(name)
    mine, theirs = at.astimezone(wall), at.astimezone(zone)
    assert (mine.replace(tzinfo=None), mine.fold) == (theirs.replace(tzinfo=None), theirs.fold)
    assert mine.astimezone(UTC) == at
    for fold in (0, 1):
        shown = at.replace(tzinfo=None, fold=fold)
        assert shown.replace(tzinfo=wall).utcoffset() == shown.replace(tzinfo=zone).utcoffset()


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("shown", ["2026-03-29T02:30:00", "2026-10-25T02:30:00"])
def test_a_time_that_is_skipped_or_shown_twice_is_read_as_the_zone_does(shown: str, fold: int) -> None:
    time = datetime.fromisoformat(shown).replace(fold=fold)
    wall = zones.Wall(WARSAW.pieces)
    assert time.replace(tzinfo=wall).utcoffset() == time.replace(tzinfo=ZoneInfo("Europe/Warsaw")).utcoffset()


@given(name=st.sampled_from(sorted(zones.names())))
def test_what_is_kept_of_a_zone_is_the_zone(name: str) -> None:
    data = observe(name, "", "", 2026)
    assert all(data.pieces(year) == zones.pieces(name, year) for year in range(2016, 2047))
    assert (data.covers(2015), data.covers(2016), data.covers(2046), data.covers(2047)) == (
        False,
        True,
        True,
        False,
    )


def test_a_calendar_goes_by_what_it_keeps_and_not_by_this_machine() -> None:
    calendar = Calendar("Europe/Warsaw", OFFICE, country="PL", kept=moved(WARSAW, 5))
    assert due_at(calendar, MONDAY, timedelta(hours=1)) == MONDAY + timedelta(hours=1)
    assert elapsed(calendar, MONDAY.replace(hour=0), MONDAY.replace(hour=4)) == timedelta(0)
    assert elapsed(calendar, MONDAY.replace(hour=4), MONDAY.replace(hour=12)) == timedelta(hours=8)
    without = replace(WARSAW, holidays={date(2026, 7, 6): "New feast"})
    fed = Calendar("Europe/Warsaw", OFFICE, country="PL", kept=without)
    assert due_at(fed, MONDAY, timedelta(hours=1)) == MONDAY + timedelta(days=1, hours=1)
    assert elapsed(fed, datetime(2026, 11, 11, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC)) == timedelta(
        hours=8
    )


def test_beyond_what_is_kept_counts_what_the_machine_has() -> None:
    calendar = Calendar("Europe/Warsaw", OFFICE, country="PL", kept=moved(WARSAW, 5))
    later = datetime(2060, 7, 5, tzinfo=UTC)
    plain = Calendar("Europe/Warsaw", OFFICE, country="PL")
    assert due_at(calendar, later, timedelta(hours=30)) == due_at(plain, later, timedelta(hours=30))


def test_a_zone_that_this_machine_does_not_know_counts_by_what_is_kept() -> None:
    """Written by a process with newer data, while an older one still runs."""
    written = WrittenCalendar(
        "Europe/Atlantis", {"monday": [("09:00", "17:00")]}, effective_from="2026-07-06"
    )
    calendar = checked(replace(written, kept=WARSAW))
    assert calendar.begins == datetime(2026, 7, 5, 22, tzinfo=UTC)
    assert elapsed(calendar, MONDAY, MONDAY + timedelta(hours=2)) == timedelta(hours=2)


def test_the_difference_of_two_releases_is_told_both_ways() -> None:
    newer = replace(moved(WARSAW, 5), holidays={**WARSAW.holidays, date(2026, 7, 6): "New feast"})
    was, now = WARSAW.differences(newer)
    assert now["public_holidays"] == [["2026-07-06", "New feast"]]
    assert "public_holidays" not in was
    assert "2026-07-01T00:00:00+00:00', '5:00:00'" in str(now["offsets"])
    assert WARSAW.differences(WARSAW) == ({}, {})


@pytest.mark.parametrize(
    ("one", "other", "is_newer"),
    [
        (("2026b", "0.9"), ("2026a", "0.9"), True),
        (("2026a", "0.109"), ("2026a", "0.99"), True),
        (("2026a", "0.99"), ("2026a", "0.109"), False),
        (("2026a", "0.9"), ("2026a", "0.9"), False),
    ],
)
def test_releases_are_compared_as_numbers(
    one: tuple[str, str], other: tuple[str, str], is_newer: bool
) -> None:
    made = [replace(WARSAW, zone_release=zone, holiday_release=days) for zone, days in (one, other)]
    assert made[0].is_newer(made[1]) == is_newer


def test_the_releases_are_those_of_the_packages() -> None:
    data = observe("Asia/Kathmandu", "NP", "", 2026)
    assert (data.zone_release, data.holiday_release) == (zones.RELEASE, public_holidays.RELEASE)
    assert (data.first_year, data.last_year) == (2026 - kept.BACK, 2026 + kept.AHEAD)
