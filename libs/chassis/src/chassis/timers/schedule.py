"""Setting and cancelling timers, in the transaction at hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from chassis.ids import new_id
from chassis.timers.model import NewTimer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chassis.db import Tx

_SOON = timedelta(seconds=2)

# A timer that is set again is a new one: whoever has the old one in hand can no longer remove it.
_SCHEDULE = """
INSERT INTO timers (tenant_id, id, kind, key, due_at, payload)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
ON CONFLICT (tenant_id, kind, key) DO UPDATE SET
    id = excluded.id, due_at = excluded.due_at, payload = excluded.payload, state = 'pending', attempts = 0,
    locked_until = NULL, last_error = NULL, updated_at = now()
"""

_CANCEL = "DELETE FROM timers WHERE tenant_id = $1 AND kind = $2 AND key = ANY ($3)"


async def schedule(
    tx: Tx, *, kind: str, key: str, due_at: datetime, payload: Mapping[str, object] | None = None
) -> None:
    """Sets the tenant's timer of this kind and key, in place of one that is set already. `due_at` is aware."""
    await schedule_many(tx, [NewTimer(kind, key, due_at, payload or {})])


async def schedule_many(tx: Tx, timers: Iterable[NewTimer]) -> None:
    """Sets timers by one statement. Of two with the same kind and key the last counts."""
    last = {(timer.kind, timer.key): timer for timer in timers}
    if not last:
        return
    # In one order everywhere, so that two who set the same timers wait for each other and not in a circle.
    rows = [
        (new_id(), kind, key, timer.due_at, orjson.dumps(timer.payload).decode())
        for (kind, key), timer in sorted(last.items())
    ]
    raw = await tx.raw()
    await raw.execute(_SCHEDULE, tx.tenant_id, *map(list, zip(*rows, strict=True)))
    # Workers look each second by themselves: what is due later than that need not wake them.
    if min(timer.due_at for timer in last.values()) < datetime.now(UTC) + _SOON:
        tx.after_commit(tx.database.timers_scheduled.send)


async def cancel(tx: Tx, *, kind: str, key: str) -> bool:
    """Takes the timer away; False where none is set."""
    return await cancel_many(tx, kind=kind, keys=[key]) == 1


async def cancel_many(tx: Tx, *, kind: str, keys: Iterable[str]) -> int:
    """Takes the timers away; gives how many were set."""
    raw = await tx.raw()
    return int((await raw.execute(_CANCEL, tx.tenant_id, kind, list(keys))).split()[-1])
