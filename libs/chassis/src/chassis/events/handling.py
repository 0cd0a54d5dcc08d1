"""Running handlers: a tenant's events in one transaction with the note that they were taken."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chassis import metrics
from chassis.context import use_caller
from chassis.events import inbox
from chassis.events.handlers import calls
from chassis.telemetry import SpanKind, is_recorded, span

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from chassis.db import Databases, Tx
    from chassis.events.handlers import AnyHandler, AnyReceived, Call


class Handling:
    """The handlers of a service for one stream, by subject."""

    def __init__(self, service: str, databases: Databases, handlers: Mapping[str, AnyHandler]) -> None:
        self.service = service
        self.databases = databases
        self.handlers = handlers

    async def run(
        self,
        consumer: str,
        tenant_id: UUID,
        events: Sequence[AnyReceived],
        behind: Collection[str] = (),
    ) -> set[str]:
        """Handles the events, which are in the order of the stream, in one transaction; none twice.

        Of the aggregates in `behind` those whose events are still parked are not handled but parked as well; their
        ids are the result. Raises what a handler raises, after rolling back.
        """
        events = _each_once(events)
        await self.prepare([event for event in events if event.aggregate_id not in behind])
        parked: set[str] = set()
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            if behind:
                parked = await inbox.still_parked(tx, consumer, behind)
                for event in events:
                    if event.aggregate_id in parked:
                        await inbox.park(tx, consumer, event, "waits behind a parked event", 0)
            await self.apply(tx, consumer, [e for e in events if e.aggregate_id not in parked])
        return parked

    async def apply(self, tx: Tx, consumer: str, events: Sequence[AnyReceived]) -> None:
        """Takes the events and runs the handlers for those that are new, inside the transaction."""
        new = await inbox.take(tx, consumer, events)
        fresh = [event for event in events if event.id in new]
        for call in calls(self.handlers, fresh):
            with use_caller(call.handler.caller(self.service, call.events)), _spans(call):
                await call.handler.handle(tx, call.events)
                await tx.flush()
        if fresh:
            tx.after_commit(lambda: _observe(fresh))

    async def prepare(self, events: Sequence[AnyReceived]) -> None:
        """Runs what the handlers do before the transaction opens."""
        for call in calls(self.handlers, events):
            if call.handler.prepare is not None:
                with use_caller(call.handler.caller(self.service, call.events)), _spans(call):
                    await call.handler.prepare(call.events)


def _each_once(events: Sequence[AnyReceived]) -> list[AnyReceived]:
    """The events without further copies: one that was not acknowledged in time comes again, into the same batch too."""
    return list({event.id: event for event in events}.values())


def _observe(events: Sequence[AnyReceived]) -> None:
    now = datetime.now(UTC)
    for event in events:
        metrics.EVENT_SECONDS.observe(max(0.0, (now - event.occurred_at).total_seconds()))


def _spans(call: Call) -> ExitStack:
    """A span in the trace of each event that is recorded; what the handler does is recorded below the first.

    Where none is recorded, one span carries the ids for the logs and for the next hop.
    """
    stack = ExitStack()
    name = call.events[0].subject.rpartition(".")[2]
    attributes = {"messaging.system": "nats", "messaging.destination.name": call.events[0].subject}
    recorded = [event for event in call.events if is_recorded(event.traceparent)]
    for event in reversed(recorded or call.events[:1]):
        stack.enter_context(
            span(
                f"handle {name}",
                kind=SpanKind.CONSUMER,
                traceparent=event.traceparent,
                root=True,
                attributes=attributes,
            )
        )
    return stack
