"""What the tables of all services have in common."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, MetaData, Text, Uuid, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from chassis.db.transaction import Tx
from chassis.errors import NotFound, Stale
from chassis.ids import new_id


class Base(DeclarativeBase):
    """The base of every row: names of keys follow one convention, times are aware, texts have no length."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (read by SQLAlchemy as a class attribute)
        datetime: DateTime(timezone=True),
        dict[str, object]: JSONB,
        list[str]: ARRAY(Text),
        str: Text,
        UUID: Uuid,
    }


class TenantCopy:
    """A row that a tenant owns, key (tenant_id, id), whose `version` is whoever writes it to say.

    For read-only copies of rows of another service: the version is the master's.
    """

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805 (SQLAlchemy hands the class)
        return {"eager_defaults": True}


class TenantRow(TenantCopy):
    """A row that a tenant owns and this service is the master of.

    Each flush that changes it adds one to `version`, and raises Stale where somebody else has changed it since it
    was read.
    """

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805 (SQLAlchemy hands the class)
        return {"eager_defaults": True, "version_id_col": cls.version}


RowT = TypeVar("RowT", bound=TenantCopy)


async def get_for_update(tx: Tx, row: type[RowT], id: UUID) -> RowT:  # noqa: A002 (the word of the domain)
    """The newest state of the row, locked until the transaction ends. Raises NotFound where there is none."""
    found = await tx.scalar(
        select(row)
        .where(row.tenant_id == tx.tenant_id, row.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(_spoken(row.__name__))
    return found


def check_version(row: TenantCopy, expected: int | None) -> None:
    """Raises Stale when the caller expects a version and it is not the row's."""
    if expected is not None and row.version != expected:
        raise Stale


def _spoken(name: str) -> str:
    """The name of a class in words: KnownError as "known error"."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
