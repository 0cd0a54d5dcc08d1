"""The base of this service's tables."""

from sqlalchemy import MetaData

from chassis.db import Base as ChassisBase


class Base(ChassisBase):
    """A metadata of its own: several services in one process have tables of the same names."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)
