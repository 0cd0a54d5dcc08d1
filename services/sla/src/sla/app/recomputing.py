"""Reckoning the clocks of all open tickets after a change of the rules, in chunks, in the background."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from chassis.timers import NewTimer
from sla.app.reckoning import MOMENT, reckon
from sla.app.rules import RECOMPUTE
from sla.db.rules import RuleBookState
from sla.db.tickets import TicketRow

log = structlog.get_logger()

CHUNK = 200


async def recompute_chunk(tx: Tx, *, stamp: UUID, after: UUID | None) -> None:
    """Reckons the next open tickets after an id and schedules the rest; ends where the rules have changed again.

    Where one of them cannot be reckoned each gets a timer of its own, so that it alone fails, and is seen as dead.
    """
    if await tx.scalar(select(RuleBookState.stamp)) != stamp:
        return
    statement = select(TicketRow.id).where(TicketRow.tenant_id == tx.tenant_id, TicketRow.is_open)
    if after is not None:
        statement = statement.where(TicketRow.id > after)
    ids = (await tx.scalars(statement.order_by(TicketRow.id).limit(CHUNK))).all()
    if ids:
        try:
            async with tx.session.begin_nested():
                await reckon(tx, ticket_ids=ids)
        except Exception as error:  # noqa: BLE001 (whatever the reckoning of one raises)
            log.warning("chunk_not_recomputed", tickets=len(ids), error=type(error).__name__)
            now = datetime.now(UTC)
            await timers.schedule_many(
                tx, (NewTimer(MOMENT, f"{id_}@{stamp}", now, {"ticket_id": str(id_)}) for id_ in ids)
            )
    if len(ids) == CHUNK:
        await timers.schedule(
            tx,
            kind=RECOMPUTE,
            key=f"{stamp}/{ids[-1]}",
            due_at=datetime.now(UTC),
            payload={"stamp": str(stamp), "after": str(ids[-1])},
        )
