"""The data that versions of calendars keep: written with each version, and looked at anew with each release."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from sla.app.calendar_draft import CalendarDraft
from sla.db.rules import CalendarDataRow, CalendarVersionRow
from sla.domain.kept import Kept, observe

Key = tuple[UUID, int]
"""A calendar and its version."""


async def keep_data(tx: Tx, *, calendar_id: UUID, version: int, draft: CalendarDraft) -> None:
    """Keeps what a version of a calendar goes by.

    That is what this machine has, or, where the version before it has newer data of the same place, that.
    """
    fresh = observed(draft)
    last = await tx.scalar(
        select(CalendarDataRow)
        .where(CalendarDataRow.tenant_id == tx.tenant_id, CalendarDataRow.calendar_id == calendar_id)
        .order_by(CalendarDataRow.calendar_version.desc())
        .limit(1)
    )
    if last is not None and (before := kept(last)).is_newer(fresh):
        written = await tx.scalar(
            select(CalendarVersionRow.document).where(
                CalendarVersionRow.tenant_id == tx.tenant_id,
                CalendarVersionRow.calendar_id == calendar_id,
                CalendarVersionRow.version == last.calendar_version,
            )
        )
        if written is not None and _place(CalendarDraft.of(written)) == _place(draft):
            fresh = before
    add_data(tx, calendar_id, version, fresh)
    await tx.flush()


def observed(draft: CalendarDraft) -> Kept:
    """What this machine has of the place of a calendar."""
    return observe(*_place(draft), datetime.now(UTC).year)


def add_data(tx: Tx, calendar_id: UUID, version: int, data: Kept) -> None:
    """Adds what a version of a calendar goes by."""
    tx.add(
        CalendarDataRow(
            calendar_id=calendar_id,
            calendar_version=version,
            zone_release=data.zone_release,
            holiday_release=data.holiday_release,
            first_year=data.first_year,
            last_year=data.last_year,
            offsets=[[since.isoformat(), offset // timedelta(seconds=1)] for since, offset in data.offsets],
            holidays=[[day.isoformat(), name] for day, name in data.holidays.items()],
        )
    )


async def data_of(tx: Tx, calendar_id: UUID | None = None) -> dict[Key, Kept]:
    """What the versions of a calendar, or of all of the tenant, go by."""
    statement = select(CalendarDataRow).where(CalendarDataRow.tenant_id == tx.tenant_id)
    if calendar_id is not None:
        statement = statement.where(CalendarDataRow.calendar_id == calendar_id)
    return {(row.calendar_id, row.calendar_version): kept(row) for row in await tx.scalars(statement)}


def kept(row: CalendarDataRow) -> Kept:
    """A row as the rules take it."""
    return Kept(
        zone_release=row.zone_release,
        holiday_release=row.holiday_release,
        first_year=row.first_year,
        last_year=row.last_year,
        offsets=[
            (datetime.fromisoformat(str(since)), timedelta(seconds=cast("int", seconds)))
            for since, seconds in row.offsets
        ],
        holidays={date.fromisoformat(day): name for day, name in row.holidays},
    )


def _place(draft: CalendarDraft) -> tuple[str, str, str]:
    return draft.time_zone, draft.holiday_country, draft.holiday_subdivision
