"""Read-only copies of who is who; the gateway is the master and `version` is its."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy
from tickets.db.base import Base


class Tenant(TenantCopy, Base):
    """A tenant; `id` equals `tenant_id`."""

    __tablename__ = "tenants"

    slug: Mapped[str]
    name: Mapped[str]
    # BCP 47; the first is the default.
    languages: Mapped[list[str]]
    # IANA name.
    time_zone: Mapped[str]
    active: Mapped[bool]
    # When people, teams, organisations and roles were first read from the gateway; null: still to come.
    backfilled_at: Mapped[datetime | None]


class Person(TenantCopy, Base):
    """A user of the tenant."""

    __tablename__ = "people"

    # Lower case.
    email: Mapped[str]
    name: Mapped[str]
    # BCP 47.
    language: Mapped[str]
    # IANA name.
    time_zone: Mapped[str]
    active: Mapped[bool]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    organization_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    # [{"role": slug, "process": slug or "", "queue": slug or ""}]
    grants: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    manager_id: Mapped[UUID | None]
    # See tickets.domain.work_profiles.plain_profile.
    work_profile: Mapped[dict[str, object]] = mapped_column(default=dict)


class Team(TenantCopy, Base):
    """People who work tickets together."""

    __tablename__ = "teams"

    slug: Mapped[str]
    name: Mapped[str]


class Organization(TenantCopy, Base):
    """A customer of the tenant."""

    __tablename__ = "organizations"

    slug: Mapped[str]
    name: Mapped[str]
    # Mail domains, lower case.
    domains: Mapped[list[str]]


class Role(TenantCopy, Base):
    """What the holders of a role may do."""

    __tablename__ = "roles"

    slug: Mapped[str]
    permissions: Mapped[list[str]]


class Webhook(TenantCopy, Base):
    """Copy of a webhook of notify's."""

    __tablename__ = "webhooks"

    name: Mapped[str]
