"""Taking in what happens to tickets, reckoning their clocks, and telling what changed.

Every way to a clock goes through here: an event of a ticket, a timer that fires, a rule that was edited. Each reckons the
clock anew from the ledger and tells the difference to what was told before; so nothing is told twice, and what a crash
interrupted is made good by whatever comes next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis import timers
from chassis.db import Tx
from chassis.timers import NewTimer
from sla import publish
from sla.app.rules import current_book_held
from sla.db import ledger
from sla.db.clock_ids import clock_id
from sla.db.tickets import RecomputationRow
from sla.domain.changes import Change, Told, changes, differences, remembered
from sla.domain.clocks import Clock, compute_cycles
from sla.domain.ledger import TicketEvent, TicketState
from sla.domain.policies import RuleBook

MOMENT = "clock_moment"


@dataclass(frozen=True, slots=True)
class TicketNews:
    """One event of a ticket, the event's name, and the ticket after it."""

    ticket_id: UUID
    name: str
    event: TicketEvent
    ticket: TicketState


@dataclass(slots=True)
class _Case:
    """A ticket at work: what is known of it, what was told of its clocks before, and what now."""

    ticket_id: UUID
    at: datetime
    """As of when its clocks are reckoned."""
    ticket: TicketState | None = None
    clock_version: int = 0
    events: list[TicketEvent] = field(default_factory=list)
    before: Mapping[UUID, Told] = field(default_factory=dict)
    clocks: dict[UUID, Told] = field(default_factory=dict)
    recomputed: list[RecomputationRow] = field(default_factory=list)
    touched: bool = False


async def take_in(tx: Tx, *, news: Sequence[TicketNews]) -> None:
    """Adds events to the ledger and reckons the clocks of their tickets after each, in the order of recording.

    An event that is in the ledger already changes nothing.
    """
    cases = await _opened(tx, {one.ticket_id for one in news})
    book = await current_book_held(tx)
    fresh: list[TicketNews] = []
    for one in sorted(news, key=lambda one: one.event.order):
        case = cases[one.ticket_id]
        if any(event.id == one.event.id for event in case.events):
            continue
        fresh.append(one)
        case.events.append(one.event)
        case.touched = True
        if case.ticket is None or one.ticket.version >= case.ticket.version:
            case.ticket = one.ticket
        _reckon(tx, case, case.ticket, book)
    await ledger.add_events(tx, ((one.ticket_id, one.name, one.event) for one in fresh))
    await _closed(tx, cases.values())


async def reckon(tx: Tx, *, ticket_ids: Collection[UUID]) -> None:
    """Reckons the clocks of tickets as of now and tells what changed: warnings, breaches, new rules."""
    cases = await _opened(tx, set(ticket_ids))
    book = await current_book_held(tx)
    for case in cases.values():
        if case.ticket is not None:
            _reckon(tx, case, case.ticket, book)
    await _closed(tx, cases.values())


async def _opened(tx: Tx, ticket_ids: Collection[UUID]) -> dict[UUID, _Case]:
    """The tickets, locked, with all that is known of them."""
    now = await ledger.lock_tickets(tx, ticket_ids)
    cases = {ticket_id: _Case(ticket_id, now) for ticket_id in sorted(ticket_ids)}
    known = await ledger.tickets_of(tx, ticket_ids)
    if not known:
        return cases
    events = await ledger.events_of(tx, known)
    clocks = await ledger.clocks_of(tx, known)
    for ticket_id, (ticket, clock_version) in known.items():
        case = cases[ticket_id]
        case.ticket, case.clock_version = ticket, clock_version
        case.events = events[ticket_id]
        case.before = clocks[ticket_id]
        case.clocks = dict(case.before)
    return cases


async def _closed(tx: Tx, cases: Iterable[_Case]) -> None:
    """Writes what changed, and sets the timers of the clocks."""
    touched = [case for case in cases if case.touched]
    await ledger.put_tickets(
        tx, ((case.ticket_id, case.ticket, case.clock_version) for case in touched if case.ticket is not None)
    )
    await ledger.put_clocks(
        tx,
        (
            (case.ticket_id, id_, clock)
            for case in touched
            for id_, clock in case.clocks.items()
            if case.before.get(id_) != clock
        ),
    )
    await ledger.remove_clocks(
        tx, [id_ for case in touched for id_ in case.before.keys() - case.clocks.keys()]
    )
    for case in touched:
        for row in case.recomputed:
            tx.add(row)
    await tx.flush()
    await _set_timers(tx, touched)


async def _set_timers(tx: Tx, cases: Iterable[_Case]) -> None:
    """One timer for each ticket: the next breach, warning or escalation of any of its clocks, by which it is named.

    One whose moment has come is left alone: it may be firing just now, holding its row and waiting for this ticket.
    """
    due: list[NewTimer] = []
    over: list[str] = []
    for case in cases:
        was_due_at, due_at = _next_moment(case.before.values()), _next_moment(case.clocks.values())
        if due_at == was_due_at:
            continue
        if was_due_at is not None and was_due_at > case.at:
            over.append(_timer_key(case.ticket_id, was_due_at))
        if due_at is not None:
            key = _timer_key(case.ticket_id, due_at)
            due.append(NewTimer(MOMENT, key, due_at, {"ticket_id": str(case.ticket_id)}))
    if over:
        await timers.cancel_many(tx, kind=MOMENT, keys=over)
    await timers.schedule_many(tx, due)


def _timer_key(ticket_id: UUID, due_at: datetime) -> str:
    return f"{ticket_id}@{due_at.isoformat()}"


def _next_moment(clocks: Iterable[Told]) -> datetime | None:
    moments = (at for clock in clocks for at in (clock.breach_due_at, clock.warning_at, clock.escalation_at))
    return min((at for at in moments if at is not None), default=None)


def _reckon(tx: Tx, case: _Case, ticket: TicketState, book: RuleBook) -> None:
    """Reckons all clocks of a ticket and tells what changed since it was told last."""
    # What is in the ledger and in the rules is so already, whatever the clock of this machine says.
    at = max([case.at, *(event.occurred_at for event in case.events)])
    if book.latest_change is not None:
        at = max(at, book.latest_change)
    case.at = at
    windings = compute_cycles(case.events, book, at)
    _keep_earlier(case, [one for one in windings if not one.is_latest], at)
    found = {clock_id(case.ticket_id, one.kind, one.name): one for one in windings if one.is_latest}
    latest = {id_: told for id_, told in case.clocks.items() if told.is_latest}
    changed = {
        id_: changes(latest.get(id_), found.get(id_), at) for id_ in sorted(found.keys() | latest.keys())
    }
    versions = {id_: told.version for id_, told in latest.items()}
    versions |= _tell_started(tx, case, ticket, found, changed)
    for id_, left in changed.items():
        told, clock = case.clocks.get(id_), found.get(id_)
        for change in left:
            if change.what == "started":
                continue
            case.clock_version = versions[id_] = case.clock_version + 1
            source = publish.Source(case.ticket_id, ticket, id_, versions[id_])
            if clock is not None:
                if change.what == "recomputed" and told is not None:
                    case.recomputed.append(_difference(case, id_, told, clock, change))
                publish.clock_changed(tx, source, clock, change, told)
            elif told is not None:
                publish.clock_removed(tx, source, told, at)
        if clock is None:
            del case.clocks[id_]
            case.touched = True
        elif (fresh := remembered(told, clock, at, version=versions[id_])) != told:
            case.clocks[id_] = fresh
            case.touched = True


def _keep_earlier(case: _Case, earlier: Sequence[Clock], at: datetime) -> None:
    """Remembers the windings before the latest, of which nothing is told any more."""
    kept = {
        clock_id(case.ticket_id, one.kind, one.name, one.cycle): remembered(None, one, at, version=0)
        for one in earlier
    }
    before = {id_: told for id_, told in case.clocks.items() if not told.is_latest}
    if kept != before:
        case.clocks = {id_: told for id_, told in case.clocks.items() if told.is_latest} | kept
        case.touched = True


def _difference(case: _Case, id_: UUID, told: Told, clock: Clock, change: Change) -> RecomputationRow:
    changed = [list(one) for one in differences(told, clock)]
    return RecomputationRow(ticket_id=case.ticket_id, clock_id=id_, reason=change.words, changes=changed)


def _tell_started(
    tx: Tx,
    case: _Case,
    ticket: TicketState,
    found: Mapping[UUID, Clock],
    changed: Mapping[UUID, Sequence[Change]],
) -> dict[UUID, int]:
    """Tells of the clocks that start, by one event for each moment; gives their versions. Nothing of them comes before."""
    starts: dict[datetime, list[UUID]] = {}
    for id_, all_of_it in changed.items():
        for change in all_of_it:
            if change.what == "started":
                starts.setdefault(change.at, []).append(id_)
    versions: dict[UUID, int] = {}
    for at, ids in starts.items():
        for id_ in ids:
            case.clock_version = versions[id_] = case.clock_version + 1
        sources = [(publish.Source(case.ticket_id, ticket, id_, versions[id_]), found[id_]) for id_ in ids]
        publish.clocks_started(tx, sources, at)
    return versions
