"""What this service has published, as far as it is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.db import Tx

# By day first: only the partitions of these days are looked into.
_EVENTS = """
SELECT subject, payload, created_at FROM outbox
WHERE tenant_id = $1 AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date AND created_at >= $2 AND subject = ANY ($3)
ORDER BY id DESC LIMIT $4
"""


class PastEvent(NamedTuple):
    """An event as it was published."""

    subject: str
    payload: bytes
    at: datetime


async def events_since(tx: Tx, *, since: datetime, subjects: Sequence[str], limit: int) -> list[PastEvent]:
    """The newest events of these subjects, the oldest of them first."""
    raw = await tx.raw()
    rows = await raw.fetch(_EVENTS, tx.tenant_id, since, list(subjects), limit)
    return [PastEvent(*row) for row in reversed(rows)]
