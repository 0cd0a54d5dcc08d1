"""The events of a stream in order, from NATS: what is new, and what has been since a time.

Consumers are ephemeral and acknowledge nothing; a consumer that is lost is made anew behind the last message that was
seen. Where that cannot be told (the stream was wiped), the listeners are told that something may be missing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from gateway.http.live.subscribers import Happening

log = structlog.get_logger()

STREAMS: Final = ("tickets", "sla", "knowledge", "cmdb", "notify", "gateway")
SILENCE_SECONDS: Final = 5.0
"""Without a message for so long, see whether the consumer still is there."""
_NO_STREAM: Final = "none"
_PAUSE_SECONDS: Final = 1.0
_INACTIVE_SECONDS: Final = 60.0
_REPLAY_SECONDS: Final = 5.0
"""The longest wait for the next message of a replay."""


class Lost(Exception):
    """The consumer, or messages that it sent, did not arrive."""


def happening(message: Msg) -> Happening | None:
    """Read the event's headers; None when they are not those of an event."""
    headers = message.headers or {}
    try:
        return Happening(
            headers["Nats-Msg-Id"],
            message.subject,
            UUID(headers["deskmesh-tenant"]),
            headers["deskmesh-aggregate"],
            int(headers["deskmesh-version"]),
            message.data,
        )
    except (KeyError, ValueError):
        log.warning("event_headers_malformed", subject=message.subject)
        return None


class Feed:
    """Follows the stream of one service."""

    def __init__(
        self, nats: Nats, service: str, tell: Callable[[Happening], None], missed: Callable[[], None]
    ) -> None:
        self._nats = nats
        self._service = service
        self._tell = tell
        self._missed = missed
        self._created: str = ""
        self._stream_sequence = 0

    async def follow(self, stop: asyncio.Event) -> None:
        """Tell of every event from now on, until `stop` is set."""
        while not stop.is_set():
            try:
                if self._nats.is_connected:
                    await self._follow_one_consumer(stop)
            except NotFoundError:
                # The service has not made its stream (again) yet.
                self._created = self._created or _NO_STREAM
            except (Lost, NatsError, OSError) as error:
                log.info("live_feed_interrupted", service=self._service, error=type(error).__name__)
            await _pause(stop, _PAUSE_SECONDS)

    async def _follow_one_consumer(self, stop: asyncio.Event) -> None:
        async with _consumer(self._nats, self._service, await self._where_to_begin()) as (subscription, name):
            seen = 0
            while not stop.is_set():
                try:
                    message = await subscription.next_msg(timeout=SILENCE_SECONDS)
                except NatsTimeoutError:
                    info = await self._nats.jetstream().consumer_info(_stream(self._service), name)
                    if info.delivered is None or info.delivered.consumer_seq != seen:
                        raise Lost from None
                    continue
                sequence = message.metadata.sequence
                if sequence.consumer != seen + 1:
                    raise Lost
                seen = sequence.consumer
                self._stream_sequence = sequence.stream
                event = happening(message)
                if event is not None:
                    self._tell(event)

    async def _where_to_begin(self) -> ConsumerConfig:
        """Begin behind the last message seen, where the stream is still the one in which it was seen."""
        info = await self._nats.jetstream().stream_info(_stream(self._service))
        created = str(info.created)
        before, self._created = self._created, created
        if before == created and self._stream_sequence <= info.state.last_seq:
            return ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=self._stream_sequence + 1
            )
        if not before:
            self._stream_sequence = info.state.last_seq
            return ConsumerConfig(deliver_policy=DeliverPolicy.NEW)
        if before != _NO_STREAM:
            self._missed()
        self._stream_sequence = 0
        return ConsumerConfig(deliver_policy=DeliverPolicy.ALL)


async def replay(nats: Nats, service: str, since: datetime) -> AsyncIterator[Happening]:
    """Yield the events of a service's stream since a time (aware), up to those that are there now.

    Raises:
        Lost: they cannot be had now.
    """
    begin = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_TIME, opt_start_time=since)
    try:
        async with _consumer(nats, service, begin) as (subscription, name):
            info = await nats.jetstream().consumer_info(_stream(service), name)
            left = (info.num_pending or 0) + (info.delivered.consumer_seq if info.delivered else 0)
            while left > 0:
                message = await subscription.next_msg(timeout=_REPLAY_SECONDS)
                left = message.metadata.num_pending
                event = happening(message)
                if event is not None:
                    yield event
    except NotFoundError:
        return
    except (NatsError, OSError) as error:
        raise Lost from error


def _stream(service: str) -> str:
    return f"deskmesh-{service}"


@asynccontextmanager
async def _consumer(
    nats: Nats, service: str, begin: ConsumerConfig
) -> AsyncIterator[tuple[Subscription, str]]:
    """Make an ephemeral consumer that pushes into an inbox of its own; gone with the block."""
    inbox = nats.new_inbox()
    subscription = await nats.subscribe(inbox)
    manager = nats.jetstream()
    config = begin.evolve(
        deliver_subject=inbox,
        filter_subject=f"deskmesh.{service}.v1.>",
        ack_policy=AckPolicy.NONE,
        max_deliver=1,
        mem_storage=True,
        num_replicas=1,
        inactive_threshold=_INACTIVE_SECONDS,
    )
    try:
        made = await manager.add_consumer(_stream(service), config)
        try:
            yield subscription, made.name
        finally:
            await _forgotten(manager.delete_consumer(_stream(service), made.name))
    finally:
        await _forgotten(subscription.unsubscribe())


async def _forgotten(ending: "asyncio.Future[object] | object") -> None:
    try:
        await ending  # type: ignore[misc]
    except (NatsError, OSError) as error:
        # The server drops it by itself when nobody listens any more.
        log.debug("consumer_not_deleted", error=type(error).__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
