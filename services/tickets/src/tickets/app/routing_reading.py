"""Who got a ticket and why, or why nobody did until now; and having the desk choose again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chassis.db import Tx
from chassis.errors import WrongState
from tickets.app.access import READ, readable_ticket, require_on
from tickets.app.assigning import ASSIGN
from tickets.app.configuration import Configuration
from tickets.app.routing_outcomes import ASSIGNED, HELD, NOBODY, plain_verdicts, with_outcome
from tickets.app.routing_pool import RoutedQueue, load_pool, needs_of
from tickets.app.routing_settings import RoutingSettings, find_routing
from tickets.app.routing_waking import route_soon
from tickets.db.configuration import Queue
from tickets.db.routing import IN_HAND, PlainVerdict, TicketRouting
from tickets.db.tickets import Ticket
from tickets.db.views import person_named
from tickets.domain.references import Reference
from tickets.domain.routing import judge

BY_HAND, WAITING, NOT_ROUTED = "by_hand", "waiting", "not_routed"


@dataclass(frozen=True, slots=True)
class RoutingView:
    """What became of giving a ticket to somebody: `assigned`, `by_hand`, `waiting`, `held` or `not_routed`."""

    outcome: str
    queue: Queue
    assignee: Reference | None = None
    decided_at: datetime | None = None
    """When the desk chose, or when it first found nobody."""
    skills: Mapping[str, int] = field(default_factory=dict)
    language: str = ""
    candidates: Sequence[PlainVerdict] = ()
    considered: int = 0


async def get_ticket_routing(tx: Tx, *, configuration: Configuration, ticket: str) -> RoutingView:
    """As decided where the desk has chosen, as of now where the ticket waits. Raises NotFound, Forbidden."""
    found = await readable_ticket(tx, configuration, ticket)
    require_on(found, configuration, READ)
    return await _view(tx, configuration, found)


async def route_ticket(tx: Tx, *, configuration: Configuration, ticket: str) -> RoutingView:
    """Has the desk choose for a ticket that it was leaving alone. Publishes nothing by itself.

    Raises NotFound, Forbidden, and WrongState where somebody has the ticket or its queue is not routed.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_on(found, configuration, ASSIGN)
    if found.assignee_id is not None:
        raise WrongState("ALREADY_ASSIGNED", "Somebody has the ticket. Take it from them first.")
    if await _settings(tx, found) is None:
        raise WrongState(
            "NOT_ROUTED", "The ticket's queue gives out no tickets, or it needs nobody any more."
        )
    if found.id in await with_outcome(tx, [found.id], HELD):
        await tx.session.delete(await tx.session.get_one(TicketRouting, (tx.tenant_id, found.id)))
        await tx.flush()
    await route_soon(tx, [found.queue_id])
    return await _view(tx, configuration, found)


async def _settings(tx: Tx, ticket: Ticket) -> RoutingSettings | None:
    """How the ticket is given to somebody; None where it is not."""
    return await find_routing(tx, ticket.queue_id) if ticket.state_category in IN_HAND else None


async def _view(tx: Tx, configuration: Configuration, ticket: Ticket) -> RoutingView:
    queue = configuration.queues[ticket.queue_id]
    kept = await tx.session.get(TicketRouting, (tx.tenant_id, ticket.id))
    assignee = await person_named(tx, ticket.assignee_id)
    if assignee is not None:
        if kept is None or kept.outcome != ASSIGNED or kept.assignee_id != ticket.assignee_id:
            return RoutingView(BY_HAND, queue, assignee)
        return RoutingView(
            ASSIGNED,
            queue,
            assignee,
            kept.decided_at,
            kept.skills,
            kept.language,
            kept.candidates,
            kept.considered,
        )
    settings = await _settings(tx, ticket)
    if settings is None:
        return RoutingView(NOT_ROUTED, queue)
    if kept is not None and await with_outcome(tx, [ticket.id], HELD):
        return RoutingView(HELD, queue, decided_at=kept.decided_at)
    team = ticket.team_id or queue.team_id
    routed = RoutedQueue(configuration, queue, settings)
    pool = await load_pool(
        tx, routed, teams=[] if team is None else [team], now=datetime.now(UTC), claimed=False
    )
    [(_, need)] = await needs_of(tx, routed, [ticket])
    judgement = judge(settings.policy, need, pool.candidates)
    return RoutingView(
        WAITING,
        queue,
        decided_at=kept.decided_at if kept is not None and kept.outcome == NOBODY else None,
        skills=need.skills,
        language=need.language,
        candidates=plain_verdicts(judgement.verdicts),
        considered=judgement.considered,
    )
