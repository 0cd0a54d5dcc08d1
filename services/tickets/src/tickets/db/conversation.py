"""Tables of what goes with the conversation: who is mentioned in it, and what is still being written."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow
from tickets.db.base import Base


class Mention(TenantRow, Base):
    """A person whom a comment names, and when they noted it."""

    __tablename__ = "mentions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "comment_id"], ["comments.tenant_id", "comments.id"]),
    )

    comment_id: Mapped[UUID]
    person_id: Mapped[UUID]
    read_at: Mapped[datetime | None]


class TicketDraft(TenantRow, Base):
    """The one reply or note that agents are writing on a ticket; the author is who wrote last."""

    __tablename__ = "ticket_drafts"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)

    ticket_id: Mapped[UUID]
    # "public" or "internal".
    visibility: Mapped[str]
    body: Mapped[str]
    format: Mapped[str]
    author_kind: Mapped[str]
    author_id: Mapped[str]
    author_name: Mapped[str]
    author_email: Mapped[str]
