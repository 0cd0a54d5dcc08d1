"""A ticket as it is answered to whoever asks."""

from deskmesh.tickets.v1 import ticket_pb2
from tickets.app.access import READ, may
from tickets.db.views import TicketView
from tickets.domain.changes import INTERNAL_FIELDS
from tickets.publish.messages import ticket_message


def ticket_answer(view: TicketView) -> ticket_pb2.Ticket:
    """The ticket, without what is internal for those who see it as a requester, watcher or approver."""
    message = ticket_message(view)
    # Lists do not read it.
    message.description_html = vars(view.ticket).get("description_html") or ""
    if not may(READ, view.process, view.queue):
        for field in INTERNAL_FIELDS:
            message.ClearField(field)
    return message
