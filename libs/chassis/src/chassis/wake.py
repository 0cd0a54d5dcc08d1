"""Wakes relay and timers after a commit: in this process at once, in others by a message of core NATS."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from chassis.messaging import FAILURES, wake_subject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from chassis.db import Databases, Signal

_AT_MOST_EVERY_SECONDS = 0.01
_CONNECTED_POLL_SECONDS = 0.2


class Waker:
    """Tells the other processes of the service of commits that nobody in this process listens for."""

    def __init__(self, service: str, databases: Databases, nats: Client) -> None:
        self._subject = wake_subject(service)
        self._databases = databases
        self._nats = nats

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until `stop`. A message that is lost costs a second: the poll is the net."""
        needed = asyncio.Event()
        with ExitStack() as signals:
            for database in self._databases.all():
                signals.enter_context(database.outbox_written.otherwise(needed.set))
                signals.enter_context(database.timers_scheduled.otherwise(needed.set))
            while await either(needed, stop):
                needed.clear()
                if self._nats.is_connected:
                    with suppress(*FAILURES):
                        await self._nats.publish(self._subject, b"")
                await asyncio.sleep(_AT_MOST_EVERY_SECONDS)


@asynccontextmanager
async def woken(
    service: str, nats: Client, signals: list[Signal], event: asyncio.Event
) -> AsyncIterator[None]:
    """Sets the event at each commit of this process and at each message from another, while the block runs."""

    async def heard(_: Msg) -> None:
        event.set()

    async def subscribed() -> None:
        while not nats.is_connected:  # noqa: ASYNC110 (the library has no event for it)
            await asyncio.sleep(_CONNECTED_POLL_SECONDS)
        subscription = await nats.subscribe(wake_subject(service), cb=heard)
        try:
            await asyncio.Event().wait()
        finally:
            with suppress(*FAILURES):
                await subscription.unsubscribe()

    with ExitStack() as listeners:
        for signal in signals:
            listeners.enter_context(signal.listening(event.set))
        subscribing = asyncio.create_task(subscribed())
        try:
            yield
        finally:
            subscribing.cancel()
            await asyncio.gather(subscribing, return_exceptions=True)


async def either(event: asyncio.Event, stop: asyncio.Event, timeout: float | None = None) -> bool:
    """Waits for the event, `stop` or the end of so many seconds; False once `stop` is set."""
    waiting = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return not stop.is_set()
