"""Giving a queue's tickets to people: the oldest of the worst priority first, each to whoever is best for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from chassis.db import Tx
from tickets.app.actors import acting_by, occasion_of
from tickets.app.assigning import Assignment, assign_found
from tickets.app.configuration import Configuration
from tickets.app.listing import RANK
from tickets.app.recording import record_change
from tickets.app.routing_notes import is_noted, note_needs, noted_needs
from tickets.app.routing_outcomes import ASSIGNED, HELD, NOBODY, keep_outcome, stands, with_outcome
from tickets.app.routing_pool import RoutedQueue, load_pool, needs_of
from tickets.app.routing_settings import find_routing
from tickets.app.routing_waking import BUSY_PAUSE, route_at, route_soon
from tickets.db.configuration import Queue
from tickets.db.routing import IN_HAND, AgentTurn
from tickets.db.tickets import Ticket
from tickets.domain.changes import Change
from tickets.domain.priority import rank
from tickets.domain.routing import (
    Candidate,
    Given,
    Need,
    asked_by,
    choose,
    give_out,
    is_free,
    judge,
    need_asked,
)
from tickets.publish import events

AT_ONCE = 10
"""Tickets that one transaction gives out, and as many of which it tells that nobody may get them."""

PAGE = 200
"""Tickets that are read together, as long as somebody is free."""

PAGES = 5
"""So many pages one transaction reads; what is behind them is looked at in the next."""

ORDER: Final = (RANK, Ticket.created_at, Ticket.id)


@dataclass(slots=True)
class _Result:
    given: list[Given[Ticket]] = field(default_factory=list)
    left: list[tuple[Ticket, Need]] = field(default_factory=list)
    candidates: Sequence[Candidate] = ()
    versions: dict[UUID, int] = field(default_factory=dict)
    """Of the tickets as they were read."""
    asked: set[str] = field(default_factory=set)
    """What noted tickets ask."""
    noted: bool = False
    """Whether what is left was noted: somebody was free."""
    unread: bool = False
    """Whether there may be more to read."""

    def beyond(self, routed: RoutedQueue) -> set[str]:
        """What noted tickets ask and nobody can give, as of what the candidates have now."""
        policy = routed.settings.policy
        return {one for one in self.asked if choose(policy, need_asked(one), self.candidates) is None}


async def route_queue(tx: Tx, *, configuration: Configuration, queue_id: UUID) -> None:
    """Gives out what waits in the queue, as far as there are people for it.

    Those who might get something are locked, in one order everywhere: two who give out at once never give one ticket
    twice, nor anybody more than they take. A ticket that somebody is changing is passed over, and looked at again.
    Nobody is waited for with a lock on a ticket in hand. What the desk does is told as `routing:<queue>`.
    """
    settings = await find_routing(tx, queue_id)
    queue = configuration.queues[queue_id]
    teams = await _teams(tx, queue)
    if settings is None or not teams:
        return
    routed, now = RoutedQueue(configuration, queue, settings), datetime.now(UTC)
    pool = await load_pool(tx, routed, teams=teams, now=now, claimed=True)
    result = await _give_out(tx, routed, pool.candidates, now)
    with acting_by(f"routing:{queue.slug}"):
        busy = await _assign(tx, routed, result, now)
        untold = await _tell(tx, routed, result, now)
    if untold or result.unread or len(result.given) == AT_ONCE:
        await route_soon(tx, [queue_id])
    elif busy:
        await route_soon(tx, [queue_id], BUSY_PAUSE)
    if (result.left or result.asked) and pool.next_at is not None:
        await route_at(tx, queue_id, pool.next_at)


async def _give_out(tx: Tx, routed: RoutedQueue, candidates: Sequence[Candidate], now: datetime) -> _Result:
    """Decides page by page, until enough is given, nobody is free, nothing waits, or enough is read.

    What nobody can get is noted with what it asks, and passed over without being read as long as nobody can give that:
    so a run reads what is new, and what somebody might get.
    """
    policy, result = routed.settings.policy, _Result(candidates=candidates)
    result.noted = any(is_free(policy, one) for one in candidates)
    if result.noted:
        result.asked = await noted_needs(tx, routed, now)
    after: Ticket | None = None
    for _ in range(PAGES):
        tickets = await _waiting(tx, routed, after, result.beyond(routed), now)
        result.versions |= {ticket.id: ticket.version for ticket in tickets}
        needs = await needs_of(tx, routed, tickets)
        one = give_out(policy, needs, result.candidates, now, AT_ONCE - len(result.given))
        result.given += one.given
        result.left += one.left
        result.candidates = one.candidates
        if result.noted:
            await note_needs(tx, routed, one.left, now)
            result.asked |= {asked_by(need) for _, need in one.left}
        if (
            len(tickets) < PAGE
            or len(result.given) == AT_ONCE
            or not any(is_free(policy, candidate) for candidate in result.candidates)
        ):
            return result
        after = tickets[-1]
    result.unread = True
    return result


async def _assign(tx: Tx, routed: RoutedQueue, result: _Result, now: datetime) -> bool:
    """Assigns what was decided; tells whether something was passed over."""
    locked = await _locked(tx, result, [given.ticket.id for given in result.given])
    turns = {one.id: one.routed_at for one in result.candidates}
    for given in result.given:
        ticket = locked.get(given.ticket.id)
        if ticket is None:
            continue
        best = given.judgement.verdicts[0]
        reasons = {
            "strategies": list(routed.settings.strategies),
            "because": [reason.text for reason in best.reasons],
            "preferences": dict(best.preferences),
            "considered": given.judgement.considered,
            "eligible": given.judgement.eligible,
        }
        await assign_found(
            tx,
            configuration=routed.configuration,
            found=ticket,
            assignment=Assignment(frozenset({"assignee"}), assignee=str(given.to), reasons=reasons),
        )
        await keep_outcome(tx, ticket, ASSIGNED, now, need=given.need, judgement=given.judgement)
        turn = await tx.session.get(AgentTurn, (tx.tenant_id, given.to))
        assert turn is not None  # it was claimed
        turn.routed_at = turns[given.to]
    return len(locked) < len(result.given)


async def _tell(tx: Tx, routed: RoutedQueue, result: _Result, now: datetime) -> bool:
    """Has the history of what nobody may get say so, once for where it is; tells whether there is more to tell."""
    untold = await _untold(tx, routed, result, now)
    locked = await _locked(tx, result, [ticket.id for ticket, _ in untold[:AT_ONCE]])
    for ticket, need in untold[:AT_ONCE]:
        if ticket.id not in locked:
            continue
        judgement = judge(routed.settings.policy, need, result.candidates)
        summary: dict[str, object] = {
            "nobody": True,
            "considered": judgement.considered,
            "lacking": dict(judgement.lacking),
        }
        changes = [Change("routing", None, summary)]
        occasion = occasion_of()
        view = await record_change(
            tx,
            configuration=routed.configuration,
            ticket=ticket,
            occasion=occasion,
            action="updated",
            changes=changes,
            public=False,
        )
        events.ticket_updated(tx, view, changes, occasion)
        await keep_outcome(tx, ticket, NOBODY, now, need=need, judgement=judgement)
        if result.noted:
            await note_needs(tx, routed, [(ticket, need)], now)
    return len(untold) > AT_ONCE


async def _untold(
    tx: Tx, routed: RoutedQueue, result: _Result, now: datetime
) -> Sequence[tuple[Ticket, Need]]:
    """What nobody may get and whose history does not say so yet: some, and one more where there are more."""
    if not result.noted:
        told = await with_outcome(tx, [ticket.id for ticket, _ in result.left], NOBODY)
        return [(ticket, need) for ticket, need in result.left if ticket.id not in told]
    beyond = is_noted(routed, result.beyond(routed), now)
    waiting = select(Ticket).where(*_waits(routed.queue), beyond, ~stands(NOBODY))
    tickets = (await tx.scalars(waiting.order_by(*ORDER).limit(AT_ONCE + 1))).all()
    result.versions |= {ticket.id: ticket.version for ticket in tickets}
    needs = await needs_of(tx, routed, tickets)
    policy = routed.settings.policy
    return [(ticket, need) for ticket, need in needs if choose(policy, need, result.candidates) is None]


async def _locked(tx: Tx, result: _Result, tickets: Sequence[UUID]) -> dict[UUID, Ticket]:
    """Those of the tickets that nobody has in hand or has changed since they were read, locked."""
    found = await tx.scalars(
        select(Ticket)
        .where(Ticket.id.in_(tickets))
        .order_by(Ticket.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return {ticket.id: ticket for ticket in found if ticket.version == result.versions[ticket.id]}


async def _teams(tx: Tx, queue: Queue) -> set[UUID]:
    """The teams that something waits for."""
    team = func.coalesce(Ticket.team_id, queue.team_id)
    return set(await tx.scalars(select(team).where(*_waits(queue), team.is_not(None)).distinct()))


async def _waiting(
    tx: Tx, routed: RoutedQueue, after: Ticket | None, beyond: Collection[str], now: datetime
) -> Sequence[Ticket]:
    """The next page of what waits in the queue, in its order, without what is noted to ask what nobody can give."""
    statement = select(Ticket).where(*_waits(routed.queue)).order_by(*ORDER).limit(PAGE)
    if beyond:
        statement = statement.where(~is_noted(routed, beyond, now))
    if after is not None:
        place = (rank(after.priority), after.created_at, after.id)
        statement = statement.where(tuple_(*ORDER) > tuple_(*place))
    return (await tx.scalars(statement)).all()


def _waits(queue: Queue) -> tuple[ColumnElement[bool], ...]:
    """The condition of what waits in the queue and is not held."""
    return (
        Ticket.queue_id == queue.id,
        Ticket.assignee_id.is_(None),
        Ticket.state_category.in_(IN_HAND),
        ~stands(HELD),
    )
