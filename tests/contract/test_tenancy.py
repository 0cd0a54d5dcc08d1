"""The catalogue of every service's database, walked: what keeps tenants apart holds for tables nobody thought of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from chassis.testing.databases import DatabaseFactory, ServiceDatabase

SERVICES = ["gateway", "tickets", "sla", "knowledge", "cmdb", "notify"]
# State of the installation, not of a tenant: which process leads, where the relay is, which revision the schema has.
OF_NO_TENANT = {"alembic_version", "job_leases", "relay_state"}
# What the relay may touch over all tenants: queues and what it needs to work them.
QUEUES = {"outbox", "inbox", "dead_events", "timers", "idempotency_keys", *OF_NO_TENANT}
# Every function that looks over row security. A new one is a decision, taken here.
DEFINER_FUNCTIONS = {
    "gateway": {
        "all_tenants",
        "forget_expired_credentials",
        "personal_access_token_by_hash",
        "recent_not_before",
        "refresh_token_by_hash",
        "service_account_by_client_id",
        "sign_in_challenge_by_hash",
        "tenant_by_slug",
    },
    "tickets": {"find_tickets", "find_words"},
    "sla": set(),
    "knowledge": {"search_articles"},
    "cmdb": set(),
    "notify": {"mailbox_tenant"},
}
# Functions of the owner that the roles call to keep partitions; they see no row.
OWNER_FUNCTIONS = {"chassis_maintain_partitions"}
TENANT = "NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid"


@dataclass(frozen=True)
class Catalogue:
    """A service's database and a superuser's connection to it."""

    service: str
    database: ServiceDatabase
    connection: "asyncpg.Connection[asyncpg.Record]"

    async def names(self, query: str, *values: object) -> set[str]:
        """The first column of a query's rows."""
        return {row[0] for row in await self.connection.fetch(query, *values)}


@pytest.fixture(scope="module", params=SERVICES)
async def catalogue(
    request: pytest.FixtureRequest, database_factory: DatabaseFactory
) -> AsyncIterator[Catalogue]:
    database = database_factory.make(request.param)
    connection = await asyncpg.connect(database.superuser_url)
    yield Catalogue(request.param, database, connection)
    await connection.close()


_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
"""


async def test_every_table_belongs_to_tenants_or_is_known_to_belong_to_none(catalogue: Catalogue) -> None:
    tables = await catalogue.names(_TABLES)
    with_tenant = await catalogue.names(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE a.attname = 'tenant_id' AND a.attnotnull AND format_type(a.atttypid, NULL) = 'uuid'"
    )
    assert tables - with_tenant <= OF_NO_TENANT
    assert len(tables & with_tenant) > 5


async def test_every_tenant_table_has_row_security_enabled_and_forced(catalogue: Catalogue) -> None:
    open_ones = await catalogue.names(f"{_TABLES} AND NOT (c.relrowsecurity AND c.relforcerowsecurity)")
    assert open_ones <= OF_NO_TENANT


async def test_every_tenant_table_has_one_policy_that_binds_reading_and_writing_to_the_tenant(
    catalogue: Catalogue,
) -> None:
    tables = await catalogue.names(_TABLES) - OF_NO_TENANT
    policies = await catalogue.connection.fetch(
        "SELECT tablename, policyname, roles::text[] AS roles, cmd, permissive, qual, with_check FROM pg_policies"
    )
    bound = {p["tablename"] for p in policies if _binds_to_the_tenant(p)}
    assert tables - bound == set()
    beside = {p["tablename"]: p["roles"] for p in policies if not _binds_to_the_tenant(p)}
    assert set(beside) <= QUEUES
    assert {role for roles in beside.values() for role in roles} <= {f"{catalogue.service}_relay"}


def _binds_to_the_tenant(policy: asyncpg.Record) -> bool:
    condition = f"(tenant_id = ({TENANT})"
    said = (policy["cmd"], policy["permissive"], policy["qual"], policy["with_check"])
    return said == ("ALL", "PERMISSIVE", condition, condition)


async def test_every_unique_index_begins_with_the_tenant(catalogue: Catalogue) -> None:
    rows = await catalogue.connection.fetch(
        """
        SELECT i.indexrelid::regclass::text AS name, c.relname, a.attname AS first
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND n.nspname = 'public'
        """
    )
    wrong = {
        row["name"] for row in rows if row["relname"] not in OF_NO_TENANT and row["first"] != "tenant_id"
    }
    assert wrong == set()


async def test_every_foreign_key_begins_with_the_tenant_on_both_sides(catalogue: Catalogue) -> None:
    wrong = await catalogue.names(
        """
        SELECT k.conname FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
        WHERE k.contype = 'f' AND (a.attname <> 'tenant_id' OR b.attname <> 'tenant_id')
        """
    )
    assert wrong == set()


async def test_the_roles_have_no_power_beyond_their_work(catalogue: Catalogue) -> None:
    rows = await catalogue.connection.fetch(
        "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb FROM pg_roles "
        "WHERE rolname LIKE $1",
        f"{catalogue.service}\\_%",
    )
    roles = {row["rolname"].removeprefix(f"{catalogue.service}_"): row for row in rows}
    assert set(roles) == {"owner", "app", "relay", "definer"}
    for name, role in roles.items():
        assert not any(role[power] for power in ("rolsuper", "rolcreaterole", "rolcreatedb"))
        assert role["rolbypassrls"] == (name == "definer")
        assert role["rolcanlogin"] == (name != "definer")


async def test_app_and_relay_own_nothing_and_the_definer_only_its_functions(catalogue: Catalogue) -> None:
    owned = """
    SELECT relname::text FROM pg_class WHERE relowner = $1::regrole
    UNION SELECT proname::text FROM pg_proc WHERE proowner = $1::regrole
    UNION SELECT nspname::text FROM pg_namespace WHERE nspowner = $1::regrole
    """
    for name in ("app", "relay"):
        assert await catalogue.names(owned, f"{catalogue.service}_{name}") == set()
    of_definer = await catalogue.names(owned, f"{catalogue.service}_definer")
    assert of_definer == DEFINER_FUNCTIONS[catalogue.service]


async def test_functions_that_look_over_row_security_are_closed_to_the_public(catalogue: Catalogue) -> None:
    rows = await catalogue.connection.fetch(
        """
        SELECT p.proname, pg_get_userbyid(p.proowner) AS owner, p.proconfig::text[] AS config,
               has_function_privilege('public', p.oid, 'EXECUTE') AS for_all
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname = 'public'
        """
    )
    for row in rows:
        assert any(setting.startswith("search_path=") for setting in row["config"] or []), row["proname"]
        assert not row["for_all"], row["proname"]
    of_owner = {row["proname"] for row in rows if row["owner"] == f"{catalogue.service}_owner"}
    assert of_owner <= OWNER_FUNCTIONS


async def test_the_relay_reaches_queues_alone(catalogue: Catalogue) -> None:
    reached = await catalogue.names(
        f"{_TABLES} AND has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE') ",
        f"{catalogue.service}_relay",
    )
    assert reached <= QUEUES


async def test_without_a_tenant_the_app_role_sees_no_row_and_writes_none(catalogue: Catalogue) -> None:
    connection = await asyncpg.connect(catalogue.database.app_url)
    try:
        tables = await catalogue.names(
            f"{_TABLES} AND has_table_privilege($1, c.oid, 'SELECT')", _app(catalogue)
        )
        for table in tables - OF_NO_TENANT:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "INSERT INTO outbox (tenant_id, id, subject, aggregate_id, version, payload) "
                "VALUES (gen_random_uuid(), gen_random_uuid(), 's', 'a', 1, '')"
            )
    finally:
        await connection.close()


def _app(catalogue: Catalogue) -> str:
    return f"{catalogue.service}_app"
