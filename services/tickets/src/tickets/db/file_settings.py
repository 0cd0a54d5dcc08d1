"""The table of which kinds of files are taken."""

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class FileSetting(TenantRow, Base):
    """Which kinds of files the tenant takes; `id` is the tenant's."""

    __tablename__ = "file_settings"

    # "all_but" or "only".
    taken: Mapped[str]
    extensions: Mapped[list[str]] = mapped_column(ARRAY(Text))
