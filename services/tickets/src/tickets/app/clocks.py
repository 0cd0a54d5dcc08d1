"""Clocks as sla tells them: kept on the ticket, so that lists and reads never ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Tx

REMOVED = "removed"

_KEEP = """
INSERT INTO ticket_clocks (
    tenant_id, id, ticket_id, name, state, kind, policy, target, breached,
    started_at, due_at, paused_at, stopped_at, version
)
SELECT $1, c.* FROM unnest(
    $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[],
    $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::bigint[]
) AS c (
    id, ticket_id, name, state, kind, policy, target, breached, started_at, due_at, paused_at, stopped_at, version
)
ORDER BY c.id
ON CONFLICT (tenant_id, id) DO UPDATE SET
    name = excluded.name, state = excluded.state, kind = excluded.kind, policy = excluded.policy,
    target = excluded.target, breached = excluded.breached, started_at = excluded.started_at,
    due_at = excluded.due_at, paused_at = excluded.paused_at, stopped_at = excluded.stopped_at,
    version = excluded.version
WHERE ticket_clocks.version < excluded.version
"""

# Locked in one order, so that two batches cannot wait for each other in a ring.
_LOCK = "SELECT id FROM tickets WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"

# Both tables are gone to ticket by ticket, however many rows the planner takes them to have.
_NEAREST = """
UPDATE tickets t SET due_at = n.due_at, breached = n.breached
FROM unnest($1::uuid[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT min(c.due_at) FILTER (WHERE c.state = 'running') AS due_at, coalesce(bool_or(c.breached), false) AS breached
    FROM ticket_clocks c WHERE c.ticket_id = asked.id AND c.state <> 'removed'
) n
WHERE t.id = ANY ($1) AND t.id = asked.id AND (t.due_at IS DISTINCT FROM n.due_at OR t.breached <> n.breached)
"""


@dataclass(frozen=True, slots=True)
class ToldClock:
    """A clock as an event carries it; `version` grows with each change of the clock."""

    id: UUID
    ticket_id: UUID
    name: str
    state: str
    kind: str
    policy: str
    target: str
    breached: bool
    started_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    version: int


async def keep_clocks(tx: Tx, *, clocks: Sequence[ToldClock]) -> None:
    """Writes what is newer than what is known, and the nearest target of each ticket.

    Those of tickets that are not here are left out. A ticket's version does not count its clocks: nobody else's update
    gets stale by them.
    """
    newest: dict[UUID, ToldClock] = {}
    for clock in clocks:
        known = newest.get(clock.id)
        if known is None or known.version < clock.version:
            newest[clock.id] = clock
    connection = await tx.raw()
    told = {clock.ticket_id for clock in newest.values()}
    here = {row["id"] for row in await connection.fetch(_LOCK, list(told))}
    rows = [clock for clock in newest.values() if clock.ticket_id in here]
    await connection.execute(
        _KEEP,
        tx.tenant_id,
        [row.id for row in rows],
        [row.ticket_id for row in rows],
        [row.name for row in rows],
        [row.state for row in rows],
        [row.kind for row in rows],
        [row.policy for row in rows],
        [row.target for row in rows],
        [row.breached for row in rows],
        [row.started_at for row in rows],
        [row.due_at for row in rows],
        [row.paused_at for row in rows],
        [row.stopped_at for row in rows],
        [row.version for row in rows],
    )
    await connection.execute(_NEAREST, list(here))
