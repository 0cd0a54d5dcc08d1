"""The base of the gateway's tables."""

from sqlalchemy import MetaData

from chassis.db import Base


class Row(Base):
    """A row of the gateway; its names stand apart from those of other services in one process."""

    __abstract__ = True

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
