"""Checking the clocks that are kept against what the ledger says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from sla.app.reckoning import reckon
from sla.app.rules import RECOMPUTE, current_book_held
from sla.db import ledger
from sla.db.clock_ids import clock_id
from sla.db.tickets import TicketRow
from sla.domain.changes import Told, remembered
from sla.domain.clocks import compute_cycles
from sla.domain.ledger import TicketEvent
from sla.domain.policies import RuleBook

CHUNK = 50
"""So many tickets wait, if something happens to them, for the check of the others."""
FIRING = timedelta(minutes=1)
"""A moment of a clock may be so long ago before its timer must have fired."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a kept clock that is not as the ledger says, each side as text; "clock": one side has none."""

    ticket_id: UUID
    number: str
    clock: str
    field: str
    kept: str
    reckoned: str


@dataclass(frozen=True, slots=True)
class Failing:
    """A ticket whose clocks cannot be reckoned, and the error that said so."""

    ticket_id: UUID
    number: str
    error: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a chunk came to; `last_id` is None where there was none left. With `waits` nothing was compared."""

    tickets: int
    differences: Sequence[Difference]
    failing: Sequence[Failing]
    last_id: UUID | None
    waits: bool = False
    """The clocks are being reckoned by new rules just now."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A ticket with its events, its clocks as they are kept, and the rules."""

    ticket_id: UUID
    number: str
    events: Sequence[TicketEvent]
    kept: Mapping[UUID, Told]
    book: RuleBook


async def check_chunk(tx: Tx, *, after: UUID | None, mend: bool) -> Checked:
    """Compares the clocks of the next tickets after an id with the ledger; with `mend` those that differ are reckoned.

    What that changes is told by events and kept as a recomputation, as ever. One that cannot be reckoned stops no other.
    """
    if await ledger.has_timer(tx, RECOMPUTE):
        return Checked(0, [], [], None, waits=True)
    statement = select(TicketRow.id).where(TicketRow.tenant_id == tx.tenant_id)
    if after is not None:
        statement = statement.where(TicketRow.id > after)
    ids = (await tx.scalars(statement.order_by(TicketRow.id).limit(CHUNK))).all()
    if not ids:
        return Checked(0, [], [], None)
    now = await ledger.lock_tickets(tx, ids)
    book = await current_book_held(tx)
    known = await ledger.tickets_of(tx, ids)
    events = await ledger.events_of(tx, ids)
    kept = await ledger.clocks_of(tx, ids)
    found: list[Difference] = []
    failing: list[Failing] = []
    for id_ in ids:
        ticket, _ = known[id_]
        try:
            found += _differences(_Case(id_, ticket.number, events[id_], kept[id_], book), now)
        except Exception as error:  # noqa: BLE001 (whatever its reckoning raises; it is told with the ticket)
            failing.append(Failing(id_, ticket.number, f"{type(error).__name__}: {error}"))
        await asyncio.sleep(0)  # others are served meanwhile
    if mend and found:
        await reckon(tx, ticket_ids={one.ticket_id for one in found})
    return Checked(len(ids), found, failing, ids[-1])


def _differences(case: _Case, now: datetime) -> list[Difference]:
    """What differs now and differed a moment ago too: what has just come due may not have been told yet."""
    latest = max((event.occurred_at for event in case.events), default=now)
    if case.book.latest_change is not None:
        latest = max(latest, case.book.latest_change)
    then, today = (_of_moment(case, max(latest, at)) for at in (now - FIRING, now))
    return today if then else []


def _of_moment(case: _Case, at: datetime) -> list[Difference]:
    kept, ticket_id = case.kept, case.ticket_id
    found: list[Difference] = []
    names = {id_: f"{told.kind} {told.name}" for id_, told in kept.items()}
    reckoned: dict[UUID, Told] = {}
    for clock in compute_cycles(case.events, case.book, at):
        winding = () if clock.is_latest else (clock.cycle,)
        id_ = clock_id(ticket_id, clock.kind, clock.name, *winding)
        told = kept.get(id_) if clock.is_latest else None
        reckoned[id_] = remembered(told, clock, at, version=kept[id_].version if id_ in kept else 0)
        names[id_] = f"{clock.kind} {clock.name}"
    for id_, name in names.items():
        ours, theirs = kept.get(id_), reckoned.get(id_)
        if ours is None or theirs is None:
            found.append(
                Difference(ticket_id, case.number, name, "clock", _presence(ours), _presence(theirs))
            )
            continue
        found += [
            Difference(ticket_id, case.number, name, one.name, str(was), str(is_))
            for one in fields(Told)
            if (was := getattr(ours, one.name)) != (is_ := getattr(theirs, one.name))
        ]
    return found


def _presence(told: Told | None) -> str:
    return "none" if told is None else told.state
