"""The check of all clocks against the ledger: each night, and when an operator asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.metrics import Snapshot
from sla.app.checking import Checked, Difference, Failing, check_chunk
from sla.app.nightly import Progress, check_on
from sla.clients import Directory

log = structlog.get_logger()

EVERY: Final = timedelta(days=1)
DIFFERENT: Final = Snapshot(
    "deskmesh_sla_clocks_different",
    "Tickets whose clocks are not as the ledger says.",
    seconds=2 * EVERY.total_seconds(),
)
FAILING: Final = Snapshot(
    "deskmesh_sla_clocks_failing",
    "Tickets whose clocks cannot be reckoned.",
    seconds=2 * EVERY.total_seconds(),
)


async def check_all(databases: Databases, directory: Directory) -> None:
    """Checks the clocks of all tenants, mends nothing, and shows how many tickets differ or cannot be reckoned.

    One that was interrupted goes on where it was. As much time as a chunk takes is left to others after it. What goes
    wrong with a tenant is raised when all others are done.
    """
    begun_after = datetime.now(UTC) - EVERY / 2
    tickets = different = failing = 0
    wrong: Exception | None = None
    async for tenant in directory.tenants():
        try:
            progress = await _check_tonight(databases, tenant.id, begun_after)
        except Exception as error:
            log.exception("clocks_not_checked", tenant=str(tenant.id))
            wrong = wrong or error
            continue
        tickets += progress.tickets
        different += progress.different
        failing += progress.failing
    log.info("clocks_checked", tickets=tickets, different=different, failing=failing)
    DIFFERENT.show({(): float(different)})
    FAILING.show({(): float(failing)})
    if wrong is not None:
        raise wrong


async def _check_tonight(databases: Databases, tenant_id: UUID, begun_after: datetime) -> Progress:
    with use_caller(_caller(tenant_id)):
        while True:
            began = time.monotonic()
            async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                progress = await check_on(tx, begun_after=begun_after)
            if progress.chunk is not None:
                _tell(tenant_id, progress.chunk, mended=False)
            if progress.is_over or (progress.chunk is not None and progress.chunk.waits):
                return progress
            await asyncio.sleep(time.monotonic() - began)


async def check_tenant(
    databases: Databases, tenant_id: UUID, *, mend: bool
) -> AsyncIterator[Difference | Failing]:
    """What is wrong with a tenant's clocks, a chunk of tickets after the other; with `mend` those that differ are reckoned anew."""
    after: UUID | None = None
    while True:
        with use_caller(_caller(tenant_id)):
            async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                chunk = await check_chunk(tx, after=after, mend=mend)
        _tell(tenant_id, chunk, mended=mend)
        for different in chunk.differences:
            yield different
        for failing in chunk.failing:
            yield failing
        if chunk.last_id is None:
            return
        after = chunk.last_id


def _caller(tenant_id: UUID) -> Caller:
    return Caller.system(tenant_id, "sla", "check-clocks")


def _tell(tenant_id: UUID, chunk: Checked, *, mended: bool) -> None:
    if chunk.waits:
        log.info("clocks_wait_for_rules", tenant=str(tenant_id))
    for failing in chunk.failing:
        log.error("clocks_failing", tenant=str(tenant_id), ticket=str(failing.ticket_id), error=failing.error)
    for one in chunk.differences:
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
