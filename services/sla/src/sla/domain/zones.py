"""IANA time zones as pieces of constant offset, so that wall time maps to real time through every change of the clock."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# No zone has changed its offset twice within this time.
_SAMPLE = timedelta(hours=3)
_SECOND = timedelta(seconds=1)

# What a machine has under these names is its own affair: they mean another zone elsewhere, or none.
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})

Piece = tuple[datetime, datetime, timedelta]
"""From, until (UTC) and the offset of local time from UTC between them."""


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - _NOT_ZONES


def is_zone(name: str) -> bool:
    """Whether `name` is a time zone of the IANA database ("Europe/Warsaw", "UTC")."""
    return name in _names()


def names() -> frozenset[str]:
    """All time zones of the IANA database."""
    return _names()


@lru_cache(maxsize=4096)
def pieces(name: str, year: int) -> tuple[Piece, ...]:
    """The year (in UTC) cut where the zone changes its offset; offsets are exact to the second."""
    zone = ZoneInfo(name)
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found: list[Piece] = []
    begun, at, offset = start, start, _offset(zone, start)
    while at < end:
        later = min(at + _SAMPLE, end)
        if _offset(zone, later) != offset:
            change = _change(zone, at, later)
            if change < end:
                found.append((begun, change, offset))
                begun, offset = change, _offset(zone, change)
        at = later
    found.append((begun, end, offset))
    return tuple(found)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = zone.utcoffset(at.astimezone(zone))
    assert offset is not None  # every IANA zone has one at any time
    return offset


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset differs for the first time from that at `before`."""
    offset = _offset(zone, before)
    low, high = 0, (after - before) // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + middle * _SECOND) == offset:
            low = middle
        else:
            high = middle
    return before + high * _SECOND
