"""Tables of the service catalogue."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class CatalogItem(TenantRow, Base):
    """Something that people order. The JSON columns hold the fields of the dataclasses in tickets.domain.catalog."""

    __tablename__ = "catalog_items"

    slug: Mapped[str]
    name: Mapped[str]
    category: Mapped[str]
    description: Mapped[str]
    active: Mapped[bool]
    # The type of the tickets, and the queue where they go (null: the default of the desk).
    type: Mapped[str]
    queue_id: Mapped[UUID | None]
    form: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    price: Mapped[dict[str, object]]
    entitlement: Mapped[dict[str, object]]
    # tickets.app.approving.NewStep
    approval: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    own_allowed: Mapped[bool]
    tasks: Mapped[list[dict[str, object]]] = mapped_column(JSONB)


class CatalogRequest(TenantRow, Base):
    """What was ordered by a ticket; `id` is the ticket's."""

    __tablename__ = "catalog_requests"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["tickets.tenant_id", "tickets.id"]),
        ForeignKeyConstraint(["tenant_id", "item_id"], ["catalog_items.tenant_id", "catalog_items.id"]),
    )

    item_id: Mapped[UUID]
    quantity: Mapped[int]
    # As it was when it was ordered.
    price: Mapped[dict[str, object]]
    # "approval", "fulfilment", "done" or "refused".
    state: Mapped[str]


class CatalogTask(TenantRow, Base):
    """A task of a request, as the item had it when it was ordered."""

    __tablename__ = "catalog_tasks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "request_id"], ["catalog_requests.tenant_id", "catalog_requests.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["tickets.tenant_id", "tickets.id"]),
    )

    request_id: Mapped[UUID]
    position: Mapped[int]
    key: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    type: Mapped[str]
    queue: Mapped[str]
    depends_on: Mapped[list[str]]
    # "waiting", "open" or "done".
    state: Mapped[str]
    ticket_id: Mapped[UUID | None]
