"""Tables of what saves agents work: saved views, macros."""

from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from tickets.db.base import Base


class Shared(TenantRow):
    """A row that a person made, for themselves, for teams, or for everybody who works tickets."""

    owner_id: Mapped[UUID]
    everybody: Mapped[bool]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    name: Mapped[str]


class SavedView(Shared, Base):
    """A saved question for tickets."""

    __tablename__ = "saved_views"

    # In the filter language.
    filter: Mapped[str]
    # Words to find.
    query: Mapped[str]
    # Names of ticket fields.
    columns: Mapped[list[str]]
    order_by: Mapped[str]


class Macro(Shared, Base):
    """A canned reply, with what else is done to the ticket."""

    __tablename__ = "macros"

    description: Mapped[str]
    # As people write them, see tickets.domain.actions.
    actions: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
