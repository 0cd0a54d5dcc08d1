"""Tables of what saves agents work: saved views, macros, rules, focus mode."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class Shared(TenantRow):
    """A row that a person made, for themselves, for teams, or for everybody who works tickets."""

    owner_id: Mapped[UUID]
    everybody: Mapped[bool]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    name: Mapped[str]


class SavedView(Shared, Base):
    """A saved question for tickets."""

    __tablename__ = "saved_views"

    # In the filter language.
    filter: Mapped[str]
    # Words to find.
    query: Mapped[str]
    # Names of ticket fields.
    columns: Mapped[list[str]]
    order_by: Mapped[str]


class Macro(Shared, Base):
    """A canned reply, with what else is done to the ticket."""

    __tablename__ = "macros"

    description: Mapped[str]
    # As people write them, see tickets.domain.actions.
    actions: Mapped[list[dict[str, object]]] = mapped_column(JSONB)


class Rule(TenantRow, Base):
    """What happens to tickets by itself: on events, or when a condition has held long enough."""

    __tablename__ = "rules"

    name: Mapped[str]
    description: Mapped[str]
    # See tickets.domain.rules.EVENTS; empty for a rule of time.
    events: Mapped[list[str]]
    # ISO 8601; empty for a rule of events.
    after: Mapped[str]
    # In the filter language.
    condition: Mapped[str]
    # As people write them, see tickets.domain.actions.
    actions: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # Lower runs first.
    position: Mapped[int]
    # What comes after it does not run where it did.
    stop: Mapped[bool]
    active: Mapped[bool]
    # When the desk stopped it, and why; until somebody changes it.
    stopped_at: Mapped[datetime | None]
    stopped_reason: Mapped[str]


class RuleWait(Base):
    """A rule of time whose condition holds for a ticket; once `fired_at` is set it never acts on the ticket again."""

    __tablename__ = "rule_waits"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]


class RuleExecution(Base):
    """One time that a rule's condition held."""

    __tablename__ = "rule_executions"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID]
    ticket_id: Mapped[UUID]
    ticket_number: Mapped[str]
    # One of tickets.domain.rules.EVENTS, or TIME.
    trigger: Mapped[str]
    # What set it off: "event:<id>", "timer:<id>".
    cause: Mapped[str]
    # The rules that it follows from, the first one first.
    chain: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    # "done", "failed" or "stopped".
    outcome: Mapped[str]
    # [{"field", "from", "to"}] in the order in which they happened.
    changes: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    error: Mapped[str]
    created_at: Mapped[datetime]


class FocusMode(TenantRow, Base):
    """How a person, whose id it has, gets work: only tickets of their own, at most `max_open` of them in hand."""

    __tablename__ = "focus_modes"

    enabled: Mapped[bool]
    max_open: Mapped[int]
