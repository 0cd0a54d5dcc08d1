"""The table of agreements."""

from __future__ import annotations

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from chassis.db import TenantRow
from sla.db.base import Base


class AgreementRow(TenantRow, Base):
    """With whom, on what, for how long. Empty lists name any party, all services, all products."""

    __tablename__ = "agreements"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    kind: Mapped[str]
    # Ids or slugs, as they were written.
    parties: Mapped[list[str]]
    services: Mapped[list[str]]
    products: Mapped[list[str]]
    # Dates in the tenant's zone, both included; no end: for ever.
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    note: Mapped[str]
    # An ISO 8601 duration for each period; empty: none.
    included_hours: Mapped[str]
    # "month", "quarter", "year" or "term".
    hours_period: Mapped[str]
    # ["80%", "100%"] of the included hours.
    hours_warnings: Mapped[list[str]]
