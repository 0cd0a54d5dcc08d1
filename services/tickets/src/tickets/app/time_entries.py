"""Time spent on tickets: noted, put right, taken off. Own entries by whoever works tickets, others' by who may manage them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx, check_version
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound
from chassis.ids import is_id
from tickets.app.access import READ, may_on, readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.directory import names_caller, require_person
from tickets.app.recording import record_change
from tickets.db.tickets import Ticket
from tickets.db.time_entries import TimeEntry, TimeEntryView, entries_with_names, time_entry_view
from tickets.db.views import TicketView, organization_named, person_named
from tickets.domain.changes import Change
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.domain.texts import MAX_SHORT
from tickets.domain.time_entries import MAX_NOTE, minutes_problem, start_problem
from tickets.publish import time_entry_messages as publish

MANAGE = "tickets.manage_time"


@dataclass(frozen=True, slots=True)
class TimeDraft:
    """All that an entry says. Without a beginning the work has just ended; an empty person is the caller."""

    minutes: int
    started_at: datetime | None = None
    note: str = ""
    billable: bool = False
    activity: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class _Scene:
    """A locked ticket on which something happens."""

    configuration: Configuration
    ticket: Ticket
    occasion: Occasion


async def add_time_entry(
    tx: Tx, *, configuration: Configuration, ticket: str, draft: TimeDraft
) -> TimeEntryView:
    """Notes work on a ticket. Publishes TimeEntryAdded. Raises NotFound, Forbidden, InvalidInput, WrongState (merged)."""
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_on(found, configuration, UPDATE)
    occasion = occasion_of()
    _check(draft, occasion.recorded_at)
    person_id = await _person(tx, configuration, found, draft.person)
    return await note_work(
        tx,
        configuration=configuration,
        ticket=found,
        person_id=person_id,
        draft=draft,
        occasion=occasion,
    )


async def note_work(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: Ticket,
    person_id: UUID,
    draft: TimeDraft,
    occasion: Occasion,
) -> TimeEntryView:
    """Keeps a checked entry of the locked ticket. Publishes TimeEntryAdded."""
    entry = TimeEntry(
        ticket_id=ticket.id,
        person_id=person_id,
        organization_id=ticket.organization_id,
        minutes=draft.minutes,
        started_at=draft.started_at or occasion.recorded_at - timedelta(minutes=draft.minutes),
        note=draft.note,
        billable=draft.billable,
        activity=draft.activity.strip(),
    )
    tx.add(entry)
    _count(ticket, entry, 1)
    await tx.flush()
    view = await _view(tx, ticket, entry)
    scene = _Scene(configuration, ticket, occasion)
    told = await _record(tx, scene, "time_added", Change("time", None, _said(view)))
    publish.time_entry_added(tx, told, view, occasion)
    return view


async def get_time_entry(
    tx: Tx, *, configuration: Configuration, ticket: str, entry_id: str
) -> TimeEntryView:
    """One entry. Raises NotFound, Forbidden."""
    found = await readable_ticket(tx, configuration, ticket)
    require_on(found, configuration, READ)
    statement = entries_with_names().where(TimeEntry.ticket_id == found.id, TimeEntry.id == _id(entry_id))
    row = (await tx.execute(statement)).one_or_none()
    if row is None:
        raise NotFound("time entry")
    return time_entry_view(*row)


async def change_time_entry(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: str,
    entry_id: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> TimeEntryView:
    """Puts an entry right: `changes` are new values by the names of TimeDraft. Publishes TimeEntryChanged where one differs.

    Raises NotFound, Forbidden, Stale, InvalidInput, WrongState (merged).
    """
    found, entry = await _locked(tx, configuration, ticket, entry_id, expected_version)
    old = await _view(tx, found, entry)
    before, old_message = _said(old), publish.time_entry_message(old)
    occasion = occasion_of()
    stands = TimeDraft(
        entry.minutes, entry.started_at, entry.note, entry.billable, entry.activity, str(entry.person_id)
    )
    draft = replace(stands, **changes)  # type: ignore[arg-type]  # the door hands its own fields
    _check(draft, occasion.recorded_at)
    if draft.started_at is None:
        raise InvalidInput([FieldError("started_at", "must be given")])
    person_id = entry.person_id
    if draft.person != stands.person:
        person_id = await _person(tx, configuration, found, draft.person)
    _count(found, entry, -1)
    for name, value in asdict(draft).items():
        if name != "person":
            setattr(entry, name, value)
    entry.activity, entry.person_id = draft.activity.strip(), person_id
    _count(found, entry, 1)
    await tx.flush()
    view = await _view(tx, found, entry)
    after = _said(view)
    if after == before:
        return view
    change = Change("time", before, after)
    told = await _record(tx, _Scene(configuration, found, occasion), "time_changed", change)
    publish.time_entry_changed(tx, told, view, old_message, occasion)
    return view


async def remove_time_entry(
    tx: Tx, *, configuration: Configuration, ticket: str, entry_id: str, expected_version: int | None
) -> None:
    """Takes an entry off; the history keeps it. Publishes TimeEntryRemoved. Raises NotFound, Forbidden, Stale, WrongState."""
    found, entry = await _locked(tx, configuration, ticket, entry_id, expected_version)
    view, occasion = await _view(tx, found, entry), occasion_of()
    _count(found, entry, -1)
    change = Change("time", _said(view), None)
    told = await _record(tx, _Scene(configuration, found, occasion), "time_removed", change)
    publish.time_entry_removed(tx, told, view, occasion)
    await tx.session.delete(entry)


def check_words(problems: Problems, *, note: str, activity: str) -> None:
    """Checks what is said about the work."""
    problems.text("note", note, limit=MAX_NOTE)
    problems.text("activity", activity, limit=MAX_SHORT)


def _check(draft: TimeDraft, now: datetime) -> None:
    problems = Problems()
    if problem := minutes_problem(draft.minutes):
        problems.add("minutes", problem)
    if draft.started_at is not None and (problem := start_problem(draft.started_at, now=now)):
        problems.add("started_at", problem)
    check_words(problems, note=draft.note, activity=draft.activity)
    problems.raise_any()


async def _person(tx: Tx, configuration: Configuration, ticket: Ticket, named: str) -> UUID:
    """Who did the work. Raises Forbidden where it is somebody else and the caller may not say so."""
    if names_caller(named):
        caller = current_caller()
        person_id = caller.user_id
        if caller.kind != "user" or person_id is None:
            raise InvalidInput([FieldError("person", "must be given: a service account does no work itself")])
        return person_id
    require_on(ticket, configuration, MANAGE)
    return (await require_person(tx, named, "person")).id


async def _locked(
    tx: Tx, configuration: Configuration, ticket: str, entry_id: str, expected_version: int | None
) -> tuple[Ticket, TimeEntry]:
    """The locked ticket and its entry, which the caller may change."""
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_on(found, configuration, UPDATE)
    entry = await tx.scalar(
        select(TimeEntry).where(TimeEntry.ticket_id == found.id, TimeEntry.id == _id(entry_id))
    )
    if entry is None:
        raise NotFound("time entry")
    if entry.person_id != current_caller().user_id and not may_on(found, configuration, MANAGE):
        raise Forbidden(f"Changing the time of others needs the permission {MANAGE}.")
    check_version(entry, expected_version)
    return found, entry


def _id(text: str) -> UUID:
    if not is_id(text):
        raise NotFound("time entry")
    return UUID(text)


def _count(ticket: Ticket, entry: TimeEntry, sign: int) -> None:
    ticket.minutes_spent = (ticket.minutes_spent or 0) + sign * entry.minutes
    ticket.minutes_billable = (ticket.minutes_billable or 0) + sign * entry.minutes * entry.billable


async def _view(tx: Tx, ticket: Ticket, entry: TimeEntry) -> TimeEntryView:
    person = await person_named(tx, entry.person_id)
    assert person is not None  # there always is one
    organization = await organization_named(tx, entry.organization_id)
    return TimeEntryView(entry, Reference(ticket.id, ticket.number, ticket.title), person, organization)


def _said(view: TimeEntryView) -> dict[str, object]:
    """What the history keeps of an entry."""
    entry = view.entry
    return {
        "id": str(entry.id),
        "person": view.person.key or str(view.person.id),
        "minutes": entry.minutes,
        "started_at": entry.started_at.isoformat(),
        "billable": entry.billable,
        "activity": entry.activity,
        "note": entry.note,
    }


async def _record(tx: Tx, at: _Scene, action: str, change: Change) -> TicketView:
    """Not for requesters: what agents note for each other."""
    return await record_change(
        tx,
        configuration=at.configuration,
        ticket=at.ticket,
        occasion=at.occasion,
        action=action,
        changes=[change],
        public=False,
    )
