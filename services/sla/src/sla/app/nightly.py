"""The check of all clocks of a tenant, a chunk at a time; how far it came survives whoever makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.db import Tx
from sla.app.checking import Checked, check_chunk
from sla.db.checks import ClockCheckRow


@dataclass(frozen=True, slots=True)
class Progress:
    """What the check has come to so far, and its last chunk; without one it was over before."""

    tickets: int
    different: int
    failing: int
    is_over: bool
    chunk: Checked | None = None


async def check_on(tx: Tx, *, begun_after: datetime) -> Progress:
    """Checks the next chunk and notes it. A check that was finished after `begun_after` is not begun again."""
    row = await tx.get(ClockCheckRow, tx.tenant_id)
    if row is None:
        row = ClockCheckRow(id=tx.tenant_id, tickets=0, different=0, failing=0)
        tx.add(row)
    elif row.finished_at is not None and row.finished_at > begun_after:
        return Progress(row.tickets, row.different, row.failing, is_over=True)
    elif row.finished_at is not None:
        row.last_id = row.finished_at = None
        row.tickets = row.different = row.failing = 0
    chunk = await check_chunk(tx, after=row.last_id, mend=False)
    row.tickets += chunk.tickets
    row.different += len({one.ticket_id for one in chunk.differences})
    row.failing += len(chunk.failing)
    is_over = chunk.last_id is None and not chunk.waits
    if is_over:
        row.finished_at = datetime.now(UTC)
    elif chunk.last_id is not None:
        row.last_id = chunk.last_id
    return Progress(row.tickets, row.different, row.failing, is_over=is_over, chunk=chunk)
