"""The clocks of a ticket, for those who may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from chassis.context import Caller, current_caller
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.ids import is_id
from sla.app.refusals import invalid
from sla.app.rules import current_book
from sla.db import ledger
from sla.db.clock_ids import clock_id
from sla.db.tickets import RecomputationRow, TicketRow
from sla.domain.calendar import FARTHEST
from sla.domain.clocks import Clock, compute

_READ = "tickets.read"
_MOST_RECOMPUTATIONS = 200
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReadClock:
    """A clock with its ids; `version` is that of the event that told it last, 0 when none has."""

    id: UUID
    ticket_id: UUID
    version: int
    clock: Clock
    recomputations: Sequence[RecomputationRow]


async def list_ticket_clocks(tx: Tx, *, ticket: str, at: datetime | None, explain: bool) -> list[ReadClock]:
    """The clocks of a ticket (id or number) as of `at`, or now, reckoned from its events.

    Raises NotFound for a ticket that is not known here or that the caller may not read, InvalidInput for a time
    before 1970 or more than ten years ahead.
    """
    now = datetime.now(UTC)
    if at is not None and not _EARLIEST <= at <= now + FARTHEST:
        raise invalid(("at", "must be a time from 1970 on, at most ten years ahead"))
    row = await readable_ticket(tx, ticket)
    events = (await ledger.events_of(tx, [row.id]))[row.id]
    told = (await ledger.clocks_of(tx, [row.id]))[row.id]
    moment = at if at is not None else max([now, *(event.occurred_at for event in events)])
    recomputed: dict[UUID, list[RecomputationRow]] = defaultdict(list)
    if explain:
        for one in await _recomputations(tx, row.id, moment):
            recomputed[one.clock_id].append(one)
    found = []
    for clock in compute(events, await current_book(tx), moment, explain=explain):
        id_ = clock_id(row.id, clock.kind, clock.name)
        version = told[id_].version if id_ in told else 0
        found.append(ReadClock(id_, row.id, version, clock, recomputed[id_]))
    return found


async def readable_ticket(tx: Tx, ticket: str) -> TicketRow:
    """The ticket of an id or number. Raises NotFound where it is not known here or the caller may not read it."""
    row = await _ticket(tx, ticket)
    if row is None or not _may_read(current_caller(), row):
        raise NotFound("ticket")
    return row


async def _recomputations(tx: Tx, ticket_id: UUID, until: datetime) -> Sequence[RecomputationRow]:
    """The last recomputations of a ticket's clocks that were made by then, the oldest first."""
    statement = (
        select(RecomputationRow)
        .where(
            RecomputationRow.tenant_id == tx.tenant_id,
            RecomputationRow.ticket_id == ticket_id,
            RecomputationRow.created_at <= until,
        )
        .order_by(RecomputationRow.id.desc())
        .limit(_MOST_RECOMPUTATIONS)
    )
    return list(reversed((await tx.scalars(statement)).all()))


async def _ticket(tx: Tx, ticket: str) -> TicketRow | None:
    if is_id(ticket):
        return await tx.get(TicketRow, UUID(ticket))
    number = ticket.strip().upper()
    numbered = select(TicketRow).where(TicketRow.tenant_id == tx.tenant_id, TicketRow.number == number)
    return await tx.scalar(numbered.limit(1))


def _may_read(caller: Caller, row: TicketRow) -> bool:
    """As the tickets service decides: by process and queue, as one's own, or of an own organisation.

    In a confidential queue a permission that holds everywhere is not enough.
    """
    if caller.may(_READ, row.process, row.queue) and (not row.is_confidential or _is_trusted(caller, row)):
        return True
    if (
        not row.is_confidential
        and not caller.organization_ids.isdisjoint(row.reader_ids)
        and caller.may("tickets.read_organization", row.process, row.queue)
    ):
        return True
    own = caller.subject if caller.kind in {"user", "service_account"} else ""
    return own in row.reader_ids and caller.may_somewhere("tickets.read_own")


def _is_trusted(caller: Caller, row: TicketRow) -> bool:
    narrow = {f"{_READ}:{row.process}", f"{_READ}:{row.process}/{row.queue}"}
    return bool(narrow & caller.scopes) or row.queue_team_id in caller.team_ids
