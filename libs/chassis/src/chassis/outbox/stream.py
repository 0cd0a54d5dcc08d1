"""Publishing to the service's stream: whole batches at once, in order, by one writer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Self

import structlog

from chassis.messaging import stream_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from asyncpg import Record
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

log = structlog.get_logger()

_ACK_SECONDS = 5.0


class StreamWriter:
    """Writes rows of the outbox to the stream, over an inbox for acknowledgements of its own.

    Each message names the sequence that must be the stream's last. So a batch can be sent without waiting and still
    keeps its order: where one message is not stored, none after it is; and a stream that was wiped, or written by a
    relay that believes it still leads, is noticed before anything is stored in the wrong place.
    """

    def __init__(self, nats: Client, service: str) -> None:
        self.last_sequence = 0
        self._nats = nats
        self._stream = stream_of(service)
        self._source = f"/deskmesh/{service}"
        self._inbox = nats.new_inbox()
        self._subscription: Subscription | None = None
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._count = 0

    async def __aenter__(self) -> Self:
        self._subscription = await self._nats.subscribe(f"{self._inbox}.*", cb=self._acknowledged)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._subscription is not None and self._nats.is_connected:
            await self._subscription.unsubscribe()

    async def write(self, rows: Sequence[Record]) -> int:
        """Publishes the rows; gives how many of them, from the first on, the stream has.

        Raises one of `messaging.FAILURES` where NATS cannot be written to at all.
        """
        sent: list[asyncio.Future[Msg]] = []
        try:
            for offset, row in enumerate(rows):
                self._count += 1
                token = str(self._count)
                waiting: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
                self._waiting[token] = waiting
                sent.append(waiting)
                await self._nats.publish(
                    row["subject"],
                    row["payload"],
                    reply=f"{self._inbox}.{token}",
                    headers=self._headers(row, self.last_sequence + offset),
                )
            await asyncio.wait(sent, timeout=_ACK_SECONDS)
            return self._stored(sent)
        finally:
            self._waiting.clear()

    def _headers(self, row: Record, expected: int) -> dict[str, str]:
        event_id = str(row["id"])
        return {
            **row["headers"],
            "Nats-Msg-Id": event_id,
            "Nats-Expected-Last-Sequence": str(expected),
            "deskmesh-tenant": str(row["tenant_id"]),
            "deskmesh-aggregate": row["aggregate_id"],
            "deskmesh-version": str(row["version"]),
            "content-type": "application/protobuf",
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-source": self._source,
            "ce-type": row["subject"],
            "ce-subject": row["aggregate_id"],
            "ce-time": row["created_at"].isoformat().replace("+00:00", "Z"),
        }

    async def _acknowledged(self, message: Msg) -> None:
        waiting = self._waiting.get(message.subject.rpartition(".")[2])
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def _stored(self, sent: Sequence[asyncio.Future[Msg]]) -> int:
        """Reads the acknowledgements up to the first that is missing or says no."""
        for count, waiting in enumerate(sent):
            if not waiting.done():
                log.warning("publish_not_acknowledged", stream=self._stream, stored=count, of=len(sent))
                return count
            message = waiting.result()
            answer = json.loads(message.data) if message.data else {}
            if answer.get("stream") != self._stream or "error" in answer:
                error = answer.get("error", {}).get("description", "no stream")
                log.warning("publish_refused", stream=self._stream, error=error, stored=count, of=len(sent))
                return count
            if not answer.get("duplicate"):
                self.last_sequence = answer["seq"]
        return len(sent)
