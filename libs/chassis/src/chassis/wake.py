"""Wakes relay and timers after a commit: in this process at once, in others by a message of core NATS."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from chassis.messaging import FAILURES, wake_subject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from chassis.db import Databases, Signal

_AT_MOST_EVERY_SECONDS = 0.01
_CONNECTED_POLL_SECONDS = 0.2
_LEASE_IS_FREE = b"lease"


class Waker:
    """Tells the other processes of the service of commits that nobody in this process listens for, and of free leases."""

    def __init__(self, service: str, databases: Databases, nats: Client) -> None:
        self._subject = wake_subject(service)
        self._databases = databases
        self._nats = nats

    async def run(self, stop: asyncio.Event) -> None:
        """Tells and hears until `stop`, and tells once more then. A message that is lost costs a second: the poll is the net."""
        needed = asyncio.Event()
        freed = False

        def free() -> None:
            nonlocal freed
            freed = True
            needed.set()

        hearing = asyncio.create_task(_subscribed(self._nats, self._subject, self._hear))
        try:
            with ExitStack() as signals:
                for database in self._databases.all():
                    signals.enter_context(database.outbox_written.otherwise(needed.set))
                    signals.enter_context(database.timers_scheduled.otherwise(needed.set))
                    signals.enter_context(database.lease_released.listening(free))
                while await either(needed, stop) or needed.is_set():
                    needed.clear()
                    body, freed = _LEASE_IS_FREE if freed else b"", False
                    await self._tell(body, last=stop.is_set())
                    await asyncio.sleep(_AT_MOST_EVERY_SECONDS)
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def _tell(self, body: bytes, *, last: bool) -> None:
        if self._nats.is_connected:
            with suppress(*FAILURES):
                await self._nats.publish(self._subject, body)
                if last:
                    await self._nats.flush(1)

    async def _hear(self, message: Msg) -> None:
        if message.data == _LEASE_IS_FREE:
            for database in self._databases.all():
                database.lease_is_free.send()


@asynccontextmanager
async def woken(
    service: str, nats: Client, signals: list[Signal], event: asyncio.Event
) -> AsyncIterator[None]:
    """Sets the event at each commit of this process and at each message from another, while the block runs."""

    async def heard(_: Msg) -> None:
        event.set()

    with ExitStack() as listeners:
        for signal in signals:
            listeners.enter_context(signal.listening(event.set))
        subscribing = asyncio.create_task(_subscribed(nats, wake_subject(service), heard))
        try:
            yield
        finally:
            subscribing.cancel()
            await asyncio.gather(subscribing, return_exceptions=True)


async def _subscribed(nats: Client, subject: str, heard: Callable[[Msg], Awaitable[None]]) -> None:
    """Hears the subject until cancelled, from when there is a connection."""
    while not nats.is_connected:  # noqa: ASYNC110 (the library has no event for it)
        await asyncio.sleep(_CONNECTED_POLL_SECONDS)
    subscription = await nats.subscribe(subject, cb=heard)
    try:
        await asyncio.Event().wait()
    finally:
        with suppress(*FAILURES):
            await subscription.unsubscribe()


async def either(event: asyncio.Event, stop: asyncio.Event, timeout: float | None = None) -> bool:
    """Waits for the event, `stop` or the end of so many seconds; False once `stop` is set."""
    waiting = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return not stop.is_set()
