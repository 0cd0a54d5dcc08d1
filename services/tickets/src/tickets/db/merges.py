"""Tickets that are, or were, merged."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, select
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow, Tx
from tickets.db.base import Base
from tickets.db.tickets import Ticket


class TicketMerge(TenantRow, Base):
    """`source_id` was merged into `target_id`; kept after it was undone, so that late mail finds home."""

    __tablename__ = "ticket_merges"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "source_id"], ["tickets.tenant_id", "tickets.id"]),
        ForeignKeyConstraint(["tenant_id", "target_id"], ["tickets.tenant_id", "tickets.id"]),
    )

    source_id: Mapped[UUID]
    target_id: Mapped[UUID]
    # Of the source, to go back to.
    old_state: Mapped[str]
    # Ids of those who watch the target because of the merge.
    added_watchers: Mapped[list[str]]
    undone_at: Mapped[datetime | None]


async def merge_of(tx: Tx, source_id: UUID) -> TicketMerge | None:
    """The merge that the ticket is the source of now."""
    return await tx.scalar(
        select(TicketMerge).where(TicketMerge.source_id == source_id, TicketMerge.undone_at.is_(None))
    )


async def merged_into(tx: Tx, target_id: UUID) -> Sequence[Ticket]:
    """The tickets that are merged into a ticket now, in the order of their ids."""
    rows = await tx.scalars(
        select(Ticket)
        .join(TicketMerge, TicketMerge.source_id == Ticket.id)
        .where(TicketMerge.target_id == target_id, TicketMerge.undone_at.is_(None))
        .order_by(Ticket.id)
    )
    return rows.all()


async def once_merged_into(tx: Tx, target_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """Pairs of a ticket and one that was merged into it until that was undone."""
    rows = await tx.execute(
        select(TicketMerge.target_id, TicketMerge.source_id)
        .where(TicketMerge.target_id.in_(list(target_ids)), TicketMerge.undone_at.is_not(None))
        .order_by(TicketMerge.id)
    )
    return [(target_id, source_id) for target_id, source_id in rows]
