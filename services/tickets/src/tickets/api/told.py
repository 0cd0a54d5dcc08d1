"""A ticket as an event tells of it."""

from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import ticket_pb2
from tickets.api.requests import values_of
from tickets.app.configuration import Configuration
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.references import Reference
from tickets.publish.messages import MAX_TEXT_BYTES


def is_whole(told: ticket_pb2.Ticket) -> bool:
    """Whether no text of it was cut."""
    # A letter that did not fit is left out whole: at most three bytes less.
    return len(told.description.encode()) < MAX_TEXT_BYTES - 3


def view_of(configuration: Configuration, told: ticket_pb2.Ticket) -> TicketView | None:
    """The ticket as it was, without watchers and clocks; None where its queue is gone."""
    queue = configuration.find_queue(told.queue.id)
    if queue is None:
        return None
    team, assignee, requester = _reference(told.team), _person(told.assignee), _person(told.requester)
    organization = _reference(told.organization)
    ticket = Ticket(
        id=UUID(told.id),
        number=told.number,
        version=told.version,
        type=told.type,
        title=told.title,
        description=told.description,
        state=told.state,
        state_category=told.state_category,
        priority=told.priority,
        impact=told.impact,
        urgency=told.urgency,
        tags=list(told.tags),
        category=told.category,
        fields=values_of(told.fields),
        channel=told.channel,
        ci_ids=list(told.ci_ids),
        service_id=told.service_id,
        parent_id=UUID(told.parent_id) if told.parent_id else None,
        language=told.language,
        created_at=_moment(told.created_at),
        updated_at=_moment(told.updated_at),
        resolved_at=_moment(told.resolved_at),
        closed_at=_moment(told.closed_at),
        first_responded_at=_moment(told.first_responded_at),
        due_at=_moment(told.due_at),
        breached=any(clock.breached for clock in told.sla),
    )
    process = configuration.processes[queue.process_id]
    return TicketView(ticket, process, queue, team, assignee, requester, organization)


def _reference(ref: common.Ref) -> Reference | None:
    return Reference(UUID(ref.id), ref.key, ref.name) if ref.id else None


def _person(ref: common.PersonRef) -> Reference | None:
    return Reference(UUID(ref.id), ref.email, ref.name) if ref.id else None


def _moment(at: Timestamp) -> datetime | None:
    return at.ToDatetime(tzinfo=UTC) if at.seconds or at.nanos else None
