"""Taking messages from a durable consumer: one pull request is always open, answered as events come."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Self

import nats.errors

if TYPE_CHECKING:
    from types import TracebackType

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

BATCH = 400
_LINGER_SECONDS = 0.03
_EXPIRES_SECONDS = 20
_HEARTBEAT_SECONDS = 2
_SILENCE_SECONDS = 5.0
_LOOK_SECONDS = 1.0
_ENDED = {"404", "408"}
_HEARTBEAT = "100"


class PullLostError(nats.errors.Error):
    """The consumer is gone, or the connection to it was interrupted: set it up again."""


class Puller:
    """Batches of up to 400 messages, collected for 30 milliseconds after the first.

    While a batch is handled, the next one gathers: never more than twice as many are held.
    """

    def __init__(self, nats: Client, stream: str, durable: str) -> None:
        self._nats = nats
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = nats.new_inbox()
        self._subscription: Subscription | None = None
        self._arrived: list[Msg] = []
        self._news = asyncio.Event()
        self._open = 0
        self._lost = ""
        self._heard_at = 0.0
        self._full_until = 0.0
        self._reconnects = nats.stats["reconnects"]

    async def __aenter__(self) -> Self:
        self._subscription = await self._nats.subscribe(self._inbox, cb=self._hear)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._subscription is not None and self._nats.is_connected:
            await self._subscription.unsubscribe()

    async def batch(self) -> list[Msg]:
        """The next messages; none when a second has passed without. Raises PullLostError."""
        await self._ask()
        if not self._arrived:
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                self._check()
                return []
        self._check()
        if len(self._arrived) < BATCH:
            await asyncio.sleep(_LINGER_SECONDS)
        taken, self._arrived = self._arrived[:BATCH], self._arrived[BATCH:]
        if not self._arrived:
            self._news.clear()
        await self._ask()
        return taken

    async def _ask(self) -> None:
        if self._open > 0 or time.monotonic() < self._full_until:
            return
        self._open = BATCH
        self._heard_at = time.monotonic()
        request = {
            "batch": BATCH,
            "expires": _EXPIRES_SECONDS * 10**9,
            "idle_heartbeat": _HEARTBEAT_SECONDS * 10**9,
        }
        await self._nats.publish(self._subject, json.dumps(request).encode(), reply=self._inbox)

    def _check(self) -> None:
        if self._nats.stats["reconnects"] != self._reconnects:
            raise PullLostError("reconnected")
        if self._open > 0 and time.monotonic() - self._heard_at > _SILENCE_SECONDS:
            raise PullLostError("no heartbeat")
        if self._lost:
            raise PullLostError(self._lost)

    async def _hear(self, message: Msg) -> None:
        self._heard_at = time.monotonic()
        headers = message.headers or {}
        status, description = headers.get("Status", ""), headers.get("Description", "")
        if status == _HEARTBEAT:
            return
        if not status:
            self._open -= 1
            self._arrived.append(message)
        elif status in _ENDED:
            self._open = 0
        elif "maxackpending" in description.lower().replace(" ", ""):
            self._open = 0
            self._full_until = time.monotonic() + _LOOK_SECONDS
        else:
            # Such as: no responders, consumer deleted, server shut down.
            self._lost = f"{status} {description}"
        self._news.set()
