"""Durable pull consumers: one for each stream that the service has handlers for, run by one process at a time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from chassis import metrics
from chassis.errors import DeskmeshError
from chassis.events import inbox
from chassis.events.failing import MAX_DELIVERIES, Failing
from chassis.events.handlers import AnyHandler, AnyReceived, MalformedEventError
from chassis.events.handling import Handling
from chassis.events.pull import Puller
from chassis.leases import Lease, lead, pause
from chassis.messaging import FAILURES, ensure_stream, has_taken_all, stream_of

if TYPE_CHECKING:
    from uuid import UUID

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js.api import ConsumerInfo

    from chassis.db import Databases

log = structlog.get_logger()

_ACK_WAIT_SECONDS = 60.0
_MAX_ACK_PENDING = 5000
_TENANTS_AT_ONCE = 4
_PAUSE_SECONDS = 0.5
_UPGRADE = timedelta(hours=1)

Delivery = tuple["Msg", AnyReceived]


class Consumers:
    """The consumers of a service."""

    def __init__(
        self,
        service: str,
        databases: Databases,
        nats: Client,
        handlers: Sequence[AnyHandler],
        stream_replicas: int = 1,
    ) -> None:
        """Raises ValueError when two handlers want the same event."""
        by_publisher: dict[str, dict[str, AnyHandler]] = defaultdict(dict)
        for handler in handlers:
            if handler.subject in by_publisher[handler.publisher]:
                raise ValueError(f"two handlers for {handler.subject}")
            by_publisher[handler.publisher][handler.subject] = handler
        self._consumers = [
            _StreamConsumer(publisher, nats, Handling(service, databases, subjects), stream_replicas)
            for publisher, subjects in by_publisher.items()
        ]

    @property
    def ready(self) -> bool:
        """Whether every durable consumer has been seen to exist."""
        return all(consumer.ready for consumer in self._consumers)

    async def run(self, stop: asyncio.Event) -> None:
        """Consumes until `stop`."""
        await asyncio.gather(*(consumer.run(stop) for consumer in self._consumers))


class _StreamConsumer:
    """The consumer of one stream.

    One process of the service consumes at a time, elected by a lease: that keeps the order within an aggregate when
    there are several. Whoever takes over makes the durable consumer anew, from what was acknowledged on: what a dead
    process had in its hands comes again at once and in order, and a process that believes it still leads gets nothing
    more. The inbox drops what was done and not acknowledged. What a process that died had in its hands is handled one by
    one, and noted before: an event that kills its workers is parked like one that fails.
    """

    def __init__(self, publisher: str, nats: Client, handling: Handling, stream_replicas: int) -> None:
        self.ready = False
        self._publisher = publisher
        self._stream = stream_of(publisher)
        self._durable = handling.service
        self._nats = nats
        self._js = nats.jetstream()
        self._stream_replicas = stream_replicas
        self._handling = handling
        self._lease = Lease(handling.databases.all()[0], f"consumer:{self._stream}")
        self._failing = Failing()
        self._parked: dict[UUID, set[str]] = {}
        self._suspicious_until = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Consumes until `stop`, whenever this process is the one elected."""
        watching = asyncio.create_task(self._watch(stop))
        try:
            await lead(self._lease, stop, lambda: self._consume(stop))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, stop: asyncio.Event) -> None:
        """Sees the consumer that another process has made."""
        while not self.ready and not stop.is_set():
            with suppress(*FAILURES):
                if self._nats.is_connected:
                    await self._js.consumer_info(self._stream, self._durable)
                    self.ready = True
            await pause(stop, _PAUSE_SECONDS)

    async def _consume(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if self._nats.is_connected:
                    await self._set_up()
                    async with Puller(self._nats, self._stream, self._durable) as puller:
                        while not stop.is_set():
                            await self._take(await puller.batch())
            except FAILURES as error:
                log.info(
                    "consumer_sets_up_again", stream=self._stream, error=str(error) or type(error).__name__
                )
            await pause(stop, _PAUSE_SECONDS)

    async def _set_up(self) -> None:
        await ensure_stream(self._js, self._publisher, self._stream_replicas)
        self._suspicious_until = 0
        subjects = sorted(self._handling.handlers)
        start = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
        with suppress(NotFoundError):
            info = await self._js.consumer_info(self._stream, self._durable)
            start = _after(info, subjects)
            if self._lease.after_crash and info.delivered is not None:
                self._suspicious_until = info.delivered.stream_seq
                self._lease.after_crash = False
            await self._js.delete_consumer(self._stream, self._durable)
        await self._js.add_consumer(
            self._stream,
            start.evolve(
                durable_name=self._durable,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT_SECONDS,
                max_ack_pending=_MAX_ACK_PENDING,
                # Servers before 2.10 do not know this and send all; what nobody handles is dropped then.
                filter_subjects=subjects,
            ),
        )
        self._failing = Failing()
        self._parked = await self._load_parked()
        self.ready = True

    async def _load_parked(self) -> dict[UUID, set[str]]:
        parked: dict[UUID, set[str]] = defaultdict(set)
        for database in self._handling.databases.all():
            async with database.relay_connection() as raw:
                rows = await raw.fetch(
                    "SELECT DISTINCT tenant_id, aggregate_id FROM dead_events"
                    " WHERE consumer = $1 AND state = 'parked'",
                    self._stream,
                )
            for row in rows:
                parked[row["tenant_id"]].add(row["aggregate_id"])
        return parked

    async def _take(self, messages: list[Msg]) -> None:
        """Handles a batch: tenant by tenant, a few tenants at a time."""
        tenants: dict[UUID, list[Delivery]] = defaultdict(list)
        for message in messages:
            handler = self._handling.handlers.get(message.subject)
            if handler is None:
                await _done([message])
                continue
            try:
                event = handler.read(message.data, message.headers or {}, message.metadata.sequence.stream)
            except MalformedEventError as error:
                # Without a tenant there is nowhere to keep it; nobody but a relay publishes here.
                log.error("event_malformed", stream=self._stream, error=str(error))  # noqa: TRY400 (the text is all)
                await _done([message])
                continue
            tenants[event.tenant_id].append((message, event))
        limit = asyncio.Semaphore(_TENANTS_AT_ONCE)

        async def limited(tenant_id: UUID, deliveries: list[Delivery]) -> None:
            async with limit:
                await self._handle(tenant_id, deliveries)

        async with asyncio.TaskGroup() as group:
            for tenant_id, deliveries in tenants.items():
                group.create_task(limited(tenant_id, deliveries))

    async def _handle(self, tenant_id: UUID, deliveries: list[Delivery]) -> None:
        """The tenant's events together; where that fails, one by one."""
        deliveries.sort(key=lambda delivery: delivery[1].sequence)
        free = [delivery for delivery in deliveries if not self._failing.must_wait(delivery[1])]
        for message, event in deliveries:
            if self._failing.must_wait(event):
                await _again(message, self._failing.hold_behind(event))
        for delivery in free:
            if delivery[1].sequence <= self._suspicious_until:
                await self._handle_suspicious(tenant_id, delivery)
        free = [delivery for delivery in free if delivery[1].sequence > self._suspicious_until]
        if not free:
            return
        try:
            await self._run(tenant_id, free)
        except Exception as error:  # noqa: BLE001 (a handler may raise anything; it is dealt with event by event)
            if len(free) == 1 or _is_database(error):
                for delivery in free:
                    await self._fail(delivery, error)
                return
            for delivery in free:
                await self._handle_alone(tenant_id, delivery)

    async def _handle_suspicious(self, tenant_id: UUID, delivery: Delivery) -> None:
        message, event = delivery
        if self._failing.must_wait(event):
            await _again(message, self._failing.hold_behind(event))
            return
        database = self._handling.databases.for_tenant(tenant_id)
        try:
            async with database.transaction(tenant_id) as tx:
                innocent = await inbox.begin_trial(tx, self._stream, event, MAX_DELIVERIES)
            if not innocent:
                log.error("event_parked", stream=self._stream, subject=event.subject, event_id=str(event.id))
                self._parked.setdefault(tenant_id, set()).add(event.aggregate_id)
                await _done([message])
                return
        except DeskmeshError as error:
            await self._fail(delivery, error)
            return
        await self._handle_alone(tenant_id, delivery)
        with suppress(DeskmeshError):
            async with database.transaction(tenant_id) as tx:
                await inbox.end_trial(tx, self._stream, event)

    async def _handle_alone(self, tenant_id: UUID, delivery: Delivery) -> None:
        message, event = delivery
        if self._failing.must_wait(event):
            await _again(message, self._failing.hold_behind(event))
            return
        try:
            await self._run(tenant_id, [delivery])
        except Exception as error:  # noqa: BLE001 (as above)
            await self._fail(delivery, error)

    async def _run(self, tenant_id: UUID, deliveries: list[Delivery]) -> None:
        events = [event for _, event in deliveries]
        behind = {event.aggregate_id for event in events} & self._parked.get(tenant_id, set())
        still = await self._handling.run(self._stream, tenant_id, events, behind)
        if behind:
            self._parked[tenant_id] -= behind - still
        for event in events:
            self._failing.done(event)
        await _done([message for message, _ in deliveries])
        metrics.EVENTS_HANDLED.labels(self._stream, "handled").inc(len(events))

    async def _fail(self, delivery: Delivery, error: Exception) -> None:
        message, event = delivery
        metrics.EVENTS_HANDLED.labels(self._stream, "failed").inc()
        if self._failing.must_wait(event):
            await _again(message, self._failing.hold_behind(event))
            return
        seconds = self._failing.failed(event, error)
        facts = {"stream": self._stream, "subject": event.subject, "event_id": str(event.id)}
        if seconds is not None:
            log.warning("event_failed", **facts, again_in=seconds, exc_info=error)
            await _again(message, seconds)
            return
        try:
            async with self._handling.databases.for_tenant(event.tenant_id).transaction(
                event.tenant_id
            ) as tx:
                await inbox.park(tx, self._stream, event, _told(error), MAX_DELIVERIES)
        except DeskmeshError:
            await _again(message, _PAUSE_SECONDS)
            return
        log.error("event_parked", **facts, exc_info=error)
        self._parked.setdefault(event.tenant_id, set()).add(event.aggregate_id)
        self._failing.done(event)
        await _done([message])


def _after(info: ConsumerInfo, subjects: Collection[str]) -> ConsumerConfig:
    """Where a consumer goes on that stood there and is to have these subjects.

    New ones may have been published already while it did not have them, by a publisher that was upgraded first: then it
    goes back by an hour, within which an upgrade is over, or to the beginning where it is behind. The inbox drops the rest.
    """
    floor = 0 if info.ack_floor is None else info.ack_floor.stream_seq
    had = info.config.filter_subjects or [one for one in (info.config.filter_subject,) if one]
    learns = bool(had) and not set(subjects) <= set(had)
    if not floor or (learns and not has_taken_all(info)):
        return ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    if learns:
        since = datetime.now(UTC) - _UPGRADE
        return ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_TIME, opt_start_time=since)
    return ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=floor + 1)


async def _done(messages: Iterable[Msg]) -> None:
    """Says that the messages are done. One whose word is lost comes again, and the inbox drops it."""
    with suppress(*FAILURES):
        for message in messages:
            await message.ack()


async def _again(message: Msg, seconds: float) -> None:
    """Asks for the message again after so many seconds; where the word is lost, it comes later."""
    with suppress(*FAILURES):
        await message.nak(seconds)


def _is_database(error: Exception) -> bool:
    return isinstance(error, DeskmeshError) and error.reason.startswith("DATABASE_")


def _told(error: Exception) -> str:
    """The error for operators: its type, and the text only where it is one of ours, which names nobody."""
    return f"{type(error).__name__}: {error}" if isinstance(error, DeskmeshError) else type(error).__name__
