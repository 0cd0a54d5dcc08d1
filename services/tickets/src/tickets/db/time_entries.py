"""Tables of time spent on tickets, and how entries are read with what they refer to."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Select, and_, select
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow
from tickets.db.base import Base
from tickets.db.directory import Organization, Person
from tickets.db.tickets import Ticket
from tickets.domain.references import Reference


class TimeEntry(TenantRow, Base):
    """Work that somebody did on a ticket; `organization_id` is the ticket's when it was noted."""

    __tablename__ = "time_entries"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)

    ticket_id: Mapped[UUID]
    person_id: Mapped[UUID]
    organization_id: Mapped[UUID | None]
    minutes: Mapped[int]
    started_at: Mapped[datetime]
    note: Mapped[str]
    billable: Mapped[bool]
    activity: Mapped[str]


class WorkTimer(TenantRow, Base):
    """What a person is working on; `id` is the person's."""

    __tablename__ = "work_timers"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)

    ticket_id: Mapped[UUID]
    started_at: Mapped[datetime]
    note: Mapped[str]
    billable: Mapped[bool]
    activity: Mapped[str]


@dataclass(frozen=True, slots=True)
class TimeEntryView:
    """A time entry and what it refers to. A person whose copy has not come yet is named by id alone."""

    entry: TimeEntry
    ticket: Reference
    person: Reference
    organization: Reference | None


class TimeSum(NamedTuple):
    """The sums of some entries, and what they have in common."""

    id: UUID | None
    key: str | None
    name: str | None
    entries: int
    minutes: int
    billable_minutes: int


def entries_with_names() -> Select[TimeEntry, Ticket, Person, Organization]:
    """All time entries with their ticket, person and organisation; the last two may be missing."""
    person = and_(Person.tenant_id == TimeEntry.tenant_id, Person.id == TimeEntry.person_id)
    organization = and_(
        Organization.tenant_id == TimeEntry.tenant_id, Organization.id == TimeEntry.organization_id
    )
    return (
        select(TimeEntry, Ticket, Person, Organization)
        .join(Ticket, and_(Ticket.tenant_id == TimeEntry.tenant_id, Ticket.id == TimeEntry.ticket_id))
        .outerjoin(Person, person)
        .outerjoin(Organization, organization)
    )


def time_entry_view(
    entry: TimeEntry, ticket: Ticket, person: Person | None, organization: Organization | None
) -> TimeEntryView:
    """A row of `entries_with_names`."""
    return TimeEntryView(
        entry,
        Reference(ticket.id, ticket.number, ticket.title),
        Reference(entry.person_id, person.email if person else "", person.name if person else ""),
        None
        if entry.organization_id is None
        else Reference(
            entry.organization_id,
            organization.slug if organization else "",
            organization.name if organization else "",
        ),
    )
