"""What administrators and integrators do with calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from sla import publish
from sla.app.refusals import MOST_CHARACTERS, check_name, invalid, refusals_told
from sla.app.rules import keep_calendar, lock_rules, rules_changed
from sla.db.rules import CalendarRow, PolicyRow
from sla.domain import calendar as business
from sla.domain import durations
from sla.domain.calendar import Calendar, NeverOpen, Span

MOST_HOLIDAYS = 1000

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2150, 1, 1, tzinfo=UTC)
_BY_NAME = Keyset([(CalendarRow.name, False), (CalendarRow.id, False)])


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """All that a calendar says, as people write it; the names are those of the table's columns."""

    name: str
    time_zone: str
    hours: Mapping[str, list[list[str]]] = field(default_factory=dict)
    holidays: list[list[str]] = field(default_factory=list)
    holiday_country: str = ""

    def checked(self) -> Calendar:
        """The calendar to reckon with. Raises InvalidInput with all that is wrong."""
        check_name(self.name)
        if len(self.holidays) > MOST_HOLIDAYS:
            raise invalid(("holidays", f"must not be more than {MOST_HOLIDAYS}"))
        for index, (_, name) in enumerate(self.holidays):
            if len(name) > MOST_CHARACTERS or not name.isprintable():
                raise invalid(
                    (f"holidays[{index}].name", f"must be at most {MOST_CHARACTERS} printable characters")
                )
        with refusals_told():
            return business.checked(
                time_zone=self.time_zone,
                hours={day: [(start, end) for start, end in spans] for day, spans in self.hours.items()},
                holidays=[(day, name) for day, name in self.holidays],
                country=self.holiday_country,
            )


@dataclass(frozen=True, slots=True)
class Calculation:
    """Business time between two moments."""

    end: datetime
    elapsed: timedelta
    spans: list[Span]


async def create_calendar(tx: Tx, *, draft: CalendarDraft, since: datetime | None = None) -> CalendarRow:
    """Makes a calendar, in force from now on or since another time. Raises InvalidInput and AlreadyExists."""
    draft.checked()
    state = await lock_rules(tx)
    await _check_free(tx, draft.name)
    row = CalendarRow(**asdict(draft))
    tx.add(row)
    await tx.flush()
    await keep_calendar(tx, calendar_id=row.id, version=row.version, document=asdict(draft), since=since)
    await rules_changed(tx, state)
    _told(tx, row, {}, asdict(draft))
    return row


async def update_calendar(
    tx: Tx, *, calendar: str, changes: Mapping[str, object], expected_version: int | None
) -> CalendarRow:
    """Changes columns of the calendar of an id or name; running clocks follow it, stopped ones stay as they were.

    Raises NotFound, Stale, InvalidInput, AlreadyExists, and WrongState where policies would be left without hours.
    """
    state = await lock_rules(tx)
    row = await _locked(tx, calendar)
    check_version(row, expected_version)
    before = _draft(row)
    draft = replace(before, **changes)  # type: ignore[arg-type]  # the door hands columns of this table
    if draft == before:
        return row
    if draft.checked().is_empty and (user := await _user(tx, row.id)):
        raise WrongState("CALENDAR_IN_USE", f'The policy "{user}" needs hours in this calendar.')
    if draft.name != before.name:
        await _check_free(tx, draft.name)
    for column, value in asdict(draft).items():
        setattr(row, column, value)
    await tx.flush()
    await keep_calendar(tx, calendar_id=row.id, version=row.version, document=asdict(draft))
    await rules_changed(tx, state)
    _told(tx, row, asdict(before), asdict(draft))
    return row


async def delete_calendar(tx: Tx, *, calendar: str, expected_version: int | None) -> None:
    """Removes a calendar; its versions stay known. Raises NotFound, Stale, and WrongState while a policy uses it."""
    state = await lock_rules(tx)
    row = await _locked(tx, calendar)
    check_version(row, expected_version)
    if user := await _user(tx, row.id):
        raise WrongState("CALENDAR_IN_USE", f'The policy "{user}" uses this calendar.')
    before = asdict(_draft(row))
    await tx.session.delete(row)
    await tx.flush()
    await rules_changed(tx, state)
    _told(tx, row, before, {}, version=row.version + 1)


async def get_calendar(tx: Tx, *, calendar: str) -> CalendarRow:
    """The calendar of an id or name. Raises NotFound."""
    found: CalendarRow | None = None
    if is_id(calendar):
        found = await tx.get(CalendarRow, UUID(calendar))
    if found is None:
        found = await tx.scalar(
            select(CalendarRow).where(CalendarRow.tenant_id == tx.tenant_id, CalendarRow.name == calendar)
        )
    if found is None:
        raise NotFound("calendar")
    return found


async def list_calendars(tx: Tx, *, page: Page) -> tuple[list[CalendarRow], str]:
    """A page of the calendars by name, and the token of the next."""
    statement = select(CalendarRow).where(CalendarRow.tenant_id == tx.tenant_id)
    rows = (await tx.scalars(_BY_NAME.select(statement, page))).all()
    return _BY_NAME.cut(rows, page)


async def calculate(
    tx: Tx, *, calendar: str, start: datetime, duration: str, end: datetime | None
) -> Calculation:
    """When `duration` (ISO 8601) of business time has passed since `start`, or how much passes until `end`.

    Raises NotFound, and InvalidInput where not exactly one of both is given, the calendar has no hours, or the answer
    lies beyond ten years.
    """
    if bool(duration) == (end is not None):
        raise invalid(("duration", "give either duration or end"))
    if not _EARLIEST <= start <= _LATEST:
        raise invalid(("start", "must be a time from 1970 to 2149"))
    row = await get_calendar(tx, calendar=calendar)
    reckoned = _draft(row).checked()
    if reckoned.is_empty:
        raise invalid(("hours", f'the calendar "{row.name}" has no hours'))
    if end is None:
        end = _due(reckoned, start, duration)
    elif not start <= end <= start + business.FARTHEST:
        raise invalid(("end", "must not be before start, nor more than ten years after it"))
    spans = business.joined(business.open_spans(reckoned, start, end))
    return Calculation(end, business.elapsed(reckoned, start, end), spans)


def _due(calendar: Calendar, start: datetime, duration: str) -> datetime:
    try:
        return business.due_at(calendar, start, durations.parse(duration))
    except NeverOpen as error:
        raise invalid(("duration", str(error))) from error
    except ValueError as error:
        raise invalid(("duration", str(error))) from error


def _draft(row: CalendarRow) -> CalendarDraft:
    return CalendarDraft(row.name, row.time_zone, row.hours, row.holidays, row.holiday_country)


async def _locked(tx: Tx, calendar: str) -> CalendarRow:
    return await get_for_update(tx, CalendarRow, (await get_calendar(tx, calendar=calendar)).id)


async def _check_free(tx: Tx, name: str) -> None:
    taken = select(CalendarRow.id).where(CalendarRow.tenant_id == tx.tenant_id, CalendarRow.name == name)
    if await tx.scalar(taken) is not None:
        raise AlreadyExists(f'There is a calendar "{name}" already.')


async def _user(tx: Tx, calendar_id: UUID) -> str | None:
    """The name of a policy that uses the calendar."""
    return await tx.scalar(
        select(PolicyRow.name)
        .where(PolicyRow.tenant_id == tx.tenant_id, PolicyRow.calendar_id == calendar_id)
        .limit(1)
    )


def _told(
    tx: Tx,
    row: CalendarRow,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    version: int | None = None,
) -> None:
    publish.setting_changed(
        tx,
        kind="calendar",
        id=row.id,
        name=row.name,
        version=version or row.version,
        before=before,
        after=after,
    )
