"""What administrators and integrators do with calendars."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, check_version, get_for_update
from chassis.durations import parse_duration
from chassis.errors import AlreadyExists, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from sla import publish
from sla.app.calendar_data import data_of
from sla.app.calendar_draft import CalendarDraft
from sla.app.open_days import tell_open_days
from sla.app.refusals import invalid
from sla.app.rules import calendar_as_of, keep_calendar, lock_rules, rules_changed
from sla.db.rules import CalendarRow, CalendarVersionRow, PolicyRow, RuleBookState
from sla.domain import calendar as business
from sla.domain import durations
from sla.domain.calendar import Calendar, Span
from sla.domain.kept import Kept

_MOST_TOLD = 20
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2150, 1, 1, tzinfo=UTC)
_NEWEST_FIRST = Keyset([(CalendarVersionRow.version, True), (CalendarVersionRow.id, True)])
_BY_NAME = Keyset([(CalendarRow.name, False), (CalendarRow.id, False)])


@dataclass(frozen=True, slots=True)
class Calculation:
    """Business time from a start until an end; negative where the end comes first. The spans are in order of time."""

    end: datetime
    elapsed: timedelta
    spans: list[Span]


async def create_calendar(tx: Tx, *, draft: CalendarDraft, since: datetime | None = None) -> CalendarRow:
    """Makes a calendar, in force from now on or since another time. Raises InvalidInput and AlreadyExists."""
    draft.checked()
    state = await lock_rules(tx)
    await _check_free(tx, draft.name)
    row = CalendarRow(**asdict(draft))
    tx.add(row)
    await tx.flush()
    await keep_calendar(tx, calendar_id=row.id, version=row.version, document=asdict(draft), since=since)
    await rules_changed(tx, state)
    await tell_open_days(tx, row)
    _told(tx, row, {}, asdict(draft))
    return row


async def update_calendar(
    tx: Tx, *, calendar: str, changes: Mapping[str, object], expected_version: int | None
) -> CalendarRow:
    """Changes columns of the calendar of an id or name; running clocks follow it, stopped ones stay as they were.

    Raises NotFound, Stale, InvalidInput, AlreadyExists, and WrongState where policies would be left without hours.
    """

    def changed(before: CalendarDraft) -> CalendarDraft:
        return replace(before, **changes)  # type: ignore[arg-type]  # the door hands columns of this table

    return await change_calendar(tx, calendar=calendar, change=changed, expected_version=expected_version)


async def change_calendar(
    tx: Tx,
    *,
    calendar: str,
    change: Callable[[CalendarDraft], CalendarDraft],
    expected_version: int | None = None,
) -> CalendarRow:
    """Makes of what the calendar of an id or name says something else; the same again is no new version.

    Raises NotFound, Stale, and what `change` raises.
    """
    state = await lock_rules(tx)
    row = await _locked(tx, calendar)
    check_version(row, expected_version)
    before = draft_of(row)
    draft = change(before)
    return row if draft == before else await _changed(tx, state, row, before, draft)


async def _changed(
    tx: Tx, state: RuleBookState, row: CalendarRow, before: CalendarDraft, draft: CalendarDraft
) -> CalendarRow:
    """Writes a new version of a calendar, and tells of it."""
    if draft.checked().is_empty and (user := await _user(tx, row.id)):
        raise WrongState("CALENDAR_IN_USE", f'The policy "{user}" needs hours in this calendar.')
    if draft.name != before.name:
        await _check_free(tx, draft.name)
    for column, value in asdict(draft).items():
        setattr(row, column, value)
    await tx.flush()
    await keep_calendar(tx, calendar_id=row.id, version=row.version, document=asdict(draft))
    await rules_changed(tx, state)
    await tell_open_days(tx, row)
    _told(tx, row, asdict(before), asdict(draft))
    return row


async def renew_calendar(
    tx: Tx, state: RuleBookState, row: CalendarRow, *, was: Mapping[str, object], now: Mapping[str, object]
) -> None:
    """Writes a new version of a calendar that says the same by other data, and tells how the data differs."""
    document = asdict(draft_of(row))
    row.updated_at = datetime.now(UTC)
    await tx.flush()
    await keep_calendar(tx, calendar_id=row.id, version=row.version, document=document)
    await rules_changed(tx, state)
    await tell_open_days(tx, row)
    _told(tx, row, {**document, **was}, {**document, **now})


async def delete_calendar(tx: Tx, *, calendar: str, expected_version: int | None) -> None:
    """Removes a calendar; its versions stay known. Raises NotFound, Stale, and WrongState while a policy uses it."""
    state = await lock_rules(tx)
    row = await _locked(tx, calendar)
    check_version(row, expected_version)
    if user := await _user(tx, row.id):
        raise WrongState("CALENDAR_IN_USE", f'The policy "{user}" uses this calendar.')
    before = asdict(draft_of(row))
    await tx.session.delete(row)
    await tx.flush()
    await rules_changed(tx, state)
    publish.calendar_changed(tx, row, None, version=row.version + 1)
    _told(tx, row, before, {}, version=row.version + 1)


async def get_calendar(tx: Tx, *, calendar: str) -> CalendarRow:
    """The calendar of an id or name. Raises NotFound."""
    found: CalendarRow | None = None
    if is_id(calendar):
        found = await tx.get(CalendarRow, UUID(calendar))
    if found is None:
        found = await tx.scalar(
            select(CalendarRow).where(CalendarRow.tenant_id == tx.tenant_id, CalendarRow.name == calendar)
        )
    if found is None:
        raise NotFound("calendar")
    return found


async def list_calendars(tx: Tx, *, page: Page) -> tuple[list[CalendarRow], str]:
    """A page of the calendars by name, and the token of the next."""
    statement = select(CalendarRow).where(CalendarRow.tenant_id == tx.tenant_id)
    rows = (await tx.scalars(_BY_NAME.select(statement, page))).all()
    return _BY_NAME.cut(rows, page)


async def list_versions(
    tx: Tx, *, calendar: str, page: Page
) -> tuple[list[tuple[CalendarVersionRow, Kept | None]], str]:
    """A page of all versions of a calendar with the data that they go by, the newest first, and the token of the next.

    Raises NotFound.
    """
    row = await get_calendar(tx, calendar=calendar)
    statement = select(CalendarVersionRow).where(
        CalendarVersionRow.tenant_id == tx.tenant_id, CalendarVersionRow.calendar_id == row.id
    )
    rows = (await tx.scalars(_NEWEST_FIRST.select(statement, page))).all()
    found, token = _NEWEST_FIRST.cut(rows, page)
    data = await data_of(tx, row.id)
    return [(one, data.get((one.calendar_id, one.version))) for one in found], token


async def calculate(
    tx: Tx, *, calendar: str, start: datetime, duration: str, end: datetime | None, version: int | None
) -> Calculation:
    """When `duration` of business time has passed since `start`, or how much passes until `end`.

    A duration is ISO 8601, and goes back with a minus before it; or a number of business days (see
    `durations.parse_length`). An end before the start gives a negative time. With `version`: by what was known when that
    version of the calendar was the newest. Raises NotFound, and InvalidInput where not exactly one of both is given, the
    calendar has no hours, or the answer lies beyond ten years.
    """
    if bool(duration) == (end is not None):
        raise invalid(("duration", "give either duration or end"))
    if not _EARLIEST <= start <= _LATEST:
        raise invalid(("start", "must be a time from 1970 to 2149"))
    row = await get_calendar(tx, calendar=calendar)
    reckoned = await calendar_as_of(tx, calendar_id=row.id, version=version)
    if reckoned is None:
        raise invalid(("version", f'the calendar "{row.name}" has no such version'))
    if reckoned.is_empty:
        raise invalid(("hours", f'the calendar "{row.name}" has no hours'))
    if end is None:
        end = _due(reckoned, start, duration)
    elif abs(end - start) > business.FARTHEST:
        raise invalid(("end", "must not be more than ten years from start"))
    first, last = sorted((start, end))
    spans = business.joined(business.open_spans(reckoned, first, last))
    passed = business.elapsed(reckoned, first, last)
    return Calculation(end, passed if start <= end else -passed, spans)


def _due(calendar: Calendar, start: datetime, duration: str) -> datetime:
    backwards = duration.startswith("-")
    try:
        if backwards:
            return business.due_at(calendar, start, -parse_duration(duration[1:]))
        length = business.business_time(calendar, start, durations.parse_length(duration))
        return business.due_at(calendar, start, length)
    except ValueError as error:
        raise invalid(("duration", str(error))) from error


def draft_of(row: CalendarRow) -> CalendarDraft:
    """What a calendar says now."""
    return CalendarDraft(**{one.name: getattr(row, one.name) for one in fields(CalendarDraft)})


async def _locked(tx: Tx, calendar: str) -> CalendarRow:
    return await get_for_update(tx, CalendarRow, (await get_calendar(tx, calendar=calendar)).id)


async def _check_free(tx: Tx, name: str) -> None:
    taken = select(CalendarRow.id).where(CalendarRow.tenant_id == tx.tenant_id, CalendarRow.name == name)
    if await tx.scalar(taken) is not None:
        raise AlreadyExists(f'There is a calendar "{name}" already.')


async def _user(tx: Tx, calendar_id: UUID) -> str | None:
    """The name of a policy that uses the calendar."""
    return await tx.scalar(
        select(PolicyRow.name)
        .where(PolicyRow.tenant_id == tx.tenant_id, PolicyRow.calendar_id == calendar_id)
        .limit(1)
    )


def _told(
    tx: Tx,
    row: CalendarRow,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    version: int | None = None,
) -> None:
    publish.setting_changed(
        tx,
        kind="calendar",
        id=row.id,
        name=row.name,
        version=version or row.version,
        before=_shown(before, after),
        after=_shown(after, before),
    )


def _shown(document: Mapping[str, object], other: Mapping[str, object]) -> Mapping[str, object]:
    """A calendar as events tell it: of the days of its feeds, which may be too many for a message, those that the other lacks."""
    if not document:
        return document
    elsewhere = _feed_days(other)
    shown = [
        {
            **feed,
            "days": hashlib.sha256(json.dumps(feed["days"]).encode()).hexdigest(),
            "differing": [one for one in days if one not in elsewhere.get(name, [])][:_MOST_TOLD],
        }
        for feed, (name, days) in zip(_feeds(document), _feed_days(document).items(), strict=True)
    ]
    return {**document, "feeds": shown}


def _feeds(document: Mapping[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", document.get("feeds", []))


def _feed_days(document: Mapping[str, object]) -> dict[str, list[list[str]]]:
    return {str(feed["name"]): cast("list[list[str]]", feed["days"]) for feed in _feeds(document)}
