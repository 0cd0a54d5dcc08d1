"""The statements by which calls of webhooks are made and claimed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.db import Tx

_ACTIVE = """
SELECT id, name, events FROM webhooks WHERE tenant_id = $1 AND state = 'active'
"""

_ADD = """
INSERT INTO deliveries (tenant_id, channel, purpose, id, event_id, ticket_id, recipient, recipient_name, subject, content,
    message_id, language, time_zone, state, next_attempt_at)
SELECT $1, 'webhook', 'webhook', d.id, d.event_id, d.ticket_id, d.webhook_id::text, d.name, d.kind,
    jsonb_build_object('body', d.body), d.id::text, '', '', 'queued', now()
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[])
    AS d (id, event_id, ticket_id, webhook_id, name, kind, body)
ON CONFLICT (tenant_id, event_id, recipient, purpose) DO NOTHING
RETURNING id
"""

_CLAIM = """
WITH due AS (
    SELECT id FROM deliveries
    WHERE tenant_id = $1 AND recipient = $2 AND channel = 'webhook' AND state IN ('queued', 'failed')
        AND next_attempt_at <= now()
    ORDER BY next_attempt_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE deliveries SET next_attempt_at = now() + $4
FROM due WHERE tenant_id = $1 AND deliveries.id = due.id
RETURNING deliveries.id, content ->> 'body' AS body
"""

_NEXT = """
SELECT min(next_attempt_at) FROM deliveries
WHERE tenant_id = $1 AND recipient = $2 AND channel = 'webhook' AND state IN ('queued', 'failed')
"""


class NewCall(NamedTuple):
    """A call to be made, in the order of the statement's columns."""

    id: UUID
    event_id: UUID
    ticket_id: UUID | None
    webhook_id: UUID
    webhook_name: str
    kind: str
    body: str


class Listener(NamedTuple):
    """An active webhook, and the events that it is told of."""

    id: UUID
    name: str
    events: frozenset[str]


async def active(tx: Tx) -> list[Listener]:
    """Return the active webhooks, of which a tenant has few."""
    raw = await tx.raw()
    rows = await raw.fetch(_ACTIVE, tx.tenant_id)
    return [Listener(row["id"], row["name"], frozenset(row["events"])) for row in rows]


async def add_calls(tx: Tx, calls: Sequence[NewCall]) -> set[UUID]:
    """Write the calls that are not there yet; return their ids."""
    raw = await tx.raw()
    rows = await raw.fetch(_ADD, tx.tenant_id, *map(list, zip(*calls, strict=True)))
    return {row["id"] for row in rows}


async def claim_calls(tx: Tx, webhook_id: UUID, *, limit: int, lease: timedelta) -> list[tuple[UUID, str]]:
    """Return calls of a webhook that are due, with their bodies; nobody else gets them before the lease has ended."""
    raw = await tx.raw()
    rows = await raw.fetch(_CLAIM, tx.tenant_id, str(webhook_id), limit, lease)
    return sorted((row["id"], row["body"]) for row in rows)


async def next_call_at(tx: Tx, webhook_id: UUID) -> datetime | None:
    """Return when the next call of a webhook is due, None when nothing waits."""
    raw = await tx.raw()
    found: datetime | None = await raw.fetchval(_NEXT, tx.tenant_id, str(webhook_id))
    return found
