"""What every change of a ticket does: a new version, history, and the ticket as others are told of it."""

from collections.abc import Sequence

from chassis.db import Tx
from chassis.ids import new_id
from tickets.app.configuration import Configuration
from tickets.db.tickets import HistoryEntry, Ticket
from tickets.db.views import TicketView, load_related, view_of
from tickets.domain.changes import INTERNAL_FIELDS, Change
from tickets.domain.occasion import Occasion


async def record_change(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: Ticket,
    occasion: Occasion,
    action: str,
    changes: Sequence[Change] = (),
    public: bool = True,
) -> TicketView:
    """Gives the changed and locked ticket its next version, writes history for each change, and loads the view.

    :param public: whether requesters see the entries; those of internal fields they never do.
    """
    ticket.version += 1
    ticket.updated_at = occasion.recorded_at
    for change in changes or (Change("", None, None),):
        tx.add(_entry(tx, ticket, occasion, action, change, public=public))
    return await view_ticket(tx, configuration, ticket)


async def view_ticket(tx: Tx, configuration: Configuration, ticket: Ticket) -> TicketView:
    """The ticket with what it refers to."""
    return (await view_tickets(tx, configuration, [ticket]))[0]


async def view_tickets(tx: Tx, configuration: Configuration, tickets: Sequence[Ticket]) -> list[TicketView]:
    """The tickets with what they refer to, in their order."""
    related = await load_related(tx, tickets)
    return [
        view_of(
            ticket, configuration.processes[ticket.process_id], configuration.queues[ticket.queue_id], related
        )
        for ticket in tickets
    ]


def _entry(
    tx: Tx, ticket: Ticket, occasion: Occasion, action: str, change: Change, *, public: bool
) -> HistoryEntry:
    return HistoryEntry(
        tenant_id=tx.tenant_id,
        id=new_id(),
        ticket_id=ticket.id,
        ticket_version=ticket.version,
        action=action,
        field=change.field,
        old_value=change.old,
        new_value=change.new,
        public=public and change.field not in INTERNAL_FIELDS,
        actor_kind=occasion.actor.kind,
        actor_id=occasion.actor.id,
        actor_name=occasion.actor.name,
        actor_email=occasion.actor.email,
        cause=occasion.cause,
        rule=occasion.rule,
        occurred_at=occasion.occurred_at,
        recorded_at=occasion.recorded_at,
    )
