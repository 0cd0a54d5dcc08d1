"""EnsureRequester: one person per address, however often and at once it is asked for."""

import asyncio
from uuid import UUID

import pytest
from gateway_desk import Desk

from chassis.context import Caller, use_caller
from chassis.errors import InvalidInput
from deskmesh.gateway.v1 import events_pb2
from gateway.app.organizations import NewOrganization, create_organization
from gateway.app.users import ensure_requester
from gateway.db.tables import User


async def _ensure(
    desk: Desk, email: str, *, name: str = "", language: str = "", tenant: UUID | None = None
) -> User:
    caller = Caller.system(tenant or desk.acme, "tickets", "event:test")
    with use_caller(caller):
        async with desk.databases.for_tenant(caller.tenant_id).transaction(caller.tenant_id) as tx:
            return await ensure_requester(tx, email=email, name=name, language=language)


async def test_a_new_address_becomes_a_requester_with_the_tenants_defaults(desk: Desk) -> None:
    user = await _ensure(desk, " Ewa.New@Customer.example", name="Ewa Nowa", language="en")
    assert (user.email, user.name, user.language) == ("ewa.new@customer.example", "Ewa Nowa", "en")
    assert (user.time_zone, user.active) == ("Europe/Warsaw", True)
    assert [grant.role.slug for grant in user.grants] == ["requester"]
    (told,) = await desk.events(desk.acme, events_pb2.UserChanged, of=user.id)
    assert told.user.email == "ewa.new@customer.example"
    assert told.user.version == user.version


async def test_a_known_address_gives_the_same_person_unchanged(desk: Desk) -> None:
    first = await _ensure(desk, "known@customer.example", name="First Name")
    again = await _ensure(desk, "KNOWN@customer.example", name="Second Name", language="en")
    assert (again.id, again.name, again.version) == (first.id, "First Name", first.version)
    assert len(await desk.events(desk.acme, events_pb2.UserChanged, of=first.id)) == 1


async def test_calls_at_once_make_one_person_and_tell_it_once(desk: Desk) -> None:
    users = await asyncio.gather(
        *(_ensure(desk, "race@customer.example", name=f"Name {place}") for place in range(20))
    )
    assert len({user.id for user in users}) == 1
    assert all([grant.role.slug for grant in user.grants] == ["requester"] for user in users)
    assert len(await desk.look("SELECT 1 FROM users WHERE email = 'race@customer.example'")) == 1
    assert len(await desk.events(desk.acme, events_pb2.UserChanged, of=users[0].id)) == 1


async def test_the_same_address_is_another_person_in_another_tenant(desk: Desk) -> None:
    here = await _ensure(desk, "shared@customer.example")
    there = await _ensure(desk, "shared@customer.example", tenant=desk.globex)
    assert here.id != there.id
    assert (here.language, there.language) == ("pl", "en")


async def test_the_organisation_of_the_mail_domain_takes_the_person_in(desk: Desk) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        await create_organization(
            tx, new=NewOrganization("umbrella", "Umbrella", ["umbrella.example", "umbrella.test"])
        )
    user = await _ensure(desk, "jill@umbrella.test")
    assert [one.slug for one in user.organizations] == ["umbrella"]
    assert (await _ensure(desk, "jill@sub.umbrella.test")).organizations == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [("", "somebody"), ("\0\x07", "somebody"), ("An\nna", "Anna"), ("x" * 300, "x" * 200)],
)
async def test_a_name_from_a_mail_is_made_presentable(desk: Desk, name: str, shown: str) -> None:
    address = f"somebody@case{len(name)}.example"
    assert (await _ensure(desk, address, name=name)).name == shown


async def test_a_language_that_the_tenant_does_not_speak_gives_way_to_its_own(desk: Desk) -> None:
    assert (await _ensure(desk, "fr@customer.example", language="fr")).language == "pl"


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b@c", "a\0@customer.example", "x" * 300 + "@customer.example"]
)
async def test_what_is_no_address_is_refused(desk: Desk, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await _ensure(desk, email)
    assert [error.field for error in refused.value.errors] == ["email"]
