"""Which organisation a ticket is for, and what the people of one see of each other's."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from tickets_desk import TicketsDesk, user_message

from chassis.errors import Forbidden, InvalidInput, NotFound
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.gateway.v1 import events_pb2 as gateway
from deskmesh.gateway.v1 import identity_pb2 as identity

SEES = "tickets.read_organization"


@dataclass
class Customers:
    """Two organisations, somebody of both, and whoever keeps an eye on the first one's requests."""

    north: str
    south: str
    both: Person
    keeper: Person


@pytest.fixture
async def customers(desk: TicketsDesk) -> Customers:
    mark = new_id().hex[-8:]
    made = {
        name: identity.Organization(id=str(new_id()), slug=f"{name}-{mark}", name=name.title(), version=1)
        for name in ("north", "south")
    }
    for one in made.values():
        await desk.bus.publish(
            gateway.OrganizationChanged(organization=one), tenant_id=desk.acme, aggregate_id=one.id
        )
    people = {}
    for name, of in (("both", ("north", "south")), ("keeper", ("north",))):
        user = user_message(new_id(), f"{name}-{mark}@acme.example", name.title(), "requester")
        for organization in of:
            user.organizations.add(id=made[organization].id)
        await desk.tell_user(desk.acme, user)
        people[name] = replace(
            desk.requester,
            id=UUID(user.id),
            email=user.email,
            name=user.name,
            organization_ids=frozenset(made[organization].id for organization in of),
        )
    await desk.service.drain()
    keeper = replace(people["keeper"], scopes=people["keeper"].scopes | {SEES})
    return Customers(made["north"].slug, made["south"].slug, people["both"], keeper)


async def test_a_ticket_is_for_the_organisation_that_is_chosen_else_for_the_first(
    desk: TicketsDesk, customers: Customers
) -> None:
    assert (await desk.create(by=customers.both)).organization.key == customers.north
    south = await desk.create(by=customers.both, organization=customers.south)
    assert south.organization.key == customers.south
    for_them = await desk.create(
        by=desk.agent, requester=customers.both.email, organization=south.organization.id
    )
    assert for_them.organization.key == customers.south
    for wrong in ("nowhere", str(new_id())):
        with pytest.raises(InvalidInput, match="organization"):
            await desk.create(by=customers.both, organization=wrong)
    with pytest.raises(InvalidInput, match="organization"):
        await desk.create(by=desk.agent, requester=customers.keeper.email, organization=customers.south)


async def test_an_agent_changes_the_organisation_and_history_says_so(
    desk: TicketsDesk, customers: Customers
) -> None:
    ticket = await desk.create(by=customers.both)
    changed = await desk.update(ticket.id, ["organization"], organization=customers.south)
    assert (changed.organization.key, changed.requester.email) == (customers.south, customers.both.email)
    (entry,) = [one for one in await desk.history(ticket.id) if one.change.field == "organization"]
    values = (entry.change.old_value.struct_value, entry.change.new_value.struct_value)
    assert [one["key"] for one in values] == [customers.north, customers.south]
    with pytest.raises(InvalidInput, match="organization"):
        await desk.update(
            ticket.id,
            ["requester", "organization"],
            requester=customers.keeper.email,
            organization=customers.south,
        )
    off = await desk.update(ticket.id, ["organization"], organization="")
    assert not off.HasField("organization")
    with pytest.raises(Forbidden):
        await desk.update(ticket.id, ["organization"], by=customers.both, organization=customers.north)
    moved = await desk.update(ticket.id, ["requester"], requester=customers.keeper.email)
    assert moved.organization.key == customers.north


async def test_whoever_may_sees_what_the_organisation_asks_for_and_answers_but_nothing_internal(
    desk: TicketsDesk, customers: Customers
) -> None:
    word = f"gnu{new_id().hex[-8:]}"
    ticket = await desk.create(f"The {word} is stuck", by=customers.both)
    elsewhere = await desk.create(f"The {word} of south", by=customers.both, organization=customers.south)
    await desk.comment(ticket.id, "Which floor?")
    hidden = f"yak{new_id().hex[-8:]}"
    await desk.comment(ticket.id, f"He is a {hidden}.", visibility="internal")
    keeper = customers.keeper
    assert (await desk.get(ticket.number, by=keeper)).id == ticket.id
    assert [one.id for one in await desk.tickets(by=keeper, query=word)] == [ticket.id]
    listed = await desk.tickets(by=keeper, filter=f'organization = "{customers.north}"')
    assert [one.id for one in listed] == [ticket.id]
    assert await desk.tickets(by=keeper, query=hidden) == []
    assert [one.body for one in await desk.comments(ticket.id, by=keeper)] == ["Which floor?"]
    said = await desk.comment(ticket.id, "The third.", by=keeper)
    assert said.from_requester
    with pytest.raises(NotFound):
        await desk.get(elsewhere.id, by=keeper)
    with pytest.raises(Forbidden):
        await desk.update(ticket.id, ["title"], by=keeper, title="Mine")


@pytest.mark.parametrize("reach", ["none", "hr", "it/network"])
async def test_without_the_permission_for_its_queue_it_stays_hidden(
    desk: TicketsDesk, customers: Customers, reach: str
) -> None:
    ticket = await desk.create(by=customers.both)
    scope = set() if reach == "none" else {f"{SEES}:{reach}"}
    keeper = replace(customers.keeper, scopes=(customers.keeper.scopes - {SEES}) | scope)
    with pytest.raises(NotFound):
        await desk.get(ticket.id, by=keeper)
    assert ticket.id not in {one.id for one in await desk.tickets(by=keeper, page_size=200)}


async def test_a_permission_for_its_process_is_enough(desk: TicketsDesk, customers: Customers) -> None:
    ticket = await desk.create(by=customers.both)
    keeper = replace(customers.keeper, scopes=(customers.keeper.scopes - {SEES}) | {f"{SEES}:it"})
    assert (await desk.get(ticket.id, by=keeper)).id == ticket.id
    assert ticket.id in {one.id for one in await desk.tickets(by=keeper, page_size=200)}


async def test_what_is_confidential_stays_between_who_asked_and_the_desk(
    desk: TicketsDesk, customers: Customers
) -> None:
    ticket = await desk.create(by=customers.both, process="hr")
    assert (await desk.get(ticket.id, by=customers.keeper)).id == ticket.id
    secret = "UPDATE queues SET confidential = $2 WHERE tenant_id = $1 AND slug = 'hr-desk'"
    await desk.rows(secret, desk.acme, True)
    await desk.refresh_configuration()
    try:
        narrow = replace(customers.keeper, scopes=customers.keeper.scopes | {f"{SEES}:hr"})
        for keeper in (customers.keeper, narrow):
            with pytest.raises(NotFound):
                await desk.get(ticket.id, by=keeper)
            assert ticket.id not in {one.id for one in await desk.tickets(by=keeper, page_size=200)}
    finally:
        await desk.rows(secret, desk.acme, False)
        await desk.refresh_configuration()


async def test_an_organisation_of_another_tenant_opens_nothing(
    desk: TicketsDesk, customers: Customers
) -> None:
    ticket = await desk.create(by=customers.both)
    stranger = replace(
        desk.stranger, organization_ids=customers.keeper.organization_ids, scopes=customers.keeper.scopes
    )
    with pytest.raises(NotFound):
        await desk.get(ticket.id, by=stranger)
