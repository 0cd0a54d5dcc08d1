"""Tables of what clocks are reckoned by: calendars and policies, each with all its versions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy, TenantRow
from sla.db.base import Base


class Tenant(TenantCopy, Base):
    """A copy of the gateway's row; `id` is the tenant's own."""

    __tablename__ = "tenants"

    time_zone: Mapped[str]
    # ISO 3166-1 alpha-2; empty when the tenant has not said.
    country: Mapped[str]


class FieldTableRow(TenantCopy, Base):
    """A copy of the table of fields that tickets tells of; `id` is the tenant's own."""

    __tablename__ = "field_tables"

    # [{"name", "type", "values", "active"}, ...]; no values: any.
    fields: Mapped[list[dict[str, object]]] = mapped_column(JSONB)


class RuleBookState(TenantCopy, Base):
    """One per tenant, `id` is the tenant's own: which state of its rules this is.

    Whoever changes rules locks the row, whoever reckons clocks holds a share of it: no clock is written by rules
    that have changed meanwhile.
    """

    __tablename__ = "rule_books"

    # New with every change of a calendar or policy.
    stamp: Mapped[UUID]
    # When the shipped calendars and policies were made.
    seeded_at: Mapped[datetime | None]


class CalendarRow(TenantRow, Base):
    """A calendar as it is now."""

    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    time_zone: Mapped[str]
    # By weekday, [["09:00", "18:00"], ...].
    hours: Mapped[dict[str, list[list[str]]]] = mapped_column(JSONB)
    # [["2026-12-25", "Christmas Day"], ...].
    holidays: Mapped[list[list[str]]] = mapped_column(JSONB)
    holiday_country: Mapped[str]
    holiday_subdivision: Mapped[str]
    # [{"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "13:00"]]}, ...].
    days: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # [{"name": "plant", "days": [["2026-08-03", "Shut-down"], ...], "skipped": 0, "url": "https://..."}, ...].
    feeds: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # How the addresses of feeds are doing, by name: {"url", "etag", "last_modified", "checked_at", "fetched_at", "problem"}.
    # No part of what the calendar says: it makes no new version.
    sources: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB, server_default="{}")
    # The date from which this version counts; empty: ever.
    effective_from: Mapped[str]


class CalendarVersionRow(TenantCopy, Base):
    """A calendar as it was from `in_force_since` on. Never changed. `version` is the calendar's."""

    __tablename__ = "calendar_versions"

    calendar_id: Mapped[UUID]
    in_force_since: Mapped[datetime]
    # The columns of CalendarRow.
    document: Mapped[dict[str, object]]


class CalendarDataRow(TenantCopy, Base):
    """What a version of a calendar keeps of data that changes by itself. Never changed."""

    __tablename__ = "calendar_data"
    __table_args__ = (UniqueConstraint("tenant_id", "calendar_id", "calendar_version"),)

    calendar_id: Mapped[UUID]
    calendar_version: Mapped[int]
    # See sla.domain.kept.Kept.
    zone_release: Mapped[str]
    holiday_release: Mapped[str]
    first_year: Mapped[int]
    last_year: Mapped[int]
    # [["2026-03-29T01:00:00+00:00", 7200], ...]: since, and seconds of offset.
    offsets: Mapped[list[list[object]]] = mapped_column(JSONB)
    # [["2026-12-25", "Christmas Day"], ...].
    holidays: Mapped[list[list[str]]] = mapped_column(JSONB)


class PolicyRow(TenantRow, Base):
    """A policy as it is now."""

    __tablename__ = "policies"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "calendar_id"], ["calendars.tenant_id", "calendars.id"]),
    )

    name: Mapped[str]
    # Lower wins.
    position: Mapped[int]
    condition: Mapped[str]
    kind: Mapped[str]
    calendar_id: Mapped[UUID]
    # [["resolution", "high", "PT4H"], ...]; the priority is empty for any.
    targets: Mapped[list[list[str]]] = mapped_column(JSONB)
    pause_states: Mapped[list[str]]
    warnings: Mapped[list[str]]
    active: Mapped[bool]
    # When clocks pause beside the states, in the language of conditions; empty: never.
    pause_when: Mapped[str]
    # Facts with a change of which clocks are wound anew.
    restart_on: Mapped[list[str]]
    # "creation" or "change".
    recompute: Mapped[str]
    # [{"name": "supplier_reply", "start": ..., "stop": ..., "pause": ..., "goes_on": false}, ...].
    clocks: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # [{"clock": "resolution", "at": "PT30M", "time": "wall", "to": ["supervisor"]}, ...].
    escalations: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # {"fields.cost": "number"}: of the tenant's own fields that it names, as they were when it was saved.
    field_types: Mapped[dict[str, str]] = mapped_column(JSONB)


class PolicyVersionRow(TenantCopy, Base):
    """A policy as it was from `in_force_since` on. Never changed. `version` is the policy's."""

    __tablename__ = "policy_versions"

    policy_id: Mapped[UUID]
    in_force_since: Mapped[datetime]
    # The columns of PolicyRow; null: deleted.
    document: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
