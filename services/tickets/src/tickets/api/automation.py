"""Rules, run on this service's own events, on clocks that warn or miss their target, and on time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from chassis.filters.evaluate import Values
from chassis.timers import Timer, TimerHandler
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.tickets.v1 import events_pb2 as events
from tickets.api.clocks import on_clock
from tickets.api.routing import wake_by_events
from tickets.api.told import is_whole, view_of
from tickets.app.automating import (
    PERMISSIONS,
    RULE_TIMER,
    Happening,
    KeptRules,
    run_due_rule,
    run_rules,
    split_key,
)
from tickets.app.configuration import Configuration, Configurations
from tickets.app.facts import ticket_values
from tickets.app.opening import Desk
from tickets.domain import rules
from tickets.domain.occasion import is_import

TicketEvent = (
    events.TicketCreated
    | events.TicketUpdated
    | events.TicketStateChanged
    | events.TicketAssigned
    | events.CommentAdded
    | events.ApprovalCompleted
    | events.MajorIncidentDeclared
    | events.MajorIncidentEnded
)
Told = TypeVar(
    "Told",
    events.TicketCreated,
    events.TicketUpdated,
    events.TicketStateChanged,
    events.TicketAssigned,
    events.CommentAdded,
    events.ApprovalCompleted,
    events.MajorIncidentDeclared,
    events.MajorIncidentEnded,
)
Clock = TypeVar("Clock", sla.ClockWarning, sla.ClockBreached)

TRIGGERS: dict[type[TicketEvent], str] = {
    events.TicketCreated: rules.CREATED,
    events.TicketUpdated: rules.UPDATED,
    events.TicketStateChanged: rules.STATE_CHANGED,
    events.TicketAssigned: rules.ASSIGNED,
    events.CommentAdded: rules.COMMENTED,
    events.ApprovalCompleted: rules.APPROVAL_COMPLETED,
    events.MajorIncidentDeclared: rules.MAJOR_DECLARED,
    events.MajorIncidentEnded: rules.MAJOR_ENDED,
}
"""What rules call the events of tickets."""

_CLOCK_TRIGGERS = {
    sla.ClockWarning.DESCRIPTOR.full_name: rules.CLOCK_WARNING,
    sla.ClockBreached.DESCRIPTOR.full_name: rules.CLOCK_BREACHED,
}


@dataclass(frozen=True, slots=True)
class Automation:
    """Runs the rules. Creating a ticket costs nothing more: its event, which others read anyway, is read here too."""

    configurations: Configurations
    kept: KeptRules
    desk: Desk

    async def on_ticket_event(self, tx: Tx, received: list[Received[Told]]) -> None:
        """Runs the rules on what was not imported, and has tickets given out where that is possible now."""
        news = [event for event in received if is_news(event.message)]
        configuration = await self.configurations.within(tx)
        await self._run(tx, configuration, [_happening(configuration, event) for event in news])
        await wake_by_events(tx, [event.message for event in news])

    async def on_clock_event(self, tx: Tx, received: list[Received[Clock]]) -> None:
        """Keeps the clocks as they are told, then runs the rules, unless sla found out long after the moment."""
        await on_clock(tx, received)
        await self._run(
            tx,
            await self.configurations.within(tx),
            [
                Happening(
                    UUID(event.message.clock.ticket_id),
                    _CLOCK_TRIGGERS[event.subject],
                    cause="",
                    origin=f"event:{event.id}",
                    facts={"clock.name": event.message.clock.name, "clock.kind": event.message.clock.kind},
                )
                for event in received
                if not is_import(
                    occurred_at=_moment(event.message.occurred_at), recorded_at=event.occurred_at
                )
            ],
        )

    async def on_timer(self, tx: Tx, due: list[Timer]) -> None:
        """Runs the rules of time, ticket by ticket in one order, so that batches cannot block each other."""
        configuration = await self.configurations.within(tx)
        for timer in sorted(due, key=lambda timer: timer.key.partition("/")[2]):
            rule_id, ticket_id = split_key(timer.key)
            await run_due_rule(
                tx,
                configuration=configuration,
                kept=self.kept,
                desk=self.desk,
                rule_id=rule_id,
                ticket_id=ticket_id,
                origin=f"timer:{timer.id}",
            )

    async def _run(self, tx: Tx, configuration: Configuration, happenings: Sequence[Happening]) -> None:
        if happenings:
            await run_rules(
                tx, configuration=configuration, kept=self.kept, desk=self.desk, happenings=happenings
            )

    def handlers(self) -> Sequence[AnyHandler]:
        """The handlers of the events that rules wait for."""
        return [
            Handler(events.TicketCreated, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.TicketUpdated, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.TicketStateChanged, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.TicketAssigned, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.CommentAdded, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.ApprovalCompleted, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.MajorIncidentDeclared, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(events.MajorIncidentEnded, self.on_ticket_event, permissions=PERMISSIONS),
            Handler(sla.ClockWarning, self.on_clock_event, permissions=PERMISSIONS),
            Handler(sla.ClockBreached, self.on_clock_event, permissions=PERMISSIONS),
        ]

    def timer_handler(self) -> TimerHandler:
        """The handler of the timers of rules."""
        return TimerHandler(RULE_TIMER, self.on_timer, permissions=PERMISSIONS, batch=50)


def facts_of(message: TicketEvent) -> Values:
    """What a condition may ask of an event."""
    facts: dict[str, str | bool | list[str]] = {
        "event": TRIGGERS[type(message)],
        "actor": [one for one in (message.actor.id, message.actor.email) if one],
        "actor_kind": message.actor.kind,
    }
    match message:
        case events.CommentAdded():
            facts |= {
                "comment.visibility": message.comment.visibility,
                "comment.body": message.comment.body,
                "comment.from_requester": message.comment.from_requester,
            }
        case events.ApprovalCompleted():
            facts |= {"approval.name": message.approval.name, "approval.state": message.approval.state}
        case events.TicketCreated() | events.MajorIncidentDeclared() | events.MajorIncidentEnded():
            pass
        case _:
            facts["changed"] = list(message.changed_fields)
    if isinstance(message, events.TicketStateChanged):
        facts["old_state"] = message.old_state
    return facts


def _happening(configuration: Configuration, event: Received[Told]) -> Happening:
    message = event.message

    def told() -> Values | None:
        view = view_of(configuration, message.ticket) if is_whole(message.ticket) else None
        return None if view is None else ticket_values(view)

    return Happening(
        UUID(message.ticket.id),
        TRIGGERS[type(message)],
        cause=message.cause,
        origin=f"event:{event.id}",
        facts=facts_of(message),
        told=told,
    )


def is_news(message: TicketEvent) -> bool:
    """Whether an event tells of something new, and not an import of something old."""
    return not is_import(occurred_at=_moment(message.occurred_at), recorded_at=_moment(message.recorded_at))


def _moment(timestamp: Timestamp) -> datetime:
    return timestamp.ToDatetime(tzinfo=UTC)
