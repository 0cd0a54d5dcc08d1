"""The table of checks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from sla.db.base import Base


class ClockCheckRow(TenantRow, Base):
    """How far the check of a tenant's clocks has come; its id is the tenant's."""

    __tablename__ = "clock_checks"

    # The last ticket that was looked at; null: none yet.
    last_id: Mapped[UUID | None]
    # So many were looked at, so many of them differ, and so many could not be reckoned.
    tickets: Mapped[int] = mapped_column(BigInteger)
    different: Mapped[int] = mapped_column(BigInteger)
    failing: Mapped[int] = mapped_column(BigInteger)
    # Null while there are tickets left.
    finished_at: Mapped[datetime | None]
