"""Time spent on tickets, listed and summed up."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, cast, false, func, null, or_
from sqlalchemy.types import Uuid

from chassis import filters
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.filters import Field, FieldTable, FieldType
from chassis.paging import Keyset, Page, Value, order_of
from tickets.app.access import READ, readable_parts, readable_ticket, require_on
from tickets.app.configuration import Configuration
from tickets.app.filtering import with_ids
from tickets.db.directory import Organization, Person
from tickets.db.tickets import Ticket
from tickets.db.time_entries import TimeEntry, TimeEntryView, TimeSum, entries_with_names, time_entry_view

FIELDS: Final = FieldTable(
    {
        "person": Field(FieldType.REFERENCE, (TimeEntry.person_id,)),
        "organization": Field(FieldType.REFERENCE, (TimeEntry.organization_id,)),
        "ticket": Field(FieldType.REFERENCE, (TimeEntry.ticket_id, Ticket.number)),
        "activity": Field(FieldType.STRING, (TimeEntry.activity,)),
        "billable": Field(FieldType.BOOL, (TimeEntry.billable,)),
        "minutes": Field(FieldType.NUMBER, (TimeEntry.minutes,)),
        "started_at": Field(FieldType.TIMESTAMP, (TimeEntry.started_at,)),
        "created_at": Field(FieldType.TIMESTAMP, (TimeEntry.created_at,)),
    }
)
"""What filters of time entries may name."""

_ORDERS: Final = {
    "started_at": TimeEntry.started_at,
    "created_at": TimeEntry.created_at,
    "minutes": TimeEntry.minutes,
}

GROUPS: Final = {
    "person": (TimeEntry.person_id, Person.email, Person.name),
    "organization": (TimeEntry.organization_id, Organization.slug, Organization.name),
    "ticket": (TimeEntry.ticket_id, Ticket.number, Ticket.title),
    "activity": (cast(null(), Uuid), TimeEntry.activity, TimeEntry.activity),
}
"""What entries are summed up by: id, key and name of what they have in common."""

MOST_SUMS = 200


async def list_time_entries(
    tx: Tx, *, configuration: Configuration, ticket: str, filter_text: str, order_by: str, page: Page
) -> tuple[list[TimeEntryView], str]:
    """A page of the entries of a ticket, or of all tickets that the caller reads, newest first, and the next page's token.

    Raises NotFound and Forbidden for the ticket, BadRequest for a malformed filter or token, InvalidInput for the order.
    """
    statement = _seen(entries_with_names(), configuration)
    if ticket:
        found = await readable_ticket(tx, configuration, ticket)
        require_on(found, configuration, READ)
        statement = statement.where(TimeEntry.ticket_id == found.id)
    statement = statement.where(await _condition(tx, configuration, filter_text))
    order = order_of(order_by, _ORDERS, default="started_at desc", unique=TimeEntry.id)
    keyset = Keyset(order, f"{ticket}\n{filter_text}")
    names = [part.split()[0] for part in (order_by.strip() or "started_at").split(",")]

    def values(view: TimeEntryView) -> Sequence[Value]:
        return [*(getattr(view.entry, name) for name in names), view.entry.id]

    rows = (await tx.execute(keyset.select(statement, page))).all()
    return keyset.cut([time_entry_view(*row) for row in rows], page, values)


async def sum_time_entries(
    tx: Tx, *, configuration: Configuration, filter_text: str, group_by: str
) -> list[TimeSum]:
    """The sums of the entries that a list would have, those with the most minutes first, at most `MOST_SUMS`.

    Raises BadRequest for a malformed filter, InvalidInput for a group that there is not.
    """
    if group_by not in GROUPS:
        raise InvalidInput([FieldError("group_by", f"must be one of: {', '.join(GROUPS)}")])
    columns = GROUPS[group_by]
    minutes = func.sum(TimeEntry.minutes)
    billable = func.coalesce(func.sum(TimeEntry.minutes).filter(TimeEntry.billable), 0)
    statement = (
        _seen(entries_with_names(), configuration)
        .where(await _condition(tx, configuration, filter_text))
        .with_only_columns(*columns, func.count(), minutes, billable)
        .group_by(*columns)
        .order_by(minutes.desc(), *columns)
        .limit(MOST_SUMS)
    )
    return [TimeSum(*row) for row in await tx.execute(statement)]


def _seen(
    statement: Select[TimeEntry, Ticket, Person, Organization], configuration: Configuration
) -> Select[TimeEntry, Ticket, Person, Organization]:
    """Those on tickets that the caller reads with all that is internal on them."""
    seen = [part.condition for part in readable_parts(configuration) if not part.only_public]
    return statement.where(or_(*seen) if seen else false())


async def _condition(tx: Tx, configuration: Configuration, text: str) -> ColumnElement[bool]:
    tree = await with_ids(tx, configuration, filters.parse(text))
    return filters.to_sql(filters.check(tree, FIELDS), FIELDS)
