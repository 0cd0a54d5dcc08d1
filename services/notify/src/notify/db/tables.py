"""The tables of notify."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import Base as ChassisBase
from chassis.db import TenantCopy, TenantRow


class Base(ChassisBase):
    """A metadata of its own: several services in one process have tables of the same names."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)


class Tenant(TenantCopy, Base):
    """Copy of the gateway's row; `id` equals `tenant_id`."""

    __tablename__ = "tenants"

    slug: Mapped[str]
    name: Mapped[str]
    # BCP 47; the first is the default.
    languages: Mapped[list[str]]
    # IANA name.
    time_zone: Mapped[str]
    # Normalised; empty where the tenant has none.
    support_address: Mapped[str]
    active: Mapped[bool]
    # When people and roles were copied for the first time.
    backfilled_at: Mapped[datetime | None]


class Person(TenantCopy, Base):
    """Copy of a user."""

    __tablename__ = "people"

    # Lower case.
    email: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    time_zone: Mapped[str]
    active: Mapped[bool]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    # Slugs of the roles held, wherever.
    roles: Mapped[list[str]]
    # Whom the person reports to.
    manager_id: Mapped[UUID | None]


class Role(TenantCopy, Base):
    """Copy of a role; tells agents from requesters."""

    __tablename__ = "roles"

    slug: Mapped[str]
    permissions: Mapped[list[str]]


class Mailbox(TenantRow, Base):
    """An address whose mail is the tenant's. An inactive one takes no mail."""

    __tablename__ = "mailboxes"

    # Normalised.
    address: Mapped[str]
    active: Mapped[bool]


class InboundMessage(TenantRow, Base):
    """A mail as it came, and what became of it."""

    __tablename__ = "inbound_messages"

    mailbox: Mapped[str]
    # Without angle brackets; made from the content where the mail had none.
    message_id: Mapped[str]
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    # The sender of the envelope; empty for bounces.
    return_path: Mapped[str]
    from_email: Mapped[str]
    from_name: Mapped[str]
    subject: Mapped[str]
    # received, processed, automatic, quarantined
    state: Mapped[str]
    reason: Mapped[str]
    ticket_id: Mapped[UUID | None]
    comment_id: Mapped[UUID | None]
    # [{"id", "name", "size", "content_type", "sha256", "key", "content_id"}]
    attachments: Mapped[list[dict[str, str | int]]] = mapped_column(JSONB)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class Delivery(TenantRow, Base):
    """A message to one person by one channel. The text is made when it is sent."""

    __tablename__ = "deliveries"

    channel: Mapped[str]
    purpose: Mapped[str]
    # The event that it tells of; with recipient and purpose the reason why it exists once.
    event_id: Mapped[UUID]
    ticket_id: Mapped[UUID | None]
    # Normalised address; the id of the webhook, or of the push subscription.
    recipient: Mapped[str]
    recipient_name: Mapped[str]
    language: Mapped[str]
    # IANA name.
    time_zone: Mapped[str]
    subject: Mapped[str]
    # Without angle brackets.
    message_id: Mapped[str]
    # What the template may show.
    content: Mapped[dict[str, object]]
    # queued, sent, failed, dead, suppressed
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer)
    last_error: Mapped[str]
    sent_at: Mapped[datetime | None]
    # Of calls of webhooks, whose recipient is the webhook's id: not before this time, or not before the one who tries ends.
    next_attempt_at: Mapped[datetime | None]


class Template(TenantRow, Base):
    """A tenant's own text for a purpose and a language, in place of the shipped one."""

    __tablename__ = "templates"

    purpose: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    # Empty: made from the text.
    html: Mapped[str]


class Webhook(TenantRow, Base):
    """A program that is told of events over HTTP."""

    __tablename__ = "webhooks"

    name: Mapped[str]
    url: Mapped[str]
    # Names of events, sorted.
    events: Mapped[list[str]]
    # Encrypted (chassis.sealing).
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_until: Mapped[datetime | None]
    # active, paused, disabled
    state: Mapped[str]
    state_reason: Mapped[str]
    # Rounds of calls without a success, one after the other.
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None]
    # No call before this time.
    rest_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]


class PushSubscription(TenantRow, Base):
    """A device of a person that is told by Web Push."""

    __tablename__ = "push_subscriptions"

    person_id: Mapped[UUID]
    # Ends with the session in which it was registered.
    session_id: Mapped[UUID]
    endpoint: Mapped[str]
    p256dh: Mapped[bytes] = mapped_column(LargeBinary)
    auth: Mapped[bytes] = mapped_column(LargeBinary)
    # Of notify.domain.pushing.
    topics: Mapped[list[str]]
    renewed_at: Mapped[datetime]
