"""A ticket as filters over values see it, by the names of `tickets.app.listing.field_table`."""

from collections.abc import Collection, Mapping
from typing import cast
from uuid import UUID

from chassis.filters.evaluate import Values
from tickets.db.views import TicketView
from tickets.domain.fields import comparable
from tickets.domain.references import Reference
from tickets.domain.workflow import OPEN_CATEGORIES

_SAME = (
    "number",
    "type",
    "title",
    "description",
    "state",
    "state_category",
    "priority",
    "impact",
    "urgency",
    "category",
    "channel",
    "language",
    "tags",
    "ci_ids",
    "service_id",
    "created_at",
    "updated_at",
    "resolved_at",
    "closed_at",
    "first_responded_at",
    "due_at",
    "breached",
)


def ticket_values(view: TicketView, fields: Mapping[str, object] | None = None) -> Values:
    """The values of a ticket; references are their id and key, custom ones go by `fields.<slug>`.

    :param fields: custom values in place of the ticket's own.
    """
    ticket = view.ticket
    values: dict[str, object] = {name: getattr(ticket, name) for name in _SAME}
    values |= {
        "id": [str(ticket.id)],
        "open": ticket.state_category in OPEN_CATEGORIES,
        "process": [str(view.process.id), view.process.slug],
        "queue": [str(view.queue.id), view.queue.slug],
        "team": _words(view.team),
        "assignee": _words(view.assignee),
        "requester": _words(view.requester),
        "organization": _words(view.organization),
        "parent_id": _id(ticket.parent_id),
    }
    values |= custom_facts(ticket.fields if fields is None else fields)
    return cast("Values", values)


def custom_facts(fields: Mapping[str, object]) -> dict[str, object]:
    """Custom values by the names that filters know them by."""
    return {
        f"fields.{name}": value for slug, stored in fields.items() for name, value in comparable(slug, stored)
    }


def _words(reference: Reference | None) -> Collection[str]:
    return [] if reference is None else [one for one in (str(reference.id), reference.key) if one]


def _id(id: UUID | None) -> Collection[str]:  # noqa: A002 (the word of the domain)
    return [] if id is None else [str(id)]
