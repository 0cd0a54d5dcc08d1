"""Layouts and all their versions."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class Layout(TenantRow, Base):
    """Which fields stand where, for tickets of a process and a type."""

    __tablename__ = "layouts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "process_id"], ["processes.tenant_id", "processes.id"]),
    )

    process_id: Mapped[UUID]
    # Slug; empty: any.
    type: Mapped[str]
    # See tickets.domain.layouts.
    audience: Mapped[str]
    purpose: Mapped[str]
    # [{"title": {language: text}, "columns", "collapsed", "fields": [name]}]
    sections: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # Shown to nobody; a version may bring it back.
    removed: Mapped[bool] = mapped_column(default=False)


class LayoutVersion(TenantRow, Base):
    """A layout as it was from one change on; `revision` is the version of the layout."""

    __tablename__ = "layout_versions"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "layout_id"], ["layouts.tenant_id", "layouts.id"]),)

    layout_id: Mapped[UUID]
    revision: Mapped[int]
    # As of the layout; none: it was removed.
    sections: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    # {"kind", "id", "name", "email"} of who changed it.
    changed_by: Mapped[dict[str, object]]
