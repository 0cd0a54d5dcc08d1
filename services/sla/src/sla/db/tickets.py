"""Tables of tickets as sla knows them: the ledger of their events, and the clocks reckoned from it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy, TenantRow
from sla.db.base import Base


class TicketRow(TenantCopy, Base):
    """The newest that was heard of a ticket; `version` is the ticket's."""

    __tablename__ = "tickets"

    number: Mapped[str]
    # Slugs, for the rights of readers.
    process: Mapped[str]
    queue: Mapped[str]
    # Of a confidential queue only its own team and those with a role on it or its process read.
    is_confidential: Mapped[bool]
    # Of the team that works the queue; empty for none.
    queue_team_id: Mapped[str]
    # Those who may read it as their own: requester and watchers.
    reader_ids: Mapped[list[str]]
    # What subscribers to clocks are told of the ticket.
    summary: Mapped[dict[str, object]]
    # Neither resolved nor closed nor cancelled.
    is_open: Mapped[bool]
    # Of the last clock event.
    clock_version: Mapped[int]


class TicketEventRow(TenantCopy, Base):
    """One event of a ticket. Append-only. `id` is the event's, `version` the ticket's, `created_at` when it was taken in."""

    __tablename__ = "ticket_events"

    ticket_id: Mapped[UUID]
    # "TicketCreated", "CommentAdded", ...
    name: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # See sla.domain.ledger.TicketEvent.
    facts: Mapped[dict[str, object]]
    comment: Mapped[str]


class ClockRow(TenantCopy, Base):
    """A clock as it was told last: a cache of what the ledger says. `version` is that of the clock event."""

    __tablename__ = "clocks"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)

    ticket_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    priority: Mapped[str]
    target_seconds: Mapped[int]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    policy_id: Mapped[UUID]
    policy_name: Mapped[str]
    policy_version: Mapped[int]
    calendar_id: Mapped[UUID]
    calendar_version: Mapped[int]
    # The warnings that are behind it.
    warned: Mapped[list[str]]
    # When the next warning is due; null: none.
    warning_at: Mapped[datetime | None]
    # How many times it was wound before; earlier windings stay, as rows that are not the latest.
    cycle: Mapped[int]
    is_latest: Mapped[bool]
    # Business time counted when it stopped.
    elapsed_seconds: Mapped[int | None]
    # See sla.domain.changes.Told.
    dimensions: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    # The keys of the steps of its escalation chain that are behind it.
    escalated: Mapped[list[str]]
    # When the next step is due; null: none.
    escalation_at: Mapped[datetime | None]


class RecomputationRow(TenantRow, Base):
    """What a recomputation changed of a clock. Append-only."""

    __tablename__ = "clock_recomputations"

    ticket_id: Mapped[UUID]
    clock_id: Mapped[UUID]
    reason: Mapped[str]
    # [["due_at", "2026-11-16T12:00:00Z", "2026-11-16T09:00:00Z"], ...].
    changes: Mapped[list[list[str]]] = mapped_column(JSONB)
