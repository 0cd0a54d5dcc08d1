"""What notify does when others tell something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from chassis.ids import is_id
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.tickets.v1 import events_pb2 as tickets
from notify.api import reading
from notify.api.pushes import on_session_ended
from notify.app import announcing, directory, understanding
from notify.app.break_glass_mails import mail_break_glass_alarm
from notify.app.notices import Addressee
from notify.app.password_mails import mail_password_link
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
        Handler(message=gateway.SessionEnded, handle=on_session_ended),
        Handler(message=gateway.PasswordResetRequested, handle=on_password_reset_requested),
        Handler(message=gateway.BreakGlassUsed, handle=on_break_glass_used),
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
        await directory.keep_tenant(tx, news=reading.tenant_news(event.message.tenant))


async def on_user_changed(tx: Tx, events: list[Received[gateway.UserChanged]]) -> None:
    """Keep a copy of the people."""
    await directory.keep_people(tx, news=[reading.person_news(event.message.user) for event in events])


async def on_role_changed(tx: Tx, events: list[Received[gateway.RoleChanged]]) -> None:
    """Keep a copy of the roles."""
    await directory.keep_roles(tx, news=[reading.role_news(event.message.role) for event in events])


async def on_password_reset_requested(tx: Tx, events: list[Received[gateway.PasswordResetRequested]]) -> None:
    """Mail the link to a new password."""
    for event in events:
        said = event.message
        to = Addressee(said.person.email, said.person.name, said.language, said.time_zone)
        await mail_password_link(
            tx,
            event_id=event.id,
            person_id=said.person.id,
            to=to,
            reset_id=said.reset_id,
            expires_at=reading.moment(said.expires_at),
            now=datetime.now(UTC),
        )


async def on_break_glass_used(tx: Tx, events: list[Received[gateway.BreakGlassUsed]]) -> None:
    """Mail the alarm to the administrators."""
    for event in events:
        said = event.message
        await mail_break_glass_alarm(
            tx,
            event_id=event.id,
            name=said.person.name,
            email=said.person.email,
            address=said.address,
            used_at=reading.moment(said.occurred_at),
            now=datetime.now(UTC),
        )


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
        await self._announce(tx, [reading.new_ticket(event) for event in _fresh(events)])

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
        await self._announce(tx, [reading.new_comment(event) for event in _fresh(events)])

    async def on_ticket_state_changed(
        self, tx: Tx, events: list[Received[tickets.TicketStateChanged]]
    ) -> None:
        """Tell the requester of a resolution."""
        await self._announce(
            tx,
            [
                announcing.Resolution(
                    event.id, reading.ticket_news(event.message.ticket), event.message.actor.id
                )
                for event in _fresh(events)
                if reading.is_resolution(event.message)
            ],
        )

    async def on_approval_requested(self, tx: Tx, events: list[Received[tickets.ApprovalRequested]]) -> None:
        """Ask those who have to decide."""
        await self._announce(tx, [reading.approval_asked(event) for event in _fresh(events)])

    async def on_approval_completed(self, tx: Tx, events: list[Received[tickets.ApprovalCompleted]]) -> None:
        """Tell who asked what came of it."""
        await self._announce(
            tx,
            [
                reading.approval_ended(event)
                for event in _fresh(events)
                if event.message.approval.state != "withdrawn"
            ],
        )

    async def on_notification_requested(
        self, tx: Tx, events: list[Received[tickets.NotificationRequested]]
    ) -> None:
        """Tell people what a rule or macro has for them."""
        await self._announce(tx, [reading.notice(event) for event in _fresh(events)])

    async def on_reminder_due(self, tx: Tx, events: list[Received[tickets.ReminderDue]]) -> None:
        """Remind the agents."""
        await self._announce(
            tx,
            [
                announcing.Reminder(
                    event.id, reading.ticket_news(event.message.ticket), event.message.actor.id
                )
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
                    reading.ticket_news(event.message.ticket),
                    event.message.actor.id,
                    scale=event.message.rating.scale,
                    link_expires_at=reading.moment(event.message.rating.open_until),
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
                    reading.ticket_news(event.message.ticket),
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
            tx, [reading.clock_news(event.id, event.message, breached=False) for event in _timely(events)]
        )

    async def on_clock_breached(self, tx: Tx, events: list[Received[sla.ClockBreached]]) -> None:
        """Tell the agents that a target was missed."""
        await self._announce(
            tx, [reading.clock_news(event.id, event.message, breached=True) for event in _timely(events)]
        )

    async def on_clock_escalated(self, tx: Tx, events: list[Received[sla.ClockEscalated]]) -> None:
        """Tell those whom the step of the chain names."""
        await self._announce(tx, [reading.escalation(event) for event in _timely(events)])

    async def _announce(self, tx: Tx, news: Sequence[announcing.News]) -> None:
        await announcing.announce(tx, news=news, mail_domain=self.mail_domain, now=datetime.now(UTC))


def _fresh(events: Sequence[Received[E]]) -> list[Received[E]]:
    """Without what was imported: of old news nobody is told."""
    return [
        event
        for event in events
        if not audience.is_import(
            occurred_at=reading.moment(event.message.occurred_at),
            recorded_at=reading.moment(event.message.recorded_at),
        )
    ]


def _timely(events: Sequence[Received[C]]) -> list[Received[C]]:
    """Without what sla found out long after its moment: clocks of imported tickets."""
    return [
        event
        for event in events
        if not audience.is_import(
            occurred_at=reading.moment(event.message.occurred_at), recorded_at=event.occurred_at
        )
    ]
