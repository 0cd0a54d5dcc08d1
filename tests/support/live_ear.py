"""Listening to the live stream of a gateway."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway_doors import Doors


@dataclass(frozen=True)
class Heard:
    """One message of the stream."""

    name: str
    id: str
    data: dict[str, object]


class Ear:
    """Reads a live stream."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.comments: list[str] = []

    async def next(self, seconds: float = 10) -> Heard:
        """The next message. Raises TimeoutError, or StopAsyncIteration where the stream has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(seconds):
            while True:
                line = await anext(self._lines)
                if line.startswith(":"):
                    self.comments.append(line)
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "event" in fields:
                    return Heard(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
                else:
                    fields.clear()

    async def until(self, resource: str) -> Heard:
        """The next message of this resource."""
        while True:
            heard = await self.next()
            if heard.data.get("resource") == resource:
                return heard


@asynccontextmanager
async def listening(doors: Doors, who: str | dict[str, str], last_event_id: str = "") -> AsyncIterator[Ear]:
    """A live stream of somebody, from after it was accepted."""
    headers = await doors.as_(who) if isinstance(who, str) else who
    if last_event_id:
        headers = {**headers, "last-event-id": last_event_id}
    async with doors.http.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = aiter(answer.aiter_lines())
        assert await anext(lines) == "retry: 2000"
        yield Ear(lines)
