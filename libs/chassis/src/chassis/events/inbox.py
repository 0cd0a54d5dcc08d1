"""The inbox and the parked events: written as the app role, in the transaction of the effect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chassis.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from chassis.db import Tx
    from chassis.events.handlers import AnyReceived

_TAKE = """
INSERT INTO inbox (tenant_id, event_id, consumer)
SELECT $1, event_id, $2 FROM unnest($3::uuid[]) AS event_id
ON CONFLICT DO NOTHING
RETURNING event_id
"""

_PARK = """
INSERT INTO dead_events (tenant_id, id, consumer, event_id, subject, aggregate_id, version, payload, headers,
    error, attempts, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'parked')
ON CONFLICT (tenant_id, consumer, event_id) DO NOTHING
"""

# The share lock makes a replay that is about to finish wait, and then see what was parked behind.
_STILL_PARKED = """
SELECT DISTINCT aggregate_id FROM (
    SELECT aggregate_id FROM dead_events
    WHERE tenant_id = $1 AND consumer = $2 AND aggregate_id = ANY ($3) AND state = 'parked' FOR SHARE
) AS parked
"""


async def take(tx: Tx, consumer: str, events: Sequence[AnyReceived]) -> set[UUID]:
    """Notes that the events were taken; gives the ids of those that are new."""
    raw = await tx.raw()
    rows = await raw.fetch(_TAKE, tx.tenant_id, consumer, [event.id for event in events])
    return {row["event_id"] for row in rows}


async def park(tx: Tx, consumer: str, event: AnyReceived, error: str, attempts: int) -> None:
    """Puts the event aside, for a replay."""
    raw = await tx.raw()
    await raw.execute(
        _PARK,
        tx.tenant_id,
        new_id(),
        consumer,
        event.id,
        event.subject,
        event.aggregate_id,
        event.version,
        event.message.SerializeToString(),
        json.dumps(dict(event.headers)),
        error,
        attempts,
    )


async def still_parked(tx: Tx, consumer: str, aggregates: Collection[str]) -> set[str]:
    """Which of the aggregates have parked events, behind which later ones must wait."""
    raw = await tx.raw()
    rows = await raw.fetch(_STILL_PARKED, tx.tenant_id, consumer, list(aggregates))
    return {row["aggregate_id"] for row in rows}
