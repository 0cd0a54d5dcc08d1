"""The events that webhooks are told of, beside what else notify does with them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from chassis.db import Tx
from chassis.events import Handler
from chassis.events.handlers import AnyHandler, AnyReceived
from chassis.ids import is_id
from deskmesh.cmdb.v1 import events_pb2 as cmdb
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.knowledge.v1 import events_pb2 as knowledge
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.tickets.v1 import events_pb2 as tickets
from notify.app import hooking
from notify.db import hooks
from notify.domain import audience

# Not those of clocks that only run or rest: some with each ticket, and of use to nobody outside.
TOLD: Sequence[type[Message]] = (
    tickets.TicketCreated,
    tickets.TicketUpdated,
    tickets.TicketStateChanged,
    tickets.TicketAssigned,
    tickets.CommentAdded,
    tickets.ApprovalRequested,
    tickets.ApprovalDecided,
    tickets.ApprovalCompleted,
    tickets.MajorIncidentDeclared,
    tickets.MajorIncidentChanged,
    tickets.MajorIncidentEnded,
    tickets.TimeEntryAdded,
    tickets.TimeEntryChanged,
    tickets.TimeEntryRemoved,
    tickets.TicketRated,
    sla.ClockWarning,
    sla.ClockBreached,
    sla.ClockEscalated,
    knowledge.ArticlePublished,
    cmdb.ItemChanged,
    gateway.UserChanged,
    gateway.OrganizationChanged,
    gateway.TeamChanged,
)
"""What may be subscribed to."""

NAMES = frozenset(message.DESCRIPTOR.name for message in TOLD)


def with_webhooks(handlers: Sequence[AnyHandler]) -> list[AnyHandler]:
    """These handlers, and those of the other events, all of which tell webhooks too."""
    told = {message.DESCRIPTOR.full_name for message in TOLD}
    heard = {handler.subject for handler in handlers}
    return [
        *(
            replace(handler, handle=_both(handler.handle)) if handler.subject in told else handler
            for handler in handlers
        ),
        *(
            Handler(message=message, handle=_tell)
            for message in TOLD
            if message.DESCRIPTOR.full_name not in heard
        ),
        Handler(message=tickets.WebhookRequested, handle=_tell_the_named),
    ]


def _both(
    handle: Callable[[Tx, list[AnyReceived]], Awaitable[None]],
) -> Callable[[Tx, list[AnyReceived]], Awaitable[None]]:
    async def both(tx: Tx, events: list[AnyReceived]) -> None:
        await handle(tx, events)
        await _tell(tx, events)

    return both


async def _tell(tx: Tx, events: list[AnyReceived]) -> None:
    """Queue calls of the webhooks that want to hear of these events; nobody is told of imported history."""
    active = await hooks.active(tx)
    calls = []
    for event in events:
        wanted = [one for one in active if _name(event) in one.events]
        if wanted and not _is_imported(event):
            news = _news(event)
            calls += [(news, one) for one in wanted]
    await hooking.queue_calls(tx, calls=calls, now=datetime.now(UTC))


async def _tell_the_named(tx: Tx, events: list[AnyReceived]) -> None:
    """Queue the calls that a rule or macro asks for; a webhook that is gone or not active is not called."""
    active = {str(one.id): one for one in await hooks.active(tx)}
    calls = [
        (_news(event), active[event.message.webhook.id])
        for event in events
        if event.message.webhook.id in active
    ]
    await hooking.queue_calls(tx, calls=calls, now=datetime.now(UTC))


def _news(event: AnyReceived) -> hooking.News:
    ticket = getattr(event.message, "ticket", None)
    known = getattr(ticket, "id", "")
    return hooking.News(
        event_id=event.id,
        kind=_name(event),
        at=event.occurred_at,
        said=MessageToDict(event.message, preserving_proto_field_name=True),
        ticket_id=UUID(known) if is_id(known) else None,
    )


def _name(event: AnyReceived) -> str:
    return event.subject.rpartition(".")[2]


def _is_imported(event: AnyReceived) -> bool:
    fields = event.message.DESCRIPTOR.fields_by_name
    if "occurred_at" not in fields:
        return False
    recorded = "recorded_at" if "recorded_at" in fields else ""
    return audience.is_import(
        occurred_at=event.message.occurred_at.ToDatetime(UTC),
        recorded_at=event.message.recorded_at.ToDatetime(UTC) if recorded else event.occurred_at,
    )
