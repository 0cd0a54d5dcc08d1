"""Tables of the tickets themselves and of what belongs to one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy, TenantRow
from tickets.db.base import Base
from tickets.domain.changes import Plain


def _of_ticket() -> tuple[ForeignKeyConstraint]:
    return (ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),)


class Ticket(TenantCopy, Base):
    """A request of any type. `version` grows by one with each change that is told, however many flushes it takes.

    Rows that every creation of a tenant would lock (queue, process, workflow) are referred to without a foreign key:
    its check locks the row it finds.
    """

    __tablename__ = "tickets"

    number: Mapped[str]
    # The digits of the number, to order by.
    sequence: Mapped[int]
    type: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    # "text" (also null), "markdown" or "html".
    description_format: Mapped[str | None]
    # Safe to show; null for plain text. Read where one ticket is, not in lists.
    description_html: Mapped[str | None] = mapped_column(deferred=True)
    state: Mapped[str]
    state_category: Mapped[str]
    priority: Mapped[str]
    # Set by a person: impact and urgency no longer change it.
    priority_by_hand: Mapped[bool]
    impact: Mapped[str]
    urgency: Mapped[str]
    process_id: Mapped[UUID]
    queue_id: Mapped[UUID]
    workflow_version_id: Mapped[UUID]
    team_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    requester_id: Mapped[UUID | None]
    organization_id: Mapped[UUID | None]
    tags: Mapped[list[str]]
    category: Mapped[str]
    fields: Mapped[dict[str, object]]
    channel: Mapped[str]
    ci_ids: Mapped[list[str]]
    service_id: Mapped[str]
    parent_id: Mapped[UUID | None]
    # BCP 47; empty when unknown.
    language: Mapped[str]
    # The ticket that it was merged into: at its end, and shown there.
    merged_into_id: Mapped[UUID | None]
    # Came from a machine: nothing answers it by itself.
    automatic: Mapped[bool]
    # The inbound message it came from; empty for other channels.
    source_message_id: Mapped[str]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    first_responded_at: Mapped[datetime | None]
    # The nearest target of the running clocks, and whether one was missed: copies from sla, not part of the version.
    due_at: Mapped[datetime | None]
    breached: Mapped[bool]
    # Sums of the time entries; null: none.
    minutes_spent: Mapped[int | None]
    minutes_billable: Mapped[int | None]
    # When the desk wants to be reminded of it.
    remind_at: Mapped[datetime | None]


class TicketSearch(Base):
    """The words of a ticket. Apart from the ticket, so that a change of state does not index the words again."""

    __tablename__ = "ticket_search"
    __table_args__ = _of_ticket()

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    # What agents find.
    words: Mapped[str] = mapped_column(TSVECTOR)
    # What requesters find; null while nothing internal is in `words`.
    public_words: Mapped[str | None] = mapped_column(TSVECTOR)


class SearchWord(Base):
    """A word that the tenant's tickets use, to mend misspelt questions by."""

    __tablename__ = "search_words"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    trigrams: Mapped[list[str]]


class Comment(TenantRow, Base):
    """A piece of the conversation. `created_at` is when it was said, `recorded_at` when we took it in."""

    __tablename__ = "comments"
    __table_args__ = _of_ticket()

    ticket_id: Mapped[UUID]
    body: Mapped[str]
    # "public" or "internal".
    visibility: Mapped[str]
    author_kind: Mapped[str]
    author_id: Mapped[str]
    author_name: Mapped[str]
    author_email: Mapped[str]
    from_requester: Mapped[bool]
    channel: Mapped[str]
    quoted: Mapped[str]
    automatic: Mapped[bool]
    source_message_id: Mapped[str]
    recorded_at: Mapped[datetime]
    # "text", "markdown" or "html".
    format: Mapped[str]
    # Safe to show; null for plain text.
    body_html: Mapped[str | None]
    # Normalised addresses.
    forwarded_to: Mapped[list[str]]
    # The ticket that it was split from.
    origin_ticket_id: Mapped[UUID | None]


class Attachment(TenantRow, Base):
    """A file on a ticket; its bytes are in the object storage. Requesters see it once it is `public`."""

    __tablename__ = "attachments"
    __table_args__ = (
        *_of_ticket(),
        ForeignKeyConstraint(["tenant_id", "comment_id"], ["comments.tenant_id", "comments.id"]),
    )

    ticket_id: Mapped[UUID]
    comment_id: Mapped[UUID | None]
    name: Mapped[str]
    size_bytes: Mapped[int]
    content_type: Mapped[str]
    sha256: Mapped[str]
    object_key: Mapped[str]
    content_id: Mapped[str]
    public: Mapped[bool]
    uploader_kind: Mapped[str]
    uploader_id: Mapped[str]
    uploader_name: Mapped[str]
    uploader_email: Mapped[str]


class HistoryEntry(Base):
    """One change: who, when, what, from, to, why. Never changed, but for `old_value` when an import tells of a time between."""

    __tablename__ = "ticket_history"
    __table_args__ = _of_ticket()

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID]
    ticket_version: Mapped[int]
    # "created", "updated", "state_changed", "assigned", "commented", "attached", "watcher_added", "watcher_removed",
    # "link_added", "link_removed", "merged", "merge_undone", "split", "time_added", "time_changed", "time_removed",
    # "rated", "reminded".
    action: Mapped[str]
    # Empty where the action is not about one field.
    field: Mapped[str]
    old_value: Mapped[Plain] = mapped_column(JSONB(none_as_null=True))
    new_value: Mapped[Plain] = mapped_column(JSONB(none_as_null=True))
    # Requesters see it.
    public: Mapped[bool]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    actor_email: Mapped[str]
    cause: Mapped[str]
    rule: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class TicketWatcher(Base):
    """A person who is told of a ticket and may read and comment on it."""

    __tablename__ = "ticket_watchers"
    __table_args__ = _of_ticket()

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class TicketMessage(Base):
    """A mail that became part of a ticket, by its Message-ID."""

    __tablename__ = "ticket_messages"
    __table_args__ = _of_ticket()

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(primary_key=True)
    # The comment that it became; null for the mail that the ticket was made of.
    comment_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class TicketClock(Base):
    """A clock as sla last told it. A removed one stays as state "removed", so that a late event cannot bring it back."""

    __tablename__ = "ticket_clocks"
    __table_args__ = _of_ticket()

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID]
    name: Mapped[str]
    # "running", "paused", "stopped" or "removed".
    state: Mapped[str]
    # "sla", "ola" or "uc".
    kind: Mapped[str]
    policy: Mapped[str]
    # ISO 8601 duration of business time.
    target: Mapped[str]
    breached: Mapped[bool]
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    # Of the clock, as sla counts it.
    version: Mapped[int]
