"""The check of all clocks against the ledger: each night, and when an operator asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.metrics import Snapshot
from sla.app.checking import Difference, check_chunk
from sla.app.nightly import Progress, check_on
from sla.clients import Directory

log = structlog.get_logger()

EVERY: Final = timedelta(days=1)
DIFFERENT: Final = Snapshot(
    "deskmesh_sla_clocks_different",
    "Tickets whose clocks are not as the ledger says.",
    seconds=2 * EVERY.total_seconds(),
)

_WAITS: Final = "rules are being applied"


async def check_all(databases: Databases, directory: Directory) -> None:
    """Checks the clocks of all tenants, mends nothing, and shows how many tickets differ.

    One that was interrupted goes on where it was. As much time as a chunk takes is left to others after it.
    """
    begun_after = datetime.now(UTC) - EVERY / 2
    tickets = different = 0
    async for tenant in directory.tenants():
        progress = await _check_tonight(databases, tenant.id, begun_after)
        tickets += progress.tickets
        different += progress.different
    log.info("clocks_checked", tickets=tickets, different=different)
    DIFFERENT.show({(): float(different)})


async def _check_tonight(databases: Databases, tenant_id: UUID, begun_after: datetime) -> Progress:
    with use_caller(_caller(tenant_id)):
        while True:
            began = time.monotonic()
            async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                progress = await check_on(tx, begun_after=begun_after)
            _tell(tenant_id, progress.found, mended=False)
            if progress.waits:
                log.info("clocks_not_checked", tenant=str(tenant_id), reason=_WAITS)
            if progress.is_over or progress.waits:
                return progress
            await asyncio.sleep(time.monotonic() - began)


async def check_tenant(databases: Databases, tenant_id: UUID, *, mend: bool) -> AsyncIterator[Difference]:
    """The differences of a tenant's clocks, in the order of tickets; with `mend` they are reckoned anew."""
    after: UUID | None = None
    while True:
        with use_caller(_caller(tenant_id)):
            async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                chunk = await check_chunk(tx, after=after, mend=mend)
        _tell(tenant_id, chunk.differences, mended=mend)
        for one in chunk.differences:
            yield one
        if chunk.waits:
            log.info("clocks_not_checked", tenant=str(tenant_id), reason=_WAITS)
        if chunk.last_id is None:
            return
        after = chunk.last_id


def _caller(tenant_id: UUID) -> Caller:
    return Caller.system(tenant_id, "sla", "check-clocks")


def _tell(tenant_id: UUID, found: Iterable[Difference], *, mended: bool) -> None:
    for one in found:
        log.warning(
            "clock_differs",
            tenant=str(tenant_id),
            ticket=str(one.ticket_id),
            clock=one.clock,
            field=one.field,
            kept=one.kept,
            reckoned=one.reckoned,
            mended=mended,
        )
