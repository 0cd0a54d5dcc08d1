"""Running parked events again, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from chassis.events.handling import Handling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from asyncpg import Record

    from chassis.db import Database, Databases
    from chassis.events.handlers import AnyReceived, Handler

log = structlog.get_logger()

_AGGREGATES = """
SELECT tenant_id, consumer, aggregate_id FROM dead_events WHERE state = 'parked'
GROUP BY tenant_id, consumer, aggregate_id ORDER BY min(created_at)
"""

_FIRST = """
SELECT id, subject, payload, headers FROM dead_events
WHERE tenant_id = $1 AND consumer = $2 AND aggregate_id = $3 AND state = 'parked'
ORDER BY version, event_id LIMIT 1
"""


@dataclass(slots=True)
class Replayed:
    """How many events were handled, and how many aggregates still have one that fails."""

    events: int = 0
    failing: int = 0


async def replay(service: str, databases: Databases, handlers: Sequence[Handler[Any]]) -> Replayed:
    """Handles all parked events of the service, each aggregate's in order; stops an aggregate at a failure.

    Events that arrive meanwhile are parked behind and handled in their turn.
    """
    handling = Handling(service, databases, {handler.subject: handler for handler in handlers})
    result = Replayed()
    for database in databases.all():
        async with database.relay_connection() as raw:
            aggregates = await raw.fetch(_AGGREGATES)
        for row in aggregates:
            await _replay_aggregate(handling, database, row, result)
    return result


async def _replay_aggregate(
    handling: Handling, database: Database, aggregate: Record, result: Replayed
) -> None:
    tenant_id, consumer = aggregate["tenant_id"], aggregate["consumer"]
    while True:
        async with database.transaction(tenant_id) as tx:
            row = await (await tx.raw()).fetchrow(_FIRST, tenant_id, consumer, aggregate["aggregate_id"])
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
