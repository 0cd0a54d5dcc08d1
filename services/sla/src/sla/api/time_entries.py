"""Time entries of tickets, as agreements count them."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from chassis.db import Tx
from chassis.events import Received
from deskmesh.tickets.v1 import events_pb2, ticket_pb2, time_entry_pb2
from sla.app.included_hours import take_work
from sla.db.time_entries import Work

Noted = events_pb2.TimeEntryAdded | events_pb2.TimeEntryChanged | events_pb2.TimeEntryRemoved


async def on_time_entry(tx: Tx, events: list[Received[Noted]]) -> None:
    """Keeps the entries and reckons the hours of the agreements that they fall under."""
    work: list[tuple[Work, Work | None]] = []
    for event in events:
        message = event.message
        removed = isinstance(message, events_pb2.TimeEntryRemoved)
        before = message.old_time_entry if isinstance(message, events_pb2.TimeEntryChanged) else None
        work.append(
            (
                _work(message.time_entry, message.ticket, removed=removed),
                None if before is None else _work(before, message.ticket, removed=False),
            )
        )
    await take_work(tx, work=work)


def _work(entry: time_entry_pb2.TimeEntry, ticket: ticket_pb2.Ticket, *, removed: bool) -> Work:
    customer = entry.organization
    return Work(
        id=UUID(entry.id),
        version=entry.version,
        ticket_id=UUID(ticket.id),
        minutes=entry.minutes,
        started_at=entry.started_at.ToDatetime(UTC),
        billable=entry.billable,
        removed=removed,
        organization=[one for one in (customer.id, customer.key) if one],
        service_id=[ticket.service_id] if ticket.service_id else [],
        ci_ids=list(ticket.ci_ids),
    )
