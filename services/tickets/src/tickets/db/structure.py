"""The tree of tickets: what stands above and below one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from tickets.db.tickets import Ticket
from tickets.domain.workflow import OPEN_CATEGORIES

NAMED_CHILDREN = 10
"""At most so many open children are told of."""

_ABOVE = """
WITH RECURSIVE above (id, parent_id) AS (
    SELECT id, parent_id FROM tickets WHERE id = $1
    UNION
    SELECT t.id, t.parent_id FROM above a JOIN tickets t ON t.id = a.parent_id
)
SELECT id FROM above
"""

_BELOW = """
WITH RECURSIVE below (id, level) AS (
    SELECT id, 1 FROM tickets WHERE parent_id = $1
    UNION ALL
    SELECT t.id, b.level + 1 FROM below b JOIN tickets t ON t.parent_id = b.id
)
SELECT id, level FROM below ORDER BY level DESC, id
"""


async def line_above(tx: Tx, ticket_id: UUID) -> list[UUID]:
    """The ticket and all above it."""
    connection = await tx.raw()
    return [row["id"] for row in await connection.fetch(_ABOVE, ticket_id)]


async def tickets_below(tx: Tx, ticket_id: UUID) -> list[tuple[UUID, int]]:
    """All below a ticket with their level, 1 for its children, the deepest first."""
    connection = await tx.raw()
    return [(row["id"], row["level"]) for row in await connection.fetch(_BELOW, ticket_id)]


async def open_children(tx: Tx, ticket_id: UUID) -> Sequence[Ticket]:
    """The first open children of a ticket."""
    children = await tx.scalars(
        select(Ticket)
        .where(Ticket.parent_id == ticket_id, Ticket.state_category.in_(OPEN_CATEGORIES))
        .order_by(Ticket.id)
        .limit(NAMED_CHILDREN)
    )
    return children.all()
