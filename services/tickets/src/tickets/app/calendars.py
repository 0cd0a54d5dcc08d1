"""The copies of sla's calendars, which recurrences heed."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.ids import is_id
from tickets.app.directory import keep_copy
from tickets.db.recurrences import CalendarCopy
from tickets.domain.recurring import OpenDays


async def keep_calendar(
    tx: Tx,
    *,
    calendar_id: UUID,
    version: int,
    name: str,
    deleted: bool,
    days: OpenDays,
) -> bool:
    """Keeps the copy, unless one not older is there; tells whether it did.

    Of a calendar that was deleted, what was told last of its days stays.
    """
    known = await calendar_of(tx, calendar_id) if deleted else None
    if known is not None:
        days = days_of(known)
    values: dict[str, object] = {
        "name": name,
        "deleted": deleted,
        "time_zone": days.time_zone,
        "closed_weekdays": sorted(days.closed_weekdays),
        "exceptions": sorted(days.exceptions),
    }
    return await keep_copy(tx, CalendarCopy, calendar_id, version, values)


async def calendar_of(tx: Tx, calendar_id: UUID | None) -> CalendarCopy | None:
    """The calendar of a recurrence, also one that was deleted; None for none."""
    return None if calendar_id is None else await tx.get(CalendarCopy, calendar_id)


async def calendars_of(tx: Tx, ids: Collection[UUID]) -> dict[UUID, CalendarCopy]:
    """The calendars of these ids, also those that were deleted."""
    if not ids:
        return {}
    return {row.id: row for row in await tx.scalars(select(CalendarCopy).where(CalendarCopy.id.in_(ids)))}


async def taken_calendar(tx: Tx, key: str) -> CalendarCopy | None:
    """The calendar of an id or name that a recurrence may take, None where the key is empty. Raises InvalidInput.

    Nothing changes its days until the transaction ends, so that `follow_calendar` finds the recurrence that takes it.
    """
    if not key:
        return None
    named = [CalendarCopy.name == key, *([CalendarCopy.id == UUID(key)] if is_id(key) else [])]
    wanted = select(CalendarCopy).where(or_(*named), ~CalendarCopy.deleted).limit(1)
    found = await tx.scalar(wanted.with_for_update(read=True))
    if found is None:
        raise InvalidInput([FieldError("calendar", "there is no such calendar")])
    return found


def open_days_of(calendar: CalendarCopy | None) -> OpenDays | None:
    """The days that a calendar is open on; None where all are, for want of one."""
    return None if calendar is None else days_of(calendar)


def days_of(calendar: CalendarCopy) -> OpenDays:
    """The days that a calendar is open on."""
    return OpenDays(calendar.time_zone, frozenset(calendar.closed_weekdays), frozenset(calendar.exceptions))
