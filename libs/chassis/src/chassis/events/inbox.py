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
ON CONFLICT (tenant_id, consumer, event_id) DO UPDATE
SET state = 'parked', error = excluded.error, attempts = excluded.attempts, updated_at = now()
WHERE dead_events.state = 'trying'
"""

_TRY = """
INSERT INTO dead_events (tenant_id, id, consumer, event_id, subject, aggregate_id, version, payload, headers,
    error, attempts, state)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 'its worker died', 1, 'trying'
WHERE NOT EXISTS (SELECT FROM inbox WHERE tenant_id = $1 AND event_id = $4 AND consumer = $3)
ON CONFLICT (tenant_id, consumer, event_id) DO UPDATE
SET attempts = dead_events.attempts + 1, updated_at = now(),
    state = CASE WHEN dead_events.attempts >= $10 THEN 'parked' ELSE dead_events.state END
WHERE dead_events.state = 'trying'
RETURNING state
"""

_TRIED = """
DELETE FROM dead_events WHERE tenant_id = $1 AND consumer = $2 AND event_id = $3 AND state = 'trying'
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
    await raw.execute(_PARK, *_columns(tx, consumer, event), error, attempts)


async def begin_trial(tx: Tx, consumer: str, event: AnyReceived, most: int) -> bool:
    """Notes that an event is tried that may have killed its worker; False when it was `most` times: it is parked."""
    raw = await tx.raw()
    state: str | None = await raw.fetchval(_TRY, *_columns(tx, consumer, event), most)
    return state != "parked"


async def end_trial(tx: Tx, consumer: str, event: AnyReceived) -> None:
    """Notes that the worker lives."""
    raw = await tx.raw()
    await raw.execute(_TRIED, tx.tenant_id, consumer, event.id)


async def still_parked(tx: Tx, consumer: str, aggregates: Collection[str]) -> set[str]:
    """Which of the aggregates have parked events, behind which later ones must wait."""
    raw = await tx.raw()
    rows = await raw.fetch(_STILL_PARKED, tx.tenant_id, consumer, list(aggregates))
    return {row["aggregate_id"] for row in rows}


def _columns(tx: Tx, consumer: str, event: AnyReceived) -> tuple[object, ...]:
    return (
        tx.tenant_id,
        new_id(),
        consumer,
        event.id,
        event.subject,
        event.aggregate_id,
        event.version,
        event.message.SerializeToString(),
        json.dumps(dict(event.headers)),
    )
