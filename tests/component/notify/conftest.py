"""Notify in this process, with real PostgreSQL and NATS; mail goes in by SMTP and out to a folder."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from notify_desk import Desk, run_notify

from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats


@pytest_asyncio.fixture(scope="module")
async def desk(
    service_database: Callable[[str], ServiceDatabase],
    nats: Nats,
    issuer: Issuer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Desk]:
    """The service on a database of its own; no gateway answers."""
    async with run_notify(
        service_database("notify"), nats, issuer, tmp_path_factory.mktemp("mail")
    ) as running:
        yield running
