"""Work that was noted on tickets, and which shares of included hours were told as used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.elements import ColumnElement

from chassis.db import TenantCopy, TenantRow, Tx
from chassis.ids import new_id
from sla.db.agreements import AgreementRow
from sla.db.base import Base


class TimeEntryRow(TenantCopy, Base):
    """A copy of a time entry of tickets; `version` is the entry's."""

    __tablename__ = "time_entries"

    ticket_id: Mapped[UUID]
    minutes: Mapped[int]
    started_at: Mapped[datetime]
    billable: Mapped[bool]
    removed: Mapped[bool]
    # Ids and keys, as agreements may name them.
    organization: Mapped[list[str]]
    service_id: Mapped[list[str]]
    ci_ids: Mapped[list[str]]


class HoursTold(TenantRow, Base):
    """A share of the included hours of a period that was told as used. Append-only."""

    __tablename__ = "hours_told"

    agreement_id: Mapped[UUID]
    period_start: Mapped[date]
    warning: Mapped[str]


@dataclass(frozen=True, slots=True)
class Work:
    """A time entry as it was told: whose and what it was for as lists of ids and keys."""

    id: UUID
    version: int
    ticket_id: UUID
    minutes: int
    started_at: datetime
    billable: bool
    removed: bool
    organization: list[str]
    service_id: list[str]
    ci_ids: list[str]

    @property
    def facts(self) -> dict[str, object]:
        """What agreements ask of it."""
        return {
            "organization": self.organization,
            "service_id": self.service_id,
            "ci_ids": self.ci_ids,
        }


async def put_work(tx: Tx, work: Work) -> None:
    """Keeps an entry, unless a newer state of it is known; one that was removed stays so."""
    values = {one: getattr(work, one) for one in Work.__dataclass_fields__}
    statement = insert(TimeEntryRow).values(tenant_id=tx.tenant_id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[TimeEntryRow.tenant_id, TimeEntryRow.id],
            set_={
                **{name: value for name, value in values.items() if name != "id"},
                "updated_at": func.now(),
            },
            where=~TimeEntryRow.removed & ((TimeEntryRow.version < work.version) | literal(work.removed)),
        )
    )


async def used_time(tx: Tx, agreement: AgreementRow, since: datetime, until: datetime | None) -> timedelta:
    """The billable work between two moments that falls under an agreement."""
    asked = select(func.coalesce(func.sum(TimeEntryRow.minutes), 0)).where(
        TimeEntryRow.tenant_id == tx.tenant_id,
        TimeEntryRow.billable,
        ~TimeEntryRow.removed,
        TimeEntryRow.started_at >= since,
        _meets(TimeEntryRow.organization, agreement.parties),
        _meets(TimeEntryRow.service_id, agreement.services),
        _meets(TimeEntryRow.ci_ids, agreement.products),
    )
    if until is not None:
        asked = asked.where(TimeEntryRow.started_at < until)
    return timedelta(minutes=int(await tx.scalar(asked) or 0))


async def note_told(tx: Tx, agreement_id: UUID, period_start: date, warning: str) -> bool:
    """Notes that a share is told; False where it was already."""
    row = {
        "tenant_id": tx.tenant_id,
        "id": new_id(),
        "version": 1,
        "agreement_id": agreement_id,
        "period_start": period_start,
        "warning": warning,
    }
    noted = insert(HoursTold).values(**row).on_conflict_do_nothing().returning(HoursTold.id)
    return await tx.scalar(noted) is not None


async def told_warnings(tx: Tx, agreement_id: UUID, period_start: date) -> list[str]:
    """The shares that were told as used in a period, in that order."""
    statement = select(HoursTold.warning).where(
        HoursTold.tenant_id == tx.tenant_id,
        HoursTold.agreement_id == agreement_id,
        HoursTold.period_start == period_start,
    )
    return list((await tx.scalars(statement.order_by(HoursTold.id))).all())


def _meets(column: Mapped[list[str]], wanted: Sequence[str]) -> ColumnElement[bool]:
    """As `sla.domain.agreements.covers` decides."""
    return or_(literal(not wanted), column.op("&&")(literal(list(wanted), ARRAY(TEXT))))
