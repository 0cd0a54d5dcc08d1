"""The table of the probe, a service that exists for these tests."""

from sqlalchemy.orm import Mapped

from chassis.db import Base, TenantRow


class Note(TenantRow, Base):
    """A text of a tenant."""

    __tablename__ = "notes"

    text: Mapped[str]
