"""Filling the copy of the tenants once, for a service that is installed later than the gateway."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Databases
from knowledge.api.events import tenant_row
from knowledge.app import tenants
from knowledge.clients import Directory


async def backfill_directory(databases: Databases, directory: Directory) -> None:
    """Ask for what the events of today no longer tell; tenants that are filled are left alone. Safe to repeat."""
    async for tenant in directory.tenants():
        tenant_id = UUID(tenant.id)
        async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            if not await tenants.is_backfilled(tx):
                await tenants.keep_tenant(tx, tenant=tenant_row(tenant))
                await tenants.mark_backfilled(tx)
