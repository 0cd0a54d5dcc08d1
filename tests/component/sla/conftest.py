"""The running sla service, with a tenant of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from sla_doors import Desk

from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import Bus, open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import RunningService, running
from sla.main import SERVICE
from sla.settings import SlaSettings


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> AsyncIterator[RunningService[SlaSettings]]:
    """The service with a database of its own; the gateway does not answer."""
    nowhere = {"SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock"}
    async with running(SERVICE, service_database("sla"), nats, issuer, nowhere) as process:
        yield process


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bus(nats: Nats) -> AsyncIterator[Bus]:
    """Where the events of other services arrive."""
    async with open_bus(nats) as opened:
        yield opened


@pytest.fixture
def desk(service: RunningService[SlaSettings], bus: Bus) -> Desk:
    """A tenant that nobody has heard of yet."""
    return Desk(service, bus)


@pytest_asyncio.fixture(loop_scope="session")
async def acme(desk: Desk) -> Desk:
    """A tenant in Warsaw with the shipped rules."""
    await desk.opens()
    return desk
