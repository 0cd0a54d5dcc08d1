"""Tables of giving tickets to people, and the questions that it asks of the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow, Tx
from tickets.db.base import Base

IN_HAND = ("new", "active")
"""What takes a place; a ticket that waits for somebody else leaves it free."""


class PlainSkill(TypedDict):
    """A skill that tickets of a queue need: slug, least level, and the filter of those that need it, empty for all."""

    skill: str
    level: int
    when: str


class PlainReason(TypedDict):
    """See tickets.domain.routing.Reason."""

    requirement: str
    met: bool
    text: str
    data: dict[str, object]


class PlainVerdict(TypedDict):
    """See tickets.domain.routing.Verdict; the person as {id, key, name}."""

    person: dict[str, str]
    eligible: bool
    reasons: list[PlainReason]
    preferences: dict[str, object]


class QueueRouting(TenantRow, Base):
    """How a queue gives out its tickets; `id` is the queue's."""

    __tablename__ = "queue_routings"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["queues.tenant_id", "queues.id"]),)

    # See tickets.domain.routing.STRATEGIES; none: people take tickets themselves.
    strategies: Mapped[list[str]]
    # See tickets.domain.routing.REQUIREMENTS.
    require: Mapped[list[str]]
    skills: Mapped[list[PlainSkill]] = mapped_column(JSONB)
    # For those whose work profile sets none.
    max_open: Mapped[int]
    # Whether tickets that wait for somebody else count as in hand.
    waiting_counts: Mapped[bool]


class TicketRouting(Base):
    """What came of the last try to give a ticket to somebody."""

    __tablename__ = "ticket_routings"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    # "assigned", "nobody", or "held": somebody took it from its assignee.
    outcome: Mapped[str]
    decided_at: Mapped[datetime]
    # Where it was then: what holds it ends when it goes elsewhere.
    queue_id: Mapped[UUID]
    team_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    # The least level of each.
    skills: Mapped[dict[str, int]] = mapped_column(JSONB)
    language: Mapped[str]
    candidates: Mapped[list[PlainVerdict]] = mapped_column(JSONB)
    considered: Mapped[int]


class RoutingNote(Base):
    """What a ticket asked of people when nobody could get it.

    No foreign key: it would wait for whoever has the ticket in hand, while all who might get tickets are locked.
    """

    __tablename__ = "routing_notes"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    # The note holds for this version of the ticket, and of the queue with its routing.
    ticket_version: Mapped[int]
    queue_version: Mapped[str]
    # See tickets.domain.routing.asked_by.
    asked: Mapped[str]
    noted_at: Mapped[datetime]


class AgentTurn(Base):
    """When somebody was last given a ticket. Whoever gives somebody a ticket has locked their row."""

    __tablename__ = "agent_turns"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    routed_at: Mapped[datetime | None]


async def claim_agents(tx: Tx, people: Collection[UUID]) -> dict[UUID, AgentTurn]:
    """Locks the people until the transaction ends: nobody else can give them a ticket, so that counts of theirs hold.

    They are locked in one order everywhere, so that two who claim the same wait for each other and not in a circle.
    """
    wanted = sorted(people)
    if not wanted:
        return {}
    rows = [{"tenant_id": tx.tenant_id, "person_id": person_id} for person_id in wanted]
    await tx.execute(insert(AgentTurn).values(rows).on_conflict_do_nothing())
    claimed = await tx.scalars(
        select(AgentTurn)
        .where(AgentTurn.person_id.in_(wanted))
        .order_by(AgentTurn.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {turn.person_id: turn for turn in claimed}


_IN_HAND = """
SELECT assignee_id, count(*) AS held FROM tickets
WHERE assignee_id = ANY ($1) AND state_category = ANY ($2) AND state_category IN ('new', 'active', 'waiting')
GROUP BY assignee_id
"""


async def in_hand(tx: Tx, people: Collection[UUID], *, waiting_counts: bool) -> dict[UUID, int]:
    """How many tickets each of the people has in hand; who has none is not there."""
    categories = [*IN_HAND, "waiting"] if waiting_counts else list(IN_HAND)
    raw = await tx.raw()
    rows = await raw.fetch(_IN_HAND, list(people), categories)
    return {row["assignee_id"]: row["held"] for row in rows}


_LAST_CONTACTS = """
SELECT asked.id, (
    SELECT before.assignee_id FROM tickets before
    WHERE before.tenant_id = asked.tenant_id AND before.requester_id = asked.requester_id
        AND before.assignee_id IS NOT NULL AND before.created_at > now() - interval '90 days'
    ORDER BY before.created_at DESC, before.id DESC LIMIT 1
)
FROM tickets asked WHERE asked.id = ANY ($1) AND asked.requester_id IS NOT NULL
"""


async def last_contacts(tx: Tx, tickets: Collection[UUID]) -> dict[UUID, UUID]:
    """Who works or worked the newest ticket of the last 90 days of each ticket's requester."""
    raw = await tx.raw()
    return {ticket: person for ticket, person in await raw.fetch(_LAST_CONTACTS, list(tickets)) if person}


_CONCERNED = """
SELECT routing.id FROM queue_routings routing
    JOIN queues ON queues.tenant_id = routing.tenant_id AND queues.id = routing.id
WHERE routing.strategies <> '{}' AND (routing.id = ANY ($1) OR cardinality($2::uuid[]) > 0 AND EXISTS (
    SELECT FROM tickets JOIN people ON people.tenant_id = tickets.tenant_id AND people.id = ANY ($2)
    WHERE tickets.tenant_id = routing.tenant_id AND tickets.queue_id = routing.id
        AND tickets.assignee_id IS NULL AND tickets.state_category IN ('new', 'active')
        AND coalesce(tickets.team_id, queues.team_id) = ANY (people.team_ids)
))
"""


async def routed_queues(tx: Tx, *, queues: Sequence[UUID], free: Sequence[UUID]) -> list[UUID]:
    """Those of the queues that are routed, and the routed ones where tickets wait for people who may be free now."""
    if not queues and not free:
        return []
    raw = await tx.raw()
    return [row["id"] for row in await raw.fetch(_CONCERNED, queues, free)]
