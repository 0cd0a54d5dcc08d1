"""Changing the fields of a ticket, now or as an import tells of it."""

from collections.abc import Sequence

from chassis.db import Tx
from tickets.app.access import readable_ticket, require_on
from tickets.app.actors import occasion_at
from tickets.app.afterwards import told_afterwards
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.editing import Edits, apply_edits, check_edits
from tickets.app.field_checking import check_fields, stand_of
from tickets.app.recording import record_change, view_ticket
from tickets.app.watching import watch_on_behalf
from tickets.app.wording import Vocabulary, index_changes
from tickets.db.links import lock_structure
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView, organization_named, person_named
from tickets.domain.changes import Plain, custom_values, described, differences
from tickets.domain.references import Reference
from tickets.domain.writing import TEXT
from tickets.publish import events

_PLAIN = (
    "title",
    "description",
    "type",
    "impact",
    "urgency",
    "priority",
    "category",
    "tags",
    "ci_ids",
    "service_id",
)
_COLUMNS = {
    "description": ("description", "description_html"),
    "description_format": ("description_format", "description_html"),
    "queue": ("queue_id",),
    "process": ("process_id", "workflow_version_id"),
    "team": ("team_id",),
    "requester": ("requester_id",),
    "organization": ("organization_id",),
    "priority": ("priority", "priority_by_hand"),
}
"""The columns behind a field, where they are not one of the same name."""

_BROUGHT = {
    "description": {"description_format"},
    "queue": {"process", "team"},
    "requester": {"organization"},
    "impact": {"priority"},
    "urgency": {"priority"},
}
"""The fields that change because another does."""


async def update_ticket(
    tx: Tx, *, configuration: Configuration, vocabulary: Vocabulary, ticket: str, edits: Edits
) -> TicketView:
    """Changes fields of a ticket; nothing happens where all have these values already. Publishes TicketUpdated.

    Raises NotFound, Forbidden, Stale, InvalidInput, WrongState where the new type does not know the ticket's state.
    """
    if "parent_id" in edits.names:
        await lock_structure(tx)
    found = await readable_ticket(
        tx, configuration, ticket, for_update=True, expected_version=edits.expected_version
    )
    require_on(found, configuration, UPDATE)
    occasion = occasion_at(edits.occurred_at, created_at=found.created_at)
    check_edits(configuration, edits)
    columns = {name: getattr(found, name) for name in _all_columns()}
    before = await _values(tx, configuration, found, edits)
    stand = await stand_of(tx, configuration, found)
    await apply_edits(tx, configuration, found, edits)
    check_fields(
        configuration,
        before=stand,
        after=await stand_of(tx, configuration, found),
        given=edits.fields if "fields" in edits.names else (),
        demanding=not occasion.imported,
    )
    after = await _values(tx, configuration, found, edits)
    if occasion.imported:
        changes, since = await told_afterwards(tx, found, before, after, occasion)
        for field in since:
            _restore(found, field, columns)
    else:
        changes = differences(before, after)
    if not changes:
        return await view_ticket(tx, configuration, found)
    changes += await watch_on_behalf(tx, configuration=configuration, ticket=found, changes=changes)
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=found,
        occasion=occasion,
        action="updated",
        changes=changes,
    )
    await index_changes(tx, ticket=found, changes=changes, configuration=configuration, vocabulary=vocabulary)
    events.ticket_updated(tx, view, changes, occasion)
    return view


def _restore(ticket: Ticket, field: str, columns: dict[str, object]) -> None:
    slug = field.removeprefix("fields.")
    if slug == field:
        for column in _COLUMNS.get(field, (field,)):
            setattr(ticket, column, columns[column])
        return
    kept = columns["fields"]
    assert isinstance(kept, dict)
    ticket.fields = {name: value for name, value in ticket.fields.items() if name != slug} | (
        {slug: kept[slug]} if slug in kept else {}
    )


async def _values(tx: Tx, configuration: Configuration, ticket: Ticket, edits: Edits) -> dict[str, Plain]:
    """The values that history keeps, of the fields that the edits touch."""
    touched = set(edits.names).union(*(_BROUGHT.get(name, ()) for name in edits.names))
    values: dict[str, Plain] = {name: getattr(ticket, name) for name in _PLAIN if name in touched}
    if "description_format" in touched:
        values["description_format"] = ticket.description_format or TEXT
    if "queue" in touched:
        queue, process = configuration.queues[ticket.queue_id], configuration.processes[ticket.process_id]
        values["queue"] = described(Reference(queue.id, queue.slug, queue.name))
        values["process"] = described(Reference(process.id, process.slug, process.name))
        values["team"] = described(configuration.team(ticket.team_id))
    if "requester" in touched:
        values["requester"] = described(await person_named(tx, ticket.requester_id))
    if "organization" in touched:
        values["organization"] = described(await organization_named(tx, ticket.organization_id))
    if "parent_id" in touched:
        values["parent_id"] = str(ticket.parent_id) if ticket.parent_id else None
    if "remind_at" in touched:
        values["remind_at"] = ticket.remind_at.isoformat() if ticket.remind_at else None
    if "fields" in touched:
        values |= custom_values(ticket.fields, edits.fields)
    return values


def _all_columns() -> Sequence[str]:
    return [
        *_PLAIN,
        "parent_id",
        "remind_at",
        "fields",
        *(name for names in _COLUMNS.values() for name in names),
    ]
