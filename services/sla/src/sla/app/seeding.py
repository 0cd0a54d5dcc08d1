"""What a new tenant starts with: two calendars and believable policies, its own to change from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from sla.app.calendar_draft import CalendarDraft
from sla.app.calendars import create_calendar
from sla.app.policies import create_policy
from sla.app.policy_draft import PolicyDraft
from sla.app.rules import ALWAYS, lock_rules
from sla.db.rules import Tenant
from sla.domain import public_holidays, zones
from sla.domain.hours import WEEKDAYS

_PAUSES = ["pending_requester", "pending_supplier"]
_WARNINGS = ["50%", "75%"]


async def take_tenant(tx: Tx, *, version: int, time_zone: str, country: str) -> None:
    """Keeps the copy of a tenant, unless a newer one is there, and seeds it when it is heard of for the first time."""
    values = {"version": version, "time_zone": time_zone, "country": country}
    statement = insert(Tenant).values(tenant_id=tx.tenant_id, id=tx.tenant_id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[Tenant.tenant_id, Tenant.id],
            set_={**values, "updated_at": datetime.now(UTC)},
            where=Tenant.version < version,
        )
    )
    state = await lock_rules(tx)
    if state.seeded_at is None:
        state.seeded_at = datetime.now(UTC)
        await _seed(tx, time_zone=time_zone, country=country)


async def is_known(tx: Tx, *, version: int) -> bool:
    """Whether the copy of the tenant is of this version or a newer one."""
    known = await tx.scalar(select(Tenant.version).where(Tenant.tenant_id == tx.tenant_id))
    return known is not None and known >= version


async def _seed(tx: Tx, *, time_zone: str, country: str) -> None:
    """The shipped rules; they count from ever, so that what was imported from the past has clocks too."""
    zone = time_zone if zones.is_zone(time_zone) else "UTC"
    business = CalendarDraft(
        name="business",
        time_zone=zone,
        hours={day: [["09:00", "18:00"]] for day in WEEKDAYS[:5]},
        holiday_country=country if country in public_holidays.countries() else "",
    )
    always = CalendarDraft(name="24x7", time_zone=zone, hours={day: [["00:00", "24:00"]] for day in WEEKDAYS})
    working_hours = (await create_calendar(tx, draft=business, since=ALWAYS)).id
    all_hours = (await create_calendar(tx, draft=always, since=ALWAYS)).id
    for draft in (_critical(all_hours), _standard(working_hours)):
        await create_policy(tx, draft=draft, since=ALWAYS)


def _critical(calendar_id: UUID) -> PolicyDraft:
    return PolicyDraft(
        name="Critical, round the clock",
        kind="sla",
        calendar_id=str(calendar_id),
        order=10,
        condition='priority = "critical"',
        targets=[
            ["first_response", "", "PT30M"],
            ["next_response", "", "PT1H"],
            ["resolution", "", "PT4H"],
        ],
        pause_states=_PAUSES,
        warnings=_WARNINGS,
    )


def _standard(calendar_id: UUID) -> PolicyDraft:
    times = {
        "high": ("PT1H", "PT2H", "PT8H"),
        "medium": ("PT4H", "PT8H", "PT24H"),
        "low": ("PT8H", "PT16H", "PT40H"),
        "": ("PT8H", "PT16H", "PT40H"),
    }
    return PolicyDraft(
        name="Standard, business hours",
        kind="sla",
        calendar_id=str(calendar_id),
        order=100,
        targets=[
            [clock, priority, target]
            for priority, targets in times.items()
            for clock, target in zip(("first_response", "next_response", "resolution"), targets, strict=True)
        ],
        pause_states=_PAUSES,
        warnings=_WARNINGS,
    )
