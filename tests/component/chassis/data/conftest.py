"""A service for these tests, `probe`, and its database."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.db import Database
from chassis.testing.databases import DatabaseFactory, ServiceDatabase

sys.path.insert(0, str(Path(__file__).parent))


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
