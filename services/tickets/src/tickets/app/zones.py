"""Whose clocks a moment is told by."""

from zoneinfo import ZoneInfo

from chassis.context import current_caller
from chassis.db import Tx
from tickets.db.directory import Person, Tenant
from tickets.domain.recurring import known_zones


async def zone_of_caller(tx: Tx) -> ZoneInfo:
    """The zone of the person who calls; the tenant's where they have none."""
    user_id = current_caller().user_id
    person = None if user_id is None else await tx.get(Person, user_id)
    if person is not None and person.time_zone in known_zones():
        return ZoneInfo(person.time_zone)
    return await zone_of_tenant(tx)


async def zone_of_tenant(tx: Tx) -> ZoneInfo:
    """The tenant's zone; UTC before the tenant is known here."""
    tenant = await tx.get(Tenant, tx.tenant_id)
    return ZoneInfo(tenant.time_zone if tenant is not None and tenant.time_zone in known_zones() else "UTC")
