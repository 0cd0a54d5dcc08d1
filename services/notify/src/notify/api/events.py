"""What notify does when others tell something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from chassis.ids import is_id
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.sla.v1 import sla_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1 import ticket_pb2
from notify.app import announcing, directory, understanding
from notify.domain import audience

E = TypeVar(
    "E",
    tickets.TicketCreated,
    tickets.CommentAdded,
    tickets.TicketStateChanged,
    tickets.ApprovalRequested,
    tickets.ApprovalCompleted,
    tickets.RatingRequested,
    tickets.TicketRated,
    tickets.ReminderDue,
    tickets.NotificationRequested,
)
C = TypeVar("C", sla.ClockWarning, sla.ClockBreached, sla.ClockEscalated)


def handlers(mail_domain: str) -> list[AnyHandler]:
    """The handlers of all events that notify listens to; `mail_domain` is that of our Message-IDs, or empty."""
    told = _Told(mail_domain)
    return [
        Handler(message=gateway.TenantChanged, handle=on_tenant_changed),
        Handler(message=gateway.UserChanged, handle=on_user_changed),
        Handler(message=gateway.RoleChanged, handle=on_role_changed),
        Handler(message=tickets.TicketCreated, handle=told.on_ticket_created),
        Handler(message=tickets.CommentAdded, handle=told.on_comment_added),
        Handler(message=tickets.TicketStateChanged, handle=told.on_ticket_state_changed),
        Handler(message=tickets.ApprovalRequested, handle=told.on_approval_requested),
        Handler(message=tickets.ApprovalCompleted, handle=told.on_approval_completed),
        Handler(message=tickets.NotificationRequested, handle=told.on_notification_requested),
        Handler(message=tickets.ReminderDue, handle=told.on_reminder_due),
        Handler(message=tickets.RatingRequested, handle=told.on_rating_requested),
        Handler(message=tickets.TicketRated, handle=told.on_ticket_rated),
        Handler(message=tickets.MessageRejected, handle=on_message_rejected),
        Handler(message=sla.ClockWarning, handle=told.on_clock_warning),
        Handler(message=sla.ClockBreached, handle=told.on_clock_breached),
        Handler(message=sla.ClockEscalated, handle=told.on_clock_escalated),
    ]


async def on_tenant_changed(tx: Tx, events: list[Received[gateway.TenantChanged]]) -> None:
    """Keep a copy of the tenant, and its mailbox."""
    for event in events:
        await directory.keep_tenant(tx, news=tenant_news(event.message.tenant))


async def on_user_changed(tx: Tx, events: list[Received[gateway.UserChanged]]) -> None:
    """Keep a copy of the people."""
    await directory.keep_people(tx, news=[person_news(event.message.user) for event in events])


async def on_role_changed(tx: Tx, events: list[Received[gateway.RoleChanged]]) -> None:
    """Keep a copy of the roles."""
    await directory.keep_roles(tx, news=[role_news(event.message.role) for event in events])


async def on_message_rejected(tx: Tx, events: list[Received[tickets.MessageRejected]]) -> None:
    """Put the mail into quarantine, with the reason."""
    for event in events:
        message_id = UUID(event.message.inbound_message_id)
        await understanding.note_rejection(tx, message_id=message_id, reason=event.message.reason)


@dataclass(frozen=True, slots=True)
class _Told:
    """Handlers that queue mail."""

    mail_domain: str

    async def on_ticket_created(self, tx: Tx, events: list[Received[tickets.TicketCreated]]) -> None:
        """Note what became of the mail; acknowledge to the requester, tell the agents."""
        for event in events:
            ticket = event.message.ticket
            if is_id(ticket.source_message_id):
                await understanding.note_outcome(
                    tx, message_id=UUID(ticket.source_message_id), ticket_id=UUID(ticket.id)
                )
        await self._announce(tx, [_new_ticket(event) for event in _fresh(events)])

    async def on_comment_added(self, tx: Tx, events: list[Received[tickets.CommentAdded]]) -> None:
        """Note what became of the mail; tell the other side, or the agents."""
        for event in events:
            comment = event.message.comment
            if is_id(comment.source_message_id):
                await understanding.note_outcome(
                    tx,
                    message_id=UUID(comment.source_message_id),
                    ticket_id=UUID(event.message.ticket.id),
                    comment_id=UUID(comment.id),
                )
        await self._announce(tx, [_new_comment(event) for event in _fresh(events)])

    async def on_ticket_state_changed(
        self, tx: Tx, events: list[Received[tickets.TicketStateChanged]]
    ) -> None:
        """Tell the requester of a resolution."""
        await self._announce(
            tx,
            [
                announcing.Resolution(event.id, _ticket(event.message.ticket), event.message.actor.id)
                for event in _fresh(events)
                if _is_resolution(event.message)
            ],
        )

    async def on_approval_requested(self, tx: Tx, events: list[Received[tickets.ApprovalRequested]]) -> None:
        """Ask those who have to decide."""
        await self._announce(tx, [_approval_asked(event) for event in _fresh(events)])

    async def on_approval_completed(self, tx: Tx, events: list[Received[tickets.ApprovalCompleted]]) -> None:
        """Tell who asked what came of it."""
        await self._announce(
            tx,
            [
                _approval_ended(event)
                for event in _fresh(events)
                if event.message.approval.state != "withdrawn"
            ],
        )

    async def on_notification_requested(
        self, tx: Tx, events: list[Received[tickets.NotificationRequested]]
    ) -> None:
        """Tell people what a rule or macro has for them."""
        await self._announce(tx, [_notice(event) for event in _fresh(events)])

    async def on_reminder_due(self, tx: Tx, events: list[Received[tickets.ReminderDue]]) -> None:
        """Remind the agents."""
        await self._announce(
            tx,
            [
                announcing.Reminder(event.id, _ticket(event.message.ticket), event.message.actor.id)
                for event in _fresh(events)
            ],
        )

    async def on_rating_requested(self, tx: Tx, events: list[Received[tickets.RatingRequested]]) -> None:
        """Ask the requester for a rating."""
        await self._announce(
            tx,
            [
                announcing.RatingAsked(
                    event.id,
                    _ticket(event.message.ticket),
                    event.message.actor.id,
                    scale=event.message.rating.scale,
                    link_expires_at=_time(event.message.rating.open_until),
                )
                for event in _fresh(events)
            ],
        )

    async def on_ticket_rated(self, tx: Tx, events: list[Received[tickets.TicketRated]]) -> None:
        """Tell the agents of a rating that became low."""
        await self._announce(
            tx,
            [
                announcing.LowRating(
                    event.id,
                    _ticket(event.message.ticket),
                    event.message.actor.id,
                    score=event.message.rating.score,
                    comment=event.message.rating.comment,
                )
                for event in _fresh(events)
                if event.message.alert
            ],
        )

    async def on_clock_warning(self, tx: Tx, events: list[Received[sla.ClockWarning]]) -> None:
        """Tell the agents that time runs out."""
        await self._announce(
            tx, [_clock(event.id, event.message, breached=False) for event in _timely(events)]
        )

    async def on_clock_breached(self, tx: Tx, events: list[Received[sla.ClockBreached]]) -> None:
        """Tell the agents that a target was missed."""
        await self._announce(
            tx, [_clock(event.id, event.message, breached=True) for event in _timely(events)]
        )

    async def on_clock_escalated(self, tx: Tx, events: list[Received[sla.ClockEscalated]]) -> None:
        """Tell those whom the step of the chain names."""
        await self._announce(tx, [_escalation(event) for event in _timely(events)])

    async def _announce(self, tx: Tx, news: Sequence[announcing.News]) -> None:
        await announcing.announce(tx, news=news, mail_domain=self.mail_domain, now=datetime.now(UTC))


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


def _fresh(events: Sequence[Received[E]]) -> list[Received[E]]:
    """Without what was imported: of old news nobody is told."""
    return [
        event
        for event in events
        if not audience.is_import(
            occurred_at=_time(event.message.occurred_at), recorded_at=_time(event.message.recorded_at)
        )
    ]


def _timely(events: Sequence[Received[C]]) -> list[Received[C]]:
    """Without what sla found out long after its moment: clocks of imported tickets."""
    return [
        event
        for event in events
        if not audience.is_import(occurred_at=_time(event.message.occurred_at), recorded_at=event.occurred_at)
    ]


def _new_ticket(event: Received[tickets.TicketCreated]) -> announcing.NewTicket:
    message = event.message
    return announcing.NewTicket(
        event.id, _ticket(message.ticket), message.actor.id, automatic=message.automatic
    )


def _new_comment(event: Received[tickets.CommentAdded]) -> announcing.NewComment:
    message = event.message
    author = message.comment.author
    return announcing.NewComment(
        event.id,
        _ticket(message.ticket),
        author.id,
        author_name=author.name if author.kind != "system" else "",
        body=message.comment.body,
        public=message.comment.visibility == "public",
        from_requester=message.comment.from_requester,
        automatic=message.automatic,
        mentioned=[_person(one) for one in message.mentioned],
        by_the_desk=message.automatic and message.comment.channel == "rule",
    )


def _approval_asked(event: Received[tickets.ApprovalRequested]) -> announcing.ApprovalAsked:
    message = event.message
    return announcing.ApprovalAsked(
        event.id,
        _ticket(message.ticket),
        message.actor.id,
        approval_id=message.approval.id,
        name=message.approval.name,
        asker=message.approval.requested_by.name,
        asked=[
            announcing.AskedApprover(_person(one.person), one.vote_id, _time(one.link_expires_at))
            for one in message.asked
        ],
        reminder=message.reminder,
    )


def _approval_ended(event: Received[tickets.ApprovalCompleted]) -> announcing.ApprovalEnded:
    approval = event.message.approval
    asker = approval.requested_by
    return announcing.ApprovalEnded(
        event.id,
        _ticket(event.message.ticket),
        event.message.actor.id,
        name=approval.name,
        state=approval.state,
        asker=audience.Party(asker.id, asker.email, asker.name) if asker.kind == "user" else None,
    )


def _notice(event: Received[tickets.NotificationRequested]) -> announcing.Notice:
    message = event.message
    return announcing.Notice(
        event.id,
        _ticket(message.ticket),
        message.actor.id,
        recipients=[_person(one) for one in message.recipients],
        body=message.body,
    )


def _is_resolution(message: tickets.TicketStateChanged) -> bool:
    """Whether the move ended in a state that means resolved; the ticket itself may be further by now."""
    for change in message.changes:
        if change.field == "state_category":
            return change.new_value.string_value == "resolved"
    return message.ticket.state == message.new_state and message.ticket.state_category == "resolved"


def _clock(
    event_id: UUID, message: sla.ClockWarning | sla.ClockBreached, *, breached: bool
) -> announcing.ClockNews:
    return announcing.ClockNews(
        event_id,
        _ticket_of_clock(message.ticket),
        clock=message.clock.name,
        due_at=_due_at(message.clock),
        breached=breached,
    )


def _escalation(event: Received[sla.ClockEscalated]) -> announcing.Escalation:
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
    return _time(clock.due_at) if clock.HasField("due_at") else None


def _ticket(ticket: ticket_pb2.Ticket) -> announcing.TicketNews:
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


def _time(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)
