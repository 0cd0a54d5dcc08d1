"""What was due while the service was down is told when it is up again, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from sla_doors import Desk, Ticket, target

from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import running
from sla.main import SERVICE

NOWHERE = {"SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock"}


async def test_a_breach_while_the_service_was_down_is_told_once(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> None:
    database = service_database("sla")
    async with open_bus(nats) as bus:
        async with running(SERVICE, database, nats, issuer, NOWHERE) as service:
            desk = Desk(service, bus)
            await desk.opens()
            await desk.make_policy(targets=[target("resolution", "PT5S")], warnings=["50%"])
            await desk.settles()
            ticket = await Ticket(desk, datetime.now(UTC)).created()
            await service.drain()
        asleep = await Ticket(desk, datetime.now(UTC)).created()
        await asyncio.sleep(5.5)
        async with running(SERVICE, database, nats, issuer, NOWHERE) as service:
            desk.service = service
            await desk.settles()
            assert (await desk.clock_events(ticket.id)).count(("ClockBreached", "resolution")) == 1
            assert await desk.clock_events(asleep.id) == [
                ("ClockStarted", "resolution"),
                ("ClockBreached", "resolution"),
            ]
            assert await desk.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", desk.id) == 0
