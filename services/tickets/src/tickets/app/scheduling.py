"""Single tickets that people have made at a moment to come."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx, get_for_update
from chassis.errors import FieldError, Forbidden, InvalidInput, LimitReached, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.access import may_read
from tickets.app.assigning import ASSIGN
from tickets.app.configuration import Configuration
from tickets.app.creating import place_ticket
from tickets.app.people import require_naming
from tickets.app.recurrences import Template, checked_template, remove, set_timer
from tickets.db.recurrences import Recurrence, RecurrenceOccurrence
from tickets.db.tickets import Ticket
from tickets.domain.texts import MAX_SHORT, one_line

MOST = 50
"""Tickets of one person that are still to be made."""

AHEAD = timedelta(days=366)
"""No ticket is scheduled for later than that."""

_TRY_AGAIN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A scheduled ticket, what became of it, and the ticket where it was made and the caller sees it."""

    row: Recurrence
    occurrence: RecurrenceOccurrence | None = None
    ticket: Ticket | None = None


async def schedule_ticket(
    tx: Tx, *, configuration: Configuration, template: Template, not_before: datetime | None
) -> Scheduled:
    """Has one ticket made at a moment to come (aware), which the caller might make now.

    Raises InvalidInput, also for a moment that is past or too far, Forbidden, and LimitReached for too many.
    """
    owner_id = _owner()
    now = datetime.now(UTC)
    if not_before is None or not now < not_before <= now + AHEAD:
        raise InvalidInput([FieldError("not_before", f"must be within the {AHEAD.days} days to come")])
    require_naming(template.requester)
    if template.team or template.assignee:
        placing = place_ticket(configuration, template.new)
        current_caller().require(ASSIGN, placing.process.slug, placing.queue.slug)
    said = await checked_template(tx, configuration, template)
    waiting = select(Recurrence.id).where(Recurrence.owner_id == owner_id, Recurrence.state == "active")
    if len((await tx.scalars(waiting.limit(MOST))).all()) == MOST:
        raise LimitReached(_TRY_AGAIN_SECONDS, f"At most {MOST} tickets of yours wait to be made.")
    row = Recurrence(
        name=one_line(template.new.title, MAX_SHORT),
        rrule="",
        time_zone="UTC",
        starts_at=not_before,
        catch_up="last",
        template=said,
        state="active",
        next_at=not_before,
        owner_id=owner_id,
    )
    tx.add(row)
    await tx.flush()
    await set_timer(tx, row)
    return Scheduled(row)


async def list_scheduled(tx: Tx, *, configuration: Configuration, page: Page) -> tuple[list[Scheduled], str]:
    """A page of what the caller has scheduled, the latest first: those that wait go before those whose time has come.

    Gives the token of the next page beside it.
    """
    owner_id = _owner()
    keyset = Keyset([(Recurrence.starts_at, True), (Recurrence.id, True)], "scheduled tickets")
    statement = (
        select(Recurrence, RecurrenceOccurrence, Ticket)
        .outerjoin(
            RecurrenceOccurrence,
            (RecurrenceOccurrence.tenant_id == Recurrence.tenant_id)
            & (RecurrenceOccurrence.recurrence_id == Recurrence.id),
        )
        .outerjoin(
            Ticket,
            (Ticket.tenant_id == RecurrenceOccurrence.tenant_id)
            & (Ticket.id == RecurrenceOccurrence.ticket_id),
        )
        .where(Recurrence.owner_id == owner_id)
    )
    rows, token = keyset.cut(
        (await tx.execute(keyset.select(statement, page))).all(),
        page,
        lambda row: [row.Recurrence.starts_at, row.Recurrence.id],
    )
    found = []
    for row in rows:
        ticket: Ticket | None = row.Ticket
        seen = ticket is not None and await may_read(tx, ticket, configuration)
        found.append(Scheduled(row.Recurrence, row.RecurrenceOccurrence, ticket if seen else None))
    return found, token


async def cancel_scheduled(tx: Tx, *, scheduled_id: str) -> None:
    """Has a ticket of the caller's not be made. Raises NotFound, and WrongState where its time has come."""
    if not is_id(scheduled_id):
        raise NotFound("scheduled ticket")
    found = await tx.get(Recurrence, UUID(scheduled_id))
    if found is None or found.owner_id != _owner():
        raise NotFound("scheduled ticket")
    row = await get_for_update(tx, Recurrence, found.id)
    if row.state != "active":
        raise WrongState("SCHEDULED_TICKET_MADE", "Its time has come.")
    await remove(tx, row)


def _owner() -> UUID:
    """The caller as a person. Raises Forbidden for programs."""
    owner_id = current_caller().user_id
    if owner_id is None:
        raise Forbidden("Only people schedule tickets; programs make them when it is time.")
    return owner_id
