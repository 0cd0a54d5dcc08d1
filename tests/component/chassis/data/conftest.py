"""A service for these tests, `probe`, and its database."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from probe.stage import Stage

from chassis import logging
from chassis.db import Database, Databases
from chassis.messaging import Client, connect
from chassis.outbox.relay import Relay
from chassis.testing.databases import DatabaseFactory, ServiceDatabase
from chassis.testing.servers import Postgres
from embedded.nats import NatsServer
from embedded.processes import free_ports


class Loop(Protocol):
    """What a service runs beside its doors."""

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set."""


@pytest.fixture(autouse=True, scope="session")
def logs() -> None:
    """As in a service: the pretty tracebacks that structlog prints otherwise stop the loop for seconds."""
    logging.setup("probe", "WARNING")


@pytest.fixture
def probe(database_factory: DatabaseFactory) -> ServiceDatabase:
    """A new database of the probe, migrated."""
    return database_factory.make("probe")


@pytest.fixture
async def database(probe: ServiceDatabase) -> AsyncIterator[Database]:
    """The probe's database as a service sees it."""
    database = Database(probe.app_url, probe.relay_url, pool_size=4, name="probe")
    yield database
    await database.close()


@pytest.fixture
def tenant() -> UUID:
    return uuid4()


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    """A NATS of the test's own, to be stopped and wiped."""
    server = NatsServer(tmp_path, free_ports(1)[0], "password-of-tests")
    server.start()
    server.wait_ready()
    yield server
    server.stop()


@pytest.fixture
async def nats(nats_server: NatsServer) -> AsyncIterator[Client]:
    """A connection to it."""
    client = connect(nats_server.url, "probe")
    await client.until_connected()
    yield client
    await client.close()


@pytest.fixture
async def running() -> AsyncIterator[Callable[[Loop], None]]:
    """Runs loops until the test ends; none may fail."""
    stop = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    def start(loop: Loop) -> None:
        tasks.append(asyncio.create_task(loop.run(stop)))

    yield start
    stop.set()
    async with asyncio.timeout(60):
        await asyncio.gather(*tasks)


@pytest.fixture
async def stage(database: Database, nats: Client, tenant: UUID, running: Callable[[Loop], None]) -> Stage:
    """A relay that runs, and a story to be told by consumers."""
    running(Relay("probe", Databases([database]), nats))
    return Stage(database, nats, tenant, running)


@pytest.fixture
def closed_for_a_while(postgres: Postgres, probe: ServiceDatabase) -> Callable[[float], None]:
    """Ends every connection to the probe's database and lets nobody in for some seconds. Blocks meanwhile."""

    def close(seconds: float) -> None:
        with postgres.away(probe.name):
            time.sleep(seconds)

    return close
