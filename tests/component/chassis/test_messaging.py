from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chassis import messaging

if TYPE_CHECKING:
    from chassis.testing.servers import Nats


async def test_a_client_closes_at_whatever_point_its_connecting_has_come_to(nats: Nats) -> None:
    for turns in range(200):
        client = messaging.connect(nats.url, "closer")
        for _ in range(turns):
            await asyncio.sleep(0)
        await asyncio.wait_for(client.close(), 5)
        assert not client.is_connected


async def test_a_client_tries_again_where_the_server_says_something_else_than_its_welcome(nats: Nats) -> None:
    url = urlsplit(nats.url)
    answered = 0

    async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
        target.close()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        answered += 1
        if answered == 1:
            writer.write(b"INFO {}\r\n")
            await reader.readuntil(b"PING\r\n")
            writer.write(b"PING\r\nPONG\r\n")
            assert await reader.read() in {b"", b"PONG\r\n"}
            writer.close()
            return
        from_server, to_server = await asyncio.open_connection(url.hostname, url.port)
        await asyncio.gather(carry(reader, to_server), carry(from_server, writer))

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as door:
        port = door.sockets[0].getsockname()[1]
        client = messaging.connect(nats.url.replace(f":{url.port}", f":{port}"), "patient")
        await asyncio.wait_for(client.until_connected(), 10)
        await client.close()
    assert answered == 2
