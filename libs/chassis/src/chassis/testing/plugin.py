"""The fixtures, as a pytest plugin: `pytest_plugins = ["chassis.testing.plugin"]`."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from chassis.testing.databases import DatabaseFactory, ServiceDatabase
from chassis.testing.events import Bus, open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats, Postgres, empty, run_nats, run_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the run."""
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def nats_server() -> Iterator[Nats]:
    """One NATS for the run; tests that stop or wipe a NATS run one of their own by `run_nats`."""
    with run_nats() as server:
        yield server


@pytest.fixture(scope="module")
def nats(nats_server: Nats) -> Nats:
    """The NATS of the run without the streams of other modules, whose services had other databases."""
    empty(nats_server)
    return nats_server


@pytest.fixture(scope="module")
async def bus(nats: Nats) -> AsyncIterator[Bus]:
    """Publishes events as neighbour services would, and reads what was published."""
    async with open_bus(nats) as opened:
        yield opened


@pytest.fixture(scope="session")
def database_factory(postgres: Postgres) -> Iterator[DatabaseFactory]:
    """Makes databases of services; each service is migrated once in the run."""
    factory = DatabaseFactory(postgres)
    yield factory
    factory.drop_all()


@pytest.fixture(scope="session")
def service_database(database_factory: DatabaseFactory) -> Callable[[str], ServiceDatabase]:
    """Give a function that makes a new migrated database of a service: `service_database("tickets")`."""
    return database_factory.make


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """Signs the tokens of tests."""
    return Issuer()


@pytest.fixture(scope="session")
def issue_token(issuer: Issuer) -> Callable[..., str]:
    """Give a function that signs a token: `issue_token(tenant_id, ["tickets.read"])`."""
    return issuer.issue_token
