"""A load generator that costs little: HTTP/1.1 over kept connections, closed loop or paced.

It runs beside what it measures on the same cores, so it writes prepared bytes and reads only what it must of an answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from desk import quantile

Request = Callable[[int], bytes]

PATIENCE_SECONDS = 30.0
"""For answers after the end of the load; who has none by then has failed."""


@dataclass
class Outcome:
    """What a run of load gave. `latencies` are seconds, of answered requests; from the due time when paced."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Requests answered per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The latency in milliseconds that this share of the requests stays under."""
        return 1000 * quantile(self.latencies, share)

    def unlike(self, status: int) -> int:
        """How many answers had another status."""
        return sum(count for one, count in self.statuses.items() if one != status)

    def count(self, status: int, latency: float) -> None:
        """Note an answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies.append(latency)


def request_bytes(
    method: str, path: str, *, port: int, token: str, body: bytes = b"", extra: str = ""
) -> bytes:
    """A request on the wire; `extra` are header lines, each ending in CRLF."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"{extra}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    elif b"transfer-encoding: chunked" in lower:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head[9:12])


async def closed_loop(port: int, request: Request, *, connections: int, seconds: float) -> Outcome:
    """As many requests as the connections can have answered one after the other in this time.

    Raises TimeoutError when answers stay away.
    """
    outcome = Outcome()
    numbers = iter(range(1 << 60))
    started = time.perf_counter()
    ends_at = started + seconds

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < ends_at:
            writer.write(request(next(numbers)))
            outcome.count(await _answer(reader), time.perf_counter() - began)
        writer.close()

    async with asyncio.timeout(seconds + PATIENCE_SECONDS):
        await asyncio.gather(*(work() for _ in range(connections)))
    outcome.seconds = time.perf_counter() - started
    return outcome


async def paced(port: int, request: Request, *, rate: float, connections: int, seconds: float) -> Outcome:
    """Requests at a steady rate, whatever the answers do; a late start counts into the latency.

    Raises TimeoutError when answers stay away.
    """
    outcome = Outcome()
    due: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()
    started = time.perf_counter()

    async def feed() -> None:
        for number in range(int(rate * seconds)):
            at = started + number / rate
            wait = at - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            due.put_nowait((number, at))
        for _ in range(connections):
            due.put_nowait(None)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (job := await due.get()) is not None:
            writer.write(request(job[0]))
            outcome.count(await _answer(reader), time.perf_counter() - job[1])
        writer.close()

    async with asyncio.timeout(seconds + PATIENCE_SECONDS):
        await asyncio.gather(feed(), *(work() for _ in range(connections)))
    outcome.seconds = time.perf_counter() - started
    return outcome
