"""People: made, changed, listed, and never beyond what their administrator may."""

import asyncio

import pytest
from gateway_desk import PASSWORD, Desk

from chassis.context import Caller
from chassis.errors import (
    AlreadyExists,
    BadRequest,
    Forbidden,
    InvalidInput,
    NotFound,
    Stale,
    Unauthenticated,
    WrongState,
)
from chassis.ids import new_id
from chassis.paging import Page
from deskmesh.gateway.v1 import events_pb2
from gateway.app.grants import NewGrant
from gateway.app.lists import Wanted, list_users
from gateway.app.organizations import NewOrganization, create_organization
from gateway.app.roles import NewRole, create_role
from gateway.app.teams import NewTeam, create_team
from gateway.app.users import NewUser, UserPatch, create_user, get_user, update_user
from gateway.db.tables import User


async def _update(
    desk: Desk, caller: Caller, user: User, patch: UserPatch, *, version: int | None = None
) -> User:
    async with desk.transaction(caller) as tx:
        return await update_user(tx, user_id=user.id, patch=patch, expected_version=version)


async def test_a_person_is_made_with_teams_organisations_and_scoped_roles(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        await create_team(tx, new=NewTeam("crew", "Crew"))
        organization = await create_organization(tx, new=NewOrganization("initech", "Initech"))
    user = await desk.person(
        "Many@ACME.example",
        NewGrant("agent", "it"),
        NewGrant("supervisor", "it", "network"),
        teams=["crew"],
        organizations=[str(organization.id)],
    )
    assert user.email == "many@acme.example"
    assert [team.slug for team in user.teams] == ["crew"]
    assert [one.slug for one in user.organizations] == ["initech"]
    caller = await desk.caller("many@acme.example")
    assert caller.may("tickets.read", "it", "anything")
    assert not caller.may("tickets.read", "hr")
    assert caller.may("reports.read", "it", "network")
    assert not caller.may("reports.read", "it", "service-desk")
    assert caller.team_ids == {str(team.id) for team in user.teams}
    assert caller.organization_ids == {str(organization.id)}


async def test_a_person_without_roles_is_a_requester_with_the_tenants_language_and_zone(desk: Desk) -> None:
    user = await desk.person("plain@acme.example")
    assert [grant.role.slug for grant in user.grants] == ["requester"]
    assert (user.language, user.time_zone) == ("pl", "Europe/Warsaw")


async def test_everything_wrong_with_a_new_person_is_said_at_once(desk: Desk) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        with pytest.raises(InvalidInput) as refused:
            await create_user(
                tx,
                new=NewUser(
                    email="nobody",
                    name="",
                    language="polski",
                    time_zone="Warsaw",
                    phone="call me",
                    teams=["no-such-team"],
                    organizations=["no-such-organisation", "\0"],
                    roles=[NewGrant("king"), NewGrant("agent", "", "network"), NewGrant("agent", "IT!")],
                    password="short",
                ),
            )
    assert {(error.field, error.reason) for error in refused.value.errors} == {
        ("email", "is not an e-mail address"),
        ("name", "is required"),
        ("language", "is not a language tag such as en or pt-BR"),
        ("time_zone", "is not an IANA time zone such as Europe/Warsaw"),
        ("phone", "is not a phone number"),
        ("password", "has fewer than 8 characters"),
        ("teams[0]", "is no team"),
        ("organizations[0]", "is no organization"),
        ("organizations[1]", "is no organization"),
        ("roles[0].role", "is no role of this tenant"),
        ("roles[1].process", "is required with a queue"),
        ("roles[2].process", "is not 1 to 63 lower-case letters, digits and inner hyphens"),
    }


async def test_there_is_an_end_to_what_a_token_must_carry(desk: Desk) -> None:
    user = await desk.person("overloaded@acme.example")
    patch = UserPatch(
        roles=[NewGrant("agent", "it", f"queue-{one}") for one in range(21)],
        teams=[f"team-{one}" for one in range(51)],
        organizations=[f"organisation-{one}" for one in range(51)],
    )
    with pytest.raises(InvalidInput) as refused:
        await _update(desk, await desk.caller(), user, patch)
    assert {error.field: error.reason for error in refused.value.errors} == {
        "roles": "are more than 20",
        "teams": "are more than 50",
        "organizations": "are more than 50",
    }


async def test_an_address_belongs_to_one_person_of_the_tenant(desk: Desk) -> None:
    await desk.person("twice@acme.example")
    other = await desk.person("other@acme.example")
    with pytest.raises(AlreadyExists):
        await desk.person("Twice@acme.example")
    with pytest.raises(AlreadyExists):
        await _update(desk, await desk.caller(), other, UserPatch(email="TWICE@acme.example"))


async def test_only_what_is_named_changes_and_the_version_counts(desk: Desk) -> None:
    user = await desk.person("patched@acme.example", "agent")
    changed = await _update(
        desk, await desk.caller(), user, UserPatch(name=" New Name ", phone="+48 555 123")
    )
    assert (changed.name, changed.phone, changed.email) == ("New Name", "+48 555 123", user.email)
    assert changed.version == user.version + 1
    assert changed.updated_at > user.updated_at
    told = await desk.events(desk.acme, events_pb2.UserChanged, of=user.id)
    assert [(one.user.name, one.user.version) for one in told][-1] == ("New Name", changed.version)


async def test_an_old_version_is_refused(desk: Desk) -> None:
    user = await desk.person("stale@acme.example")
    admin = await desk.caller()
    await _update(desk, admin, user, UserPatch(name="Newer"), version=user.version)
    with pytest.raises(Stale):
        await _update(desk, admin, user, UserPatch(name="Older"), version=user.version)


async def test_who_is_of_another_tenant_is_not_there(desk: Desk) -> None:
    foreign = await desk.person("foreign@globex.example", tenant="globex")
    admin = await desk.caller()
    for reference in (str(foreign.id), foreign.email, str(new_id()), "nobody@acme.example", "\0", ""):
        async with desk.transaction(admin) as tx:
            with pytest.raises(NotFound) as refused:
                await get_user(tx, user=reference)
        assert refused.value.detail == "No such user."
    with pytest.raises(NotFound):
        await _update(desk, admin, foreign, UserPatch(name="Mine"))


async def test_a_new_team_shows_on_both_sides(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        team = await create_team(tx, new=NewTeam("night", "Night shift"))
    user = await desk.person("owl@acme.example", "agent")
    await _update(desk, admin, user, UserPatch(teams=["night"]))
    teams = await desk.events(desk.acme, events_pb2.TeamChanged, of=team.id)
    assert [one.email for one in teams[-1].team.members] == ["owl@acme.example"]
    assert teams[-1].team.version > teams[0].team.version
    users = await desk.events(desk.acme, events_pb2.UserChanged, of=user.id)
    assert [one.key for one in users[-1].user.teams] == ["night"]


async def test_what_changes_of_a_person_is_told_to_the_audit_log_without_personal_data(desk: Desk) -> None:
    user = await desk.person("audited@acme.example", "requester")
    admin = await desk.caller()
    await _update(
        desk,
        admin,
        user,
        UserPatch(email="secret@acme.example", name="Secret", roles=[NewGrant("agent", "it")]),
    )
    events = await desk.events(desk.acme, events_pb2.SettingChanged, of=user.id)
    last = events[-1]
    assert (last.kind, last.name, last.actor.id, last.cause) == ("user", "", admin.subject, "grpc")
    changes = {one.field: one for one in last.changes}
    assert changes.keys() == {"roles", "email"}
    assert [one.string_value for one in changes["roles"].old_value.list_value.values] == ["requester"]
    assert [one.string_value for one in changes["roles"].new_value.list_value.values] == ["agent:it"]
    for event in events:
        for personal in (b"secret@acme", b"Secret", b"audited@"):
            assert personal not in event.SerializeToString()


async def test_nobody_gives_or_takes_what_they_do_not_hold(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        await create_role(
            tx, new=NewRole("clerk", "Clerk", ["users.manage", "users.read", "tickets.create", "kb.read"])
        )
    await desk.person("clerk@acme.example", "clerk")
    victim = await desk.person("victim@acme.example", "admin")
    clerk = await desk.caller("clerk@acme.example")
    weak = await desk.person("weak@acme.example", "clerk")
    for patch in (
        UserPatch(password="taken over"),
        UserPatch(email="mine@acme.example"),
        UserPatch(active=False),
        UserPatch(roles=[]),
    ):
        with pytest.raises(Forbidden) as refused:
            await _update(desk, clerk, victim, patch)
        assert refused.value.reason == "EXCEEDS_OWN_PERMISSIONS"
    with pytest.raises(Forbidden):
        await _update(desk, clerk, weak, UserPatch(roles=[NewGrant("admin")]))
    async with desk.transaction(clerk) as tx:
        with pytest.raises(Forbidden):
            await create_user(tx, new=NewUser("puppet@acme.example", "Puppet", roles=[NewGrant("admin")]))
    assert (await _update(desk, clerk, weak, UserPatch(name="Renamed"))).name == "Renamed"


async def test_managing_people_in_one_process_is_not_managing_people(desk: Desk) -> None:
    await desk.person("it-boss@acme.example", NewGrant("admin", "it"))
    boss = await desk.caller("it-boss@acme.example")
    other = await desk.person("someone@acme.example")
    with pytest.raises(Forbidden):
        await _update(desk, boss, other, UserPatch(name="Renamed"))


@pytest.mark.parametrize("patch", [UserPatch(active=False), UserPatch(roles=[NewGrant("agent")])])
async def test_the_last_administrator_stays_one(desk: Desk, patch: UserPatch) -> None:
    admin = await desk.caller("admin@globex.example", tenant="globex")
    async with desk.transaction(admin) as tx:
        me = await get_user(tx, user=admin.subject)
    with pytest.raises(WrongState) as refused:
        await _update(desk, admin, me, patch)
    assert refused.value.reason == "LAST_ADMINISTRATOR"
    assert (await desk.caller("admin@globex.example", tenant="globex")).may("users.manage")


async def test_of_two_administrators_who_demote_each_other_at_once_one_stays(desk: Desk) -> None:
    second = await desk.person("second@globex.example", "admin", tenant="globex")
    first_caller = await desk.caller("admin@globex.example", tenant="globex")
    second_caller = await desk.caller("second@globex.example", tenant="globex")
    async with desk.transaction(first_caller) as tx:
        first = await get_user(tx, user="admin@globex.example")
    answers = await asyncio.gather(
        _update(desk, first_caller, second, UserPatch(active=False)),
        _update(desk, second_caller, first, UserPatch(active=False)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, WrongState) for answer in answers) == 1
    left = await desk.look(
        "SELECT id FROM users WHERE tenant_id = $1 AND active AND id = ANY($2)",
        desk.globex,
        [first.id, second.id],
    )
    assert len(left) == 1
    async with desk.transaction(Caller.system(desk.globex, "gateway", "test", ["users.manage"])) as tx:
        with pytest.raises(Forbidden):
            await update_user(tx, user_id=first.id, patch=UserPatch(active=True))


async def test_a_new_password_ends_the_old_one_and_all_sessions(desk: Desk) -> None:
    user = await desk.person("forgetful@acme.example")
    pair = await desk.sign_in("forgetful@acme.example")
    await _update(desk, await desk.caller(), user, UserPatch(password="another password"))
    await desk.hear_revocations()
    with pytest.raises(Unauthenticated):
        await desk.verifier.verify(pair.access_token)
    with pytest.raises(Unauthenticated):
        await desk.sign_in("forgetful@acme.example", PASSWORD)
    await desk.sign_in("forgetful@acme.example", "another password")


async def _emails(desk: Desk, filter_text: str = "", order_by: str = "", size: int = 200) -> list[str]:
    async with desk.transaction(await desk.caller()) as tx:
        rows, _ = await list_users(tx, wanted=Wanted(Page(size, ""), filter_text, order_by))
    return [row.email for row in rows]


async def test_people_are_listed_by_filter_in_order(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        await create_team(tx, new=NewTeam("listed", "Listed"))
    for name, role in (("l-b", "agent"), ("l-a", "agent"), ("l-c", "requester")):
        await desk.person(f"{name}@acme.example", role, teams=["listed"])
    assert await _emails(desk, "teams:listed") == [f"l-{one}@acme.example" for one in "abc"]
    assert await _emails(desk, "teams:listed AND roles:agent", "email desc") == [
        "l-b@acme.example",
        "l-a@acme.example",
    ]
    assert await _emails(desk, 'email = "l-c@acme.example"') == ["l-c@acme.example"]
    assert await _emails(desk, 'email = "l-c*" OR email = "l-a*"') == ["l-a@acme.example", "l-c@acme.example"]
    assert await _emails(desk, "teams:listed AND active = false") == []
    assert "admin@globex.example" not in await _emails(desk)


async def test_pages_of_people_meet_each_once(desk: Desk) -> None:
    admin = await desk.caller()
    seen: list[str] = []
    token = ""
    async with desk.transaction(admin) as tx:
        while True:
            rows, token = await list_users(tx, wanted=Wanted(Page(3, token), "", "name desc"))
            seen += [row.email for row in rows]
            if not token:
                break
    assert len(seen) == len(set(seen))
    assert set(seen) == set(await _emails(desk))


@pytest.mark.parametrize(
    ("filter_text", "order_by", "expected"),
    [
        ("password = 1", "", BadRequest),
        ("email =", "", BadRequest),
        ("active = 7", "", BadRequest),
        ('email = "\0"', "", BadRequest),
        ("", "password", InvalidInput),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(
    desk: Desk, filter_text: str, order_by: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        await _emails(desk, filter_text, order_by)
