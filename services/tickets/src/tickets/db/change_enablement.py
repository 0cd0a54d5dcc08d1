"""Tables of change enablement."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class ChangePlan(TenantRow, Base):
    """What is planned for a change; `id` is the ticket's."""

    __tablename__ = "change_plans"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["tickets.tenant_id", "tickets.id"]),)

    risk_answers: Mapped[dict[str, bool]] = mapped_column(JSONB)
    risk: Mapped[str]
    plan: Mapped[str]
    backout_plan: Mapped[str]
    planned_start: Mapped[datetime | None]
    planned_end: Mapped[datetime | None]
    emergency: Mapped[bool]
    release: Mapped[str]
    standard: Mapped[bool]


class ChangeFreeze(TenantRow, Base):
    """A time in which nothing is changed, but emergencies."""

    __tablename__ = "change_freezes"

    name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # Only changes of these; empty: all.
    service_ids: Mapped[list[str]]


class ChangeTemplate(TenantRow, Base):
    """A change that is done again and again, and approved for good."""

    __tablename__ = "change_templates"

    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    plan: Mapped[str]
    backout_plan: Mapped[str]
    queue_id: Mapped[UUID | None]
