"""Telling what happened to a ticket: what all its events have in common. Aggregate and version are the ticket's."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from chassis import outbox
from chassis.db import Tx
from tickets.db.views import TicketView
from tickets.domain.changes import Change
from tickets.domain.occasion import Occasion
from tickets.publish.messages import MAX_TEXT_BYTES, actor_message, change_message, moment, ticket_message


def tell(tx: Tx, view: TicketView, event: type[Message], occasion: Occasion, **more: object) -> None:
    """Publishes an event of this type with the transaction; `more` are the fields that it has of its own."""
    message = event(**circumstances(view, occasion), **more)
    outbox.add(tx, message, aggregate_id=view.ticket.id, version=view.ticket.version)


def circumstances(view: TicketView, occasion: Occasion) -> dict[str, Any]:
    """The fields that each event has: the ticket as it is after it, texts cut at 64 KiB; who did it, why and when."""
    return {
        "ticket": ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
        "actor": actor_message(occasion.actor),
        "cause": occasion.cause,
        "occurred_at": moment(occasion.occurred_at),
        "recorded_at": moment(occasion.recorded_at),
    }


def changed(changes: Sequence[Change]) -> dict[str, Any]:
    """The fields of an event that tells of changes."""
    return {
        "changed_fields": [change.field for change in changes],
        "changes": [change_message(change) for change in changes],
    }
