"""Mails as notify tells of them, and the tickets that they became."""

from datetime import UTC, datetime

from tickets_desk import TicketsDesk

from chassis.ids import new_id
from deskmesh.notify.v1 import events_pb2 as notify_events
from deskmesh.tickets.v1 import ticket_pb2

RITA = "requester@acme.example"


def mail(sender: str = RITA, **said: object) -> notify_events.MessageReceived:
    message = notify_events.MessageReceived(
        inbound_message_id=str(new_id()),
        channel="email",
        mailbox="support@acme.example",
        message_id=f"{new_id()}@mail.example",
        from_email=sender,
        from_name="Somebody",
        subject="The door is stuck",
        body="It does not open.",
        **said,  # type: ignore[arg-type]  # fields by name
    )
    message.received_at.FromDatetime(datetime.now(UTC))
    return message


async def take(desk: TicketsDesk, *messages: notify_events.MessageReceived) -> None:
    for message in messages:
        await desk.bus.publish(message, tenant_id=desk.acme, aggregate_id=message.inbound_message_id)
    await desk.service.drain()


async def made_of(desk: TicketsDesk, message: notify_events.MessageReceived) -> ticket_pb2.Ticket:
    """The ticket that a mail became."""
    (row,) = await desk.rows(
        "SELECT id FROM tickets WHERE source_message_id = $1", message.inbound_message_id
    )
    return await desk.get(str(row["id"]))
