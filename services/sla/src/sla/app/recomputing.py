"""Reckoning the clocks of all open tickets after a change of the rules, in chunks, in the background."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from sla.app.reckoning import reckon
from sla.app.rules import RECOMPUTE
from sla.db.rules import RuleBookState
from sla.db.tickets import TicketRow

CHUNK = 200


async def recompute_chunk(tx: Tx, *, stamp: UUID, after: UUID | None) -> None:
    """Reckons the next open tickets after an id and schedules the rest; ends where the rules have changed again."""
    if await tx.scalar(select(RuleBookState.stamp)) != stamp:
        return
    statement = select(TicketRow.id).where(TicketRow.tenant_id == tx.tenant_id, TicketRow.is_open)
    if after is not None:
        statement = statement.where(TicketRow.id > after)
    ids = (await tx.scalars(statement.order_by(TicketRow.id).limit(CHUNK))).all()
    if ids:
        await reckon(tx, ticket_ids=ids)
    if len(ids) == CHUNK:
        await timers.schedule(
            tx,
            kind=RECOMPUTE,
            key=f"{stamp}/{ids[-1]}",
            due_at=datetime.now(UTC),
            payload={"stamp": str(stamp), "after": str(ids[-1])},
        )
