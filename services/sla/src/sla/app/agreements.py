"""What administrators do with agreements, and whether a ticket is covered by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, check_version, get_for_update
from chassis.durations import parse_duration
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from sla import publish
from sla.app.reading import readable_ticket
from sla.app.refusals import MOST_CHARACTERS, check_name, invalid
from sla.db import ledger
from sla.db.agreements import AgreementRow
from sla.db.rules import Tenant
from sla.domain import zones
from sla.domain.agreements import covers
from sla.domain.included_hours import PERIODS, problems_with_warnings
from sla.domain.policies import KINDS

_BY_NAME = Keyset([(AgreementRow.name, False), (AgreementRow.id, False)])
_MOST = 1000
_MOST_NOTE = 10_000
_LISTS = ("parties", "services", "products")


@dataclass(frozen=True, slots=True)
class AgreementDraft:
    """All that an agreement says, as people write it; the names are those of the table's columns. Dates are ISO 8601."""

    name: str
    kind: str = "sla"
    parties: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    valid_from: str = ""
    valid_until: str = ""
    note: str = ""
    included_hours: str = ""
    hours_period: str = "month"
    hours_warnings: list[str] = field(default_factory=list)

    def write(self, row: AgreementRow) -> None:
        """Puts it into a row. Raises InvalidInput with all that is wrong."""
        check_name(self.name)
        problems: list[tuple[str, str]] = []
        if self.kind not in KINDS:
            problems.append(("kind", f"must be one of {', '.join(KINDS)}"))
        for name in _LISTS:
            problems += _problems_with_list(name, getattr(self, name))
        if len(self.note) > _MOST_NOTE:
            problems.append(("note", f"must be at most {_MOST_NOTE} characters"))
        problems += _problems_with_hours(self)
        since, until = _date(self.valid_from), _date(self.valid_until)
        if since is None:
            problems.append(("valid_from", 'must be a date such as "2026-01-01"'))
        if self.valid_until and until is None:
            problems.append(("valid_until", 'must be a date such as "2026-12-31"'))
        if since and until and until < since:
            problems.append(("valid_until", "must not be before valid_from"))
        if problems or since is None:
            raise invalid(*problems)
        for column, value in asdict(self).items():
            setattr(row, column, value)
        row.valid_from, row.valid_until = since, until

    @classmethod
    def of(cls, row: AgreementRow) -> AgreementDraft:
        """What a row says."""
        draft = cls(**{one.name: getattr(row, one.name) for one in fields(cls)})
        until = "" if row.valid_until is None else row.valid_until.isoformat()
        return replace(draft, valid_from=row.valid_from.isoformat(), valid_until=until)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether a ticket was covered when it was made, why, and by which agreements."""

    entitled: bool
    reason: str
    agreements: list[AgreementRow]


async def create_agreement(tx: Tx, *, draft: AgreementDraft) -> AgreementRow:
    """Makes an agreement. Raises InvalidInput and AlreadyExists."""
    row = AgreementRow()
    draft.write(row)
    await _check_free(tx, draft.name)
    tx.add(row)
    await tx.flush()
    _told(tx, row, {}, asdict(draft), version=row.version)
    return row


async def update_agreement(
    tx: Tx, *, agreement: str, changes: Mapping[str, object], expected_version: int | None
) -> AgreementRow:
    """Changes fields of an agreement. Raises NotFound, Stale, InvalidInput and AlreadyExists."""
    row = await _locked(tx, agreement)
    check_version(row, expected_version)
    before = AgreementDraft.of(row)
    draft = replace(before, **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
    if draft.name != before.name:
        await _check_free(tx, draft.name)
    draft.write(row)
    await tx.flush()
    if draft != before:
        _told(tx, row, asdict(before), asdict(draft), version=row.version)
    return row


async def delete_agreement(tx: Tx, *, agreement: str, expected_version: int | None) -> None:
    """Removes an agreement. Raises NotFound and Stale."""
    row = await _locked(tx, agreement)
    check_version(row, expected_version)
    before, version = asdict(AgreementDraft.of(row)), row.version + 1
    await tx.session.delete(row)
    await tx.flush()
    _told(tx, row, before, {}, version=version)


async def get_agreement(tx: Tx, *, agreement: str) -> AgreementRow:
    """The agreement of an id or name. Raises NotFound."""
    found = await tx.get(AgreementRow, UUID(agreement)) if is_id(agreement) else None
    if found is None:
        found = await tx.scalar(
            select(AgreementRow).where(AgreementRow.tenant_id == tx.tenant_id, AgreementRow.name == agreement)
        )
    if found is None:
        raise NotFound("agreement")
    return found


async def list_agreements(tx: Tx, *, page: Page) -> tuple[list[AgreementRow], str]:
    """A page of the agreements by name, and the token of the next."""
    statement = select(AgreementRow).where(AgreementRow.tenant_id == tx.tenant_id)
    rows = (await tx.scalars(_BY_NAME.select(statement, page))).all()
    return _BY_NAME.cut(rows, page)


async def check_entitlement(tx: Tx, *, ticket: str) -> Entitlement:
    """Whether an agreement with its customer covers a ticket (id or number), by what it was when it was made.

    Raises NotFound for a ticket that is not known here or that the caller may not read.
    """
    row = await readable_ticket(tx, ticket)
    created = next(one for one in (await ledger.events_of(tx, [row.id]))[row.id] if one.created)
    day = created.occurred_at.astimezone(zones.zone(await tenant_zone(tx))).date()
    kept = (
        await tx.scalars(
            select(AgreementRow)
            .where(AgreementRow.tenant_id == tx.tenant_id, AgreementRow.kind == "sla")
            .order_by(AgreementRow.name)
        )
    ).all()
    if not kept:
        return Entitlement(entitled=True, reason="There are no agreements with customers.", agreements=[])
    covering = [one for one in kept if covers(one, created.facts, day)]
    if covering:
        return Entitlement(entitled=True, reason=f'Covered by "{covering[0].name}".', agreements=covering)
    reason = f"No agreement covers its customer, service and products on {day}."
    return Entitlement(entitled=False, reason=reason, agreements=[])


async def tenant_zone(tx: Tx) -> str:
    """The tenant's time zone; UTC where it is not known."""
    zone = await tx.scalar(select(Tenant.time_zone).where(Tenant.tenant_id == tx.tenant_id))
    return zone if zone and zones.is_zone(zone) else "UTC"


def _problems_with_hours(draft: AgreementDraft) -> list[tuple[str, str]]:
    problems = problems_with_warnings(draft.hours_warnings)
    if draft.hours_period not in PERIODS:
        problems.append(("hours_period", f"must be one of {', '.join(PERIODS)}"))
    if draft.included_hours:
        try:
            parse_duration(draft.included_hours)
        except ValueError as error:
            problems.append(("included_hours", str(error)))
        if draft.kind != "sla":
            problems.append(("included_hours", "are for agreements with customers (sla)"))
    elif draft.hours_warnings:
        problems.append(("hours_warnings", "need included_hours"))
    return problems


def _problems_with_list(name: str, values: list[str]) -> list[tuple[str, str]]:
    if len(values) > _MOST:
        return [(name, f"must not be more than {_MOST}")]
    return [
        (f"{name}[{index}]", f"must be an id or key of 1 to {MOST_CHARACTERS} characters, once")
        for index, value in enumerate(values)
        if not 0 < len(value) <= MOST_CHARACTERS or not value.isprintable() or value in values[:index]
    ]


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


async def _locked(tx: Tx, agreement: str) -> AgreementRow:
    return await get_for_update(tx, AgreementRow, (await get_agreement(tx, agreement=agreement)).id)


async def _check_free(tx: Tx, name: str) -> None:
    taken = select(AgreementRow.id).where(AgreementRow.tenant_id == tx.tenant_id, AgreementRow.name == name)
    if await tx.scalar(taken) is not None:
        raise AlreadyExists(f'There is an agreement "{name}" already.')


def _told(
    tx: Tx, row: AgreementRow, before: Mapping[str, object], after: Mapping[str, object], *, version: int
) -> None:
    publish.setting_changed(
        tx, kind="agreement", id=row.id, name=row.name, version=version, before=before, after=after
    )
