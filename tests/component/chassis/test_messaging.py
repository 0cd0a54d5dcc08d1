from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

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
