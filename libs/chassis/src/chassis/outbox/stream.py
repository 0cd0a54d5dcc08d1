"""Publishing to the service's stream: whole batches at once, in order, by one writer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self

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

Answer = dict[str, Any]
"""An acknowledgement of JetStream, as it comes in JSON."""


class StreamWriter:
    """Writes rows of the outbox to the stream, over an inbox for acknowledgements of its own.

    Each message names the sequence that must be the stream's last. So a batch can be sent without waiting and still
    keeps its order: where one message is not stored, none after it is, and the last one answers for all. A stream that
    was wiped, or written by a relay that believes it still leads, is noticed before anything is stored in the wrong
    place.
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
        if await self._has_all(rows):
            self.last_sequence += len(rows)
            return len(rows)
        return await self._write_each(rows)

    async def _has_all(self, rows: Sequence[Record]) -> bool:
        """Publishes the rows with one acknowledgement, of the last: the stream has it only where it has those before it."""
        try:
            last = len(rows) - 1
            for offset, row in enumerate(rows[:-1]):
                await self._send(row, self.last_sequence + offset)
            [answer] = await self._answers([await self._ask(rows[last], self.last_sequence + last)])
        finally:
            self._waiting.clear()
        return (
            answer is not None
            and answer.get("seq") == self.last_sequence + len(rows)
            and not self._problem(answer)
            and not answer.get("duplicate")
        )

    async def _write_each(self, rows: Sequence[Record]) -> int:
        """Publishes the rows with an acknowledgement of each; those that the stream has already are told as duplicates."""
        try:
            sent = [await self._ask(row, self.last_sequence + offset) for offset, row in enumerate(rows)]
            return self._stored(await self._answers(sent))
        finally:
            self._waiting.clear()

    async def _ask(self, row: Record, expected: int) -> asyncio.Future[Msg]:
        """Publishes a row and gives what will be its acknowledgement."""
        self._count += 1
        token = str(self._count)
        waiting = self._waiting[token] = asyncio.get_running_loop().create_future()
        await self._send(row, expected, reply=f"{self._inbox}.{token}")
        return waiting

    async def _send(self, row: Record, expected: int, reply: str = "") -> None:
        headers = self._headers(row, expected)
        await self._nats.publish(row["subject"], row["payload"], reply=reply, headers=headers)

    @staticmethod
    async def _answers(sent: Sequence[asyncio.Future[Msg]]) -> list[Answer | None]:
        """What the stream answered, in order; None for what it did not answer in time."""
        await asyncio.wait(sent, timeout=_ACK_SECONDS)
        return [json.loads(one.result().data or b"{}") if one.done() else None for one in sent]

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

    def _stored(self, answers: Sequence[Answer | None]) -> int:
        """Reads the acknowledgements up to the first that is missing or says no."""
        for count, answer in enumerate(answers):
            if answer is None:
                log.warning("publish_not_acknowledged", stream=self._stream, stored=count, of=len(answers))
                return count
            if problem := self._problem(answer):
                log.warning(
                    "publish_refused", stream=self._stream, error=problem, stored=count, of=len(answers)
                )
                return count
            if not answer.get("duplicate"):
                self.last_sequence = answer["seq"]
        return len(answers)

    def _problem(self, answer: Answer) -> str:
        """Why the stream did not take a message; empty where it did."""
        if answer.get("stream") == self._stream and "error" not in answer:
            return ""
        return str(answer.get("error", {}).get("description", "no stream"))
