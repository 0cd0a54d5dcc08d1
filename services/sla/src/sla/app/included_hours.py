"""The hours that agreements include: their balance, and telling when a share of them is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from chassis.durations import parse_duration
from chassis.errors import WrongState
from sla import publish
from sla.app.agreements import get_agreement, tenant_zone
from sla.app.refusals import invalid
from sla.db.agreements import AgreementRow
from sla.db.time_entries import Work, note_told, put_work, told_warnings, used_time
from sla.domain import zones
from sla.domain.agreements import covers
from sla.domain.calendar import midnight
from sla.domain.included_hours import period_of, reached

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """The included hours of one period of an agreement; `last_day` None: the period has no end."""

    first_day: date
    last_day: date | None
    included: timedelta
    used: timedelta
    told: Sequence[str]


async def read_balance(tx: Tx, *, agreement: str, on: date | None, now: datetime) -> Balance:
    """The balance of the period that a day is in, or today.

    Raises NotFound, InvalidInput for a day outside the agreement, and WrongState where it includes no hours.
    """
    row = await get_agreement(tx, agreement=agreement)
    if not row.included_hours:
        raise WrongState("NO_INCLUDED_HOURS", "The agreement includes no hours.")
    zone = await tenant_zone(tx)
    day = on or now.astimezone(zones.zone(zone)).date()
    if day < row.valid_from or (row.valid_until is not None and day > row.valid_until):
        raise invalid(("on", "must be a day on which the agreement holds"))
    return await _balance(tx, row, day, zone)


async def take_work(tx: Tx, *, work: Iterable[tuple[Work, Work | None]]) -> None:
    """Keeps entries, each with what it was before; tells of the shares of included hours that are used now."""
    noted = list(work)
    for entry, _ in noted:
        await put_work(tx, entry)
    having = (
        select(AgreementRow)
        .where(
            AgreementRow.tenant_id == tx.tenant_id,
            AgreementRow.kind == "sla",
            AgreementRow.included_hours != "",
        )
        .order_by(AgreementRow.id)
    )
    agreements = (await tx.scalars(having)).all()
    if not agreements:
        return
    zone = await tenant_zone(tx)
    concerned: dict[tuple[UUID, date], tuple[AgreementRow, date]] = {}
    for entry in (one for pair in noted for one in pair if one is not None and one.billable):
        day = entry.started_at.astimezone(zones.zone(zone)).date()
        for row in agreements:
            if covers(row, entry.facts, day):
                first, _ = period_of(day, row.hours_period, row.valid_from, row.valid_until)
                concerned[row.id, first] = row, day
    for row, day in concerned.values():
        balance = await _balance(tx, row, day, zone)
        for warning in reached(row.hours_warnings, balance.used, balance.included):
            if await note_told(tx, row.id, balance.first_day, warning):
                publish.hours_used(
                    tx,
                    row,
                    first=balance.first_day,
                    last=balance.last_day,
                    used=balance.used,
                    warning=warning,
                )


async def _balance(tx: Tx, row: AgreementRow, day: date, zone: str) -> Balance:
    first, last = period_of(day, row.hours_period, row.valid_from, row.valid_until)
    pieces_of = partial(zones.pieces, zone)
    until = None if last is None else midnight(last + _DAY, pieces_of)
    used = await used_time(tx, row, midnight(first, pieces_of), until)
    told = await told_warnings(tx, row.id, first)
    return Balance(first, last, parse_duration(row.included_hours), used, told)
