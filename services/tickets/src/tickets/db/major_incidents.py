"""Major incidents, and the tickets that follow one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Uuid, or_, select
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
    caused = select(TicketLink.target_id).where(
        TicketLink.kind == "causes", TicketLink.source_id == ticket_id
    )
    same = select(TicketLink.source_id).where(
        TicketLink.kind == "duplicates", TicketLink.target_id == ticket_id
    )
    found = await tx.scalars(
        select(Ticket.id)
        .where(
            or_(Ticket.id.in_(caused), Ticket.id.in_(same)),
            Ticket.state_category.in_(OPEN_CATEGORIES),
            Ticket.merged_into_id.is_(None),
        )
        .order_by(Ticket.id)
    )
    return found.all()
