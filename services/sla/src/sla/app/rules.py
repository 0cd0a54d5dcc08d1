"""The rule book of a tenant: kept in memory while it is the current one, locked while it is changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis import timers
from chassis.db import Tx
from chassis.ids import new_id
from sla.app.calendar_data import Key, data_of, keep_data
from sla.app.calendar_draft import CalendarDraft
from sla.app.policy_draft import PolicyDraft
from sla.db.rules import CalendarVersionRow, PolicyVersionRow, RuleBookState
from sla.domain import writing
from sla.domain.calendar import Calendar
from sla.domain.kept import Kept
from sla.domain.policies import CalendarVersion, PolicyVersion, RuleBook

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when the shipped rules are in force: there was nothing before them."""
RECOMPUTE = "recompute_clocks"

_MOST_BOOKS = 200
_NO_RULES = RuleBook((), ())
_books: OrderedDict[UUID, RuleBook] = OrderedDict()
"""By stamp; a stamp is never used for another book."""


async def current_book(tx: Tx) -> RuleBook:
    """The tenant's rules as they are now, for reading."""
    stamp = await tx.scalar(_stamp())
    return _NO_RULES if stamp is None else await _book(tx, stamp)


async def current_book_held(tx: Tx) -> RuleBook:
    """The tenant's rules, which nobody can change before this transaction ends."""
    held = _stamp().with_for_update(read=True)
    stamp = await tx.scalar(held)
    if stamp is None:
        await tx.execute(_first_state(tx))
        stamp = await tx.scalar(held)
    assert stamp is not None  # made just now, here or elsewhere
    return await _book(tx, stamp)


async def calendar_as_of(tx: Tx, *, calendar_id: UUID, version: int | None) -> Calendar | None:
    """A calendar by all its versions until one of them, or until the newest; None where there is no such version."""
    statement = select(CalendarVersionRow).where(
        CalendarVersionRow.tenant_id == tx.tenant_id, CalendarVersionRow.calendar_id == calendar_id
    )
    if version is not None:
        statement = statement.where(CalendarVersionRow.version <= version)
    rows = (await tx.scalars(statement.order_by(CalendarVersionRow.version))).all()
    if not rows or version not in {None, rows[-1].version}:
        return None
    data = await data_of(tx, calendar_id)
    found = _calendar_version(rows[0], data)
    for row in rows[1:]:
        found = _calendar_version(row, data).following(found)
    return found.calendar


async def lock_rules(tx: Tx) -> RuleBookState:
    """Lets nobody else change or use the tenant's rules before this transaction ends."""
    await tx.execute(_first_state(tx))
    state = await tx.scalar(select(RuleBookState).where(RuleBookState.id == tx.tenant_id).with_for_update())
    assert state is not None  # made at the latest just now
    return state


async def rules_changed(tx: Tx, state: RuleBookState) -> None:
    """Marks the book as a new one and has the clocks of open tickets reckoned anew, soon, in the background."""
    state.stamp = new_id()
    await tx.flush()
    await timers.schedule(
        tx,
        kind=RECOMPUTE,
        key=str(state.stamp),
        due_at=datetime.now(UTC),
        payload={"stamp": str(state.stamp), "after": None},
    )


async def keep_calendar(
    tx: Tx, *, calendar_id: UUID, version: int, document: Mapping[str, object], since: datetime | None = None
) -> None:
    """Adds a version of a calendar, in force from now on unless another time is given."""
    row = CalendarVersionRow(calendar_id=calendar_id, version=version, document=dict(document))
    row.in_force_since = since or await _after_the_last(tx, CalendarVersionRow)
    tx.add(row)
    await keep_data(tx, calendar_id=calendar_id, version=version, draft=CalendarDraft.of(document))


async def keep_policy(
    tx: Tx,
    *,
    policy_id: UUID,
    version: int,
    document: Mapping[str, object] | None,
    since: datetime | None = None,
) -> None:
    """Adds a version of a policy, in force from now on unless another time is given; no document: it is deleted."""
    row = PolicyVersionRow(policy_id=policy_id, version=version)
    row.document = None if document is None else dict(document)
    row.in_force_since = since or await _after_the_last(tx, PolicyVersionRow)
    tx.add(row)
    await tx.flush()


async def _after_the_last(tx: Tx, table: type[CalendarVersionRow | PolicyVersionRow]) -> datetime:
    """Now, but after every version that is there: clocks of machines differ."""
    last = await tx.scalar(select(table.in_force_since).order_by(table.in_force_since.desc()).limit(1))
    now = datetime.now(UTC)
    return now if last is None else max(now, last + timedelta(microseconds=1))


async def _book(tx: Tx, stamp: UUID) -> RuleBook:
    book = _books.get(stamp)
    if book is None:
        book = _books[stamp] = await _load(tx)
        while len(_books) > _MOST_BOOKS:
            _books.popitem(last=False)
    _books.move_to_end(stamp)
    return book


async def _load(tx: Tx) -> RuleBook:
    calendars = await tx.scalars(select(CalendarVersionRow))
    data = await data_of(tx)
    policies = await tx.scalars(select(PolicyVersionRow))
    return RuleBook(
        [_policy_version(row) for row in policies], [_calendar_version(row, data) for row in calendars]
    )


def _calendar_version(row: CalendarVersionRow, data: Mapping[Key, Kept]) -> CalendarVersion:
    draft = CalendarDraft.of(row.document)
    written = replace(draft.written(), kept=data.get((row.calendar_id, row.version)))
    calendar = writing.checked(written)
    return CalendarVersion(row.calendar_id, row.version, draft.name, row.in_force_since, calendar)


def _policy_version(row: PolicyVersionRow) -> PolicyVersion:
    document = row.document
    if document is None:
        return PolicyVersion(row.policy_id, row.in_force_since, None)
    draft = PolicyDraft.of(document)
    policy = draft.ruled(id_=row.policy_id, version=row.version, calendar_id=UUID(draft.calendar_id))
    return PolicyVersion(row.policy_id, row.in_force_since, policy)


def _stamp() -> Select[UUID]:
    return select(RuleBookState.stamp)


def _first_state(tx: Tx) -> Insert:
    values = {"tenant_id": tx.tenant_id, "id": tx.tenant_id, "version": 1, "stamp": new_id()}
    return insert(RuleBookState).values(**values).on_conflict_do_nothing()
