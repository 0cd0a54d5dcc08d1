"""What waits in a service's database: for metrics, for operators, and for tests that wait until nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis import metrics

if TYPE_CHECKING:
    from chassis.db import Database

_SQL = """
SELECT
    (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS unpublished,
    (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)
        FROM outbox WHERE published_at IS NULL)::float8 AS oldest_unpublished_seconds,
    (SELECT count(*) FROM timers
        WHERE (state = 'pending' AND due_at <= now()) OR state = 'running') AS timers_due,
    (SELECT count(*) FROM timers WHERE state = 'dead') AS timers_dead,
    (SELECT count(*) FROM dead_events WHERE state = 'parked') AS parked
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts over all tenants. Timers that run or wait for another try count as due."""

    unpublished: int
    oldest_unpublished_seconds: float
    timers_due: int
    timers_dead: int
    parked: int


async def backlog(database: Database) -> Backlog:
    """What waits now. Raises Unavailable without a database."""
    async with database.relay_connection() as raw:
        row = await raw.fetchrow(_SQL)
    assert row is not None
    return Backlog(**dict(row))


async def measure(database: Database) -> None:
    """Shows the backlog as metrics."""
    counts = await backlog(database)
    metrics.OUTBOX_UNPUBLISHED.set(counts.unpublished)
    metrics.OUTBOX_OLDEST_SECONDS.set(counts.oldest_unpublished_seconds)
    metrics.TIMERS_DUE.set(counts.timers_due)
    metrics.TIMERS_DEAD.set(counts.timers_dead)
    metrics.EVENTS_PARKED.set(counts.parked)
