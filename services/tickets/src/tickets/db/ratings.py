"""Tables of ratings and of when they are asked for."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow
from tickets.db.base import Base


class TicketRating(TenantRow, Base):
    """What the requester thinks of a ticket, or was asked; `id` is the ticket's."""

    __tablename__ = "ticket_ratings"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["tickets.tenant_id", "tickets.id"]),)

    score: Mapped[int | None]
    nps: Mapped[int | None]
    comment: Mapped[str]
    low: Mapped[bool]
    # Null where nobody asked.
    asked_at: Mapped[datetime | None]
    rated_at: Mapped[datetime | None]
    open_until: Mapped[datetime]


class RatingSetting(TenantRow, Base):
    """When ratings are asked for; `id` is the queue's, or the tenant's where it holds for all other queues."""

    __tablename__ = "rating_settings"

    # "closed", "resolved" or "never".
    ask_on: Mapped[str]
    # "five" or "two".
    scale: Mapped[str]
    nps: Mapped[bool]
    low_mark: Mapped[int]
    # "nothing", "alert" or "reopen".
    on_low: Mapped[str]
    window_days: Mapped[int]
