"""What a version of a calendar keeps of data that changes by itself: the offsets of its zone and its public holidays.

So a version says the same on each machine and for ever, whichever release of the data the machine has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from sla.domain import public_holidays, zones
from sla.domain.zones import Piece

BACK, AHEAD = 10, 20
"""Years that are kept before and after the one in which they are; what lies beyond is as the machine has it."""


@dataclass(frozen=True)
class Kept:
    """The data of the years from `first_year` to `last_year`.

    :param zone_release: of the rules of time zones.
    :param holiday_release: of the public holidays.
    :param offsets: (since, offset of local time from UTC), in order; the first at the beginning of the first year.
    :param holidays: public holidays by date; none without a country.
    """

    zone_release: str
    holiday_release: str
    first_year: int
    last_year: int
    offsets: Sequence[tuple[datetime, timedelta]]
    holidays: Mapping[date, str]

    def covers(self, year: int) -> bool:
        """Whether the year is kept."""
        return self.first_year <= year <= self.last_year

    def is_newer(self, other: Kept) -> bool:
        """Whether some of it is of a later release than the other's."""
        mine, theirs = _release(self.holiday_release), _release(other.holiday_release)
        return self.zone_release > other.zone_release or mine > theirs

    def differences(self, other: Kept) -> tuple[Mapping[str, object], Mapping[str, object]]:
        """What this says and the other does not, and the other way round, of the years that both keep."""
        years = range(max(self.first_year, other.first_year), min(self.last_year, other.last_year) + 1)
        return self._without(other, years), other._without(self, years)

    def pieces(self, year: int) -> tuple[Piece, ...]:
        """The pieces of a year that is kept."""
        return self._pieces[year]

    def _without(self, other: Kept, years: range) -> dict[str, object]:
        offsets = {piece for year in years for piece in self.pieces(year)}
        offsets -= {piece for year in years for piece in other.pieces(year)}
        days = {day: name for day, name in self.holidays.items() if day.year in years}
        found: dict[str, object] = {}
        if offsets:
            found["offsets"] = [[begun.isoformat(), str(offset)] for begun, _, offset in sorted(offsets)]
        lacking = [day for day in sorted(days) if other.holidays.get(day) != days[day]]
        if lacking:
            found["public_holidays"] = [[day.isoformat(), days[day]] for day in lacking]
        return found

    @cached_property
    def _pieces(self) -> Mapping[int, tuple[Piece, ...]]:
        found: dict[int, tuple[Piece, ...]] = {}
        ends = [since for since, _ in self.offsets[1:]] + [datetime(self.last_year + 1, 1, 1, tzinfo=UTC)]
        for year in range(self.first_year, self.last_year + 1):
            start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
            found[year] = tuple(
                (max(since, start), min(until, end), offset)
                for (since, offset), until in zip(self.offsets, ends, strict=True)
                if since < end and until > start
            )
        return found


def observe(time_zone: str, country: str, subdivision: str, year: int) -> Kept:
    """What this machine has of a zone and a country (or "") around a year."""
    first, last = year - BACK, year + AHEAD
    offsets: list[tuple[datetime, timedelta]] = []
    days: dict[date, str] = {}
    for one in range(first, last + 1):
        for begun, _, offset in zones.pieces(time_zone, one):
            if not offsets or offsets[-1][1] != offset:
                offsets.append((begun, offset))
        if country:
            days |= public_holidays.of_year(country, subdivision, one)
    return Kept(zones.RELEASE, public_holidays.RELEASE, first, last, offsets, dict(sorted(days.items())))


def _release(written: str) -> list[int]:
    return [int(part) for part in written.split(".") if part.isdigit()]
