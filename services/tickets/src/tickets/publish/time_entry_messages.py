"""Time spent on tickets as callers and subscribers get it, and what is told of it."""

from chassis.db import Tx
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import time_entry_pb2 as pb
from tickets.db.time_entries import TimeEntryView, WorkTimer
from tickets.db.views import TicketView
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.publish.messages import (
    moment,
    person_message,
    reference_message,
)
from tickets.publish.telling import tell


def time_entry_message(view: TimeEntryView) -> pb.TimeEntry:
    """A time entry."""
    entry = view.entry
    return pb.TimeEntry(
        id=str(entry.id),
        ticket=reference_message(view.ticket),
        person=person_message(view.person),
        minutes=entry.minutes,
        started_at=moment(entry.started_at),
        note=entry.note,
        billable=entry.billable,
        activity=entry.activity,
        organization=reference_message(view.organization),
        created_at=moment(entry.created_at),
        updated_at=moment(entry.updated_at),
        version=entry.version,
    )


def work_timer_message(timer: WorkTimer, ticket: Reference) -> pb.WorkTimer:
    """A running timer."""
    return pb.WorkTimer(
        ticket=reference_message(ticket),
        started_at=moment(timer.started_at),
        note=timer.note,
        billable=timer.billable,
        activity=timer.activity,
    )


def time_entry_added(tx: Tx, ticket: TicketView, view: TimeEntryView, occasion: Occasion) -> None:
    """Work was noted."""
    tell(tx, ticket, events.TimeEntryAdded, occasion, time_entry=time_entry_message(view))


def time_entry_changed(
    tx: Tx, ticket: TicketView, view: TimeEntryView, old: pb.TimeEntry, occasion: Occasion
) -> None:
    """What was noted is put right; `old` is the entry as it was."""
    tell(
        tx, ticket, events.TimeEntryChanged, occasion, time_entry=time_entry_message(view), old_time_entry=old
    )


def time_entry_removed(tx: Tx, ticket: TicketView, view: TimeEntryView, occasion: Occasion) -> None:
    """What was noted is taken off."""
    tell(tx, ticket, events.TimeEntryRemoved, occasion, time_entry=time_entry_message(view))
