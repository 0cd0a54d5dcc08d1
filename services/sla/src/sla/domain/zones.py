"""IANA time zones as pieces of constant offset, so that wall time maps to real time through every change of the clock.

The rules are those of the `tzdata` package, whose release is known, and not those that a machine happens to have.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # it has no types

# No zone has changed its offset twice within this time.
_SAMPLE = timedelta(hours=3)
_SECOND = timedelta(seconds=1)

RELEASE: Final = tzdata.IANA_VERSION
"""Of the rules of all zones, such as "2026a"; the later of two releases is the greater."""

# No place has it.
_NOT_ZONES = frozenset({"Factory"})

Piece = tuple[datetime, datetime, timedelta]
"""From, until (UTC) and the offset of local time from UTC between them."""

Pieces = Callable[[int], tuple[Piece, ...]]
"""A zone: the pieces of a year in UTC."""


class Wall(tzinfo):
    """The wall clock of a zone that is known by its pieces."""

    def __init__(self, pieces_of: Pieces) -> None:
        self._pieces_of = pieces_of

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """The offset from UTC when the clock shows this."""
        assert dt is not None  # nobody asks for the offset of a time without a date
        wall = dt.replace(tzinfo=UTC)
        near = self._near(wall)
        begun = [piece for piece in near if piece[0] <= wall - piece[2]]
        # Of a time that is shown twice, both; of one that is skipped, the one before it and the one after.
        shown = [piece for piece in begun if wall - piece[2] < piece[1]] or near[len(begun) - 1 :][:2]
        return shown[-1 if dt.fold else 0][2]

    def fromutc(self, dt: datetime) -> datetime:
        """What the clock shows at a moment, which `dt` gives in UTC."""
        at = dt.replace(tzinfo=UTC)
        offset = next(offset for begun, until, offset in self._near(at) if begun <= at < until)
        local = dt + offset
        return local.replace(fold=int(self.utcoffset(local.replace(fold=0)) != offset))

    def dst(self, dt: datetime | None) -> None:
        """Not known."""
        del dt

    def tzname(self, dt: datetime | None) -> str:
        """The offset in hours."""
        return "" if dt is None else str(self.utcoffset(dt))

    def _near(self, at: datetime) -> list[Piece]:
        return [piece for year in (at.year - 1, at.year, at.year + 1) for piece in self._pieces_of(year)]


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    listed = resources.files(tzdata).joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.split()) - _NOT_ZONES


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of a name. Raises KeyError where there is none."""
    if not is_zone(name):
        raise KeyError(name)
    with resources.files(tzdata).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def is_zone(name: str) -> bool:
    """Whether `name` is a time zone of the IANA database ("Europe/Warsaw", "UTC")."""
    return name in _names()


def names() -> frozenset[str]:
    """All time zones of the IANA database."""
    return _names()


@lru_cache(maxsize=4096)
def pieces(name: str, year: int) -> tuple[Piece, ...]:
    """The year (in UTC) cut where the zone changes its offset; offsets are exact to the second."""
    rules = zone(name)
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found: list[Piece] = []
    begun, at, offset = start, start, _offset(rules, start)
    while at < end:
        later = min(at + _SAMPLE, end)
        if _offset(rules, later) != offset:
            change = _change(rules, at, later)
            if change < end:
                found.append((begun, change, offset))
                begun, offset = change, _offset(rules, change)
        at = later
    found.append((begun, end, offset))
    return tuple(found)


def _offset(rules: ZoneInfo, at: datetime) -> timedelta:
    offset = rules.utcoffset(at.astimezone(rules))
    assert offset is not None  # every IANA zone has one at any time
    return offset


def _change(rules: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset differs for the first time from that at `before`."""
    offset = _offset(rules, before)
    low, high = 0, (after - before) // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(rules, before + middle * _SECOND) == offset:
            low = middle
        else:
            high = middle
    return before + high * _SECOND
