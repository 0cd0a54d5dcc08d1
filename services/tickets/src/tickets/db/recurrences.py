"""Tables of tickets that are made by themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class Recurrence(TenantRow, Base):
    """When tickets are made, and what they say; `next_at` is null where it is paused or has ended."""

    __tablename__ = "recurrences"

    name: Mapped[str]
    # RFC 5545; empty: once.
    rrule: Mapped[str]
    # IANA name.
    time_zone: Mapped[str]
    starts_at: Mapped[datetime]
    # "skip", "last" or "all".
    catch_up: Mapped[str]
    # As `app.recurrences.Template`; people by {"id", "key", "name"}.
    template: Mapped[dict[str, object]]
    # "active", "paused" or "ended".
    state: Mapped[str]
    next_at: Mapped[datetime | None]
    # Who scheduled this one ticket; null for what administrators set up.
    owner_id: Mapped[UUID | None] = mapped_column(default=None)


class RecurrenceOccurrence(Base):
    """One time of a recurrence, and what became of it."""

    __tablename__ = "recurrence_occurrences"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "recurrence_id"], ["recurrences.tenant_id", "recurrences.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    recurrence_id: Mapped[UUID] = mapped_column(primary_key=True)
    occurs_at: Mapped[datetime] = mapped_column(primary_key=True)
    # "made", "skipped" or "failed".
    state: Mapped[str]
    ticket_id: Mapped[UUID | None]
    reason: Mapped[str]
