"""A whole gateway, before services that do not answer."""

from collections.abc import AsyncIterator, Callable

import pytest
from gateway_doors import Doors, running_doors

from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats


@pytest.fixture(scope="module")
async def doors(service_database: Callable[[str], ServiceDatabase], nats: Nats) -> AsyncIterator[Doors]:
    """A gateway with the tenants acme and globex, and an agent and a requester in each."""
    async with running_doors(service_database("gateway"), nats, {}) as running:
        for tenant in ("acme", "globex"):
            await running.person(f"agent@{tenant}.example", "agent")
            await running.person(f"requester@{tenant}.example", "requester")
        yield running
