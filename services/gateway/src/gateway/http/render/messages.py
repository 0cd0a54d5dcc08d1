"""Mail in and out, as JSON."""

from deskmesh.notify.v1 import message_pb2 as pb
from gateway.http.values import JsonObject, file, moment, person, text


def delivery(value: pb.Delivery) -> JsonObject:
    """Write a message that goes out."""
    return {
        "id": value.id,
        "channel": value.channel,
        "to": value.to,
        "subject": value.subject,
        "message_id": value.message_id,
        "state": value.state,
        "ticket_id": text(value.ticket_id),
        "purpose": value.purpose,
        "attempts": value.attempts,
        "last_error": text(value.last_error),
        "created_at": moment(value.created_at),
        "sent_at": moment(value.sent_at),
        "version": value.version,
    }


def inbound_message(value: pb.InboundMessage) -> JsonObject:
    """Write a message that came in, and what became of it."""
    return {
        "id": value.id,
        "mailbox": value.mailbox,
        "message_id": text(value.message_id),
        "from": person(getattr(value, "from")),
        "subject": text(value.subject),
        "received_at": moment(value.received_at),
        "state": value.state,
        "reason": text(value.reason),
        "ticket_id": text(value.ticket_id),
        "comment_id": text(value.comment_id),
        "attachments": [file(item) for item in value.attachments],
        "version": value.version,
    }
