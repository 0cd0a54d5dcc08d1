"""The check of all clocks against the ledger: each night, and when an operator asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.metrics import Snapshot
from sla.app.checking import Difference, check_chunk
from sla.clients import Directory

log = structlog.get_logger()

EVERY: Final = timedelta(days=1)
DIFFERENT: Final = Snapshot(
    "deskmesh_sla_clocks_different",
    "Tickets whose clocks are not as the ledger says.",
    seconds=2 * EVERY.total_seconds(),
)


async def check_all(databases: Databases, directory: Directory) -> None:
    """Checks the clocks of all tenants, mends nothing, and shows how many tickets differ."""
    tickets = 0
    async for tenant in directory.tenants():
        tickets += len({one.ticket_id for one in await check_tenant(databases, tenant.id, mend=False)})
    DIFFERENT.show({(): float(tickets)})


async def check_tenant(databases: Databases, tenant_id: UUID, *, mend: bool) -> Sequence[Difference]:
    """The differences of a tenant's clocks, in the order of tickets; with `mend` they are reckoned anew."""
    found: list[Difference] = []
    after: UUID | None = None
    with use_caller(Caller.system(tenant_id, "sla", "check-clocks")):
        while True:
            async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                chunk = await check_chunk(tx, after=after, mend=mend)
            found += chunk.differences
            if chunk.waits:
                log.info("clocks_not_checked", tenant=str(tenant_id), reason="rules are being applied")
            if chunk.last_id is None:
                break
            after = chunk.last_id
    for one in found:
        log.warning(
            "clock_differs",
            tenant=str(tenant_id),
            ticket=str(one.ticket_id),
            clock=one.clock,
            field=one.field,
            kept=one.kept,
            reckoned=one.reckoned,
            mended=mend,
        )
    return found
