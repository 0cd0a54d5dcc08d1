"""Moving tickets that stayed in a state for as long as their workflow says; most often, closing resolved ones."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from tickets.app.actors import occasion_of
from tickets.app.configuration import Configuration
from tickets.app.guarding import what_holds_back
from tickets.app.moving import TIMED_MOVE, move_ticket, rules_of
from tickets.db.structure import open_children
from tickets.db.tickets import Ticket
from tickets.domain.structure import DONE_CATEGORIES
from tickets.domain.workflow import timed_move

AGAIN = timedelta(hours=1)
"""When a ticket is looked at again that a guard or an open child held back."""


async def close_resolved(tx: Tx, *, configuration: Configuration, ticket_id: UUID) -> bool:
    """Makes the move that time makes, where the ticket is still in such a state; tells whether it did."""
    statement = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    ticket = await tx.scalar(statement.execution_options(populate_existing=True))
    if ticket is None:
        return False
    rules = await rules_of(tx, configuration, ticket)
    move = timed_move(rules, ticket.state)
    if move is None:
        return False
    occasion = occasion_of(rule="workflow:auto_close")
    [held] = await what_holds_back(tx, configuration, ticket, [move.guards])
    if held or (rules.category(move.to) in DONE_CATEGORIES and await open_children(tx, ticket.id)):
        due_at = occasion.recorded_at + AGAIN
        await timers.schedule(tx, kind=TIMED_MOVE, key=str(ticket.id), due_at=due_at)
        return False
    await move_ticket(tx, configuration=configuration, ticket=ticket, to=move.to, occasion=occasion)
    return True
