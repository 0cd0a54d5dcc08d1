"""Jobs that go through all tenants."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from tickets.clients import Directory


async def in_each_tenant(
    databases: Databases, gateway: Directory, cause: str, work: Callable[[Tx], Awaitable[object]]
) -> None:
    """Does the work for each active tenant, as the service, in a transaction of its own."""
    async for tenants in gateway.tenants():
        for tenant_id in (UUID(tenant.id) for tenant in tenants):
            with use_caller(Caller.system(tenant_id, "tickets", cause)):
                async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                    await work(tx)
