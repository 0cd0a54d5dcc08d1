"""A real HTTP server on this machine, of which a test knows what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Canary:
    """A server on 127.0.0.1 that answers with what it is told and keeps what it was sent."""

    answer: str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    port: int = 0
    heard: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer.encode())
        await writer.drain()
        writer.close()

    def says(self, body: str, *, status: str = "200 OK", **headers: str) -> None:
        """Answer with this from now on; headers with _ for -."""
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        length = len(body.encode())
        self.answer = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {length}", *lines, "", body])


@asynccontextmanager
async def open_canary() -> AsyncIterator[Canary]:
    """A canary that listens while the block runs."""
    made = Canary()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
