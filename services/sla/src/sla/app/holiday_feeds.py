"""Days off out of iCalendar feeds: given as text, or fetched from an address again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import update

from chassis import timers
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.guarded_http import Network, check_url
from sla.app.calendar_draft import CalendarDraft
from sla.app.calendars import change_calendar
from sla.app.refusals import check_name, invalid, refusals_told
from sla.db.rules import CalendarRow
from sla.domain import feeds
from sla.domain.feeds import FeedDays
from sla.domain.refusals import Refused

FETCH = "fetch_holiday_feed"
MOST_FEEDS = 10
EVERY = timedelta(hours=6)
AFTER_A_PROBLEM = timedelta(hours=1)
WHOLE_AFTER = timedelta(days=30)
"""So old a feed is read whole even if it has not changed: what recurs goes on."""

Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a feed is fetched from, and what its server said of the text that was read last; empty: nothing."""

    calendar_id: UUID
    feed: str
    url: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at an address: days, or nothing new, or a problem."""

    days: FeedDays | None = None
    etag: str = ""
    last_modified: str = ""
    problem: str = ""


async def put_text(
    tx: Tx, *, calendar: str, name: str, text: str, expected_version: int | None
) -> CalendarRow:
    """Takes the days off of a feed's text, in place of those that a feed of this name brought before.

    Raises NotFound, Stale, and InvalidInput for what is no feed, or for too many feeds.
    """
    check_name(name, "feed")
    with refusals_told():
        read = await _read(text, datetime.now(UTC).date())
    made: Entry = {"name": name, "days": _pairs(read), "skipped": read.skipped}
    row = await _put(tx, calendar, made, expected_version)
    await _forget(tx, row, name)
    return row


async def put_address(
    tx: Tx, *, calendar: str, name: str, url: str, allowed: Sequence[Network], expected_version: int | None
) -> CalendarRow:
    """Has a feed fetched from an address, soon and from then on; its name keeps the days that it brought before.

    Raises NotFound, Stale, and InvalidInput for an address that must not be called, or for too many feeds.
    """
    check_name(name, "feed")
    try:
        check_url(url, allowed)
    except ValueError as error:
        raise invalid(("url", str(error))) from error
    row = await _put(tx, calendar, {"name": name, "url": url}, expected_version)
    if _entry(row, name) is not None and name not in row.sources:
        await _note(tx, row, name, {})
    await _fetch_at(tx, row.id, name, datetime.now(UTC))
    return row


async def delete_feed(tx: Tx, *, calendar: str, name: str, expected_version: int | None) -> CalendarRow:
    """Removes a feed with its days. Raises NotFound and Stale."""

    def remove(draft: CalendarDraft) -> CalendarDraft:
        left = [one for one in draft.feeds if one["name"] != name]
        if len(left) == len(draft.feeds):
            raise NotFound("feed")
        return replace(draft, feeds=left)

    row = await change_calendar(tx, calendar=calendar, change=remove, expected_version=expected_version)
    await _forget(tx, row, name)
    return row


async def source_of(tx: Tx, *, calendar_id: UUID, name: str) -> Source | None:
    """Where a feed is fetched from; None where it is no more."""
    row = await tx.get(CalendarRow, calendar_id)
    entry = None if row is None else _entry(row, name)
    if row is None or entry is None or "url" not in entry:
        return None
    known = row.sources.get(name, {})
    url = str(entry["url"])
    fetched_at = known.get("fetched_at", "")
    is_new = known.get("url") != url or not fetched_at
    if is_new or datetime.fromisoformat(fetched_at) < datetime.now(UTC) - WHOLE_AFTER:
        return Source(calendar_id, name, url)
    return Source(calendar_id, name, url, known["etag"], known["last_modified"])


async def read_fetched(text: str) -> FeedDays:
    """The days off of a text that was fetched, the same throughout a year. Raises Refused."""
    return await _read(text, datetime.now(UTC).date().replace(month=1, day=1))


async def keep_looked(tx: Tx, *, source: Source, looked: Looked) -> None:
    """Keeps what came of looking at an address, and sets when to look again. Days that changed make a new version.

    Nothing happens where the feed is gone or comes from elsewhere by now.
    """
    row = await tx.get(CalendarRow, source.calendar_id)
    entry = None if row is None else _entry(row, source.feed)
    if row is None or entry is None or entry.get("url") != source.url:
        return
    now = datetime.now(UTC)
    known = row.sources.get(source.feed, {})
    state = {**known, "url": source.url, "checked_at": now.isoformat(), "problem": looked.problem}
    if looked.days is not None:
        state |= {
            "fetched_at": now.isoformat(),
            "etag": looked.etag,
            "last_modified": looked.last_modified,
        }
        row = await _put(tx, str(row.id), _renewed(entry, looked.days), None)
    await _note(tx, row, source.feed, state)
    await _fetch_at(tx, row.id, source.feed, now + (AFTER_A_PROBLEM if looked.problem else EVERY))


def problem_of(refused: Refused) -> str:
    """Why a text that was fetched is not taken, in words."""
    return "; ".join(f"the feed {reason}" for _, reason in refused.problems)


async def _read(text: str, today: date) -> FeedDays:
    # A second's work for the longest feeds.
    return await asyncio.to_thread(feeds.read, text, today)


def _renewed(entry: Entry, read: FeedDays) -> Entry:
    """What a feed brings by now; what it brought of the time before it is read stays."""
    since = feeds.first_day(datetime.now(UTC).date().replace(month=1, day=1)).isoformat()
    kept = cast("list[list[str]]", entry["days"])
    return {
        **entry,
        "days": [day for day in kept if day[0] < since] + _pairs(read),
        "skipped": read.skipped,
    }


def _pairs(read: FeedDays) -> list[list[str]]:
    return [[day.isoformat(), title] for day, title in read.days]


async def _put(tx: Tx, calendar: str, made: Entry, expected_version: int | None) -> CalendarRow:
    """Puts a feed in place of the one of its name; without days of its own it keeps those of before."""

    def put(draft: CalendarDraft) -> CalendarDraft:
        before = next((one for one in draft.feeds if one["name"] == made["name"]), {})
        others = [one for one in draft.feeds if one["name"] != made["name"]]
        if len(others) >= MOST_FEEDS:
            raise invalid(("feed", f"a calendar must not have more than {MOST_FEEDS} feeds"))
        days = {name: before.get(name, nothing) for name, nothing in (("days", []), ("skipped", 0))}
        return replace(draft, feeds=sorted([*others, days | made], key=lambda one: str(one["name"])))

    return await change_calendar(tx, calendar=calendar, change=put, expected_version=expected_version)


def _entry(row: CalendarRow, name: str) -> Entry | None:
    return next((one for one in row.feeds if one["name"] == name), None)


async def _forget(tx: Tx, row: CalendarRow, name: str) -> None:
    if name in row.sources:
        await _note(tx, row, name, None)
        await timers.cancel(tx, kind=FETCH, key=_key(row.id, name))


async def _note(tx: Tx, row: CalendarRow, name: str, state: dict[str, str] | None) -> None:
    """Writes how a feed's address is doing, which is no new version of the calendar; None: it has none any more."""
    sources = {other: kept for other, kept in row.sources.items() if other != name}
    if state is not None:
        sources[name] = state
    await tx.execute(
        update(CalendarRow)
        .where(CalendarRow.tenant_id == tx.tenant_id, CalendarRow.id == row.id)
        .values(sources=sources, updated_at=CalendarRow.updated_at)
        .execution_options(synchronize_session=False)
    )
    await tx.session.refresh(row)


async def _fetch_at(tx: Tx, calendar_id: UUID, name: str, at: datetime) -> None:
    payload = {"calendar_id": str(calendar_id), "feed": name}
    await timers.schedule(tx, kind=FETCH, key=_key(calendar_id, name), due_at=at, payload=payload)


def _key(calendar_id: UUID, name: str) -> str:
    return f"{calendar_id}/{name}"
