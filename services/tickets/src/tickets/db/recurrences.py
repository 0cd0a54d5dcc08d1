"""Tables of tickets that are made by themselves."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy, TenantRow
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
    # Of sla; null: all days are open.
    calendar_id: Mapped[UUID | None] = mapped_column(default=None)
    # "make", "skip", "next_open" or "previous_open".
    on_closed: Mapped[str] = mapped_column(default="make")
    # Who scheduled this one ticket; null for what administrators set up.
    owner_id: Mapped[UUID | None] = mapped_column(default=None)


class CalendarCopy(TenantCopy, Base):
    """A calendar of sla: the days that it is open on, for three years from when it was told."""

    __tablename__ = "calendars"

    name: Mapped[str]
    # IANA name.
    time_zone: Mapped[str]
    # 1 is Monday.
    closed_weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # Dates that are not as their weekday.
    exceptions: Mapped[list[date]] = mapped_column(ARRAY(Date))
    # Taken by no recurrence any more; those that have it go on by what was told last.
    deleted: Mapped[bool]


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
