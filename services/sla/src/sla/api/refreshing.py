"""Looking at the data of calendars: soon after the start, when it may be of another release, and each hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.metrics import Snapshot
from sla.app.open_days import tell_all_open_days
from sla.app.refreshing import refresh_calendars
from sla.clients import Directory
from sla.domain import public_holidays, zones

log = structlog.get_logger()

EVERY: Final = timedelta(hours=1)
TOLD_EVERY: Final = timedelta(days=1)
NEWER: Final = Snapshot(
    "deskmesh_sla_calendars_with_newer_data",
    "Calendars that keep newer time zones or public holidays than this process has.",
    seconds=2 * EVERY.total_seconds(),
)


async def tell_all(databases: Databases, directory: Directory) -> None:
    """Tells the open days of all tenants' calendars."""
    async for tenant in directory.tenants():
        with use_caller(Caller.system(tenant.id, "sla", "tell-calendars")):
            async with databases.for_tenant(tenant.id).transaction(tenant.id) as tx:
                await tell_all_open_days(tx)


async def refresh_all(databases: Databases, directory: Directory) -> None:
    """Has the calendars of all tenants go by newer data; shows how many have newer than this process."""
    newer = 0
    async for tenant in directory.tenants():
        with use_caller(Caller.system(tenant.id, "sla", "refresh-calendars")):
            async with databases.for_tenant(tenant.id).transaction(tenant.id) as tx:
                refreshed = await refresh_calendars(tx)
        newer += refreshed.newer
        if refreshed.renewed:
            log.info("calendars_renewed", tenant=str(tenant.id), calendars=refreshed.renewed)
    if newer:
        log.warning(
            "calendar_data_old", zones=zones.RELEASE, holidays=public_holidays.RELEASE, calendars=newer
        )
    NEWER.show({(): float(newer)})
