"""The audit log of all settings of all six services, chained by hashes per tenant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from chassis.db import TenantRow
from gateway.db.rows import Row


class AuditEntry(TenantRow, Row):
    """A changed setting. Rows are only ever inserted; the app role may do nothing else to them."""

    __tablename__ = "audit_entries"

    # 1, 2, 3 … within the tenant.
    sequence: Mapped[int]
    # The event that told of it.
    event_id: Mapped[UUID]
    service: Mapped[str]
    kind: Mapped[str]
    target_id: Mapped[str]
    target_name: Mapped[str]
    # Canonical JSON, kept as it was hashed.
    changes: Mapped[str]
    # "user", "service_account" or "system", and who: an id, or the service's name. Never a person's name.
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    cause: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # SHA-256 of the entry before; 32 zero bytes for the first.
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class AuditHead(TenantRow, Row):
    """The last entry of a tenant's log. `id` equals `tenant_id`; its lock orders the writers."""

    __tablename__ = "audit_heads"

    sequence: Mapped[int]
    hash: Mapped[bytes]
