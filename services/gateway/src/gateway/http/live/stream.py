"""One client's live stream: what was missed, then what happens, with a sign of life in between."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from nats.aio.client import Client as Nats

from chassis.context import Caller
from chassis.errors import FieldError, InvalidInput, Unauthenticated, Unavailable
from chassis.ids import is_id, time_of
from gateway.http.live.feed import STREAMS, Feed, Lost, replay
from gateway.http.live.subscribers import RESET, Subscriber, Subscribers

log = structlog.get_logger()

HEARTBEAT_SECONDS: Final = 15.0
RECHECK_SECONDS: Final = 1.0
"""How often it is seen whether the caller may still listen."""
LONGEST_REPLAY: Final = 5_000
"""Messages; whoever was away for more is told to read anew."""
KEPT: Final = timedelta(days=3)
"""How long the streams keep events."""

HELLO: Final = b"retry: 2000\n: connected\n\n"
HEARTBEAT: Final = b": still here\n\n"

Recheck = Callable[[], Awaitable[Caller]]
ClosedQueues = Callable[[Caller], Awaitable[frozenset[str]]]


class Live:
    """The live events of this process."""

    def __init__(self, nats: Nats, draining: asyncio.Event) -> None:
        """Take the connection, and the event that says that the process begins to stop."""
        self._nats = nats
        self._draining = draining
        self.subscribers = Subscribers()

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the streams of all services until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            feeds = [
                Feed(self._nats, service, self.subscribers.tell, self.subscribers.reset)
                for service in STREAMS
            ]
            following = [group.create_task(feed.follow(stop)) for feed in feeds]
            await stop.wait()
            # They wait for messages, which may not come.
            for task in following:
                task.cancel()

    async def messages(
        self, subscriber: Subscriber, last_event_id: str | None, recheck: Recheck, closed_queues: ClosedQueues
    ) -> AsyncIterator[bytes]:
        """Yield the bytes of one client's stream until the process drains or the caller may no longer listen."""
        try:
            yield HELLO
            told: set[str] = set()
            if last_event_id is not None:
                async for event_id, message in self._missed(subscriber, last_event_id):
                    told.add(event_id)
                    yield message
            async for event_id, message in self._happening(subscriber, recheck, closed_queues):
                if not event_id or event_id not in told:
                    yield message
        finally:
            self.subscribers.remove(subscriber)

    async def _happening(
        self, subscriber: Subscriber, recheck: Recheck, closed_queues: ClosedQueues
    ) -> AsyncIterator[tuple[str, bytes]]:
        """Yield what is told to the client from now on, and a heartbeat after every silence."""
        checked = beaten = time.monotonic()
        while not self._draining.is_set():
            told = await _next(subscriber)
            now = time.monotonic()
            if now - checked >= RECHECK_SECONDS or subscriber.stale_queues:
                checked = now
                if not await _may_go_on(subscriber, recheck, closed_queues):
                    return
            if told is None and now - beaten >= HEARTBEAT_SECONDS:
                told = ("", HEARTBEAT)
            if told is not None:
                beaten = now
                yield told

    async def _missed(self, subscriber: Subscriber, last_event_id: str) -> AsyncIterator[tuple[str, bytes]]:
        since = time_of(UUID(last_event_id))
        if since < datetime.now(UTC) - KEPT:
            yield "", RESET
            return
        left = LONGEST_REPLAY
        try:
            for service in STREAMS:
                async for happening in replay(self._nats, service, since):
                    left -= 1
                    if left < 0:
                        yield "", RESET
                        return
                    if (
                        happening.id == last_event_id
                        or happening.tenant_id != subscriber.listener.caller.tenant_id
                    ):
                        continue
                    audible = happening.opened()
                    if audible is not None and audible.may_hear(subscriber.listener):
                        yield happening.id, audible.message
        except Lost:
            yield "", RESET


def event_id(header: str | None) -> str | None:
    """Check a Last-Event-ID.

    Raises:
        InvalidInput: it is not the id of an event.
    """
    if header is None:
        return None
    if not is_id(header) or UUID(header).version != 7:
        raise InvalidInput([FieldError("Last-Event-ID", "is not the id of an event")])
    return str(UUID(header))


async def _next(subscriber: Subscriber) -> tuple[str, bytes] | None:
    """Wait for the next message, but no longer than until the caller has to be checked again."""
    try:
        return await asyncio.wait_for(subscriber.waiting.get(), RECHECK_SECONDS)
    except TimeoutError:
        return None


async def _may_go_on(subscriber: Subscriber, recheck: Recheck, closed_queues: ClosedQueues) -> bool:
    """See whether the caller's credential still holds, and take over what the caller may now."""
    listener = subscriber.listener
    try:
        caller = await recheck()
    except Unauthenticated:
        return False
    except Unavailable:
        # Where credentials are kept does not answer, so none was revoked there either.
        return True
    if caller.scopes != listener.caller.scopes or caller.team_ids != listener.caller.team_ids:
        subscriber.stale_queues = True
    listener.caller = caller
    if subscriber.stale_queues:
        await _refresh(subscriber, closed_queues)
    return True


async def _refresh(subscriber: Subscriber, closed_queues: ClosedQueues) -> None:
    """Find out anew which queues are closed; while that cannot be told, all are."""
    listener = subscriber.listener
    subscriber.stale_queues = False
    was_known = listener.closed_queues is not None
    listener.closed_queues = await known_queues(closed_queues, listener.caller)
    if listener.closed_queues is None:
        subscriber.stale_queues = True
    elif not was_known:
        subscriber.hear("", RESET)


async def known_queues(closed_queues: ClosedQueues, caller: Caller) -> frozenset[str] | None:
    """Ask which queues are closed to the caller; None when the service that knows does not answer."""
    try:
        return await closed_queues(caller)
    except Unavailable:
        return None
