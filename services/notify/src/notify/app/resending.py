"""Tries again what was given up."""

from datetime import datetime
from uuid import UUID

from chassis import timers
from chassis.db import Tx, get_for_update
from chassis.errors import WrongState
from notify.app import hooking, pushing
from notify.app.announcing import timers_of
from notify.db.tables import Delivery, Webhook


async def resend_delivery(tx: Tx, *, delivery_id: UUID, now: datetime) -> Delivery:
    """Begin anew with a delivery that is dead. Raises NotFound, WrongState."""
    row = await get_for_update(tx, Delivery, delivery_id)
    if row.state != "dead":
        raise WrongState("DELIVERY_NOT_DEAD", f"Only what was given up is sent again; this is {row.state}.")
    if row.channel == "webhook":
        webhook = await tx.get(Webhook, UUID(row.recipient))
        if webhook is None or webhook.state != "active":
            state = "removed" if webhook is None else webhook.state
            raise WrongState("WEBHOOK_NOT_ACTIVE", f"The webhook is {state}.")
    row.state, row.attempts, row.last_error, row.next_attempt_at = "queued", 0, "", now
    await tx.flush()
    if row.channel == "webhook":
        await hooking.wake(tx, [UUID(row.recipient)], now)
    else:
        again = pushing.timers_of if row.channel == "push" else timers_of
        await timers.schedule_many(tx, again([row.id], now))
    return row
