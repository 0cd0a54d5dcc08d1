"""Links between tickets, and what keeps them free of cycles."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Select, and_, or_, select
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow, Tx
from tickets.db.base import Base
from tickets.db.tickets import Ticket


class TicketLink(TenantRow, Base):
    """`kind` is the word of the source (see `domain/links.py`); without a direction the lower id is the source."""

    __tablename__ = "ticket_links"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "source_id"], ["tickets.tenant_id", "tickets.id"]),
        ForeignKeyConstraint(["tenant_id", "target_id"], ["tickets.tenant_id", "tickets.id"]),
    )

    kind: Mapped[str]
    source_id: Mapped[UUID]
    target_id: Mapped[UUID]


_LOCK_STRUCTURE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

_EDGES = """
WITH RECURSIVE reached (id) AS (
    SELECT $1::uuid
    UNION
    SELECT l.target_id FROM reached r JOIN ticket_links l ON l.source_id = r.id AND l.kind = $2
)
SELECT l.source_id, l.target_id FROM reached r JOIN ticket_links l ON l.source_id = r.id AND l.kind = $2
"""


async def lock_structure(tx: Tx) -> None:
    """Lets one transaction of the tenant at a time change how tickets hang together, so that no two close a cycle.

    To be called before any ticket is locked.
    """
    connection = await tx.raw()
    await connection.execute(_LOCK_STRUCTURE, f"structure/{tx.tenant_id}")


async def lock_tickets(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Ticket]:
    """The newest state of the tickets, locked in the order of their ids, so that nobody waits in a ring."""
    statement = select(Ticket).where(Ticket.id.in_(sorted(set(ids)))).order_by(Ticket.id).with_for_update()
    found = await tx.scalars(statement.execution_options(populate_existing=True))
    return {ticket.id: ticket for ticket in found}


async def edges_from(tx: Tx, start: UUID, kind: str) -> Sequence[tuple[UUID, UUID]]:
    """The links of a kind that can be reached from a ticket, as pairs of source and target."""
    connection = await tx.raw()
    return [(row["source_id"], row["target_id"]) for row in await connection.fetch(_EDGES, start, kind)]


def links_of(ticket_id: UUID) -> Select[TicketLink, Ticket]:
    """The links of a ticket, each with the ticket at its other end."""
    return select(TicketLink, Ticket).join(
        Ticket,
        or_(
            and_(TicketLink.source_id == ticket_id, Ticket.id == TicketLink.target_id),
            and_(TicketLink.target_id == ticket_id, Ticket.id == TicketLink.source_id),
        ),
    )
