"""Notify in this process, with real PostgreSQL and NATS; mail goes in by SMTP and out to a folder."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from notify_case import Case
from notify_desk import Desk, run_notify

from chassis.ids import new_id
from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from deskmesh.common.v1 import types_pb2
from deskmesh.tickets.v1 import ticket_pb2


@pytest.fixture(scope="module")
def desk_settings() -> dict[str, str]:
    """What the desk of a module is set to, beside what each needs."""
    return {}


@pytest_asyncio.fixture(scope="module")
async def desk(
    desk_settings: dict[str, str],
    service_database: Callable[[str], ServiceDatabase],
    nats: Nats,
    issuer: Issuer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Desk]:
    """The service on a database of its own; no gateway answers."""
    async with run_notify(
        service_database("notify"), nats, issuer, tmp_path_factory.mktemp("mail"), desk_settings
    ) as running:
        yield running


@pytest_asyncio.fixture
async def case(desk: Desk) -> AsyncIterator[Case]:
    """A ticket by mail from a Polish-speaking requester, in a team of two agents."""
    tenant = await desk.new_tenant()
    team = new_id()
    requester = await tenant.new_person("Rita", email="rita@customer.example", language="pl")
    anna = await tenant.new_person("Anna", role="agent", teams=(team,))
    bob = await tenant.new_person("Bob", role="supervisor", teams=(team,))
    await tenant.new_person("Gone", role="agent", teams=(team,), active=False)
    await tenant.new_person("Intern", role="requester", teams=(team,))
    ticket = ticket_pb2.Ticket(
        id=str(new_id()),
        number="INC-1042",
        type="incident",
        title="Drukarka <nie> działa",
        description="Pali się & dymi",
        state="new",
        state_category="new",
        priority="high",
        queue=types_pb2.Ref(id=str(new_id()), key="service-desk", name="Service desk"),
        team=types_pb2.Ref(id=str(team), key="service-desk", name="Service desk"),
        requester=requester,
        channel="email",
        language="pl",
        version=1,
    )
    yield Case(tenant, ticket, requester, anna, bob)
