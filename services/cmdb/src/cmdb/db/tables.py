"""The tables of cmdb."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy, TenantRow
from cmdb.db.base import Base


class Tenant(TenantCopy, Base):
    """Copy of the gateway's row; `id` is the tenant's."""

    __tablename__ = "tenants"

    slug: Mapped[str]
    backfilled_at: Mapped[datetime | None]
    """When the copy of the directory was filled by asking the gateway, beside what its events tell."""


class Person(TenantCopy, Base):
    """Copy of the gateway's user."""

    __tablename__ = "people"

    email: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool]


class Class(TenantRow, Base):
    """A class of items; `attributes` are definitions: [{"slug", "type", "choices"}]."""

    __tablename__ = "classes"

    slug: Mapped[str]
    name: Mapped[str]
    parent: Mapped[str | None]
    attributes: Mapped[list[dict[str, object]]] = mapped_column(JSONB)


class RelationType(TenantRow, Base):
    """A kind of relation; `name` reads from source to target."""

    __tablename__ = "relation_types"

    slug: Mapped[str]
    name: Mapped[str]


class Item(TenantRow, Base):
    """A configuration item."""

    __tablename__ = "items"

    number: Mapped[int] = mapped_column(sa.BigInteger)
    class_slug: Mapped[str]
    name: Mapped[str]
    attributes: Mapped[dict[str, object]]
    state: Mapped[str]
    holder_id: Mapped[UUID | None]


class Relation(TenantRow, Base):
    """`source` depends on, runs on, … `target`."""

    __tablename__ = "relations"

    type: Mapped[str]
    source_id: Mapped[UUID]
    target_id: Mapped[UUID]


class Counter(Base):
    """The last number given out, per tenant and kind."""

    __tablename__ = "counters"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(sa.BigInteger)
