"""Teams, organisations, roles and tenants: made, changed, found."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from gateway_desk import PASSWORD, Desk, new_tenant

from chassis.context import Caller
from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.paging import Page
from deskmesh.gateway.v1 import events_pb2
from gateway.app.lists import Wanted, list_organizations, list_roles, list_teams
from gateway.app.me import MyPatch, change_my_password, get_me, update_me
from gateway.app.organizations import (
    NewOrganization,
    OrganizationPatch,
    create_organization,
    get_organization,
    update_organization,
)
from gateway.app.roles import NewRole, RolePatch, create_role, get_role, update_role
from gateway.app.teams import NewTeam, TeamPatch, create_team, get_team, update_team
from gateway.app.tenants import (
    TenantPatch,
    create_tenant,
    get_tenant,
    list_tenants,
    set_tenant_active,
    tenant_by_slug,
    update_tenant,
)

PAGE = Page(200, "")


async def test_a_team_is_made_found_changed_and_told(desk: Desk) -> None:
    anna = await desk.person("anna@acme.example", "agent")
    bob = await desk.person("bob@acme.example", "agent")
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        team = await create_team(
            tx, new=NewTeam("field", " Field ", "On the\nroad", ["anna@acme.example", str(bob.id)])
        )
    assert (team.name, team.description, team.version) == ("Field", "On the\nroad", 1)
    assert [one.email for one in team.members] == ["anna@acme.example", "bob@acme.example"]
    async with desk.transaction(admin) as tx:
        assert (await get_team(tx, team="field")).id == (await get_team(tx, team=str(team.id))).id
        changed = await update_team(
            tx, team_id=team.id, patch=TeamPatch(slug="outside", members=[str(bob.id)]), expected_version=1
        )
    assert (changed.slug, changed.version, [one.id for one in changed.members]) == ("outside", 2, [bob.id])
    told = await desk.events(desk.acme, events_pb2.TeamChanged, of=team.id)
    assert [(one.team.version, [member.email for member in one.team.members]) for one in told] == [
        (1, ["anna@acme.example", "bob@acme.example"]),
        (2, ["bob@acme.example"]),
    ]
    of_anna = await desk.events(desk.acme, events_pb2.UserChanged, of=anna.id)
    assert [[team.key for team in one.user.teams] for one in of_anna] == [[], ["field"], []]
    assert [one.user.version for one in of_anna] == [1, 2, 3]


async def test_only_new_members_bump_a_team_that_is_otherwise_the_same(desk: Desk) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        team = await create_team(tx, new=NewTeam("growing", "Growing"))
    await desk.person("grower@acme.example", "agent", teams=["growing"])
    async with desk.transaction(await desk.caller()) as tx:
        assert (await get_team(tx, team="growing")).version == team.version + 1


@pytest.mark.parametrize(
    ("new", "wrong"),
    [
        (NewTeam("", ""), {"slug": "is required", "name": "is required"}),
        (
            NewTeam("Bad Slug", "Name"),
            {"slug": "is not 1 to 63 lower-case letters, digits and inner hyphens"},
        ),
        (NewTeam("ok", "Name", "\0"), {"description": "has characters that are no text"}),
        (
            NewTeam("ok", "Name", "", ["nobody", "\0"]),
            {"members[0]": "is no person", "members[1]": "is no person"},
        ),
        (NewTeam("ok", "Name", "", ["x"] * 2001), {"members": "are more than 2000"}),
    ],
)
async def test_what_is_wrong_with_a_team_is_said(desk: Desk, new: NewTeam, wrong: dict[str, str]) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        with pytest.raises(InvalidInput) as refused:
            await create_team(tx, new=new)
    assert {error.field: error.reason for error in refused.value.errors} == wrong


async def test_a_person_of_another_tenant_is_no_member(desk: Desk) -> None:
    foreign = await desk.person("spy@globex.example", tenant="globex")
    async with desk.transaction(await desk.caller()) as tx:
        with pytest.raises(InvalidInput):
            await create_team(tx, new=NewTeam("open", "Open", "", [str(foreign.id)]))


async def test_a_slug_names_one_team_of_the_tenant(desk: Desk) -> None:
    for slug in ("first", "second"):
        async with desk.transaction(await desk.caller()) as tx:
            team = await create_team(tx, new=NewTeam(slug, "Team"))
    with pytest.raises(AlreadyExists):
        async with desk.transaction(await desk.caller()) as tx:
            await create_team(tx, new=NewTeam("first", "Again"))
    with pytest.raises(AlreadyExists):
        async with desk.transaction(await desk.caller()) as tx:
            await update_team(tx, team_id=team.id, patch=TeamPatch(slug="first"))
    async with desk.transaction(await desk.caller("admin@globex.example", tenant="globex")) as tx:
        await create_team(tx, new=NewTeam("first", "Of another tenant"))


async def test_an_organisation_is_made_found_changed_and_told(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        made = await create_organization(
            tx, new=NewOrganization("stark", "Stark", ["stark.example", "stark.test"])
        )
        changed = await update_organization(
            tx,
            organization_id=made.id,
            patch=OrganizationPatch(name="Stark Ltd", domains=["stark.test", "iron.example"]),
            expected_version=1,
        )
        assert (changed.version, changed.domains) == (2, ["iron.example", "stark.test"])
        assert (await get_organization(tx, organization="stark")).name == "Stark Ltd"
        with pytest.raises(Stale):
            await update_organization(
                tx, organization_id=made.id, patch=OrganizationPatch(name="Older"), expected_version=1
            )
    told = await desk.events(desk.acme, events_pb2.OrganizationChanged, of=made.id)
    assert [list(one.organization.domains) for one in told] == [
        ["stark.example", "stark.test"],
        ["iron.example", "stark.test"],
    ]


async def test_a_domain_belongs_to_one_organisation(desk: Desk) -> None:
    admin = await desk.caller()
    async with desk.transaction(admin) as tx:
        await create_organization(tx, new=NewOrganization("owner", "Owner", ["taken.example"]))
        with pytest.raises(InvalidInput) as refused:
            await create_organization(
                tx, new=NewOrganization("thief", "Thief", ["free.example", "taken.example", "Bad Domain"])
            )
        assert [(error.field, error.reason) for error in refused.value.errors] == [
            ("domains[2]", "is not a domain name in lower case")
        ]
        with pytest.raises(InvalidInput) as refused:
            await create_organization(
                tx, new=NewOrganization("thief", "Thief", ["free.example", "taken.example"])
            )
        assert [(error.field, error.reason) for error in refused.value.errors] == [
            ("domains[1]", "belongs to another organisation")
        ]


async def test_a_role_is_made_of_known_permissions_that_its_maker_holds(desk: Desk) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        with pytest.raises(InvalidInput) as refused:
            await create_role(tx, new=NewRole("x", "", ["kb.read", "root", "platform.tenants"]))
        assert [(error.field, error.reason) for error in refused.value.errors] == [
            ("name", "is required"),
            ("permissions[1]", "is no permission"),
            ("permissions[2]", "is no permission"),
        ]
        await create_role(tx, new=NewRole("people", "People", ["users.manage", "users.read"]))
    await desk.person("people@acme.example", "people")
    async with desk.transaction(await desk.caller("people@acme.example")) as tx:
        with pytest.raises(Forbidden):
            await create_role(tx, new=NewRole("more", "More", ["audit.read"]))
        admin = await get_role(tx, role="admin")
        with pytest.raises(Forbidden):
            await update_role(tx, role_id=admin.id, patch=RolePatch(permissions=["users.manage"]))


async def test_the_role_of_the_last_administrator_keeps_its_power(desk: Desk) -> None:
    with pytest.raises(WrongState):
        async with desk.transaction(await desk.caller("admin@globex.example", tenant="globex")) as tx:
            role = await get_role(tx, role="admin")
            await update_role(tx, role_id=role.id, patch=RolePatch(permissions=["kb.read"]))
    assert (await desk.caller("admin@globex.example", tenant="globex")).may("users.manage")


async def test_lists_hold_the_tenants_own_in_order(desk: Desk) -> None:
    async with desk.transaction(await desk.caller("admin@globex.example", tenant="globex")) as tx:
        await create_team(tx, new=NewTeam("zeta", "Zeta"))
        await create_team(tx, new=NewTeam("alpha", "Alpha"))
        await create_organization(tx, new=NewOrganization("cyberdyne", "Cyberdyne", ["cyberdyne.example"]))
        teams, _ = await list_teams(tx, wanted=Wanted(PAGE, "slug = alpha OR slug = zeta"))
        organizations, _ = await list_organizations(tx, wanted=Wanted(PAGE, 'domains:"cyberdyne.example"'))
        roles, _ = await list_roles(tx, wanted=Wanted(PAGE, "permissions:audit.read"))
    assert [one.slug for one in teams] == ["alpha", "zeta"]
    assert [one.slug for one in organizations] == ["cyberdyne"]
    assert [one.slug for one in roles] == ["admin"]


async def test_a_tenant_starts_with_four_roles_and_an_administrator_and_tells_so(desk: Desk) -> None:
    made = await create_tenant(desk.databases, new=new_tenant("wonka"))
    assert made.new
    (tenant,) = await desk.events(made.tenant_id, events_pb2.TenantChanged)
    assert (tenant.tenant.slug, tenant.tenant.support_address) == ("wonka", "support@wonka.example")
    assert tenant.tenant.active
    roles = await desk.events(made.tenant_id, events_pb2.RoleChanged)
    assert {one.role.slug for one in roles} == {"requester", "agent", "supervisor", "admin"}
    (admin,) = await desk.events(made.tenant_id, events_pb2.UserChanged)
    assert [grant.role for grant in admin.user.roles] == ["admin"]
    settings = await desk.events(made.tenant_id, events_pb2.SettingChanged)
    assert {(one.actor.kind, one.cause) for one in settings} == {("system", "operator")}


async def test_the_same_slug_again_changes_nothing(desk: Desk) -> None:
    first = await create_tenant(desk.databases, new=new_tenant("oscorp"))
    again = await create_tenant(
        desk.databases, new=replace(new_tenant("oscorp"), name="Other", admin_password="another password")
    )
    assert (again.tenant_id, again.new) == (first.tenant_id, False)
    await desk.sign_in("admin@oscorp.example", PASSWORD, tenant="oscorp")
    assert len(await desk.events(first.tenant_id, events_pb2.TenantChanged)) == 1


async def test_the_same_slug_twice_at_once_makes_one_tenant(desk: Desk) -> None:
    answers = await asyncio.gather(
        *(create_tenant(desk.databases, new=new_tenant("soylent")) for _ in range(4)), return_exceptions=True
    )
    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert {answer.tenant_id for answer in made} == {await tenant_by_slug(desk.databases, "soylent")}
    assert all(isinstance(answer, AlreadyExists) for answer in answers if isinstance(answer, BaseException))


async def test_a_support_address_belongs_to_one_tenant(desk: Desk) -> None:
    with pytest.raises(AlreadyExists):
        await create_tenant(
            desk.databases, new=replace(new_tenant("rival"), support_address="Support@acme.example")
        )
    assert await tenant_by_slug(desk.databases, "rival") is None


async def test_everything_wrong_with_a_new_tenant_is_said_at_once(desk: Desk) -> None:
    wrong = replace(
        new_tenant("Bad Slug"),
        name="",
        languages=[],
        time_zone="Mars",
        country="Poland",
        support_address="support",
        admin_email="admin",
        admin_password="short",
    )
    with pytest.raises(InvalidInput) as refused:
        await create_tenant(desk.databases, new=wrong)
    assert {error.field for error in refused.value.errors} == {
        "slug",
        "name",
        "languages",
        "time_zone",
        "country",
        "support_address",
        "admin_email",
        "admin_password",
    }


async def test_an_administrator_changes_the_own_tenant_and_an_agent_does_not(desk: Desk) -> None:
    async with desk.transaction(await desk.caller("admin@globex.example", tenant="globex")) as tx:
        before = await get_tenant(tx)
        assert before.slug == "globex"
        changed = await update_tenant(
            tx,
            patch=TenantPatch(name="Globex Corp", languages=["en", "ru"], support_address=""),
            expected_version=before.version,
        )
        assert (changed.name, changed.languages, changed.support_address) == ("Globex Corp", ["en", "ru"], "")
        assert changed.version == 2
    told = await desk.events(desk.globex, events_pb2.TenantChanged)
    assert [one.tenant.version for one in told] == [1, 2]
    await desk.person("worker@globex.example", "agent", tenant="globex")
    async with desk.transaction(await desk.caller("worker@globex.example", tenant="globex")) as tx:
        with pytest.raises(Forbidden):
            await update_tenant(tx, patch=TenantPatch(name="Mine"))


async def test_a_service_lists_all_active_tenants_page_by_page(desk: Desk) -> None:
    await create_tenant(desk.databases, new=new_tenant("idle"))
    await set_tenant_active(desk.databases, slug="idle", active=False)
    nobody = Caller.system(UUID(int=0), "sla", "backfill")
    slugs: list[str] = []
    token = ""
    async with desk.transaction(nobody) as tx:
        while True:
            rows, token = await list_tenants(tx, page=Page(2, token))
            slugs += [row.slug for row in rows]
            if not token:
                break
    assert {"acme", "globex"} <= set(slugs)
    assert len(slugs) == len(set(slugs))
    assert "idle" not in slugs


async def test_a_person_reads_and_changes_themselves(desk: Desk) -> None:
    await desk.person("self@acme.example", "requester")
    caller = await desk.caller("self@acme.example")
    async with desk.transaction(caller) as tx:
        assert (await get_me(tx)).email == "self@acme.example"
        me = await update_me(tx, patch=MyPatch(language="en", time_zone="Asia/Tokyo"), expected_version=1)
        assert (me.language, me.time_zone, me.version) == ("en", "Asia/Tokyo", 2)
        with pytest.raises(InvalidInput) as refused:
            await update_me(tx, patch=MyPatch(name="", phone="x"))
    assert {error.field for error in refused.value.errors} == {"name", "phone"}
    async with desk.transaction(Caller.system(desk.acme, "sla", "event:test")) as tx:
        with pytest.raises(Forbidden):
            await get_me(tx)


async def test_a_person_changes_the_own_password_knowing_the_old_one(desk: Desk) -> None:
    await desk.person("careful@acme.example", "requester")
    caller = await desk.caller("careful@acme.example")
    for current, new, field in (
        ("wrong", "new password", "current_password"),
        (PASSWORD, "short", "new_password"),
    ):
        async with desk.transaction(caller) as tx:
            with pytest.raises(InvalidInput) as refused:
                await change_my_password(tx, current_password=current, new_password=new)
        assert [error.field for error in refused.value.errors] == [field]
    async with desk.transaction(caller) as tx:
        await change_my_password(tx, current_password=PASSWORD, new_password="new password")
    await desk.sign_in("careful@acme.example", "new password")


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    async with desk.transaction(await desk.caller()) as tx:
        for find in (
            get_team(tx, team="none"),
            get_team(tx, team="\0"),
            get_organization(tx, organization="none"),
            get_role(tx, role="none"),
        ):
            with pytest.raises(NotFound):
                await find
