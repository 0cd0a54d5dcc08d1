"""Making the tickets of a recurrence when its time has come."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from chassis.errors import DeskmeshError, InvalidInput, StorageFull, Unavailable
from tickets.app.actors import acting_by, occasion_of
from tickets.app.assigning import Assignment, assign_found
from tickets.app.configuration import Configuration
from tickets.app.creating import check_new, place_ticket
from tickets.app.directory import require_person
from tickets.app.making import make_ticket
from tickets.app.opening import Desk
from tickets.app.parents import parent_named
from tickets.app.people import requester_of, with_its_people
from tickets.app.recurrences import RECURRENCE, new_ticket_of, timing_of
from tickets.db.recurrences import Recurrence, RecurrenceOccurrence
from tickets.db.tickets import Ticket
from tickets.domain.recurring import is_made, next_time

AT_ONCE = 20
"""Times of one recurrence that are dealt with in one transaction."""


async def make_due_tickets(tx: Tx, *, configuration: Configuration, desk: Desk, recurrence_id: UUID) -> None:
    """Makes the tickets that are due, by the rule for what was missed, and sets the timer of the next time.

    What became of a time is written down in the same transaction, one row for each: nothing is made twice. A ticket that
    cannot be made as the template says is noted with the reason, and the recurrence goes on.
    """
    row = await tx.scalar(
        select(Recurrence)
        .where(Recurrence.id == recurrence_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    now = datetime.now(UTC)
    if row is None or row.next_at is None:
        return
    timing, at = await timing_of(tx, row), row.next_at
    for _ in range(AT_ONCE):
        following = next_time(timing, at)
        if at > now:
            break
        if is_made(at, following, now=now, catch_up=row.catch_up):
            await _make(tx, configuration, desk, row, at)
        else:
            await _note(tx, row, at, "skipped", reason="missed")
        if following is None:
            row.state, row.next_at = "ended", None
            await tx.flush()
            return
        at = following
    row.next_at = at
    await tx.flush()
    await timers.schedule(tx, kind=RECURRENCE, key=str(row.id), due_at=at)


async def _make(tx: Tx, configuration: Configuration, desk: Desk, row: Recurrence, at: datetime) -> None:
    try:
        async with tx.session.begin_nested():
            with acting_by(f"recurrence:{row.id}:{row.name}"):
                ticket = await _ticket(tx, configuration, desk, row)
            await _note(tx, row, at, "made", ticket_id=ticket.id)
    except (Unavailable, StorageFull):
        raise  # nothing that has to do with the template: all of it is tried again
    except DeskmeshError as error:
        await _note(tx, row, at, "failed", reason=_reason(error))


async def _ticket(tx: Tx, configuration: Configuration, desk: Desk, row: Recurrence) -> Ticket:
    template, occasion = row.template, occasion_of()
    new = new_ticket_of(template)
    new = check_new(configuration, new, place_ticket(configuration, new))
    requester = await requester_of(tx, await require_person(tx, _id(template, "requester"), "requester"))
    new = await with_its_people(tx, configuration.fields, new)
    parent = template.get("parent_id")
    parent_id = None if parent is None else await parent_named(tx, configuration, str(parent))
    ticket = await make_ticket(
        tx,
        configuration=configuration,
        desk=desk,
        new=replace(new, requester=requester, parent_id=parent_id),
        occasion=occasion,
    )
    names = frozenset(name for name in ("team", "assignee") if name in template)
    if names:
        assignment = Assignment(names, team=_id(template, "team"), assignee=_id(template, "assignee"))
        await assign_found(tx, configuration=configuration, found=ticket, assignment=assignment)
    return ticket


async def _note(
    tx: Tx, row: Recurrence, at: datetime, state: str, *, ticket_id: UUID | None = None, reason: str = ""
) -> None:
    tx.add(
        RecurrenceOccurrence(
            tenant_id=tx.tenant_id,
            recurrence_id=row.id,
            occurs_at=at,
            state=state,
            ticket_id=ticket_id,
            reason=reason,
        )
    )
    await tx.flush()


def _id(template: dict[str, object], name: str) -> str:
    reference = template.get(name)
    return str(reference["id"]) if isinstance(reference, dict) else ""


def _reason(error: DeskmeshError) -> str:
    if isinstance(error, InvalidInput):
        return "; ".join(f"{one.field}: {one.reason}" for one in error.errors)
    return error.detail
