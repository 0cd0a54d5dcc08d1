"""Running parked events again, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog

from chassis.events.handling import Handling
from chassis.messaging import stream_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chassis.db import Database, Databases
    from chassis.events.handlers import AnyReceived, Handler

log = structlog.get_logger()

# The relay role sees all tenants. The first event of an aggregate is the one that failed; the others wait behind it.
_AGGREGATES = """
SELECT DISTINCT ON (parked.tenant_id, parked.consumer, parked.aggregate_id)
    parked.tenant_id, parked.consumer, parked.aggregate_id, subject, error, attempts,
    count(*) OVER aggregate AS events, min(created_at) OVER aggregate AS since
FROM dead_events AS parked
WHERE state = 'parked' AND ($1::uuid IS NULL OR tenant_id = $1) AND ($2::text IS NULL OR consumer = $2)
    AND ($3::text IS NULL OR aggregate_id = $3)
WINDOW aggregate AS (PARTITION BY tenant_id, consumer, aggregate_id)
ORDER BY parked.tenant_id, parked.consumer, parked.aggregate_id, version, event_id
"""

_FIRST = """
SELECT id, subject, payload, headers FROM dead_events
WHERE tenant_id = $1 AND consumer = $2 AND aggregate_id = $3 AND state = 'parked'
ORDER BY version, event_id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which parked events are meant; all where nothing is said."""

    tenant_id: UUID | None = None
    publisher: str | None = None
    """The service whose events they are."""
    aggregate_id: str | None = None


ALL: Final = Choice()


@dataclass(frozen=True, slots=True)
class Parked:
    """An aggregate with parked events: how many, since when, and the first one, which failed."""

    database: Database
    tenant_id: UUID
    consumer: str
    aggregate_id: str
    subject: str
    error: str
    attempts: int
    events: int
    since: datetime


@dataclass(slots=True)
class Replayed:
    """How many events were handled, and how many aggregates still have one that fails."""

    events: int = 0
    failing: int = 0


async def parked(databases: Databases, choice: Choice = ALL) -> list[Parked]:
    """The aggregates that have parked events, the longest waiting first."""
    stream = None if choice.publisher is None else stream_of(choice.publisher)
    found: list[Parked] = []
    for database in databases.all():
        async with database.relay_connection() as raw:
            rows = await raw.fetch(_AGGREGATES, choice.tenant_id, stream, choice.aggregate_id)
        found += [Parked(database, **row) for row in rows]
    return sorted(found, key=lambda one: one.since)


async def replay(
    service: str, databases: Databases, handlers: Sequence[Handler[Any]], choice: Choice = ALL
) -> Replayed:
    """Handles parked events of the service, each aggregate's in order; stops an aggregate at a failure.

    Events that arrive meanwhile are parked behind and handled in their turn.
    """
    handling = Handling(service, databases, {handler.subject: handler for handler in handlers})
    result = Replayed()
    for aggregate in await parked(databases, choice):
        await _replay_aggregate(handling, aggregate, result)
    return result


async def _replay_aggregate(handling: Handling, aggregate: Parked, result: Replayed) -> None:
    database, tenant_id, consumer = aggregate.database, aggregate.tenant_id, aggregate.consumer
    while True:
        async with database.transaction(tenant_id) as tx:
            row = await (await tx.raw()).fetchrow(_FIRST, tenant_id, consumer, aggregate.aggregate_id)
        if row is None:
            return
        try:
            event = handling.handlers[row["subject"]].read(row["payload"], row["headers"])
            await handling.prepare([event])
            if await _apply(handling, database, consumer, row["id"], event):
                result.events += 1
        except Exception:
            log.exception("replay_failed", subject=row["subject"], dead_event=str(row["id"]))
            result.failing += 1
            return


async def _apply(
    handling: Handling, database: Database, consumer: str, dead_id: UUID, event: AnyReceived
) -> bool:
    """Handles the event unless another replay has; whether it did."""
    async with database.transaction(event.tenant_id) as tx:
        changed = await (await tx.raw()).execute(
            """
            UPDATE dead_events SET state = 'replayed', attempts = attempts + 1, updated_at = now()
            WHERE tenant_id = $1 AND id = $2 AND state = 'parked'
            """,
            event.tenant_id,
            dead_id,
        )
        if changed == "UPDATE 1":
            await handling.apply(tx, consumer, [event])
    return changed == "UPDATE 1"
