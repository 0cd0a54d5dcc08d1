"""The relay's statements, all as the relay role."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chassis.messaging import STREAM_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from asyncpg import Record

    from chassis.db import Database

# Rows of one batch are marked together, and an ack may be late by a batch: a floor in time is taken a little early.
_FLOOR_MARGIN = timedelta(minutes=1)
_REWIND_BATCH = 5000

# A row's day is that of its transaction's start. Looking only where new ones can be spares the server two partitions
# of three, each time.
_FRESH = """
SELECT tenant_id, id, day, subject, aggregate_id, version, payload, headers, created_at
FROM outbox WHERE published_at IS NULL AND day BETWEEN $2::date - 1 AND $2::date + 1
ORDER BY aggregate_id, version, id LIMIT $1
"""

_UNPUBLISHED = """
SELECT tenant_id, id, day, subject, aggregate_id, version, payload, headers, created_at
FROM outbox WHERE published_at IS NULL
ORDER BY aggregate_id, version, id LIMIT $1
"""

_MARK = """
WITH marked AS (
    UPDATE outbox SET published_at = clock_timestamp()
    FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS sent (tenant_id, id, day)
    WHERE outbox.tenant_id = sent.tenant_id AND outbox.id = sent.id AND outbox.day = sent.day
        AND outbox.day = ANY ($3)
)
UPDATE relay_state SET last_sequence = $4 WHERE stream = $5 AND fencing = $6
"""

_REWIND = """
UPDATE outbox SET published_at = NULL
WHERE (tenant_id, id, day) IN (
    SELECT tenant_id, id, day FROM outbox WHERE published_at >= $1 AND published_at < $2 LIMIT $3
)
"""


@dataclass(frozen=True, slots=True)
class RelayState:
    """What is remembered of the stream.

    When it was made, the last acknowledged sequence, and how far in time each durable consumer has taken everything.
    """

    created: datetime | None
    last_sequence: int
    floors: Mapping[str, datetime]

    @property
    def floor(self) -> datetime:
        """What was published before has been taken by every consumer. Without consumers: what a stream keeps."""
        oldest = datetime.now(UTC) - timedelta(days=STREAM_DAYS)
        return min(self.floors.values(), default=oldest) - _FLOOR_MARGIN


async def unpublished(database: Database, limit: int, *, fresh: bool = False) -> list[Record]:
    """The next rows to be published, in the order of aggregates and their versions.

    With `fresh` of yesterday, today and tomorrow (UTC) alone: enough where nothing older was left.
    """
    async with database.relay_connection() as raw:
        if fresh:
            return await raw.fetch(_FRESH, limit, datetime.now(UTC).date())
        return await raw.fetch(_UNPUBLISHED, limit)


async def mark_published(
    database: Database, rows: Sequence[Record], stream: str, fencing: int, last_sequence: int
) -> None:
    """Notes that the stream has the rows and, in the relay's home database, its last sequence."""
    tenants = [row["tenant_id"] for row in rows]
    ids = [row["id"] for row in rows]
    days = [row["day"] for row in rows]
    async with database.relay_connection() as raw:
        await raw.execute(_MARK, tenants, ids, days, last_sequence, stream, fencing)


async def rewind(database: Database, floor: datetime) -> int:
    """Has everything that was published since `floor` published again; gives the number of rows."""
    count = 0
    async with database.relay_connection() as raw:
        until = await raw.fetchval("SELECT clock_timestamp()")
        while True:
            changed = int((await raw.execute(_REWIND, floor, until, _REWIND_BATCH)).split()[-1])
            count += changed
            if changed < _REWIND_BATCH:
                return count


async def load_state(database: Database, stream: str) -> RelayState:
    """What the last relay has noted. The row is there: taking the lease made it."""
    async with database.relay_connection() as raw:
        row = await raw.fetchrow(
            "SELECT created, last_sequence, floors FROM relay_state WHERE stream = $1", stream
        )
    assert row is not None
    floors = {name: datetime.fromisoformat(at) for name, at in row["floors"].items()}
    return RelayState(row["created"], row["last_sequence"], floors)


async def save_state(database: Database, stream: str, fencing: int, state: RelayState) -> None:
    """Notes the state, unless another relay has taken over."""
    floors = json.dumps({name: at.isoformat() for name, at in state.floors.items()})
    async with database.relay_connection() as raw:
        await raw.execute(
            """
            UPDATE relay_state SET created = $3, last_sequence = $4, floors = $5
            WHERE stream = $1 AND fencing = $2
            """,
            stream,
            fencing,
            state.created,
            state.last_sequence,
            floors,
        )


async def published_at(database: Database, tenant_id: UUID, event_id: UUID) -> datetime | None:
    """When the event was published; None where its row is gone or waits."""
    async with database.relay_connection() as raw:
        row = await raw.fetchrow(
            "SELECT published_at FROM outbox WHERE tenant_id = $1 AND id = $2", tenant_id, event_id
        )
    at: datetime | None = None if row is None else row["published_at"]
    return at


async def now(database: Database) -> datetime:
    """The database's clock."""
    async with database.relay_connection() as raw:
        at: datetime = await raw.fetchval("SELECT clock_timestamp()")
    return at
