"""Reading and writing the ledger and the clocks of many tickets at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import orjson
from sqlalchemy import delete, select

from chassis.db import Tx
from sla.db.tickets import ClockRow, TicketEventRow, TicketRow
from sla.domain.changes import Told
from sla.domain.ledger import Comment, TicketEvent, TicketState

CREATED = "TicketCreated"

# Each event of a ticket goes through these: one statement for all rows of a batch. Lists come as lines, because arrays
# of arrays are flattened on the way.
_ADD_EVENTS = """
INSERT INTO ticket_events (tenant_id, id, version, ticket_id, name, occurred_at, recorded_at, facts, comment)
SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[],
    $8::jsonb[], $9::text[])
ON CONFLICT DO NOTHING
"""

_PUT_TICKETS = """
INSERT INTO tickets (tenant_id, id, version, number, process, queue, is_confidential, queue_team_id, reader_ids, summary,
    is_open, clock_version)
SELECT $1, id, version, number, process, queue, is_confidential, queue_team_id, string_to_array(readers, E'\\n'), summary,
    is_open, clock_version
FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[], $9::text[],
    $10::jsonb[], $11::boolean[], $12::bigint[]) AS t (id, version, number, process, queue, is_confidential,
    queue_team_id, readers, summary, is_open, clock_version)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    version = excluded.version, number = excluded.number, process = excluded.process, queue = excluded.queue,
    is_confidential = excluded.is_confidential, queue_team_id = excluded.queue_team_id,
    reader_ids = excluded.reader_ids, summary = excluded.summary, is_open = excluded.is_open,
    clock_version = excluded.clock_version, updated_at = now()
"""

_PUT_CLOCKS = """
INSERT INTO clocks (tenant_id, id, version, ticket_id, kind, name, state, priority, target_seconds, started_at, due_at,
    paused_at, stopped_at, breached_at, policy_id, policy_name, policy_version, calendar_id, calendar_version, warned,
    warning_at, cycle, is_latest, elapsed_seconds, dimensions, escalated, escalation_at)
SELECT $1, id, version, ticket_id, kind, name, state, priority, target_seconds, started_at, due_at, paused_at, stopped_at,
    breached_at, policy_id, policy_name, policy_version, calendar_id, calendar_version,
    string_to_array(warned, E'\\n'), warning_at, cycle, is_latest, elapsed_seconds, dimensions,
    string_to_array(escalated, E'\\n'), escalation_at
FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
    $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::uuid[],
    $16::text[], $17::bigint[], $18::uuid[], $19::bigint[], $20::text[], $21::timestamptz[], $22::int[], $23::boolean[],
    $24::bigint[], $25::jsonb[], $26::text[], $27::timestamptz[]) AS c (id, version,
    ticket_id, kind, name, state, priority, target_seconds, started_at, due_at, paused_at, stopped_at, breached_at,
    policy_id, policy_name, policy_version, calendar_id, calendar_version, warned, warning_at, cycle, is_latest,
    elapsed_seconds, dimensions, escalated, escalation_at)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    version = excluded.version, ticket_id = excluded.ticket_id, kind = excluded.kind, name = excluded.name,
    state = excluded.state, priority = excluded.priority, target_seconds = excluded.target_seconds,
    started_at = excluded.started_at, due_at = excluded.due_at, paused_at = excluded.paused_at,
    stopped_at = excluded.stopped_at, breached_at = excluded.breached_at, policy_id = excluded.policy_id,
    policy_name = excluded.policy_name, policy_version = excluded.policy_version,
    calendar_id = excluded.calendar_id, calendar_version = excluded.calendar_version, warned = excluded.warned,
    warning_at = excluded.warning_at, cycle = excluded.cycle, is_latest = excluded.is_latest,
    elapsed_seconds = excluded.elapsed_seconds, dimensions = excluded.dimensions,
    escalated = excluded.escalated, escalation_at = excluded.escalation_at, updated_at = now()
"""


async def lock_tickets(tx: Tx, ticket_ids: Iterable[UUID]) -> datetime:
    """Lets nobody else reckon these tickets before this transaction ends, also those that have no row yet.

    Advisory locks, in one order and one statement; what earlier holders committed is seen by the statements after it.
    At least one ticket. Gives the moment by the clock of the database when all are locked: the one clock that all machines share, and later
    than that of any earlier holder.
    """
    keys = sorted(int.from_bytes(ticket_id.bytes[8:], signed=True) for ticket_id in set(ticket_ids))
    raw = await tx.raw()
    rows = await raw.fetch(
        "SELECT pg_advisory_xact_lock(key), clock_timestamp() AS now FROM unnest($1::bigint[]) AS key", keys
    )
    now: datetime = rows[-1]["now"]
    return now


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
            cycle=row.cycle,
            is_latest=row.is_latest,
            elapsed=None if row.elapsed_seconds is None else timedelta(seconds=row.elapsed_seconds),
            dimensions=row.dimensions,
            escalated=tuple(row.escalated),
            escalation_at=row.escalation_at,
        )
    return found


async def add_events(tx: Tx, events: Iterable[tuple[UUID, str, TicketEvent]]) -> None:
    """Appends events, given with their ticket and name; one that is there already changes nothing."""
    await _write(
        tx,
        _ADD_EVENTS,
        [
            (
                event.id,
                event.order,
                ticket_id,
                name,
                event.occurred_at,
                event.recorded_at,
                _json(event.facts),
                event.comment,
            )
            for ticket_id, name, event in events
        ],
    )


async def put_tickets(tx: Tx, tickets: Iterable[tuple[UUID, TicketState, int]]) -> None:
    """Writes what is known of tickets, each with its id and the version of its last clock event."""
    await _write(
        tx,
        _PUT_TICKETS,
        [
            (
                ticket_id,
                ticket.version,
                ticket.number,
                ticket.process,
                ticket.queue,
                ticket.is_confidential,
                ticket.queue_team_id,
                "\n".join(ticket.reader_ids),
                _json(ticket.summary),
                ticket.is_open,
                clock_version,
            )
            for ticket_id, ticket, clock_version in tickets
        ],
    )


async def put_clocks(tx: Tx, clocks: Iterable[tuple[UUID, UUID, Told]]) -> None:
    """Writes clocks as they are told now, each with its ticket and id."""
    await _write(
        tx,
        _PUT_CLOCKS,
        [
            (
                id_,
                clock.version,
                ticket_id,
                clock.kind,
                clock.name,
                clock.state,
                clock.priority,
                clock.target // timedelta(seconds=1),
                clock.started_at,
                clock.due_at,
                clock.paused_at,
                clock.stopped_at,
                clock.breached_at,
                clock.policy_id,
                clock.policy_name,
                clock.policy_version,
                clock.calendar_id,
                clock.calendar_version,
                "\n".join(clock.warned),
                clock.warning_at,
                clock.cycle,
                clock.is_latest,
                None if clock.elapsed is None else clock.elapsed // timedelta(seconds=1),
                _json(clock.dimensions),
                "\n".join(clock.escalated),
                clock.escalation_at,
            )
            for ticket_id, id_, clock in clocks
        ],
    )


async def remove_clocks(tx: Tx, ids: Collection[UUID]) -> None:
    """Forgets clocks that are no more."""
    if ids:
        await tx.execute(delete(ClockRow).where(ClockRow.tenant_id == tx.tenant_id, ClockRow.id.in_(ids)))


async def has_timer(tx: Tx, kind: str) -> bool:
    """Whether a timer of this kind is set for the tenant."""
    raw = await tx.raw()
    asked = "SELECT EXISTS (SELECT FROM timers WHERE tenant_id = $1 AND kind = $2 AND state <> 'dead')"
    return bool(await raw.fetchval(asked, tx.tenant_id, kind))


async def _write(tx: Tx, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        raw = await tx.raw()
        await raw.execute(statement, tx.tenant_id, *map(list, zip(*rows, strict=True)))


def _json(value: Mapping[str, object]) -> str:
    return orjson.dumps(value).decode()
