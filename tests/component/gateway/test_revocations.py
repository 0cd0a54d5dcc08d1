"""After a change of what somebody may do, no older access token is accepted."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from gateway_desk import Desk, new_tenant

from chassis.context import Caller
from chassis.db import Tx
from chassis.errors import Unauthenticated
from deskmesh.gateway.v1.events_pb2 import SessionEnded
from gateway.app.auth import refresh, sign_in_with_client_credentials, sign_out
from gateway.app.grants import NewGrant
from gateway.app.organizations import NewOrganization, create_organization
from gateway.app.revocations import not_before_entries
from gateway.app.roles import NewRole, RolePatch, create_role, update_role
from gateway.app.service_accounts import create_service_account, deactivate_service_account
from gateway.app.teams import NewTeam, TeamPatch, create_team, get_team, update_team
from gateway.app.tenants import create_tenant, set_tenant_active
from gateway.app.users import UserPatch, update_user
from gateway.db.tables import User


async def _refused(desk: Desk, token: str) -> bool:
    await desk.hear_revocations()
    try:
        await desk.verifier.verify(token)
    except Unauthenticated:
        return True
    return False


async def _patched(desk: Desk, user: User, patch: UserPatch) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        await update_user(tx, user_id=user.id, patch=patch)


@pytest.mark.parametrize(
    "patch",
    [
        UserPatch(roles=[NewGrant("requester")]),
        UserPatch(roles=[NewGrant("agent"), NewGrant("supervisor", "it")]),
        UserPatch(active=False),
        UserPatch(teams=[]),
        UserPatch(organizations=[]),
        UserPatch(password="another password"),
    ],
    ids=[
        "role taken",
        "role given",
        "deactivated",
        "out of a team",
        "out of an organisation",
        "new password",
    ],
)
async def test_what_changes_a_persons_power_refuses_their_older_tokens(
    desk: Desk, patch: UserPatch, request: pytest.FixtureRequest
) -> None:
    place = request.node.callspec.indices["patch"]
    async with desk.transaction(await desk.caller()) as tx:
        await create_team(tx, new=NewTeam(f"team-{place}", "Team"))
        await create_organization(tx, new=NewOrganization(f"organization-{place}", "Organisation"))
    user = await desk.person(
        f"power-{place}@acme.example",
        "agent",
        teams=[f"team-{place}"],
        organizations=[f"organization-{place}"],
    )
    token = (await desk.sign_in(user.email)).access_token
    bystander = (await desk.sign_in("admin@acme.example")).access_token
    assert not await _refused(desk, token)
    await _patched(desk, user, patch)
    assert await _refused(desk, token)
    assert not await _refused(desk, bystander)


@pytest.mark.parametrize(
    "patch", [UserPatch(name="New Name"), UserPatch(language="en"), UserPatch(active=True)]
)
async def test_what_leaves_the_power_as_it_is_leaves_the_tokens(
    desk: Desk, patch: UserPatch, request: pytest.FixtureRequest
) -> None:
    user = await desk.person(f"same-{request.node.callspec.indices['patch']}@acme.example", "agent")
    token = (await desk.sign_in(user.email)).access_token
    await _patched(desk, user, patch)
    assert not await _refused(desk, token)


@pytest.mark.parametrize("patch", [UserPatch(active=False), UserPatch(password="another password")])
async def test_every_session_that_an_administrator_ends_is_told(
    desk: Desk, patch: UserPatch, request: pytest.FixtureRequest
) -> None:
    email = f"told{request.node.callspec.indices['patch']}@acme.example"
    user = await desk.person(email, "agent")
    sessions = {(await desk.caller(email)).session_id for _ in range(2)}
    await _patched(desk, user, patch)
    told = [one for each in sessions for one in await desk.events(desk.acme, SessionEnded, of=UUID(each))]
    assert {(one.session_id, one.user_id) for one in told} == {(each, str(user.id)) for each in sessions}


async def test_a_session_that_is_signed_out_is_told_once(desk: Desk) -> None:
    caller = await desk.caller()
    for _ in range(2):
        async with desk.transaction(caller) as tx:
            await sign_out(tx)
    assert len(await desk.events(desk.acme, SessionEnded, of=UUID(caller.session_id))) == 1


async def test_a_new_sign_in_right_after_the_change_is_accepted(desk: Desk) -> None:
    user = await desk.person("back@acme.example", "agent")
    await _patched(desk, user, UserPatch(roles=[NewGrant("requester")]))
    token = (await desk.sign_in(user.email)).access_token
    assert not await _refused(desk, token)
    assert (await desk.verifier.verify(token)).roles == ("requester",)


async def test_who_is_taken_out_of_a_team_loses_the_token_and_who_stays_keeps_it(desk: Desk) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        await create_team(tx, new=NewTeam("shrinking", "Shrinking"))
    leaver = await desk.person("leaver@acme.example", "agent", teams=["shrinking"])
    stayer = await desk.person("stayer@acme.example", "agent", teams=["shrinking"])
    tokens = [(await desk.sign_in(one.email)).access_token for one in (leaver, stayer)]
    async with desk.transaction(await desk.caller()) as tx:
        team = await get_team(tx, team="shrinking")
        await update_team(tx, team_id=team.id, patch=TeamPatch(members=[stayer.email]))
    assert [await _refused(desk, token) for token in tokens] == [True, False]


async def test_a_role_with_other_permissions_refuses_the_tokens_of_the_tenant_and_of_no_other(
    desk: Desk,
) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        role = await create_role(tx, new=NewRole("reader", "Reader", ["kb.read", "cmdb.read"]))
    await desk.person("reader@acme.example", "reader")
    token = (await desk.sign_in("reader@acme.example")).access_token
    foreign = (await desk.sign_in("admin@globex.example", tenant="globex")).access_token
    async with desk.transaction(await desk.caller()) as tx:
        await update_role(tx, role_id=role.id, patch=RolePatch(name="Readers"))
    assert not await _refused(desk, token)
    async with desk.transaction(await desk.caller()) as tx:
        await update_role(tx, role_id=role.id, patch=RolePatch(permissions=["kb.read"]))
    assert await _refused(desk, token)
    assert not await _refused(desk, foreign)
    assert (await desk.caller("reader@acme.example")).scopes == {"kb.read"}


async def test_a_suspended_tenant_lets_nobody_in_until_it_is_resumed(desk: Desk) -> None:
    await create_tenant(desk.databases, new=new_tenant("hooli"))
    token = (await desk.sign_in("admin@hooli.example", tenant="hooli")).access_token
    await set_tenant_active(desk.databases, slug="hooli", active=False)
    assert await _refused(desk, token)
    with pytest.raises(Unauthenticated):
        await desk.sign_in("admin@hooli.example", tenant="hooli")
    await set_tenant_active(desk.databases, slug="hooli", active=True)
    assert not await _refused(desk, (await desk.sign_in("admin@hooli.example", tenant="hooli")).access_token)


async def test_a_service_account_signs_in_until_it_is_shut(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        made = await create_service_account(tx, name="Importer", scopes=["tickets.create", "tickets.read:it"])

    async def sign_in(secret: str) -> str:
        pair = await sign_in_with_client_credentials(
            desk.databases, desk.keys, client_id=made.row.client_id, client_secret=secret
        )
        assert pair.refresh_token is None
        return pair.access_token

    token = await sign_in(made.client_secret)
    caller = await desk.verifier.verify(token)
    assert (caller.kind, caller.name) == ("service_account", "Importer")
    assert caller.scopes == {"tickets.create", "tickets.read:it"}
    for wrong in ("", "dm_cs_wrong", made.client_secret + "x", "\ud800"):
        with pytest.raises(Unauthenticated):
            await sign_in(wrong)
    async with desk.transaction(admin) as tx:
        await deactivate_service_account(tx, account_id=made.row.id)
    assert await _refused(desk, token)
    with pytest.raises(Unauthenticated):
        await sign_in(made.client_secret)


async def test_who_refreshes_while_a_change_is_not_yet_committed_gets_no_token_that_missed_it(
    desk: Desk,
) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        role = await create_role(tx, new=NewRole("passing", "Passing", ["kb.read", "audit.read"]))
        team = await create_team(tx, new=NewTeam("passing", "Passing"))
    user = await desk.person("passing@acme.example", "agent", "passing", teams=["passing"])
    admin = await desk.caller()

    async def refreshed_during(change: Callable[[Tx], Awaitable[object]]) -> Caller:
        refresh_token = (await desk.sign_in(user.email)).refresh_token
        assert refresh_token is not None
        async with desk.transaction(admin) as tx:
            await change(tx)
            refreshing = asyncio.create_task(refresh(desk.databases, desk.keys, refresh_token=refresh_token))
            # Without the locks it would be done by then, and wrong.
            await asyncio.wait([refreshing], timeout=1.0)
        token = (await refreshing).access_token
        assert not await _refused(desk, token)
        return await desk.verifier.verify(token)

    caller = await refreshed_during(
        lambda tx: update_role(tx, role_id=role.id, patch=RolePatch(permissions=["kb.read"]))
    )
    assert "audit.read" not in caller.scopes
    caller = await refreshed_during(
        lambda tx: update_user(tx, user_id=user.id, patch=UserPatch(roles=[NewGrant("passing")]))
    )
    assert caller.scopes == {"kb.read"}
    caller = await refreshed_during(lambda tx: update_team(tx, team_id=team.id, patch=TeamPatch(members=[])))
    assert caller.team_ids == frozenset()


async def test_a_refresh_and_a_new_password_at_once_do_not_wait_for_each_other_for_ever(desk: Desk) -> None:
    user = await desk.person("crossing@acme.example", "agent")
    admin = await desk.caller()

    async def new_password(place: int) -> None:
        async with desk.transaction(admin) as tx:
            await update_user(tx, user_id=user.id, patch=UserPatch(password=f"password {place}"))

    for place in range(12):
        await new_password(place)
        pairs = [await desk.sign_in(user.email, f"password {place}") for _ in range(4)]
        refreshes = [
            refresh(desk.databases, desk.keys, refresh_token=pair.refresh_token or "") for pair in pairs
        ]
        answers = await asyncio.gather(*refreshes, new_password(place), return_exceptions=True)
        faults = [answer for answer in answers if isinstance(answer, BaseException)]
        assert all(isinstance(fault, Unauthenticated) for fault in faults)
        assert answers[-1] is None


async def test_verifiers_are_told_of_all_tenants_and_only_of_what_still_matters(desk: Desk) -> None:
    user = await desk.person("told@acme.example", "agent")
    await _patched(desk, user, UserPatch(active=False))
    entries = [one for one in await not_before_entries(desk.databases) if one.sub == str(user.id)]
    assert [(one.tenant, one.sid) for one in entries] == [(str(desk.acme), None)]
    await desk.look(
        "UPDATE not_before SET not_before = now() - interval '13 minutes' WHERE subject = $1", user.id
    )
    assert not [one for one in await not_before_entries(desk.databases) if one.sub == str(user.id)]
