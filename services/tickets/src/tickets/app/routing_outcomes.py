"""What came of giving a ticket to somebody, kept beside it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from tickets.db.routing import PlainReason, PlainVerdict, TicketRouting
from tickets.db.tickets import Ticket
from tickets.domain.routing import Judgement, Need, Verdict

ASSIGNED, NOBODY, HELD = "assigned", "nobody", "held"


async def keep_outcome(
    tx: Tx, ticket: Ticket, outcome: str, at: datetime, *, need: Need, judgement: Judgement
) -> None:
    """Keeps what was decided on the ticket, in place of what was before."""
    values: dict[str, object] = {
        "outcome": outcome,
        "decided_at": at,
        "queue_id": ticket.queue_id,
        "team_id": ticket.team_id,
        "assignee_id": ticket.assignee_id,
        "skills": dict(need.skills),
        "language": need.language,
        "candidates": plain_verdicts(judgement.verdicts),
        "considered": judgement.considered,
    }
    statement = insert(TicketRouting).values(tenant_id=tx.tenant_id, ticket_id=ticket.id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "ticket_id"], set_=values))


async def hold_ticket(tx: Tx, ticket: Ticket, at: datetime) -> None:
    """Has the desk leave the ticket alone, which somebody took from its assignee, where it is now."""
    await keep_outcome(tx, ticket, HELD, at, need=Need(ticket.team_id), judgement=Judgement((), 0, 0, {}))


def stands(outcome: str) -> ColumnElement[bool]:
    """The condition that a ticket has had this outcome, and is where it was then."""
    return (
        select(TicketRouting.ticket_id)
        .where(
            TicketRouting.tenant_id == Ticket.tenant_id,
            TicketRouting.ticket_id == Ticket.id,
            TicketRouting.outcome == outcome,
            TicketRouting.queue_id == Ticket.queue_id,
            TicketRouting.team_id.is_not_distinct_from(Ticket.team_id),
        )
        .exists()
    )


async def with_outcome(tx: Tx, tickets: Collection[UUID], outcome: str) -> set[UUID]:
    """Those of the tickets that have had this outcome, and are where they were then."""
    return set(await tx.scalars(select(Ticket.id).where(Ticket.id.in_(tickets), stands(outcome))))


def plain_verdicts(verdicts: Sequence[Verdict]) -> list[PlainVerdict]:
    """Candidates with why and why not, as JSON."""
    return [
        PlainVerdict(
            person={
                "id": str(one.candidate.id),
                "key": one.candidate.email,
                "name": one.candidate.name,
            },
            eligible=one.eligible,
            reasons=[
                PlainReason(
                    requirement=reason.requirement, met=reason.met, text=reason.text, data=dict(reason.data)
                )
                for reason in one.reasons
            ],
            preferences=dict(one.preferences),
        )
        for one in verdicts
    ]
