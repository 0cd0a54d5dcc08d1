"""The walls between tenants hold without any help from the queries."""

import pytest
from gateway_desk import Desk
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.context import Caller
from chassis.ids import new_id

# Filled for both tenants by what the other tests of this folder stand on.
_FILLED = ("tenants", "users", "roles", "role_grants", "passwords", "sessions", "refresh_tokens", "outbox")


@pytest.mark.parametrize("table", _FILLED)
async def test_a_query_without_any_filter_sees_one_tenants_rows(desk: Desk, table: str) -> None:
    await desk.sign_in("admin@acme.example")
    await desk.sign_in("admin@globex.example", tenant="globex")
    stored = await desk.look(f"SELECT DISTINCT tenant_id FROM {table}")
    if table != "outbox":  # the app role only writes it
        async with desk.transaction(Caller.system(desk.acme, "gateway", "test")) as tx:
            seen = await tx.scalars(text(f"SELECT DISTINCT tenant_id FROM {table}"))
            assert list(seen) == [desk.acme]
    assert {desk.acme, desk.globex} <= {row["tenant_id"] for row in stored}


async def test_a_row_of_another_tenant_can_be_neither_written_nor_changed(desk: Desk) -> None:
    system = Caller.system(desk.acme, "gateway", "test")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with desk.transaction(system) as tx:
            await tx.execute(
                text("INSERT INTO teams (tenant_id, id, slug, name) VALUES (:tenant, :id, 'x', 'X')"),
                {"tenant": desk.globex, "id": new_id()},
            )
    async with desk.transaction(system) as tx:
        await tx.execute(text("UPDATE tenants SET name = 'Taken' WHERE slug = 'globex'"))
        await tx.execute(text("DELETE FROM passwords WHERE tenant_id = :tenant"), {"tenant": desk.globex})
    await desk.sign_in("admin@globex.example", tenant="globex")
    (globex,) = await desk.look("SELECT name FROM tenants WHERE slug = 'globex'")
    assert globex["name"] == "Globex"
