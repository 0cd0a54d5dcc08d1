"""Jobs that run every so often, in one process at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

import structlog

from chassis import metrics
from chassis.errors import Unavailable
from chassis.leases import Lease, lead, pause

if TYPE_CHECKING:
    from chassis.db import Database, Databases

log = structlog.get_logger()

_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 60.0
_INBOX_DAYS, _OUTBOX_DAYS, _IDEMPOTENCY_DAYS = 15, 14, 2


class HasDatabases(Protocol):
    """As much of a service's runtime as the chassis's own jobs need."""

    @property
    def databases(self) -> Databases:
        """The databases of the service."""
        ...


R_contra = TypeVar("R_contra", contravariant=True)  # the runtime that a job gets


@dataclass(frozen=True, slots=True)
class Job(Generic[R_contra]):
    """Something that is done every so often. It may be cut off and run again."""

    name: str
    every: timedelta
    run: Callable[[R_contra], Awaitable[None]]


class Runner(Generic[R_contra]):
    """Runs the jobs of a service: each in one process at a time, elected by a lease in the first database."""

    def __init__(
        self, service: str, databases: Databases, jobs: Sequence[Job[R_contra]], runtime: R_contra
    ) -> None:
        self._service = service
        self._home = databases.all()[0]
        self._jobs = jobs
        self._runtime = runtime

    async def run(self, stop: asyncio.Event) -> None:
        """Runs jobs until `stop`."""
        await asyncio.gather(*(self._lead(job, stop) for job in self._jobs))

    async def _lead(self, job: Job[R_contra], stop: asyncio.Event) -> None:
        lease = Lease(self._home, f"job:{job.name}")
        await lead(lease, stop, lambda: self._repeat(job, lease, stop))

    async def _repeat(self, job: Job[R_contra], lease: Lease, stop: asyncio.Event) -> None:
        metrics.JOB_EVERY_SECONDS.labels(job.name).set(job.every.total_seconds())
        succeeded = metrics.JOB_LAST_SUCCESS.labels(job.name)
        succeeded.set(time.time())
        while not stop.is_set():
            wait = await _seconds_until_due(self._home, lease, job.every)
            if wait is not None:
                succeeded.set(time.time() + wait - job.every.total_seconds())
            if wait is not None and wait > 0:
                await pause(stop, min(wait, _LOOK_SECONDS))
                continue
            outcome = await self._run(job)
            metrics.JOB_RUNS.labels(job.name, outcome).inc()
            if outcome == "done":
                await _note_run(self._home, lease)
            else:
                await pause(stop, min(_AGAIN_SECONDS, job.every.total_seconds()))

    async def _run(self, job: Job[R_contra]) -> Literal["done", "postponed", "failed"]:
        try:
            await job.run(self._runtime)
        except Unavailable as error:
            # A peer that is still starting, or away: no bug, and over by itself.
            log.warning("job_postponed", service=self._service, job=job.name, reason=error.reason)
            return "postponed"
        except Exception:
            log.exception("job_failed", service=self._service, job=job.name)
            return "failed"
        return "done"


def maintenance() -> list[Job[HasDatabases]]:
    """The jobs of the chassis itself, for every service: partitions are made ahead and dropped when they are old."""
    return [Job("partitions", timedelta(hours=1), _maintain_partitions)]


async def _maintain_partitions(runtime: HasDatabases) -> None:
    for database in runtime.databases.all():
        await maintain_partitions(database)


async def maintain_partitions(database: Database) -> int:
    """Makes the partitions of the coming week and drops the old; gives how many changed.

    No partition of the outbox is dropped while it holds an event that is not published.
    """
    async with database.relay_connection() as raw:
        oldest = await raw.fetchval("SELECT min(day) FROM outbox WHERE published_at IS NULL")
        changed: int = await raw.fetchval(
            "SELECT chassis_maintain_partitions(keep_outbox_from => $1)", oldest
        )
        # What is left in the default partitions.
        await raw.execute(
            "DELETE FROM outbox WHERE published_at IS NOT NULL AND day < current_date - $1::int", _OUTBOX_DAYS
        )
        await raw.execute(
            "DELETE FROM idempotency_keys WHERE day < current_date - $1::int", _IDEMPOTENCY_DAYS
        )
        await raw.execute(
            "DELETE FROM inbox WHERE event_id < chassis_lowest_id(current_date - $1::int)", _INBOX_DAYS
        )
    if changed:
        log.info("partitions_maintained", changed=changed)
    return changed


async def _seconds_until_due(database: Database, lease: Lease, every: timedelta) -> float | None:
    """Negative when it is due for so long; None when it was never done."""
    async with database.relay_connection() as raw:
        seconds: float | None = await raw.fetchval(
            "SELECT extract(epoch FROM ran_at + $2 - now())::float8 FROM job_leases WHERE name = $1",
            lease.name,
            every,
        )
    return seconds


async def _note_run(database: Database, lease: Lease) -> None:
    async with database.relay_connection() as raw:
        await raw.execute(
            "UPDATE job_leases SET ran_at = now() WHERE name = $1 AND fencing = $2", lease.name, lease.fencing
        )
