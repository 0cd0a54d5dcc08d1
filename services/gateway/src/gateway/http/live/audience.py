"""Who may hear of an event, and where what it tells of can be read: the rules of the live stream.

They repeat the rules by which the resource itself is read. An event that is not named here is told to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from chassis.context import Caller
from deskmesh.cmdb.v1 import events_pb2 as cmdb
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.knowledge.v1 import events_pb2 as knowledge
from deskmesh.notify.v1 import events_pb2 as notify
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1.ticket_pb2 import Queue, Ticket

Event = TypeVar("Event", bound=Message)


@dataclass(slots=True)
class Listener:
    """A caller who is connected, and the confidential queues that are closed to the caller, by id.

    While it is not known which are closed (None), all are.
    """

    caller: Caller
    closed_queues: frozenset[str] | None

    def reads_in(self, process: str, queue_id: str, queue: str) -> bool:
        """Whether the listener reads all tickets of a queue."""
        closed = self.closed_queues
        return (
            self.caller.may("tickets.read", process, queue) and closed is not None and queue_id not in closed
        )

    def reads_of(self, ticket: Ticket) -> bool:
        """Whether the listener reads what others of an own organisation ask for; never in a confidential queue."""
        if ticket.confidential or ticket.organization.id not in self.caller.organization_ids:
            return False
        return self.caller.may("tickets.read_organization", ticket.process.key, ticket.queue.key)

    def holds(self, permission: str) -> bool:
        """Whether the listener has the permission anywhere."""
        return self.caller.may_somewhere(permission)


def is_closed(queue: Queue, caller: Caller) -> bool:
    """Whether a confidential queue is closed to the caller.

    A permission that holds everywhere is not enough there: it takes one for the process or the queue, or the team.
    """
    narrow = {f"tickets.read:{queue.process.key}", f"tickets.read:{queue.process.key}/{queue.slug}"}
    return queue.confidential and not narrow & caller.scopes and queue.team.id not in caller.team_ids


@dataclass(frozen=True, slots=True)
class Audience(Generic[Event]):
    """One type of event: who hears it, and the collection under /api/v1 whose member it tells of."""

    event: type[Event]
    collection: str
    may_hear: Callable[[Listener, Event], bool]

    def opened(self, payload: bytes) -> Callable[[Listener], bool]:
        """Read the event once; the answer decides for each listener. Raises DecodeError."""
        event = self.event.FromString(payload)
        return lambda listener: self.may_hear(listener, event)


def reads_ticket(listener: Listener, ticket: Ticket) -> bool:
    """Agents hear of the tickets of their queues, requesters and watchers of their own and, where allowed, of their organisations'."""
    if listener.reads_in(ticket.process.key, ticket.queue.id, ticket.queue.key):
        return True
    if listener.reads_of(ticket):
        return True
    own = {ticket.requester.id, *(watcher.id for watcher in ticket.watchers)}
    return listener.caller.subject in own and listener.holds("tickets.read_own")


def reads_comment(listener: Listener, event: tickets.CommentAdded) -> bool:
    """What agents say among themselves is not for those who read only their own tickets."""
    ticket = event.ticket
    if event.comment.visibility == "public":
        return reads_ticket(listener, ticket)
    return listener.reads_in(ticket.process.key, ticket.queue.id, ticket.queue.key)


ForAgents = tickets.TimeEntryAdded | tickets.TimeEntryChanged | tickets.TimeEntryRemoved | tickets.ReminderDue


def reads_as_agent(listener: Listener, event: ForAgents) -> bool:
    """What work took, and when it is taken up again, is for agents."""
    ticket = event.ticket
    return listener.reads_in(ticket.process.key, ticket.queue.id, ticket.queue.key)


Approved = (
    tickets.ApprovalRequested
    | tickets.ApprovalDecided
    | tickets.ApprovalDelegated
    | tickets.ApprovalCompleted
)


def reads_approval(listener: Listener, event: Approved) -> bool:
    """As the ticket, and those who are asked to decide."""
    if reads_ticket(listener, event.ticket):
        return True
    asked = {
        vote.approver.id for step in event.approval.steps for vote in step.votes if vote.state != "waiting"
    }
    return listener.caller.subject in asked and listener.holds("approvals.decide")


def reads_clock(listener: Listener, ticket: sla.TicketFacts) -> bool:
    """As the ticket, but for watchers, whom clocks do not know."""
    if listener.reads_in(ticket.process.key, ticket.queue.id, ticket.queue.key):
        return True
    return listener.caller.subject == ticket.requester.id and listener.holds("tickets.read_own")


def reads_article(listener: Listener, event: knowledge.ArticlePublished) -> bool:
    """Those to whom the article is published."""
    match event.article.visibility:
        case "public" | "requesters":
            return listener.holds("kb.read")
        case "agents":
            return listener.holds("kb.read_agents")
        case _:
            return not listener.caller.team_ids.isdisjoint(event.article.team_ids)


def reads_item(listener: Listener, event: cmdb.ItemChanged) -> bool:
    """Agents, and whoever uses the item."""
    return listener.holds("cmdb.read") or (
        event.item.holder.id == listener.caller.subject and listener.holds("cmdb.read_own")
    )


def _holding(permission: str) -> Callable[[Listener, Message], bool]:
    return lambda listener, _: listener.holds(permission)


AUDIENCES: dict[str, Audience[Message]] = {
    str(audience.event.DESCRIPTOR.full_name): audience  # type: ignore[misc]  # each knows its own event
    for audience in (
        Audience(tickets.TicketCreated, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(tickets.TicketUpdated, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(tickets.TicketStateChanged, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(tickets.TicketAssigned, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(tickets.CommentAdded, "tickets", reads_comment),
        Audience(tickets.ApprovalRequested, "tickets", reads_approval),
        Audience(tickets.ApprovalDecided, "tickets", reads_approval),
        Audience(tickets.ApprovalDelegated, "tickets", reads_approval),
        Audience(tickets.ApprovalCompleted, "tickets", reads_approval),
        Audience(tickets.TimeEntryAdded, "tickets", reads_as_agent),
        Audience(tickets.TimeEntryChanged, "tickets", reads_as_agent),
        Audience(tickets.TimeEntryRemoved, "tickets", reads_as_agent),
        Audience(tickets.ReminderDue, "tickets", reads_as_agent),
        Audience(tickets.RatingRequested, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(tickets.TicketRated, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(
            tickets.MajorIncidentDeclared, "tickets", lambda who, event: reads_ticket(who, event.ticket)
        ),
        Audience(tickets.MajorIncidentChanged, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(tickets.MajorIncidentEnded, "tickets", lambda who, event: reads_ticket(who, event.ticket)),
        Audience(sla.ClockStarted, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockPaused, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockResumed, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockStopped, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockRecomputed, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockRemoved, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockWarning, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockEscalated, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.ClockBreached, "tickets", lambda who, event: reads_clock(who, event.ticket)),
        Audience(sla.CalendarChanged, "sla/calendars", _holding("sla.read")),
        Audience(sla.AgreementHoursUsed, "sla/agreements", _holding("sla.read")),
        Audience(knowledge.ArticlePublished, "kb/articles", reads_article),
        Audience(cmdb.ItemChanged, "cmdb/items", reads_item),
        Audience(notify.MessageReceived, "inbound-messages", _holding("notify.read")),
        Audience(notify.MessageDelivered, "deliveries", _holding("notify.read")),
        Audience(notify.MessageFailed, "deliveries", _holding("notify.read")),
        Audience(gateway.UserChanged, "users", _holding("users.read")),
        Audience(gateway.TeamChanged, "teams", _holding("users.read")),
        Audience(gateway.OrganizationChanged, "organizations", _holding("users.read")),
    )
}
