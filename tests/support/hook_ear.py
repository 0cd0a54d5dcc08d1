"""A program that is called by webhooks: a small HTTP server that keeps what it hears."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from standardwebhooks import Webhook as Signed


@dataclass(frozen=True)
class Heard:
    """A call as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    def is_signed_by(self, secret: str) -> bool:
        """Whether the signature holds, as a receiver checks it; raises where it does not."""
        Signed(secret).verify(self.body, self.headers)
        return True


@dataclass
class Ear:
    """What was heard, and what it answers: status lines, one after the other, then 204; `silent`: nothing, ever."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    silent: bool = False
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            self.heard.append(Heard(head[0].split(" ")[1], headers, body))
            if self.silent:
                await reader.read()
                return
            answer = self.answers.pop(0) if self.answers else "204 No Content"
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Ear]:
    """A server on a free port of this machine."""
    ear = Ear()
    server = await asyncio.start_server(ear.serve, "127.0.0.1", 0)
    ear.port = server.sockets[0].getsockname()[1]
    try:
        yield ear
    finally:
        server.close()
