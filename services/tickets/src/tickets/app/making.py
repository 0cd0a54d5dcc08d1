"""Making a ticket inside a transaction: out of mail, orders, and the calendar."""

from chassis.db import Tx, get_for_update
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket, compose_ticket, place_ticket
from tickets.app.opening import Desk, store_within
from tickets.db.tickets import Ticket
from tickets.domain.occasion import Occasion


async def make_ticket(
    tx: Tx, *, configuration: Configuration, desk: Desk, new: NewTicket, occasion: Occasion
) -> Ticket:
    """Stores a new ticket that was checked, whoever asks, and gives its row, locked. Publishes TicketCreated."""
    placing = place_ticket(configuration, new)
    composed = compose_ticket(
        configuration=configuration,
        vocabulary=desk.vocabulary,
        new=new,
        placing=placing,
        sequence=await desk.numbers.take(tx.tenant_id, placing.kind.prefix),
        occasion=occasion,
    )
    await store_within(tx, desk, composed)
    return await get_for_update(tx, Ticket, composed.view.ticket.id)
