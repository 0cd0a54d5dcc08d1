"""Leases: one process at a time does a thing, and another takes over when it is gone.

A row with an end of validity and a fencing number, not an advisory lock, which a stopped process keeps. Validity is
judged by the database's clock; the holder stops on its own, earlier clock.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog

from chassis import metrics
from chassis.errors import DeskmeshError
from chassis.wake import either

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chassis.db import Database

log = structlog.get_logger()

LEASE_SECONDS = 5.0
_RENEW_SECONDS = 1.2
_TRY_SECONDS = 1.0


@dataclass(slots=True)
class Lease:
    """A row of `job_leases` or `relay_state` with this name, held or not."""

    database: Database
    name: str
    table: str = "job_leases"
    key: str = "name"
    fencing: int = 0
    after_crash: bool = False
    """Whether who had it before did not give it up: that process died, or lost the database."""
    _holder: UUID = field(default_factory=uuid4)

    @property
    def label(self) -> str:
        """Of the lease in metrics: "relay:deskmesh-tickets", "consumer:deskmesh-sla", "job:partitions"."""
        return self.name if self.table == "job_leases" else f"relay:{self.name}"

    async def acquire(self) -> bool:
        """Takes the lease where nobody holds it. Each taking has a higher fencing number."""
        async with self.database.relay_connection() as raw:
            row = await raw.fetchrow(
                f"""
                WITH before AS (
                    SELECT holder IS NOT NULL AND holder <> $2 AS held FROM {self.table} WHERE {self.key} = $1
                )
                INSERT INTO {self.table} AS lease ({self.key}, holder, fencing, expires_at)
                VALUES ($1, $2, 1, now() + make_interval(secs => $3))
                ON CONFLICT ({self.key}) DO UPDATE
                SET holder = excluded.holder, fencing = lease.fencing + 1, expires_at = excluded.expires_at
                WHERE lease.expires_at <= now() OR lease.holder = excluded.holder
                RETURNING fencing, coalesce((SELECT held FROM before), false) AS after_crash
                """,  # noqa: S608 (names of our own tables)
                self.name,
                self._holder,
                LEASE_SECONDS,
            )
        if row is None:
            return False
        self.fencing, self.after_crash = row["fencing"], row["after_crash"]
        return True

    async def renew(self) -> bool:
        """Keeps the lease; False when somebody else has taken it."""
        return await self._set("expires_at = now() + make_interval(secs => $4)", LEASE_SECONDS)

    async def release(self) -> None:
        """Gives the lease up, so that another may have it at once."""
        if await self._set("expires_at = now(), holder = NULL"):
            self.database.lease_released.send()

    async def _set(self, what: str, *more: float) -> bool:
        async with self.database.relay_connection() as raw:
            status = await raw.execute(
                f"""
                UPDATE {self.table} SET {what}
                WHERE {self.key} = $1 AND holder = $2 AND fencing = $3
                """,  # noqa: S608 (names of our own tables)
                self.name,
                self._holder,
                self.fencing,
                *more,
            )
        return status == "UPDATE 1"


async def lead(lease: Lease, stop: asyncio.Event, body: Callable[[], Awaitable[None]]) -> None:
    """Runs the body whenever the lease can be had, until `stop`; cancels it when the lease is lost.

    The body ends soon after `stop` by itself. Should it fail, that is logged and it is run again.
    """
    held = metrics.LEASE_HELD.labels(lease.label)
    held.set(0)
    free = asyncio.Event()
    with lease.database.lease_is_free.listening(free.set):
        while not stop.is_set():
            free.clear()
            try:
                if await lease.acquire():
                    log.info("lease_taken", lease=lease.name, fencing=lease.fencing)
                    metrics.LEASES_TAKEN.labels(lease.label).inc()
                    with held.track_inprogress():
                        await _lead_once(lease, body)
                    await lease.release()
            except DeskmeshError as error:
                log.warning("lease_failed", lease=lease.name, reason=error.reason)
            except Exception:
                log.exception("lease_body_failed", lease=lease.name)
            await either(free, stop, _TRY_SECONDS)


async def _lead_once(lease: Lease, body: Callable[[], Awaitable[None]]) -> None:
    working = asyncio.ensure_future(body())
    keeping = asyncio.create_task(_keep(lease))
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        else:
            log.warning("lease_lost", lease=lease.name, fencing=lease.fencing)
    finally:
        for task in (working, keeping):
            task.cancel()
        await asyncio.gather(working, keeping, return_exceptions=True)


async def _keep(lease: Lease) -> None:
    """Renews until the lease is lost, or until it would be over had the last renewal been the last."""
    valid_until = time.monotonic() + LEASE_SECONDS
    while time.monotonic() < valid_until:
        await asyncio.sleep(_RENEW_SECONDS)
        before = time.monotonic()
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + valid_until - before):
                if not await lease.renew():
                    return
            valid_until = before + LEASE_SECONDS
        except (DeskmeshError, TimeoutError) as error:
            log.warning("lease_not_renewed", lease=lease.name, error=type(error).__name__)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not beyond `stop`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
