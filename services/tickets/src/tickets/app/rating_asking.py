"""Asking the requester for a rating, once per ticket."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from tickets.app.configuration import Configuration
from tickets.db.ratings import TicketRating
from tickets.db.views import TicketView
from tickets.domain.occasion import Occasion
from tickets.publish import rating_messages as publish


async def ask_for_rating(
    tx: Tx, *, configuration: Configuration, view: TicketView, occasion: Occasion
) -> None:
    """Asks where the setting says so in the state that the locked ticket has reached. Publishes RatingRequested.

    Asking changes nothing of the ticket: it makes no version, and the event has that of the move.
    Nobody is asked of what an import tells, of a machine's ticket, of a merged one, or of one without a requester.
    """
    ticket = view.ticket
    policy = configuration.rating_policy(ticket.queue_id)
    if not policy.asks_in(ticket.state_category) or occasion.imported:
        return
    if ticket.automatic or ticket.merged_into_id is not None or ticket.requester_id is None:
        return
    asked_at = occasion.recorded_at
    statement = (
        insert(TicketRating)
        .values(
            tenant_id=tx.tenant_id,
            id=ticket.id,
            version=1,
            comment="",
            low=False,
            asked_at=asked_at,
            open_until=asked_at + timedelta(days=policy.window_days),
        )
        .on_conflict_do_nothing()
        .returning(TicketRating)
    )
    rating = await tx.scalar(statement)
    if rating is None:
        return
    publish.rating_requested(tx, view, rating, policy, occasion)
