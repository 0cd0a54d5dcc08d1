"""What sla tells of clocks."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from deskmesh.sla.v1 import events_pb2, sla_pb2
from tickets.app.clocks import REMOVED, ToldClock, keep_clocks

ClockEvent = TypeVar(
    "ClockEvent",
    events_pb2.ClockStarted,
    events_pb2.ClockPaused,
    events_pb2.ClockResumed,
    events_pb2.ClockStopped,
    events_pb2.ClockRecomputed,
    events_pb2.ClockRemoved,
    events_pb2.ClockWarning,
    events_pb2.ClockBreached,
)


async def on_clock(tx: Tx, received: list[Received[ClockEvent]]) -> None:
    """Keeps the clocks: each event carries them whole."""
    await keep_clocks(tx, clocks=[clock for event in received for clock in _told(event.message)])


def clock_handlers() -> Sequence[AnyHandler]:
    """The handlers of sla's events; warnings and breaches are heard by rules, which keep the clocks first."""
    return [
        Handler(events_pb2.ClockStarted, on_clock),
        Handler(events_pb2.ClockPaused, on_clock),
        Handler(events_pb2.ClockResumed, on_clock),
        Handler(events_pb2.ClockStopped, on_clock),
        Handler(events_pb2.ClockRecomputed, on_clock),
        Handler(events_pb2.ClockRemoved, on_clock),
    ]


def _told(message: ClockEvent) -> Iterator[ToldClock]:
    """The clocks in an event. Their version, which grows over all clocks of a ticket, orders them."""
    yield _told_clock(message.clock, removed=isinstance(message, events_pb2.ClockRemoved))
    if isinstance(message, events_pb2.ClockStarted):
        for other in message.others:
            yield _told_clock(other, removed=False)


def _told_clock(clock: sla_pb2.Clock, *, removed: bool) -> ToldClock:
    return ToldClock(
        id=UUID(clock.id),
        ticket_id=UUID(clock.ticket_id),
        name=clock.name,
        state=REMOVED if removed else clock.state,
        kind=clock.kind,
        policy=clock.policy,
        target=clock.target,
        breached=clock.breached,
        started_at=_moment(clock.started_at) if clock.HasField("started_at") else None,
        due_at=_moment(clock.due_at) if clock.HasField("due_at") else None,
        paused_at=_moment(clock.paused_at) if clock.HasField("paused_at") else None,
        stopped_at=_moment(clock.stopped_at) if clock.HasField("stopped_at") else None,
        version=clock.version,
    )


def _moment(timestamp: Timestamp) -> datetime:
    return timestamp.ToDatetime(tzinfo=UTC)
