"""Incidents as they are compared, and the candidates that were dismissed."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Mapped, defer

from chassis.db import TenantRow
from tickets.db.base import Base
from tickets.db.links import TicketLink
from tickets.db.tickets import Ticket


class CandidateDismissal(TenantRow, Base):
    """A candidate that is not shown: what its incidents have in common is no problem."""

    __tablename__ = "candidate_dismissals"

    # See tickets.domain.problem_candidates.key_of.
    key: Mapped[str]
    reason: Mapped[str]
    # {"kind", "id", "name", "email"}
    dismissed_by: Mapped[dict[str, object]]


def oldest_compared(since: datetime, most: int) -> Select[datetime]:
    """When the last of the `most` newest tickets since a moment was made; nothing where there are fewer."""
    newest = select(Ticket.created_at).where(Ticket.created_at >= since)
    return newest.order_by(Ticket.created_at.desc(), Ticket.id.desc()).offset(most - 1).limit(1)


def compared_incidents(seen: ColumnElement[bool], since: datetime, most: int) -> Select[Ticket]:
    """Incidents without a problem that were made since a moment, the newest first, at most so many.

    The moment is that of `oldest_compared`, so that the index over the time of creation gives a short piece of it to filter.
    """
    linked = exists().where(TicketLink.target_id == Ticket.id, TicketLink.kind == "problem_of")
    return (
        select(Ticket)
        # Long, and not compared.
        .options(defer(Ticket.description), defer(Ticket.fields))
        .where(
            Ticket.created_at >= since,
            Ticket.type == "incident",
            Ticket.state_category != "cancelled",
            Ticket.merged_into_id.is_(None),
            seen,
            ~linked,
        )
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(most)
    )
