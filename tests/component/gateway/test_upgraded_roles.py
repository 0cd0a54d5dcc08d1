"""What a new release ships reaches the roles of tenants that are there already, where nobody has changed them."""

from gateway_desk import Desk

from deskmesh.gateway.v1.events_pb2 import RoleChanged, SettingChanged
from gateway.app.roles import RolePatch, get_role, update_role, upgrade_roles
from gateway.db.tables import Role
from gateway.domain.permissions import SHIPPED_ROLES

SHIPPED = {one.slug: sorted(one.permissions) for one in SHIPPED_ROLES}


async def role(desk: Desk, slug: str, tenant: str = "acme") -> Role:
    async with desk.transaction(await desk.caller(f"admin@{tenant}.example", tenant=tenant)) as tx:
        return await get_role(tx, role=slug)


async def test_a_shipped_role_that_nobody_changed_gets_what_is_new_and_a_changed_one_stays(
    desk: Desk,
) -> None:
    caller = await desk.caller()
    kept = await role(desk, "supervisor")
    fewer = [one for one in kept.permissions if one != "kb.publish"]
    async with desk.transaction(caller) as tx:
        await update_role(tx, role_id=kept.id, patch=RolePatch(permissions=fewer))
    # As an earlier release shipped them.
    await desk.look(
        "UPDATE roles SET permissions = array_remove(permissions, 'approvals.request') WHERE slug = 'agent'"
    )
    for _ in range(2):
        await upgrade_roles(desk.databases)
    for tenant_id, tenant in ((desk.acme, "acme"), (desk.globex, "globex")):
        agent = await role(desk, "agent", tenant)
        assert (sorted(agent.permissions), agent.version) == (SHIPPED["agent"], 2)
        _, told = await desk.events(tenant_id, SettingChanged, of=agent.id)
        assert (told.actor.kind, told.cause) == ("system", "upgrade")
        assert [change.field for change in told.changes] == ["permissions"]
        assert (await desk.events(tenant_id, RoleChanged, of=agent.id))[-1].role.version == 2
    assert sorted((await role(desk, "supervisor")).permissions) == sorted(fewer)


async def test_a_role_that_was_upgraded_is_upgraded_by_the_next_release_too(desk: Desk) -> None:
    for permission in ("kb.read", "approvals.decide"):
        await desk.look(
            "UPDATE roles SET permissions = array_remove(permissions, $1) WHERE slug = 'requester'",
            permission,
        )
        await upgrade_roles(desk.databases)
    requester = await role(desk, "requester")
    assert (sorted(requester.permissions), requester.version) == (SHIPPED["requester"], 3)
