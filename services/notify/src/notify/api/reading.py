"""What events say, as the parts that notify keeps or tells of."""

from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.events import Received
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.sla.v1 import sla_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1 import ticket_pb2
from notify.app import announcing, directory
from notify.domain import audience, enclosing


def tenant_news(tenant: identity_pb2.Tenant) -> directory.TenantNews:
    """The part of a tenant that notify keeps."""
    return directory.TenantNews(
        slug=tenant.slug,
        name=tenant.name,
        languages=list(tenant.languages),
        time_zone=tenant.time_zone,
        support_address=tenant.support_address,
        active=tenant.active,
        version=tenant.version,
    )


def person_news(user: identity_pb2.User) -> directory.PersonNews:
    """The part of a user that notify keeps."""
    return directory.PersonNews(
        id=UUID(user.id),
        email=user.email,
        name=user.name,
        language=user.language,
        time_zone=user.time_zone,
        active=user.active,
        team_ids=[UUID(team.id) for team in user.teams],
        roles=sorted({grant.role for grant in user.roles}),
        manager_id=UUID(user.manager.id) if user.manager.id else None,
        version=user.version,
    )


def role_news(role: identity_pb2.Role) -> directory.RoleNews:
    """The part of a role that notify keeps."""
    return directory.RoleNews(
        id=UUID(role.id), slug=role.slug, permissions=list(role.permissions), version=role.version
    )


def new_ticket(event: Received[tickets.TicketCreated]) -> announcing.NewTicket:
    """A ticket that was made."""
    message = event.message
    return announcing.NewTicket(
        event.id, ticket_news(message.ticket), message.actor.id, automatic=message.automatic
    )


def new_comment(event: Received[tickets.CommentAdded]) -> announcing.NewComment:
    """A comment, with those whom it mentions; `by_the_desk` when a rule wrote it."""
    message = event.message
    author = message.comment.author
    return announcing.NewComment(
        event.id,
        ticket_news(message.ticket),
        author.id,
        author_name=author.name if author.kind != "system" else "",
        body=message.comment.body,
        # What comes from outside may hold pictures that tell their owner of each reader.
        html=""
        if message.comment.from_requester or message.comment.channel == "email"
        else message.comment.body_html,
        files=[
            enclosing.File(one.key, one.name, one.content_type, one.size_bytes)
            for one in message.comment.attachments
        ],
        public=message.comment.visibility == "public",
        from_requester=message.comment.from_requester,
        automatic=message.automatic,
        mentioned=[_person(one) for one in message.mentioned],
        by_the_desk=message.automatic and message.comment.channel == "rule",
        forwarded_to=[audience.Party("", address, "") for address in message.comment.forwarded_to],
        from_outside=message.comment.channel == "email",
    )


def approval_asked(event: Received[tickets.ApprovalRequested]) -> announcing.ApprovalAsked:
    """An approval with those who are asked now, and until when the links in their mails hold."""
    message = event.message
    return announcing.ApprovalAsked(
        event.id,
        ticket_news(message.ticket),
        message.actor.id,
        approval_id=message.approval.id,
        name=message.approval.name,
        asker=message.approval.requested_by.name,
        asked=[
            announcing.AskedApprover(_person(one.person), one.vote_id, moment(one.link_expires_at))
            for one in message.asked
        ],
        reminder=message.reminder,
    )


def approval_ended(event: Received[tickets.ApprovalCompleted]) -> announcing.ApprovalEnded:
    """How an approval ended, for the person who asked for it."""
    approval = event.message.approval
    asker = approval.requested_by
    return announcing.ApprovalEnded(
        event.id,
        ticket_news(event.message.ticket),
        event.message.actor.id,
        name=approval.name,
        state=approval.state,
        asker=audience.Party(asker.id, asker.email, asker.name) if asker.kind == "user" else None,
    )


def notice(event: Received[tickets.NotificationRequested]) -> announcing.Notice:
    """What a rule or macro has somebody told."""
    message = event.message
    return announcing.Notice(
        event.id,
        ticket_news(message.ticket),
        message.actor.id,
        recipients=[_person(one) for one in message.recipients],
        body=message.body,
    )


def is_resolution(message: tickets.TicketStateChanged) -> bool:
    """Whether the move ended in a state that means resolved; the ticket itself may be further by now."""
    for change in message.changes:
        if change.field == "state_category":
            return change.new_value.string_value == "resolved"
    return message.ticket.state == message.new_state and message.ticket.state_category == "resolved"


def clock_news(
    event_id: UUID, message: sla.ClockWarning | sla.ClockBreached, *, breached: bool
) -> announcing.ClockNews:
    """A clock that nears its due time, or has passed it."""
    return announcing.ClockNews(
        event_id,
        _ticket_of_clock(message.ticket),
        clock=message.clock.name,
        due_at=_due_at(message.clock),
        breached=breached,
    )


def escalation(event: Received[sla.ClockEscalated]) -> announcing.Escalation:
    """A step of the chain of a clock."""
    message = event.message
    return announcing.Escalation(
        event.id,
        _ticket_of_clock(message.ticket),
        clock=message.clock.name,
        due_at=_due_at(message.clock),
        breached=message.clock.breached,
        to=list(message.step.to),
    )


def _ticket_of_clock(facts: sla.TicketFacts) -> announcing.TicketNews:
    return announcing.TicketNews(
        id=UUID(facts.id),
        number=facts.number,
        title=facts.title,
        people=audience.TicketPeople(
            requester=_party(facts.requester), assignee=_party(facts.assignee), team_id=facts.team.id
        ),
        priority=facts.priority,
        queue=facts.queue.name,
    )


def _due_at(clock: sla_pb2.Clock) -> datetime | None:
    return moment(clock.due_at) if clock.HasField("due_at") else None


def ticket_news(ticket: ticket_pb2.Ticket) -> announcing.TicketNews:
    """The ticket as mails name it."""
    return announcing.TicketNews(
        id=UUID(ticket.id),
        number=ticket.number,
        title=ticket.title,
        people=audience.TicketPeople(
            requester=_party(ticket.requester),
            assignee=_party(ticket.assignee),
            watchers=[_person(watcher) for watcher in ticket.watchers],
            team_id=ticket.team.id,
        ),
        priority=ticket.priority,
        queue=ticket.queue.name,
        language=ticket.language,
        description=ticket.description,
    )


def _party(person: types_pb2.PersonRef) -> audience.Party | None:
    return _person(person) if person.id or person.email else None


def _person(person: types_pb2.PersonRef) -> audience.Party:
    return audience.Party(person.id, person.email, person.name)


def moment(stamp: Timestamp) -> datetime:
    """A point in time, in UTC."""
    return stamp.ToDatetime(UTC)
