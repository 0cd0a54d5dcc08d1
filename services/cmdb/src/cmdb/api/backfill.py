"""Filling the copy of the directory once, for a service that is installed later than the gateway."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Databases
from cmdb.api.events import person_row
from cmdb.app import directory
from cmdb.clients import Directory


async def backfill_directory(databases: Databases, gateway: Directory) -> None:
    """Ask for what the events of today no longer tell; tenants that are filled are left alone. Safe to repeat."""
    async for tenant in gateway.tenants():
        tenant_id = UUID(tenant.id)
        database = databases.for_tenant(tenant_id)
        async with database.transaction(tenant_id) as tx:
            if await directory.is_backfilled(tx):
                continue
            await directory.keep_tenant(tx, slug=tenant.slug, version=tenant.version)
        async for users in gateway.users(tenant_id):
            async with database.transaction(tenant_id) as tx:
                await directory.keep_people(tx, people=[person_row(user) for user in users])
        async with database.transaction(tenant_id) as tx:
            await directory.mark_backfilled(tx)
