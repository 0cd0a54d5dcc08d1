"""A desk for each file of tests: the service in process, PostgreSQL and NATS for real."""

import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio
from tickets_desk import ADMIN, AGENT, REQUESTER, ROLES, GatewayStandIn, TicketsDesk, user_message
from tickets_floor import Floor
from tickets_rules import Ruled
from tickets_schedule import Schedule

from chassis.ids import new_id
from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer, Person
from chassis.testing.servers import Nats
from chassis.testing.services import running
from deskmesh.gateway.v1 import events_pb2, identity_pb2
from tickets.main import SERVICE


@pytest.fixture(scope="module")
async def desk(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> AsyncIterator[TicketsDesk]:
    acme, globex = new_id(), new_id()
    agent = Person(acme, email="agent@acme.example", name="Agnes Agent", scopes=AGENT)
    admin = Person(acme, email="admin@acme.example", name="Adam Admin", scopes=ADMIN)
    requester = Person(acme, email="requester@acme.example", name="Rita Requester", scopes=REQUESTER)
    colleague = replace(requester, id=new_id(), email="colleague@acme.example", name="Colin Colleague")
    stranger = Person(globex, email="admin@globex.example", name="Sam Stranger", scopes=ADMIN)
    gateway = GatewayStandIn(issuer)
    with tempfile.TemporaryDirectory(prefix="gw") as folder:
        target = f"unix:{folder}/gateway.sock"
        await gateway.start(target)
        settings = {"TICKETS_GATEWAY_TARGET": target}
        async with (
            running(SERVICE, service_database("tickets"), nats, issuer, settings) as service,
            open_bus(nats) as bus,
        ):
            desk = TicketsDesk(
                service, bus, gateway, acme, globex, agent, admin, requester, colleague, stranger
            )
            await _tell_of_everybody(desk)
            yield desk
        await gateway.stop()


async def _tell_of_everybody(desk: TicketsDesk) -> None:
    """The gateway tells of tenants, roles, teams and people, as at the start of an installation."""
    for tenant_id, slug in ((desk.acme, "acme"), (desk.globex, "globex")):
        tenant = identity_pb2.Tenant(
            id=str(tenant_id),
            slug=slug,
            name=slug.title(),
            languages=["en", "pl"],
            time_zone="Europe/Warsaw",
            active=True,
            version=1,
        )
        await desk.bus.publish(
            events_pb2.TenantChanged(tenant=tenant), tenant_id=tenant_id, aggregate_id=tenant_id
        )
        for slug_of_role, permissions in ROLES.items():
            role = identity_pb2.Role(
                id=str(new_id()), slug=slug_of_role, permissions=sorted(permissions), version=1
            )
            await desk.bus.publish(
                events_pb2.RoleChanged(role=role), tenant_id=tenant_id, aggregate_id=role.id
            )
        for slug_of_team in ("service-desk", "network"):
            team = identity_pb2.Team(
                id=str(new_id()), slug=slug_of_team, name=slug_of_team.title(), version=1
            )
            await desk.bus.publish(
                events_pb2.TeamChanged(team=team), tenant_id=tenant_id, aggregate_id=team.id
            )
    for person, role_name in (
        (desk.agent, "agent"),
        (desk.admin, "admin"),
        (desk.requester, "requester"),
        (desk.colleague, "requester"),
        (desk.stranger, "admin"),
    ):
        await desk.tell_user(person.tenant_id, user_message(person.id, person.email, person.name, role_name))
    await desk.service.drain()


@pytest_asyncio.fixture
async def ruled(desk: TicketsDesk) -> AsyncIterator[Ruled]:
    ruled = Ruled(desk, [])
    yield ruled
    for rule_id in ruled.made:
        await ruled.remove(rule_id)


@pytest_asyncio.fixture
async def schedule(desk: TicketsDesk) -> AsyncIterator[Schedule]:
    yield Schedule(desk)
    await desk.rows("DELETE FROM timers WHERE kind = 'recurrence'")


@pytest_asyncio.fixture
async def floor(desk: TicketsDesk) -> AsyncIterator[Floor]:
    await desk.rows("UPDATE tickets SET state = 'closed', state_category = 'closed'")
    await desk.rows("UPDATE people SET team_ids = '{}'")
    floor = Floor(desk)
    await floor.route("least_loaded")
    yield floor
    await floor.route()
