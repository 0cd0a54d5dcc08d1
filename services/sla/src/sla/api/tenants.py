"""Tenants, by the gateway's events and, for those that were there before, by asking for all of them."""

from __future__ import annotations

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from chassis.events import Received
from deskmesh.gateway.v1 import events_pb2
from sla.app.seeding import is_known, take_tenant
from sla.clients import Directory


async def on_tenant_changed(tx: Tx, events: list[Received[events_pb2.TenantChanged]]) -> None:
    """Keeps the copy of the tenant; a new one gets its calendars and policies."""
    for event in events:
        tenant = event.message.tenant
        await take_tenant(tx, version=tenant.version, time_zone=tenant.time_zone, country=tenant.country)


async def backfill_tenants(databases: Databases, directory: Directory) -> None:
    """Asks for what the events of today no longer tell; tenants that are known are left alone. Safe to repeat."""
    async for tenant in directory.tenants():
        with use_caller(Caller.system(tenant.id, "sla", "backfill")):
            async with databases.for_tenant(tenant.id).transaction(tenant.id) as tx:
                if not await is_known(tx, version=tenant.version):
                    await take_tenant(
                        tx, version=tenant.version, time_zone=tenant.time_zone, country=tenant.country
                    )
