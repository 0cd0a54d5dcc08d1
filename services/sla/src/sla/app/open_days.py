"""Telling other services which days calendars are open on, so that they need not ask."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from chassis.db import Tx
from sla import publish
from sla.app.rules import calendar_as_of, lock_rules
from sla.db.rules import CalendarRow
from sla.domain.open_days import open_days


async def tell_open_days(tx: Tx, row: CalendarRow) -> None:
    """Tells of a calendar whose newest version is flushed, from today (UTC) on."""
    calendar = await calendar_as_of(tx, calendar_id=row.id, version=None)
    assert calendar is not None  # every calendar has versions
    days = open_days(calendar, datetime.now(UTC).date())
    publish.calendar_changed(tx, row, days, version=row.version)


async def tell_all_open_days(tx: Tx) -> None:
    """Tells of all calendars of the tenant: days move on, and who begins to listen knows of none."""
    await lock_rules(tx)
    for row in await tx.scalars(select(CalendarRow).where(CalendarRow.tenant_id == tx.tenant_id)):
        await tell_open_days(tx, row)
