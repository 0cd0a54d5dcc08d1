"""Making a ticket: what it says, where it belongs, what is stored of it. The same for REST, gRPC and mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from chassis.context import current_caller
from chassis.errors import Forbidden
from chassis.ids import new_id
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.wording import Vocabulary, ticket_words
from tickets.db.configuration import Process, Queue, TicketType
from tickets.db.create_ticket import TicketStatement
from tickets.db.tickets import Attachment, Ticket
from tickets.db.views import TicketView
from tickets.domain.fields import merge_values
from tickets.domain.numbers import format_number
from tickets.domain.occasion import Occasion
from tickets.domain.priority import DEFAULT_LEVEL, LEVELS, PRIORITIES, priority_of
from tickets.domain.references import Reference
from tickets.domain.texts import MAX_BODY, MAX_LINKED, MAX_SHORT, MAX_TITLE
from tickets.domain.writing import FORMATS, written
from tickets.publish.events import created_event

CREATE = "tickets.create"
UPDATE = "tickets.update"
OVERRIDE_PRIORITY = "tickets.override_priority"
DEFAULT_CHANNEL = "api"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who a new ticket is for, with the organisation at that time."""

    person: Reference
    organization: Reference | None = None


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a new ticket says. Empty texts leave the choice to the configuration; references are ids or keys."""

    title: str
    description: str = ""
    description_format: str = ""
    type: str = ""
    process: str = ""
    queue: str = ""
    impact: str = ""
    urgency: str = ""
    priority: str = ""
    category: str = ""
    tags: Sequence[str] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    channel: str = ""
    ci_ids: Sequence[str] = ()
    service_id: str = ""
    parent_id: UUID | None = None
    language: str = ""
    requester: Requester | None = None
    watchers: Sequence[Reference] = ()
    automatic: bool = False
    source_message_id: str = ""
    message_id: str | None = None
    """The Message-ID of the mail that it came by, so that answers find it."""
    html: str = ""
    """The description as the mail has it beside the text."""
    attachments: Sequence[Attachment] = ()
    """Files of `ticket_id`; the caller stores them in the same transaction."""
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a new ticket belongs."""

    kind: TicketType
    process: Process
    queue: Queue


def place_ticket(configuration: Configuration, new: NewTicket) -> Placing:
    """Type, process and queue of a new ticket. Raises InvalidInput for what is not there."""
    problems = Problems()
    kind = configuration.types.get(new.type) if new.type else configuration.default_type()
    if kind is None or not kind.active:
        problems.add("type", f"must be one of: {', '.join(configuration.active_types())}")
    queue = configuration.find_queue(new.queue) if new.queue else None
    if new.queue and queue is None:
        problems.add("queue", "there is no such queue")
    if queue is not None and not queue.active:
        problems.add("queue", "takes no new tickets")
    process = configuration.find_process(new.process) if new.process else None
    if new.process and process is None:
        problems.add("process", "there is no such process")
    if process is not None and not process.active:
        problems.add("process", "takes no new tickets")
    if queue is not None and process is not None and queue.process_id != process.id:
        problems.add("queue", f"belongs to another process than {process.slug}")
    problems.raise_any()
    assert kind is not None
    if process is None:
        process = (
            configuration.default_process() if queue is None else configuration.processes[queue.process_id]
        )
    if queue is None:
        queue = configuration.default_queue(process)
    return Placing(kind, process, queue)


def require_create(placing: Placing) -> None:
    """Raises Forbidden where the caller may not make tickets there."""
    current_caller().require(CREATE, placing.process.slug, placing.queue.slug)


@dataclass(frozen=True, slots=True)
class Composed:
    """A ticket that is ready to be stored, and how it will look."""

    view: TicketView
    statement: TicketStatement


def compose_ticket(
    *,
    configuration: Configuration,
    vocabulary: Vocabulary,
    new: NewTicket,
    placing: Placing,
    sequence: int,
    occasion: Occasion,
) -> Composed:
    """All that one statement stores of a new ticket that was checked: row, history, words, TicketCreated.

    :param sequence: a number that this process took from its block.
    """
    view = view_of_new(configuration, new, placing, sequence, occasion)
    ticket = view.ticket
    words = ticket_words(ticket, configuration.fields, configuration.languages)
    statement = TicketStatement(
        ticket=ticket,
        history=_created_entry(ticket, occasion),
        words=words.vector,
        new_words=vocabulary.unknown(ticket.tenant_id, words.vocabulary),
        message_id=new.message_id,
        event=created_event(view, occasion, new.attachments),
        watcher_ids=[watcher.id for watcher in view.watchers],
    )
    return Composed(view, statement)


def check_new(configuration: Configuration, new: NewTicket, placing: Placing) -> NewTicket:
    """The new ticket with its custom values in their stored form.

    Raises InvalidInput with everything that is wrong, Forbidden for a priority that the caller may not choose.
    """
    problems = Problems()
    problems.text("title", new.title, limit=MAX_TITLE, required=True)
    problems.text("description", new.description, limit=MAX_BODY)
    problems.choice("description_format", new.description_format, FORMATS)
    problems.choice("impact", new.impact, LEVELS)
    problems.choice("urgency", new.urgency, LEVELS)
    problems.choice("priority", new.priority, PRIORITIES)
    problems.tags(list(new.tags))
    for name in ("category", "channel", "language", "service_id"):
        problems.text(name, getattr(new, name), limit=MAX_SHORT)
    problems.ids("ci_ids", new.ci_ids, limit=MAX_LINKED)
    values = problems.values(configuration.fields, new.fields)
    problems.raise_any()
    if new.priority:
        caller = current_caller()
        place = (placing.process.slug, placing.queue.slug)
        if not caller.may(UPDATE, *place) and not caller.may(OVERRIDE_PRIORITY, *place):
            raise Forbidden("The desk sets the priority; say impact and urgency instead.")
    return replace(new, fields=merge_values({}, values))


def view_of_new(
    configuration: Configuration, new: NewTicket, placing: Placing, sequence: int, occasion: Occasion
) -> TicketView:
    """How a new ticket that was checked will look."""
    rules_id = configuration.workflow_of(placing.process.id, placing.kind.slug)
    rules = configuration.rules[rules_id]
    impact, urgency = new.impact or DEFAULT_LEVEL, new.urgency or DEFAULT_LEVEL
    requester = new.requester
    organization = requester.organization if requester else None
    described = written(new.description, new.description_format, html=new.html)
    ticket = Ticket(
        tenant_id=current_caller().tenant_id,
        id=new.ticket_id or new_id(),
        version=1,
        created_at=occasion.occurred_at,
        updated_at=occasion.recorded_at,
        number=format_number(placing.kind.prefix, sequence),
        sequence=sequence,
        type=placing.kind.slug,
        title=new.title.strip(),
        description=described.text,
        description_format=described.format,
        description_html=described.html,
        state=rules.initial,
        state_category=rules.category(rules.initial),
        priority=new.priority or priority_of(configuration.matrix, impact, urgency),
        priority_by_hand=bool(new.priority),
        impact=impact,
        urgency=urgency,
        process_id=placing.process.id,
        queue_id=placing.queue.id,
        workflow_version_id=rules_id,
        team_id=placing.queue.team_id,
        assignee_id=None,
        requester_id=requester.person.id if requester else None,
        organization_id=organization.id if organization else None,
        tags=list(dict.fromkeys(new.tags)),
        category=new.category,
        fields=dict(new.fields),
        channel=new.channel or DEFAULT_CHANNEL,
        ci_ids=list(dict.fromkeys(new.ci_ids)),
        service_id=new.service_id,
        parent_id=new.parent_id,
        merged_into_id=None,
        language=new.language,
        automatic=new.automatic,
        source_message_id=new.source_message_id,
        resolved_at=None,
        closed_at=None,
        first_responded_at=None,
        due_at=None,
        breached=False,
        minutes_spent=None,
        minutes_billable=None,
        remind_at=None,
    )
    return TicketView(
        ticket=ticket,
        process=placing.process,
        queue=placing.queue,
        team=configuration.team(placing.queue.team_id),
        requester=requester.person if requester else None,
        organization=organization,
        watchers=[watcher for watcher in new.watchers if watcher.id != ticket.requester_id],
    )


def _created_entry(ticket: Ticket, occasion: Occasion) -> dict[str, object]:
    parent = ticket.parent_id
    return {
        "tenant_id": ticket.tenant_id,
        "id": new_id(),
        "ticket_id": ticket.id,
        "ticket_version": ticket.version,
        "action": "created",
        "field": "parent_id" if parent else "",
        "old_value": None,
        "new_value": parent,
        "public": True,
        "actor_kind": occasion.actor.kind,
        "actor_id": occasion.actor.id,
        "actor_name": occasion.actor.name,
        "actor_email": occasion.actor.email,
        "cause": occasion.cause,
        "rule": occasion.rule,
        "occurred_at": occasion.occurred_at,
        "recorded_at": occasion.recorded_at,
    }
