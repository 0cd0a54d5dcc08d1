"""Reminders: a ticket is put aside until a moment, and comes back to the desk at that moment."""

from datetime import datetime
from uuid import UUID

from chassis import timers
from chassis.db import Tx
from tickets.app.actors import occasion_of
from tickets.app.configuration import Configuration
from tickets.app.moving import move_by_itself
from tickets.app.recording import record_change
from tickets.db.links import lock_tickets
from tickets.db.tickets import Ticket
from tickets.domain.changes import Change
from tickets.domain.workflow import FINAL_CATEGORIES, REMINDED
from tickets.publish import events

REMINDER = "reminder"
"""The kind of the timer; its key is the ticket's id."""


async def plan_reminder(tx: Tx, ticket: Ticket, remind_at: datetime | None) -> None:
    """Has the locked ticket come back at a moment, or no more."""
    ticket.remind_at = remind_at
    if remind_at is None:
        await timers.cancel(tx, kind=REMINDER, key=str(ticket.id))
    else:
        await timers.schedule(tx, kind=REMINDER, key=str(ticket.id), due_at=remind_at)


async def remind(tx: Tx, *, configuration: Configuration, ticket_id: UUID) -> None:
    """Brings a ticket back whose moment has come: publishes ReminderDue, and makes the move that its workflow ties to it.

    One that is at its end by now stays there and tells nobody.
    """
    ticket = (await lock_tickets(tx, [ticket_id])).get(ticket_id)
    occasion = occasion_of(rule="reminder")
    if ticket is None or ticket.remind_at is None or ticket.remind_at > occasion.recorded_at:
        return
    change = Change("remind_at", ticket.remind_at.isoformat(), None)
    ticket.remind_at = None
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="reminded",
        changes=[change],
        public=False,
    )
    if ticket.state_category in FINAL_CATEGORIES:
        events.ticket_updated(tx, view, [change], occasion)
        return
    events.reminder_due(tx, view, occasion)
    await move_by_itself(tx, configuration=configuration, ticket=ticket, trigger=REMINDED, occasion=occasion)
