"""Tenants, by the gateway's events and, once after the start, by asking for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import structlog

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from chassis.errors import DeskmeshError
from chassis.events import Received
from deskmesh.gateway.v1 import events_pb2
from sla.app.seeding import take_tenant
from sla.clients import Directory

log = structlog.get_logger()

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


async def on_tenant_changed(tx: Tx, events: list[Received[events_pb2.TenantChanged]]) -> None:
    """Keeps the copy of the tenant; a new one gets its calendars and policies."""
    for event in events:
        tenant = event.message.tenant
        await take_tenant(tx, version=tenant.version, time_zone=tenant.time_zone, country=tenant.country)


def backfilling(databases: Databases, directory: Directory) -> Callable[[asyncio.Event], Awaitable[None]]:
    """What asks the gateway for all tenants after the start, until it has answered, and keeps them.

    For those that were there before this service, whose events may be gone from the stream.
    """

    async def run(stop: asyncio.Event) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not stop.is_set():
            try:
                await _backfill(databases, directory)
            except DeskmeshError as error:
                log.info("tenants_not_known_yet", reason=error.reason)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                await stop.wait()

    return run


async def _backfill(databases: Databases, directory: Directory) -> None:
    async for tenant in directory.tenants():
        with use_caller(_system(tenant.id)):
            async with databases.for_tenant(tenant.id).transaction(tenant.id) as tx:
                await take_tenant(
                    tx, version=tenant.version, time_zone=tenant.time_zone, country=tenant.country
                )


def _system(tenant_id: UUID) -> Caller:
    return Caller.system(tenant_id, "sla", "backfill")
