"""The walls between tenants hold without any help from the queries."""

import pytest
from gateway_desk import Desk
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.context import Caller
from chassis.ids import new_id

# Filled for both tenants by what the other tests of this folder stand on.
_FILLED = ("tenants", "users", "roles", "role_grants", "passwords", "sessions", "refresh_tokens", "outbox")
_DEFINERS = {
    "tenant_by_slug",
    "all_tenants",
    "refresh_token_by_hash",
    "personal_access_token_by_hash",
    "service_account_by_client_id",
    "recent_not_before",
    "forget_expired_credentials",
}


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


async def test_what_looks_across_tenants_is_this_short_list_of_functions(desk: Desk) -> None:
    rows = await desk.look(
        "SELECT p.proname, r.rolcanlogin, has_function_privilege('public', p.oid, 'EXECUTE') AS open,"
        " p.proconfig::text LIKE '%search_path%' AS pinned"
        " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " WHERE p.prosecdef AND r.rolname = 'gateway_definer'"
    )
    assert {row["proname"] for row in rows} == _DEFINERS
    assert all(row["pinned"] and not row["open"] and not row["rolcanlogin"] for row in rows)
