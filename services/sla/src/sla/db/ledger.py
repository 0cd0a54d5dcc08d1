"""Reading and writing the ledger and the clocks of many tickets at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis.db import Tx
from sla.db.tickets import ClockRow, TicketEventRow, TicketRow
from sla.domain.changes import Told
from sla.domain.ledger import Comment, TicketEvent, TicketState

CREATED = "TicketCreated"


async def lock_tickets(tx: Tx, ticket_ids: Iterable[UUID]) -> None:
    """Lets nobody else reckon these tickets before this transaction ends, also those that have no row yet.

    Advisory locks, in one order and one statement; what earlier holders committed is seen by the statements after it.
    """
    keys = sorted(int.from_bytes(ticket_id.bytes[8:], signed=True) for ticket_id in set(ticket_ids))
    raw = await tx.raw()
    await raw.fetch("SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key", keys)


async def tickets_of(tx: Tx, ticket_ids: Collection[UUID]) -> dict[UUID, tuple[TicketState, int]]:
    """Those of the tickets that are known, with the version of their last clock event."""
    columns = TicketRow.__table__.c
    rows = await tx.execute(
        select(
            columns.id,
            columns.version,
            columns.number,
            columns.process,
            columns.queue,
            columns.is_confidential,
            columns.queue_team_id,
            columns.reader_ids,
            columns.summary,
            columns.is_open,
            columns.clock_version,
        ).where(columns.tenant_id == tx.tenant_id, columns.id.in_(ticket_ids))
    )
    return {
        row.id: (
            TicketState(
                version=row.version,
                number=row.number,
                process=row.process,
                queue=row.queue,
                is_confidential=row.is_confidential,
                queue_team_id=row.queue_team_id,
                reader_ids=tuple(row.reader_ids),
                summary=row.summary,
                is_open=row.is_open,
            ),
            row.clock_version,
        )
        for row in rows
    }


async def events_of(tx: Tx, ticket_ids: Collection[UUID]) -> dict[UUID, list[TicketEvent]]:
    """The events of these tickets."""
    columns = TicketEventRow.__table__.c
    rows = await tx.execute(
        select(
            columns.ticket_id,
            columns.id,
            columns.name,
            columns.occurred_at,
            columns.recorded_at,
            columns.version,
            columns.facts,
            columns.comment,
        ).where(columns.tenant_id == tx.tenant_id, columns.ticket_id.in_(ticket_ids))
    )
    found: dict[UUID, list[TicketEvent]] = defaultdict(list)
    for ticket_id, id_, name, occurred_at, recorded_at, version, facts, comment in rows:
        found[ticket_id].append(
            TicketEvent(
                id_, name == CREATED, occurred_at, recorded_at, version, facts, cast("Comment", comment)
            )
        )
    return found


async def clocks_of(tx: Tx, ticket_ids: Collection[UUID]) -> dict[UUID, dict[UUID, Told]]:
    """The clocks of these tickets as they were told last, by ticket and id."""
    rows = await tx.execute(
        select(ClockRow.__table__).where(
            ClockRow.tenant_id == tx.tenant_id, ClockRow.ticket_id.in_(ticket_ids)
        )
    )
    found: dict[UUID, dict[UUID, Told]] = defaultdict(dict)
    for row in rows:
        found[row.ticket_id][row.id] = Told(
            version=row.version,
            kind=row.kind,
            name=row.name,
            state=row.state,
            priority=row.priority,
            target=timedelta(seconds=row.target_seconds),
            started_at=row.started_at,
            due_at=row.due_at,
            paused_at=row.paused_at,
            stopped_at=row.stopped_at,
            breached_at=row.breached_at,
            policy_id=row.policy_id,
            policy_name=row.policy_name,
            policy_version=row.policy_version,
            calendar_id=row.calendar_id,
            calendar_version=row.calendar_version,
            warned=tuple(row.warned),
            warning_at=row.warning_at,
        )
    return found


async def add_events(tx: Tx, events: Iterable[tuple[UUID, str, TicketEvent]]) -> None:
    """Appends events, given with their ticket and name; one that is there already changes nothing."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": event.id,
            "version": event.order,
            "ticket_id": ticket_id,
            "name": name,
            "occurred_at": event.occurred_at,
            "recorded_at": event.recorded_at,
            "facts": event.facts,
            "comment": event.comment,
        }
        for ticket_id, name, event in events
    ]
    if rows:
        await tx.execute(_ADD_EVENT, rows)


async def put_tickets(tx: Tx, tickets: Iterable[tuple[UUID, TicketState, int]]) -> None:
    """Writes what is known of tickets, each with its id and the version of its last clock event."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": ticket_id,
            "version": ticket.version,
            "number": ticket.number,
            "process": ticket.process,
            "queue": ticket.queue,
            "is_confidential": ticket.is_confidential,
            "queue_team_id": ticket.queue_team_id,
            "reader_ids": list(ticket.reader_ids),
            "summary": ticket.summary,
            "is_open": ticket.is_open,
            "clock_version": clock_version,
        }
        for ticket_id, ticket, clock_version in tickets
    ]
    if rows:
        await tx.execute(_PUT_TICKET, rows)


async def put_clocks(tx: Tx, clocks: Iterable[tuple[UUID, UUID, Told]]) -> None:
    """Writes clocks as they are told now, each with its ticket and id."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": id_,
            "version": clock.version,
            "ticket_id": ticket_id,
            "kind": clock.kind,
            "name": clock.name,
            "state": clock.state,
            "priority": clock.priority,
            "target_seconds": clock.target // timedelta(seconds=1),
            "started_at": clock.started_at,
            "due_at": clock.due_at,
            "paused_at": clock.paused_at,
            "stopped_at": clock.stopped_at,
            "breached_at": clock.breached_at,
            "policy_id": clock.policy_id,
            "policy_name": clock.policy_name,
            "policy_version": clock.policy_version,
            "calendar_id": clock.calendar_id,
            "calendar_version": clock.calendar_version,
            "warned": list(clock.warned),
            "warning_at": clock.warning_at,
        }
        for ticket_id, id_, clock in clocks
    ]
    if rows:
        await tx.execute(_PUT_CLOCK, rows)


async def remove_clocks(tx: Tx, ids: Collection[UUID]) -> None:
    """Forgets clocks that are no more."""
    if ids:
        await tx.execute(delete(ClockRow).where(ClockRow.tenant_id == tx.tenant_id, ClockRow.id.in_(ids)))


def _table(row: type[TicketEventRow | TicketRow | ClockRow]) -> Table:
    """Core, in one round trip for all rows: the objects of the ORM cost ten times that."""
    assert isinstance(row.__table__, Table)
    return row.__table__


def _upsert(table: Table) -> Insert:
    statement = insert(table)
    kept = {"tenant_id", "id", "created_at", "updated_at"}
    columns = {column.name: statement.excluded[column.name] for column in table.c if column.name not in kept}
    return statement.on_conflict_do_update(
        index_elements=[table.c.tenant_id, table.c.id], set_={**columns, "updated_at": func.now()}
    )


_ADD_EVENT = insert(_table(TicketEventRow)).on_conflict_do_nothing()
_PUT_TICKET = _upsert(_table(TicketRow))
_PUT_CLOCK = _upsert(_table(ClockRow))
