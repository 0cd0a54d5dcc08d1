"""Tables of what tickets are worked by; each row belongs to a tenant and may be changed by it."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class Process(TenantRow, Base):
    """A business process: IT, HR, facilities."""

    __tablename__ = "processes"

    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    # Takes what names no process; exactly one.
    is_default: Mapped[bool]
    # Takes new tickets.
    active: Mapped[bool] = mapped_column(default=True)


class Queue(TenantRow, Base):
    """Where tickets of a process wait for the team that works it."""

    __tablename__ = "queues"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "process_id"], ["processes.tenant_id", "processes.id"]),
    )

    slug: Mapped[str]
    name: Mapped[str]
    process_id: Mapped[UUID]
    # From the gateway, by the team of the same slug unless an administrator chose another.
    team_id: Mapped[UUID | None]
    # Takes the process's tickets when nothing else decides.
    is_default: Mapped[bool]
    # Only its own team and those with a role on this process or queue work and read it.
    confidential: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)


class TicketType(TenantRow, Base):
    """Incident, service request, problem, change, ..."""

    __tablename__ = "ticket_types"

    slug: Mapped[str]
    name: Mapped[str]
    # Of the numbers: "INC".
    prefix: Mapped[str]
    # The type of what names none; exactly one.
    is_default: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)


class Workflow(TenantRow, Base):
    """The life cycle of one type in one process; its versions hold what it says."""

    __tablename__ = "workflows"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "process_id"], ["processes.tenant_id", "processes.id"]),
        ForeignKeyConstraint(["tenant_id", "type_id"], ["ticket_types.tenant_id", "ticket_types.id"]),
    )

    process_id: Mapped[UUID]
    type_id: Mapped[UUID]
    name: Mapped[str]
    # Of its newest version.
    revision: Mapped[int] = mapped_column(default=1)
    # No new ticket gets it; those that have it keep it.
    removed: Mapped[bool] = mapped_column(default=False)


class WorkflowVersion(TenantRow, Base):
    """What a workflow says. A ticket keeps the version that it was made under; new ones take the highest `revision`."""

    __tablename__ = "workflow_versions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "workflow_id"], ["workflows.tenant_id", "workflows.id"]),
    )

    workflow_id: Mapped[UUID]
    revision: Mapped[int]
    # See tickets.domain.definitions.parse_workflow.
    definition: Mapped[dict[str, object]]


class PriorityRow(TenantRow, Base):
    """One cell of the priority matrix."""

    __tablename__ = "priority_matrix"

    impact: Mapped[str]
    urgency: Mapped[str]
    priority: Mapped[str]


class FieldDefinition(TenantRow, Base):
    """A custom field of tickets."""

    __tablename__ = "field_definitions"

    slug: Mapped[str]
    name: Mapped[str]
    # See tickets.domain.fields.KINDS.
    kind: Mapped[str]
    choices: Mapped[list[str]]
    description: Mapped[str] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    # Filters over the ticket; empty: never.
    required_when: Mapped[str] = mapped_column(default="")
    # Empty: always.
    shown_when: Mapped[str] = mapped_column(default="")
    # {"field": slug, "choices": {value of it: [choices]}}, or nothing.
    dependent_choices: Mapped[dict[str, object]] = mapped_column(default=dict)
    # Slugs; none: of all.
    processes: Mapped[list[str]] = mapped_column(default=list)
    types: Mapped[list[str]] = mapped_column(default=list)
    # Takes new values.
    active: Mapped[bool] = mapped_column(default=True)


class ShippedField(Base):
    """A field that the tenant was given by a release, once; it may have changed or deleted it since."""

    __tablename__ = "shipped_fields"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)


class NumberBlock(Base):
    """The next block of numbers of a type that a process may take."""

    __tablename__ = "number_blocks"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]
