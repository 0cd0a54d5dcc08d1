"""What waiting tickets ask of people, noted where nobody could get them, so that each run need not read them again.

A note says what a ticket asks, never that nobody may get it: that is asked of the people anew at each run.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from tickets.app.routing_pool import RoutedQueue
from tickets.db.routing import RoutingNote
from tickets.db.tickets import Ticket
from tickets.domain.routing import Need, asked_by

HOLDS = timedelta(minutes=10)
"""How long a note holds where neither ticket nor queue changes: conditions may look at the time or at people."""


async def note_needs(
    tx: Tx, routed: RoutedQueue, waiting: Iterable[tuple[Ticket, Need]], now: datetime
) -> None:
    """Notes what the tickets ask, as of the versions in hand."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "ticket_id": ticket.id,
            "queue_id": routed.queue.id,
            "ticket_version": ticket.version,
            "queue_version": _version(routed),
            "asked": asked_by(need),
            "noted_at": now,
        }
        for ticket, need in sorted(waiting, key=lambda one: one[0].id)
    ]
    if not rows:
        return
    statement = insert(RoutingNote).values(rows)
    said = ("queue_id", "ticket_version", "queue_version", "asked")
    new = tuple_(*(statement.excluded[name] for name in said))
    changed = tuple_(*(getattr(RoutingNote, name) for name in said)) != new
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "ticket_id"],
            set_={name: statement.excluded[name] for name in (*said, "noted_at")},
            where=or_(changed, RoutingNote.noted_at <= now - HOLDS),
        )
    )


async def noted_needs(tx: Tx, routed: RoutedQueue, now: datetime) -> set[str]:
    """What is noted of the queue's tickets, each need once; see tickets.domain.routing.asked_by. Old notes are removed."""
    old = (RoutingNote.queue_id == routed.queue.id, RoutingNote.noted_at <= now - HOLDS)
    await tx.execute(delete(RoutingNote).where(*old))
    return set(await tx.scalars(select(RoutingNote.asked).where(*_holds(routed, now)).distinct()))


def is_noted(routed: RoutedQueue, asked: Collection[str], now: datetime) -> ColumnElement[bool]:
    """The condition that a ticket is noted as one that asks one of these.

    One list for all tickets, so that PostgreSQL looks each up by hash, whatever it believes of the size of the table.
    """
    noted = select(RoutingNote.ticket_id, RoutingNote.ticket_version).where(
        RoutingNote.asked.in_(sorted(asked)), *_holds(routed, now)
    )
    return tuple_(Ticket.id, Ticket.version).in_(noted)


def _holds(routed: RoutedQueue, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        RoutingNote.queue_id == routed.queue.id,
        RoutingNote.queue_version == _version(routed),
        RoutingNote.noted_at > now - HOLDS,
    )


def _version(routed: RoutedQueue) -> str:
    return f"{routed.queue.version}/{routed.settings.version}"
