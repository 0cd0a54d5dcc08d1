"""Tickets that are made by themselves: what administrators say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, or_, select

from chassis import timers
from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import FieldError, InvalidInput, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.actors import occasion_of
from tickets.app.calendars import calendar_of, open_days_of, taken_calendar
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket, check_new, place_ticket, require_create, view_of_new
from tickets.app.directory import names_caller, require_person
from tickets.app.field_checking import check_fields, new_stand
from tickets.app.parents import parent_named
from tickets.app.people import requester_of, with_people
from tickets.app.standing_in import may_work
from tickets.db.recurrences import CalendarCopy, Recurrence, RecurrenceOccurrence
from tickets.db.tickets import Ticket
from tickets.domain.changes import Change, Plain, differences
from tickets.domain.recurring import CATCH_UP, ON_CLOSED, Timing, first_times, next_time, timing_problems
from tickets.domain.texts import MAX_SHORT
from tickets.publish import events

RECURRENCE = "recurrence"
"""The kind of the timer; its key is the recurrence's id."""

MOST = 500
"""Recurrences of a tenant that are not over."""

MAX_PREVIEW = 100
CHANNEL = "recurrence"

_WORDS = (
    "title",
    "description",
    "type",
    "process",
    "queue",
    "impact",
    "urgency",
    "priority",
    "category",
    "tags",
    "fields",
    "ci_ids",
    "service_id",
    "language",
    "channel",
)


@dataclass(frozen=True, slots=True)
class Template:
    """What the tickets say; references by id or key. An empty requester is whoever saves it."""

    new: NewTicket
    requester: str = ""
    assignee: str = ""
    team: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class RecurrenceDraft:
    """All that a recurrence says."""

    name: str = ""
    rrule: str = ""
    time_zone: str = ""
    starts_at: datetime | None = None
    catch_up: str = "skip"
    calendar: str = ""
    """Id or name; empty: all days are open."""
    on_closed: str = "make"
    template: Template = field(default_factory=lambda: Template(NewTicket("")))


async def create_recurrence(tx: Tx, *, configuration: Configuration, draft: RecurrenceDraft) -> Recurrence:
    """Keeps a recurrence and sets its timer. Raises InvalidInput, also where no time is to come, Forbidden, WrongState."""
    calendar = await taken_calendar(tx, draft.calendar)
    timing = _check(draft, calendar)
    template = await checked_template(tx, configuration, draft.template)
    there = select(Recurrence.id).where(Recurrence.state != "ended", Recurrence.owner_id.is_(None))
    if len((await tx.scalars(there.limit(MOST))).all()) == MOST:
        raise WrongState("TOO_MANY_RECURRENCES", f"A tenant has at most {MOST} recurrences.")
    row = Recurrence(state="active", next_at=_first(timing), template=template)
    _write(row, draft, calendar)
    tx.add(row)
    await tx.flush()
    await set_timer(tx, row)
    _tell(tx, row, {}, _said(row))
    return row


async def get_recurrence(tx: Tx, *, recurrence_id: str) -> Recurrence:
    """One that administrators set up. Raises NotFound."""
    row = await tx.get(Recurrence, UUID(recurrence_id)) if is_id(recurrence_id) else None
    if row is None or row.owner_id is not None:
        raise NotFound("recurrence")
    return row


async def list_recurrences(tx: Tx, *, page: Page) -> tuple[Sequence[Recurrence], str]:
    """A page of what administrators set up, by name, and the token of the next page."""
    keyset = Keyset([(Recurrence.name, False), (Recurrence.id, False)], "recurrences")
    return keyset.cut(
        (
            await tx.scalars(keyset.select(select(Recurrence).where(Recurrence.owner_id.is_(None)), page))
        ).all(),
        page,
    )


async def update_recurrence(
    tx: Tx,
    *,
    configuration: Configuration,
    recurrence_id: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> Recurrence:
    """Changes a recurrence; the next time is reckoned anew from now. Raises NotFound, Stale, InvalidInput, Forbidden."""
    taken = await taken_calendar(tx, str(changes.get("calendar", "")))
    row = await _locked(tx, recurrence_id)
    check_version(row, expected_version)
    before = _said(row)
    kept = "" if row.calendar_id is None else str(row.calendar_id)
    stands = RecurrenceDraft(
        row.name, row.rrule, row.time_zone, row.starts_at, row.catch_up, kept, row.on_closed
    )
    draft = replace(stands, **changes)  # type: ignore[arg-type]  # the door hands its own fields
    calendar = taken if "calendar" in changes else await calendar_of(tx, row.calendar_id)
    timing = _check(draft, calendar)
    if "template" in changes:
        row.template = await checked_template(tx, configuration, draft.template)
    _write(row, draft, calendar)
    if changes.keys() & {"rrule", "time_zone", "starts_at", "calendar", "on_closed"}:
        first = _first(timing)
        if row.state != "paused":
            row.state, row.next_at = "active", first
    await tx.flush()
    await set_timer(tx, row)
    _tell(tx, row, before, _said(row))
    return row


async def delete_recurrence(tx: Tx, *, recurrence_id: str, expected_version: int | None) -> None:
    """Removes a recurrence; its tickets stay. Raises NotFound, Stale."""
    row = await _locked(tx, recurrence_id)
    check_version(row, expected_version)
    await remove(tx, row)
    _tell(tx, row, _said(row), {}, version=row.version + 1)


async def remove(tx: Tx, row: Recurrence) -> None:
    """Removes a locked recurrence with its timer and what became of its times."""
    await timers.cancel(tx, kind=RECURRENCE, key=str(row.id))
    await tx.execute(delete(RecurrenceOccurrence).where(RecurrenceOccurrence.recurrence_id == row.id))
    await tx.session.delete(row)


async def pause_recurrence(tx: Tx, *, recurrence_id: str) -> Recurrence:
    """Makes no tickets until it is resumed. Raises NotFound, WrongState for one that is over."""
    return await _switch(tx, recurrence_id, "paused")


async def resume_recurrence(tx: Tx, *, recurrence_id: str) -> Recurrence:
    """Goes on with the next time from now. Raises NotFound, WrongState for one that is over by now."""
    return await _switch(tx, recurrence_id, "active")


async def preview_times(tx: Tx, *, draft: RecurrenceDraft, count: int) -> list[datetime]:
    """The next times from now of what a draft says of its times, saved or not. Raises InvalidInput."""
    if not 1 <= count <= MAX_PREVIEW:
        raise InvalidInput([FieldError("count", f"must be 1 to {MAX_PREVIEW}")])
    problems = Problems()
    timing = _timing(draft, await taken_calendar(tx, draft.calendar), problems)
    problems.raise_any()
    assert timing is not None  # a problem otherwise
    return first_times(timing, datetime.now(UTC), count)


async def list_occurrences(
    tx: Tx, *, recurrence_id: str, page: Page
) -> tuple[list[tuple[RecurrenceOccurrence, Ticket | None]], str]:
    """A page of what became of its times, the latest first, each with its ticket, and the next page's token."""
    row = await get_recurrence(tx, recurrence_id=recurrence_id)
    keyset = Keyset([(RecurrenceOccurrence.occurs_at, True)], str(row.id))
    statement = (
        select(RecurrenceOccurrence, Ticket)
        .outerjoin(
            Ticket,
            (Ticket.tenant_id == RecurrenceOccurrence.tenant_id)
            & (Ticket.id == RecurrenceOccurrence.ticket_id),
        )
        .where(RecurrenceOccurrence.recurrence_id == row.id)
    )
    rows = [(one, ticket) for one, ticket in await tx.execute(keyset.select(statement, page))]
    return keyset.cut(rows, page, lambda row: [row[0].occurs_at])


async def follow_calendar(tx: Tx, *, calendar_id: UUID) -> None:
    """Reckons the next times of recurrences anew whose calendar has changed; what is due already stays."""
    now = datetime.now(UTC)
    rows = await tx.scalars(
        select(Recurrence)
        .where(
            Recurrence.calendar_id == calendar_id,
            Recurrence.on_closed != "make",
            Recurrence.state != "paused",
            or_(Recurrence.next_at.is_(None), Recurrence.next_at > now),
        )
        .order_by(Recurrence.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows.all():
        next_at = next_time(await timing_of(tx, row), now)
        if next_at != row.next_at:
            row.state, row.next_at = "ended" if next_at is None else "active", next_at
            await tx.flush()
            await set_timer(tx, row)


async def timing_of(tx: Tx, row: Recurrence) -> Timing:
    """When a recurrence happens."""
    calendar = await calendar_of(tx, row.calendar_id)
    return Timing(row.rrule, row.time_zone, row.starts_at, row.on_closed, open_days_of(calendar))


def new_ticket_of(template: Mapping[str, object]) -> NewTicket:
    """What a stored template says of the ticket itself."""
    # What was stored by a release that knew no other channel names none.
    values = {"channel": CHANNEL, **{name: template[name] for name in _WORDS if name in template}}
    return NewTicket(**values)  # type: ignore[arg-type]  # stored by `checked_template`


async def _switch(tx: Tx, recurrence_id: str, state: str) -> Recurrence:
    row = await _locked(tx, recurrence_id)
    if row.state == state:
        return row
    if row.state == "ended":
        raise WrongState("RECURRENCE_ENDED", "It is over; change its times to go on.")
    before = _said(row)
    row.state, row.next_at = state, None
    if state == "active":
        row.next_at = next_time(await timing_of(tx, row), datetime.now(UTC))
        if row.next_at is None:
            raise WrongState("RECURRENCE_ENDED", "No time of it is to come; change its times to go on.")
    await tx.flush()
    await set_timer(tx, row)
    _tell(tx, row, before, _said(row))
    return row


async def _locked(tx: Tx, recurrence_id: str) -> Recurrence:
    return await get_for_update(tx, Recurrence, (await get_recurrence(tx, recurrence_id=recurrence_id)).id)


async def set_timer(tx: Tx, row: Recurrence) -> None:
    """Sets the timer of the next time, or takes it away where none is to come."""
    if row.next_at is None:
        await timers.cancel(tx, kind=RECURRENCE, key=str(row.id))
    else:
        await timers.schedule(tx, kind=RECURRENCE, key=str(row.id), due_at=row.next_at)


def _check(draft: RecurrenceDraft, calendar: CalendarCopy | None) -> Timing:
    problems = Problems()
    problems.text("name", draft.name, limit=MAX_SHORT, required=True)
    if draft.catch_up not in CATCH_UP:
        problems.add("catch_up", f"must be one of: {', '.join(CATCH_UP)}")
    timing = _timing(draft, calendar, problems)
    problems.raise_any()
    assert timing is not None  # a problem otherwise
    return timing


def _timing(draft: RecurrenceDraft, calendar: CalendarCopy | None, problems: Problems) -> Timing | None:
    if draft.on_closed not in ON_CLOSED:
        problems.add("on_closed", f"must be one of: {', '.join(ON_CLOSED)}")
    elif calendar is None and draft.on_closed != "make":
        problems.add("calendar", "must be given where closed days are heeded")
    days = open_days_of(calendar)
    if days is not None and days.are_none:
        problems.add("calendar", "is closed on all days")
    if draft.starts_at is None:
        problems.add("starts_at", "must be given")
        return None
    timing = Timing(draft.rrule.strip(), draft.time_zone, draft.starts_at, draft.on_closed, days)
    for name, reason in timing_problems(timing).items():
        problems.add(name, reason)
    return timing


def _first(timing: Timing) -> datetime:
    first = next_time(timing, datetime.now(UTC))
    if first is None:
        raise InvalidInput([FieldError("rrule" if timing.rrule else "starts_at", "has no time to come")])
    return first


async def checked_template(tx: Tx, configuration: Configuration, template: Template) -> dict[str, object]:
    """The template as it is stored: checked as a new ticket of now, people and team found. Raises InvalidInput, Forbidden."""
    problems = Problems()
    found: dict[str, object] = {}
    with problems.within("template"):
        placing = place_ticket(configuration, template.new)
        require_create(placing)
        new = check_new(
            configuration, replace(template.new, channel=template.new.channel or CHANNEL), placing
        )
        named = "" if names_caller(template.requester) else template.requester
        person = await require_person(tx, named or current_caller().subject, "requester")
        found["requester"] = {"id": str(person.id), "key": person.email, "name": person.name}
        fields = await with_people(tx, configuration.fields, new.fields)
        new = replace(new, requester=await requester_of(tx, person), fields=fields)
        view = view_of_new(configuration, new, placing, 0, occasion_of())
        after = new_stand(configuration, view)
        check_fields(configuration, before=None, after=after, given=fields, demanding=True)
        if template.assignee:
            person = await require_person(tx, template.assignee, "assignee")
            if not may_work(person, configuration, placing.process, placing.queue):
                reason = f'may not work tickets of the queue "{placing.queue.name}"'
                raise InvalidInput([FieldError("assignee", reason)])
            found["assignee"] = {"id": str(person.id), "key": person.email, "name": person.name}
        if template.team:
            team = configuration.find_team(template.team)
            if team is None:
                raise InvalidInput([FieldError("team", "there is no such team")])
            found["team"] = {"id": str(team.id), "key": team.key, "name": team.name}
        if template.parent:
            found["parent_id"] = str(await parent_named(tx, configuration, template.parent))
    problems.raise_any()
    said = asdict(template.new) | {"channel": new.channel}
    return {**{name: said[name] for name in _WORDS}, **found}


def _write(row: Recurrence, draft: RecurrenceDraft, calendar: CalendarCopy | None) -> None:
    assert draft.starts_at is not None  # checked
    row.name, row.rrule, row.time_zone = draft.name.strip(), draft.rrule.strip(), draft.time_zone
    row.starts_at, row.catch_up = draft.starts_at, draft.catch_up
    row.calendar_id, row.on_closed = None if calendar is None else calendar.id, draft.on_closed


def _said(row: Recurrence) -> dict[str, Plain]:
    return {
        "name": row.name,
        "rrule": row.rrule,
        "time_zone": row.time_zone,
        "starts_at": row.starts_at.isoformat(),
        "catch_up": row.catch_up,
        "calendar": None if row.calendar_id is None else str(row.calendar_id),
        "on_closed": row.on_closed,
        "template": dict(row.template),
        "state": row.state,
    }


def _tell(
    tx: Tx,
    row: Recurrence,
    before: Mapping[str, Plain],
    after: Mapping[str, Plain],
    *,
    version: int | None = None,
) -> None:
    changes = differences(before, after) if after else [Change("recurrence", row.name, None)]
    if changes:
        events.setting_changed(
            tx,
            kind="recurrence",
            id=row.id,
            name=row.name,
            version=version or row.version,
            changes=changes,
            occasion=occasion_of(),
        )
