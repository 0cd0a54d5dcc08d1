"""New values for the fields of a ticket: what may be edited, what is wrong with it, and how it is applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, WrongState
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.directory import require_person
from tickets.app.moving import plan_timed_move, rules_of
from tickets.app.parents import parent_named
from tickets.app.people import requester_of, with_people
from tickets.app.reminding import plan_reminder
from tickets.db.tickets import Ticket
from tickets.domain.fields import merge_values, size_problem
from tickets.domain.priority import LEVELS, PRIORITIES, priority_of
from tickets.domain.texts import MAX_BODY, MAX_LINKED, MAX_SHORT, MAX_TITLE
from tickets.domain.writing import FORMATS, written

EDITABLE = frozenset(
    {
        "title",
        "description",
        "description_format",
        "type",
        "impact",
        "urgency",
        "priority",
        "queue",
        "category",
        "tags",
        "fields",
        "requester",
        "organization",
        "ci_ids",
        "service_id",
        "parent_id",
        "remind_at",
    }
)


@dataclass(frozen=True, slots=True)
class Edits:
    """New values of the fields that `names` holds; the others are not looked at.

    `fields` are merged into the present ones, null takes one off. An empty priority goes back to the matrix.
    """

    names: frozenset[str]
    title: str = ""
    description: str = ""
    description_format: str = ""
    type: str = ""
    impact: str = ""
    urgency: str = ""
    priority: str = ""
    queue: str = ""
    category: str = ""
    tags: Sequence[str] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    requester: str = ""
    organization: str = ""
    ci_ids: Sequence[str] = ()
    service_id: str = ""
    parent_id: str = ""
    remind_at: datetime | None = None
    expected_version: int | None = None
    occurred_at: datetime | None = None


def check_edits(configuration: Configuration, edits: Edits) -> None:
    """Raises InvalidInput with everything that can be told without the database."""
    problems = Problems()
    for name in sorted(edits.names - EDITABLE):
        problems.add(name, "cannot be changed")
    if "title" in edits.names:
        problems.text("title", edits.title, limit=MAX_TITLE, required=True)
    problems.text("description", edits.description, limit=MAX_BODY)
    problems.choice("description_format", edits.description_format, FORMATS)
    if "description_format" in edits.names and "description" not in edits.names:
        problems.add("description_format", "goes with a description")
    for name, choices in (("impact", LEVELS), ("urgency", LEVELS), ("type", configuration.active_types())):
        if name in edits.names and getattr(edits, name) not in choices:
            problems.add(name, f"must be one of: {', '.join(choices)}")
    problems.choice("priority", edits.priority, PRIORITIES)
    queue = configuration.find_queue(edits.queue)
    if "queue" in edits.names and queue is None:
        problems.add("queue", "there is no such queue")
    elif "queue" in edits.names and queue is not None and not queue.active:
        problems.add("queue", "takes no new tickets")
    for name in ("category", "service_id"):
        problems.text(name, getattr(edits, name), limit=MAX_SHORT)
    if edits.remind_at is not None and edits.remind_at <= datetime.now(UTC):
        problems.add("remind_at", "must be in the future")
    problems.tags(list(edits.tags))
    problems.ids("ci_ids", edits.ci_ids, limit=MAX_LINKED)
    problems.raise_any()


async def apply_edits(tx: Tx, configuration: Configuration, ticket: Ticket, edits: Edits) -> None:
    """Gives the ticket its new values. Raises InvalidInput for references to nothing, WrongState."""
    for name in edits.names & {"impact", "urgency", "category", "service_id"}:
        setattr(ticket, name, getattr(edits, name))
    _apply_texts(ticket, edits)
    if "tags" in edits.names:
        ticket.tags = list(dict.fromkeys(edits.tags))
    if "ci_ids" in edits.names:
        ticket.ci_ids = list(dict.fromkeys(edits.ci_ids))
    if "fields" in edits.names:
        await _apply_values(tx, configuration, ticket, edits.fields)
    if edits.names & {"requester", "organization"}:
        await _apply_requester(tx, ticket, edits)
    if "parent_id" in edits.names:
        parent = edits.parent_id
        ticket.parent_id = await parent_named(tx, configuration, parent, child=ticket) if parent else None
    if "remind_at" in edits.names:
        await plan_reminder(tx, ticket, edits.remind_at)
    if edits.names & {"queue", "type"}:
        await _apply_place(tx, configuration, ticket, edits)
    _apply_priority(configuration, ticket, edits)


def _apply_texts(ticket: Ticket, edits: Edits) -> None:
    if "title" in edits.names:
        ticket.title = edits.title.strip()
    if "description" in edits.names:
        described = written(edits.description, edits.description_format)
        ticket.description, ticket.description_html = described.text, described.html
        ticket.description_format = described.format


async def _apply_values(
    tx: Tx, configuration: Configuration, ticket: Ticket, values: Mapping[str, object]
) -> None:
    problems = Problems()
    checked = problems.values(configuration.fields, values)
    problems.raise_any()
    merged = merge_values(ticket.fields, await with_people(tx, configuration.fields, checked))
    if problem := size_problem(merged):
        raise InvalidInput([FieldError("fields", problem)])
    ticket.fields = merged


async def _apply_requester(tx: Tx, ticket: Ticket, edits: Edits) -> None:
    """Another requester brings the own organisation, unless another of theirs is named; none is taken off."""
    key = edits.requester if "requester" in edits.names else str(ticket.requester_id or "")
    if not key and edits.organization:
        raise InvalidInput([FieldError("organization", "is the requester's, and there is none")])
    if "requester" in edits.names or edits.organization:
        requester = await requester_of(tx, await require_person(tx, key, "requester"), edits.organization)
        ticket.requester_id = requester.person.id
        ticket.organization_id = requester.organization.id if requester.organization else None
    if "organization" in edits.names and not edits.organization:
        ticket.organization_id = None


async def _apply_place(tx: Tx, configuration: Configuration, ticket: Ticket, edits: Edits) -> None:
    """A queue brings its process and its team; process and type bring their workflow, where it knows the state."""
    before = (ticket.process_id, ticket.type)
    if "type" in edits.names:
        ticket.type = edits.type
    if "queue" in edits.names:
        queue = configuration.find_queue(edits.queue)
        assert queue is not None  # checked
        if queue.id != ticket.queue_id:
            ticket.queue_id, ticket.process_id, ticket.team_id = queue.id, queue.process_id, queue.team_id
    if (ticket.process_id, ticket.type) == before:
        return
    version_id = configuration.workflow_of(ticket.process_id, ticket.type)
    rules = configuration.rules[version_id]
    if ticket.state not in rules.states:
        raise WrongState("STATE_UNKNOWN_THERE", f"The new workflow has no state {ticket.state}.")
    old = await rules_of(tx, configuration, ticket)
    await plan_timed_move(tx, ticket, (old, ticket.state), (rules, ticket.state), occasion_of())
    ticket.workflow_version_id = version_id
    ticket.state_category = rules.category(ticket.state)


def _apply_priority(configuration: Configuration, ticket: Ticket, edits: Edits) -> None:
    if "priority" in edits.names:
        ticket.priority_by_hand = bool(edits.priority)
        ticket.priority = edits.priority
    if not ticket.priority_by_hand:
        ticket.priority = priority_of(configuration.matrix, ticket.impact, ticket.urgency)
