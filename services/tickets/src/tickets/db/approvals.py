"""Tables of approvals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow
from tickets.db.base import Base


class Approval(TenantRow, Base):
    """People are asked to agree to a ticket."""

    __tablename__ = "approvals"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)

    ticket_id: Mapped[UUID]
    name: Mapped[str]
    # "pending", "approved", "rejected", "expired" or "withdrawn".
    state: Mapped[str]
    # Whoever the ticket is for may decide too.
    own_allowed: Mapped[bool]
    asker_kind: Mapped[str]
    asker_id: Mapped[str]
    asker_name: Mapped[str]
    asker_email: Mapped[str]
    decided_at: Mapped[datetime | None]


class ApprovalStep(TenantRow, Base):
    """Some of these people have to agree. Steps of one stage are open at once."""

    __tablename__ = "approval_steps"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
    )

    approval_id: Mapped[UUID]
    position: Mapped[int]
    stage: Mapped[int]
    name: Mapped[str]
    mode: Mapped[str]
    needed: Mapped[int]
    # "waiting", "pending", "approved", "rejected", "expired" or "withdrawn".
    state: Mapped[str]
    # 0: never.
    remind_after_seconds: Mapped[int]
    expires_after_seconds: Mapped[int]
    opened_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class ApprovalVote(TenantRow, Base):
    """What one person has to decide."""

    __tablename__ = "approval_votes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "step_id"], ["approval_steps.tenant_id", "approval_steps.id"]),
    )

    step_id: Mapped[UUID]
    approval_id: Mapped[UUID]
    ticket_id: Mapped[UUID]
    person_id: Mapped[UUID]
    # "person", "manager" or "team".
    via: Mapped[str]
    team_id: Mapped[UUID | None]
    # "waiting", "pending", "approved", "rejected" or "withdrawn".
    state: Mapped[str]
    delegated_by_id: Mapped[UUID | None]
    decided_by_id: Mapped[UUID | None]
    comment: Mapped[str]
    decided_at: Mapped[datetime | None]


class ApprovalSubstitute(TenantRow, Base):
    """Who decides for a person (`id` is the person's) that is away."""

    __tablename__ = "approval_substitutes"

    substitute_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
