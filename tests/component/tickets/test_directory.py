"""Copies of who is who, and the configuration of a new tenant."""

import asyncio

from tickets_desk import AGENT, TicketsDesk, user_message

from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2 as identity
from deskmesh.tickets.v1 import configuration_service_pb2 as rpc
from deskmesh.tickets.v1 import events_pb2
from tickets.api.directory import backfill_directory
from tickets.clients import Directory


async def slugs(desk: TicketsDesk, person: Person) -> list[str]:
    answer = await desk.call("ListQueues", rpc.ListQueuesRequest(), rpc.ListQueuesResponse, by=person)
    return [queue.slug for queue in answer.queues]


async def test_a_tenant_that_nobody_told_of_works_from_its_first_call(desk: TicketsDesk) -> None:
    person = Person(new_id(), scopes=AGENT)
    lists = await asyncio.gather(*(slugs(desk, person) for _ in range(6)))
    assert all(one == lists[0] for one in lists)
    assert len(lists[0]) == len(set(lists[0])) == 5


async def test_a_tenant_told_of_twice_is_seeded_once(desk: TicketsDesk) -> None:
    tenant_id = new_id()
    for version in (1, 2):
        tenant = identity.Tenant(
            id=str(tenant_id), slug="twice", name="Twice", languages=["pl"], active=True, version=version
        )
        await desk.bus.publish(
            gateway_events.TenantChanged(tenant=tenant),
            tenant_id=tenant_id,
            aggregate_id=tenant_id,
            version=version,
        )
        await desk.service.drain()
    assert len(await slugs(desk, Person(tenant_id, scopes=AGENT))) == 5
    (event,) = await desk.events(events_pb2.SettingChanged, str(tenant_id))
    assert (event.kind, event.name) == ("configuration", "shipped")


async def test_a_team_works_the_queue_of_its_name(desk: TicketsDesk) -> None:
    team = identity.Team(id=str(new_id()), slug="applications", name="Applications", version=1)
    await desk.bus.publish(gateway_events.TeamChanged(team=team), tenant_id=desk.acme, aggregate_id=team.id)
    await desk.service.drain()
    ticket = await desk.create(queue="applications")
    assert ticket.team.id == team.id
    (event,) = await desk.events(events_pb2.SettingChanged, ticket.queue.id)
    assert (event.kind, event.changes[0].field) == ("queue", "team")


async def test_an_older_version_of_a_person_is_ignored(desk: TicketsDesk) -> None:
    id_ = new_id()
    await desk.tell_user(desk.acme, user_message(id_, "old@acme.example", "New name", "agent", version=3))
    await desk.service.drain()
    await desk.tell_user(desk.acme, user_message(id_, "old@acme.example", "Old name", "agent", version=2))
    await desk.service.drain()
    assert (await desk.create(by=desk.agent, requester="old@acme.example")).requester.name == "New name"


async def test_the_organisation_of_a_requester_comes_by_membership_or_domain(desk: TicketsDesk) -> None:
    organization = identity.Organization(
        id=str(new_id()), slug="initech", name="Initech", domains=["Initech.example"], version=1
    )
    await desk.bus.publish(
        gateway_events.OrganizationChanged(organization=organization),
        tenant_id=desk.acme,
        aggregate_id=organization.id,
    )
    member = user_message(new_id(), "member@acme.example", "Member", "requester")
    member.organizations.add(id=organization.id)
    await desk.tell_user(desk.acme, member)
    await desk.service.drain()
    for requester in ("member@acme.example", "somebody@initech.example"):
        ticket = await desk.create(by=desk.agent, requester=requester)
        assert (ticket.organization.key, ticket.organization.name) == ("initech", "Initech")
    assert len(await desk.tickets(filter='organization = "initech"')) == 2


async def test_a_service_that_comes_late_asks_for_everything_once(desk: TicketsDesk) -> None:
    tenant_id = new_id()
    desk.gateway.tenants.append(
        identity.Tenant(id=str(tenant_id), slug="late", name="Late", languages=["en"], active=True, version=1)
    )
    desk.gateway.users[tenant_id].append(user_message(new_id(), "lea@late.example", "Lea", "agent"))
    desk.gateway.teams[tenant_id].append(
        identity.Team(id=str(new_id()), slug="network", name="Network", version=1)
    )
    desk.gateway.roles[tenant_id].append(
        identity.Role(id=str(new_id()), slug="agent", permissions=sorted(AGENT), version=1)
    )
    runtime = desk.service.process.runtime
    gateway = Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))
    for _ in range(2):
        await backfill_directory(runtime.databases, gateway)
    person = Person(tenant_id, scopes=AGENT)
    ticket = await desk.create(by=person, requester="lea@late.example", queue="network")
    assert (ticket.requester.name, ticket.team.key) == ("Lea", "network")
    (row,) = await desk.rows("SELECT backfilled_at FROM tenants WHERE id = $1", tenant_id)
    assert row["backfilled_at"] is not None
