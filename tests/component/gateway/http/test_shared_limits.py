"""Two gateways before the same database: their limits are one."""

import asyncio
import json
from collections.abc import Callable

from gateway_doors import running_doors, signing_key
from nats.aio.msg import Msg

from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats
from chassis.testing.waiting import eventually
from gateway.api.limits import SUBJECT


async def test_what_one_gateway_let_in_another_does_not_let_in_again(
    service_database: Callable[[str], ServiceDatabase], nats: Nats
) -> None:
    database = service_database("gateway")
    # One request, and the next one after twenty minutes.
    settings = {"GATEWAY_SIGNING_KEY": signing_key(), "GATEWAY_CLIENT_RATE_LIMIT": "0.0008"}
    told: set[str] = set()

    async def tell(message: Msg) -> None:
        told.add(json.loads(message.data)["limit"])

    async with (
        running_doors(database, nats, {}, **settings) as here,
        running_doors(database, nats, {}, tenants=(), **settings) as there,
    ):
        await there.process.runtime.nats.subscribe(SUBJECT, cb=tell)
        spent, fresh = await here.as_("admin@acme.example"), await here.as_("admin@globex.example")
        # A gateway begins to listen within a quarter of a second of its connection.
        await asyncio.sleep(0.5)
        assert (await here.http.get("/api/v1/me", headers=spent)).status_code == 200
        await eventually(lambda: "clients" in told)
        refused = await there.http.get("/api/v1/me", headers=spent)
        assert (refused.status_code, refused.json()["code"]) == (429, "limit_reached")
        assert int(refused.headers["retry-after"]) > 1000
        assert (await there.http.get("/api/v1/me", headers=fresh)).status_code == 200
