"""The echo service, running, and its descriptors."""

import logging
import tempfile
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from echoed.desk import ECHO, ROBOT_KEY, SIGNING_KEY, Desk, Keeper

from chassis import logging as json_logging
from chassis.db import Database, Databases
from chassis.grpc_client import Channel, Client
from chassis.grpc_server import Server, Servicer
from chassis.interceptors import Door
from chassis.testing.databases import DatabaseFactory, ServiceDatabase
from chassis.tokens import LocalKeys, SystemTokens, Verifier


@pytest.fixture(scope="module")
def made(database_factory: DatabaseFactory) -> ServiceDatabase:
    """A database for the tests of one file, which keep apart by their tenants."""
    return database_factory.make("echoed")


@pytest.fixture
async def desk(made: ServiceDatabase) -> AsyncIterator[Desk]:
    """The echo service on a unix socket."""
    database = Database(made.app_url, made.relay_url, pool_size=4, name="echoed")
    verifier = Verifier(
        keys=LocalKeys([SIGNING_KEY]), service_keys={"robot": ROBOT_KEY, "stranger": ROBOT_KEY}
    )
    keeper = Keeper(database)
    with tempfile.TemporaryDirectory(prefix="rpc") as folder:
        target = f"unix:{folder}/echo.sock"
        door = Door(verifier, Databases([database]), limit=64)
        server = Server(target, [Servicer(ECHO, keeper)], door)
        await server.start()
        await server.report(ready=True)
        channel = Channel(target, "echo", tokens=SystemTokens("robot", ROBOT_KEY))
        yield Desk(keeper, database, verifier, server, door, target, Client(ECHO, channel))
        await channel.close()
        await server.stop(1.0)
    await database.close()


@pytest.fixture
def json_logs() -> Iterator[None]:
    """Logs as in a service, until the test ends."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    json_logging.setup("echo")
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
