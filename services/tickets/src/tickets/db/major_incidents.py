"""Major incidents, and the tickets that follow one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Subquery, Uuid, exists, func, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow, Tx
from tickets.db.base import Base
from tickets.db.links import TicketLink
from tickets.db.tickets import Ticket
from tickets.domain.workflow import OPEN_CATEGORIES


class MajorIncident(TenantRow, Base):
    """What people are told of a ticket, whose id it has, while it is a major incident: until `ended_at`."""

    __tablename__ = "major_incidents"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["tickets.tenant_id", "tickets.id"]),)

    title: Mapped[str]
    message: Mapped[str]
    # "everybody" or "agents".
    audience: Mapped[str]
    # Of everybody only the people of these organisations; empty for all.
    organization_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    declared_kind: Mapped[str]
    declared_id: Mapped[str]
    declared_name: Mapped[str]
    declared_email: Mapped[str]
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


async def open_followers(tx: Tx, ticket_id: UUID) -> Sequence[UUID]:
    """The open tickets that the ticket causes, or that are duplicates of it, in the order of their ids."""
    pairs = _following([ticket_id])
    return (await tx.scalars(select(pairs.c.follower).order_by(pairs.c.follower))).all()


async def count_followers(tx: Tx, ticket_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many `open_followers` each of the tickets has; those without any are left out."""
    pairs = _following(ticket_ids)
    counted = select(pairs.c.major, func.count().label("followers")).group_by(pairs.c.major)
    return {row.major: row.followers for row in await tx.execute(counted)}


def _following(ticket_ids: Sequence[UUID]) -> Subquery:
    """Pairs of `major`, one of the tickets, and `follower`, an open ticket that follows it."""
    caused = select(TicketLink.source_id.label("major"), TicketLink.target_id.label("follower")).where(
        TicketLink.kind == "causes", TicketLink.source_id.in_(ticket_ids)
    )
    same = select(TicketLink.target_id, TicketLink.source_id).where(
        TicketLink.kind == "duplicates", TicketLink.target_id.in_(ticket_ids)
    )
    pairs = union(caused, same).subquery()
    return (
        select(pairs)
        .join(Ticket, Ticket.id == pairs.c.follower)
        .where(Ticket.state_category.in_(OPEN_CATEGORIES), Ticket.merged_into_id.is_(None))
        .subquery()
    )


def is_major() -> ColumnElement[bool]:
    """Whether a ticket is a major incident now."""
    return exists().where(
        MajorIncident.tenant_id == Ticket.tenant_id,
        MajorIncident.id == Ticket.id,
        MajorIncident.ended_at.is_(None),
        Ticket.state_category.in_(OPEN_CATEGORIES),
    )
