"""New releases of time zones and public holidays: what changes for a calendar makes a new version of it, with the difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from chassis.db import Tx
from sla.app.calendar_data import Key, add_data, data_of, observed
from sla.app.calendar_draft import CalendarDraft
from sla.app.calendars import draft_of, renew_calendar
from sla.app.rules import lock_rules, rules_changed
from sla.db.rules import CalendarRow, CalendarVersionRow
from sla.domain.kept import Kept

_AHEAD = 10
"""So many years ahead business time is looked for, and must be kept."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of the calendars of a tenant."""

    renewed: int = 0
    """Have a new version by newer data."""
    newer: int = 0
    """Keep newer data than this machine has, and were left alone."""


async def refresh_calendars(tx: Tx) -> Refreshed:
    """Has each calendar go by the data of this machine where that is newer and says something else.

    Versions from before data was kept get what this machine has; running clocks follow, stopped ones keep their version.
    """
    state = await lock_rules(tx)
    data = await data_of(tx)
    if await _keep_what_lacks(tx, data):
        data = await data_of(tx)
        await rules_changed(tx, state)
    renewed = newer = 0
    this_year = datetime.now(UTC).year
    for row in await tx.scalars(select(CalendarRow).where(CalendarRow.tenant_id == tx.tenant_id)):
        known, fresh = data[row.id, row.version], observed(draft_of(row))
        if known.is_newer(fresh):
            newer += 1
            continue
        was, now = known.differences(fresh)
        if was or now or not known.covers(this_year + _AHEAD):
            await renew_calendar(
                tx, state, row, was=_releases(known) | dict(was), now=_releases(fresh) | dict(now)
            )
            renewed += 1
    return Refreshed(renewed, newer)


async def _keep_what_lacks(tx: Tx, data: dict[Key, Kept]) -> bool:
    """Gives data to the versions that have none; says whether there were any."""
    rows = await tx.scalars(select(CalendarVersionRow).where(CalendarVersionRow.tenant_id == tx.tenant_id))
    lacking = [row for row in rows if (row.calendar_id, row.version) not in data]
    for row in lacking:
        add_data(tx, row.calendar_id, row.version, observed(CalendarDraft.of(row.document)))
    await tx.flush()
    return bool(lacking)


def _releases(data: Kept) -> dict[str, object]:
    return {"zone_release": data.zone_release, "holiday_release": data.holiday_release}
