"""Closing tickets that stayed resolved."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from tickets.app.actors import occasion_of
from tickets.app.configuration import Configuration
from tickets.app.moving import AUTO_CLOSE, move_ticket, rules_of
from tickets.db.structure import open_children
from tickets.db.tickets import Ticket

AGAIN = timedelta(days=1)
"""When to look again at a ticket that waits for its children."""


async def close_resolved(tx: Tx, *, configuration: Configuration, ticket_id: UUID) -> bool:
    """Closes the ticket where it is still in the state that closes by itself; tells whether it did.

    One with open children is looked at again a day later.
    """
    statement = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    ticket = await tx.scalar(statement.execution_options(populate_existing=True))
    if ticket is None:
        return False
    close = (await rules_of(tx, configuration, ticket)).auto_close
    if close is None or ticket.state != close.source:
        return False
    if await open_children(tx, ticket.id):
        due_at = datetime.now(UTC) + AGAIN
        await timers.schedule(tx, kind=AUTO_CLOSE, key=str(ticket.id), due_at=due_at)
        return False
    await move_ticket(
        tx,
        configuration=configuration,
        ticket=ticket,
        to=close.to,
        occasion=occasion_of(rule="workflow:auto_close"),
    )
    return True
