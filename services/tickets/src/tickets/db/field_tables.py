"""The table of fields as it was told last."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy
from tickets.db.base import Base
from tickets.domain.field_tables import FieldRow


class FieldTableRow(TenantCopy, Base):
    """One per tenant, `id` is the tenant's own; `version` is higher each time that it is told."""

    __tablename__ = "field_tables"

    fields: Mapped[list[FieldRow]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]
    told_at: Mapped[datetime]
