"""Events as a neighbour service would publish them, and what the service under test has published."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import Message
from nats.js.errors import NotFoundError

from chassis.events import Handler, Received
from chassis.ids import new_id
from chassis.messaging import connect, ensure_stream, stream_of
from chassis.testing.servers import Nats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from nats.aio.client import Client
    from nats.js import JetStreamContext

M = TypeVar("M", bound=Message)


class Bus:
    """The streams of the tests' NATS, without a service behind them."""

    def __init__(self, client: Client) -> None:
        self._jetstream: JetStreamContext = client.jetstream()

    async def publish(
        self,
        message: Message,
        *,
        tenant_id: UUID,
        aggregate_id: UUID | str,
        version: int = 1,
        event_id: UUID | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """Publish an event of another service; gives its id. NATS drops an id that it saw within two minutes."""
        subject = message.DESCRIPTOR.full_name
        service = subject.split(".")[1]
        await ensure_stream(self._jetstream, service)
        published = event_id or new_id()
        headers = {
            "Nats-Msg-Id": str(published),
            "deskmesh-tenant": str(tenant_id),
            "deskmesh-aggregate": str(aggregate_id),
            "deskmesh-version": str(version),
            "content-type": "application/protobuf",
            "ce-specversion": "1.0",
            "ce-id": str(published),
            "ce-source": f"/deskmesh/{service}",
            "ce-type": subject,
            "ce-subject": str(aggregate_id),
            "ce-time": (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
        }
        await self._jetstream.publish(subject, message.SerializeToString(), headers=headers)
        return published

    async def published(self, message: type[M]) -> list[Received[M]]:
        """Give all events of a type that are in their stream, oldest first."""
        handler = Handler(message, _nothing)
        name = stream_of(handler.publisher)
        try:
            last = (await self._jetstream.stream_info(name)).state.last_seq
        except NotFoundError:
            return []
        found: list[Received[M]] = []
        sequence = 0
        while sequence < last:
            try:
                raw = await self._jetstream.get_msg(
                    name, seq=sequence + 1, subject=handler.subject, next=True
                )
            except NotFoundError:
                break
            assert raw.seq is not None
            sequence = raw.seq
            found.append(handler.read(raw.data or b"", raw.headers or {}, sequence))
        return found


async def _nothing(_tx: Any, _events: list[Received[Any]]) -> None:  # noqa: ANN401 - reads only
    """Take no event."""


@asynccontextmanager
async def open_bus(nats: Nats) -> AsyncIterator[Bus]:
    """Connect to the streams of a NATS for as long as the block lasts."""
    client = connect(nats.url, "tests")
    try:
        await client.until_connected()
        yield Bus(client)
    finally:
        await client.close()
