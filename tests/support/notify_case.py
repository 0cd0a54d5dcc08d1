"""What other services tell notify of a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notify_desk import TenantOf

from chassis.ids import new_id
from deskmesh.common.v1 import types_pb2
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.sla.v1 import sla_pb2
from deskmesh.tickets.v1 import approval_pb2, rating_pb2, ticket_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Case:
    """A ticket of a tenant with its people, and what happens to it."""

    tenant: TenantOf
    ticket: ticket_pb2.Ticket
    requester: types_pb2.PersonRef
    anna: types_pb2.PersonRef
    bob: types_pb2.PersonRef

    async def created(
        self, *, event_id: UUID | None = None, happened: datetime = NOW, automatic: bool = False
    ) -> UUID:
        """The ticket came in. Returns the id of the event."""
        event = tickets.TicketCreated(
            ticket=self.ticket,
            actor=types_pb2.Actor(kind="user", id=self.requester.id),
            automatic=automatic,
        )
        event.occurred_at.FromDatetime(happened)
        event.recorded_at.FromDatetime(NOW)
        return await self._tell(event, event_id)

    async def commented(
        self,
        author: types_pb2.PersonRef,
        body: str,
        *,
        visibility: str = "public",
        source_message_id: str = "",
        automatic: bool = False,
        mentioned: Sequence[types_pb2.PersonRef] = (),
        body_html: str = "",
        attachments: Sequence[types_pb2.FileRef] = (),
        forwarded_to: Sequence[str] = (),
        channel: str = "",
    ) -> UUID:
        """Somebody said something. Returns the id of the event."""
        event = tickets.CommentAdded(
            ticket=self.ticket,
            comment=ticket_pb2.Comment(
                id=str(new_id()),
                ticket_id=self.ticket.id,
                body=body,
                body_html=body_html,
                attachments=attachments,
                forwarded_to=forwarded_to,
                channel=channel,
                visibility=visibility,
                author=types_pb2.Actor(kind="user", id=author.id, name=author.name, email=author.email),
                from_requester=author.id == self.requester.id,
                source_message_id=source_message_id,
            ),
            automatic=automatic,
            mentioned=mentioned,
        )
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        return await self._tell(event)

    async def resolved(self, by: types_pb2.PersonRef) -> UUID:
        """Somebody resolved the ticket. Returns the id of the event."""
        self.ticket.state, self.ticket.state_category = "resolved", "resolved"
        event = tickets.TicketStateChanged(
            ticket=self.ticket,
            old_state="open",
            new_state="resolved",
            actor=types_pb2.Actor(kind="user", id=by.id),
        )
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        return await self._tell(event)

    async def asked_to_approve(self, *people: types_pb2.PersonRef, reminder: bool = False) -> str:
        """People are asked to decide; gives the vote of the first."""
        event = tickets.ApprovalRequested(
            ticket=self.ticket,
            approval=approval_pb2.Approval(
                id=str(new_id()), requested_by=types_pb2.Actor(kind="user", id=self.anna.id, name="Anna")
            ),
            asked=[approval_pb2.AskedApprover(vote_id=str(new_id()), person=one) for one in people],
            reminder=reminder,
            actor=types_pb2.Actor(kind="user", id=self.anna.id),
        )
        for one in event.asked:
            one.link_expires_at.FromDatetime(NOW + timedelta(days=3))
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        await self._tell(event)
        return event.asked[0].vote_id

    async def approval_completed(self, state: str) -> None:
        event = tickets.ApprovalCompleted(
            ticket=self.ticket,
            approval=approval_pb2.Approval(
                id=str(new_id()),
                state=state,
                requested_by=types_pb2.Actor(kind="user", id=self.anna.id, email=self.anna.email),
            ),
        )
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        await self._tell(event)

    async def reminded(self) -> None:
        """The moment has come at which the desk wants to be reminded."""
        event = tickets.ReminderDue(ticket=self.ticket)
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        await self._tell(event)

    async def asked_to_rate(self, scale: str = "five") -> None:
        """The requester is asked for a rating."""
        event = tickets.RatingRequested(ticket=self.ticket, rating=rating_pb2.Rating(scale=scale))
        event.rating.open_until.FromDatetime(NOW + timedelta(days=14))
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        await self._tell(event)

    async def rated(self, score: int, comment: str, *, alert: bool) -> None:
        """The requester rated."""
        rating = rating_pb2.Rating(score=score, comment=comment)
        event = tickets.TicketRated(ticket=self.ticket, rating=rating, alert=alert)
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        await self._tell(event)

    async def noticed(self, body: str, *people: types_pb2.PersonRef) -> None:
        """A rule tells people something."""
        event = tickets.NotificationRequested(ticket=self.ticket, recipients=people, body=body)
        event.actor.kind = "system"
        event.occurred_at.FromDatetime(NOW)
        event.recorded_at.FromDatetime(NOW)
        await self._tell(event)

    async def breached(
        self, *, warning: bool = False, at: datetime | None = None, escalated_to: Sequence[str] = ()
    ) -> UUID:
        """A clock ran out, or warned, or reached a step of its chain. Returns the id of the event."""
        facts = sla.TicketFacts(
            id=self.ticket.id,
            number=self.ticket.number,
            title=self.ticket.title,
            priority="high",
            team=self.ticket.team,
            requester=self.requester,
            assignee=self.ticket.assignee,
        )
        clock = sla_pb2.Clock(id=str(new_id()), name="first_response")
        clock.due_at.FromDatetime(datetime(2026, 11, 23, 14, 30, tzinfo=UTC))
        event: sla.ClockWarning | sla.ClockBreached | sla.ClockEscalated
        if escalated_to:
            event = sla.ClockEscalated(
                clock=clock, ticket=facts, step=sla_pb2.Escalation(at="50%", to=escalated_to)
            )
        elif warning:
            event = sla.ClockWarning(clock=clock, ticket=facts, warning="50%")
        else:
            event = sla.ClockBreached(clock=clock, ticket=facts)
        event.occurred_at.FromDatetime(at or datetime.now(UTC))
        return await self._tell(event)

    async def _tell(
        self,
        event: tickets.TicketCreated
        | tickets.CommentAdded
        | tickets.TicketStateChanged
        | tickets.ApprovalRequested
        | tickets.ApprovalCompleted
        | tickets.NotificationRequested
        | tickets.RatingRequested
        | tickets.TicketRated
        | tickets.ReminderDue
        | sla.ClockWarning
        | sla.ClockBreached
        | sla.ClockEscalated,
        event_id: UUID | None = None,
    ) -> UUID:
        return await self.tenant.desk.tell(
            self.tenant.id, event, aggregate_id=self.ticket.id, event_id=event_id
        )

    async def settled(self) -> None:
        """Everything told so far has been handled."""
        await self.tenant.desk.service.drain()
