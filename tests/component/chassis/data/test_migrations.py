"""The runner of migrations and the chassis's own tables."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis import jobs, migrations, revisions
from chassis.db import Database
from chassis.ids import lowest_id, new_id
from chassis.testing.databases import DatabaseFactory, ServiceDatabase
from chassis.testing.servers import Postgres


def migrate(probe: ServiceDatabase) -> None:
    """In a thread, as the runner has an event loop of its own."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrations.run("probe", probe.owner_url, "probe.migrations")
        except BaseException as error:  # noqa: BLE001 (raised below)
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


@pytest.fixture
def empty(database_factory: DatabaseFactory) -> ServiceDatabase:
    """A database of the probe without a table."""
    return database_factory.make_empty("probe")


async def test_two_runners_at_once_migrate_once(empty: ServiceDatabase, postgres: Postgres) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, empty) for _ in range(3)))
    assert postgres.run("SELECT version_num FROM alembic_version", database=empty.name) == "0002"


async def test_a_database_made_by_two_words_lets_its_own_roles_in_and_nobody_else(
    empty: ServiceDatabase, postgres: Postgres
) -> None:
    """The operator says CREATE DATABASE and its owner, as the documents say; the first migration does the rest."""
    bare = f"{empty.name}_bare"
    postgres.run(f"CREATE DATABASE {bare} OWNER probe_owner")
    postgres.run("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    try:
        await asyncio.to_thread(
            migrate, replace(empty, owner_url=empty.owner_url.replace(empty.name, bare), name=bare)
        )
        app = await asyncpg.connect(empty.app_url.replace(empty.name, bare))
        assert await app.fetchval("SELECT version_num FROM alembic_version") == "0002"
        await app.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(postgres.database_url(bare, "stranger", "stranger"))
    finally:
        postgres.run(f"DROP DATABASE {bare} WITH (FORCE)")
        postgres.run("DROP ROLE stranger")


async def test_the_head_is_reached_and_a_newer_release_counts(empty: ServiceDatabase) -> None:
    database = Database(empty.app_url, empty.relay_url)
    owner = await asyncpg.connect(empty.owner_url)
    try:
        assert not await revisions.at_head(database, "probe.migrations")
        await asyncio.to_thread(migrate, empty)
        assert await revisions.at_head(database, "probe.migrations")
        await owner.execute("UPDATE alembic_version SET version_num = '0001'")
        assert not await revisions.at_head(database, "probe.migrations")
        await owner.execute("UPDATE alembic_version SET version_num = '0003'")
        assert await revisions.at_head(database, "probe.migrations")
    finally:
        await owner.close()
        await database.close()


async def test_a_release_that_was_rolled_back_leaves_the_newer_schema_alone(
    empty: ServiceDatabase, postgres: Postgres
) -> None:
    await asyncio.to_thread(migrate, empty)
    postgres.run("UPDATE alembic_version SET version_num = '0003'", database=empty.name)
    await asyncio.to_thread(migrate, empty)
    assert postgres.run("SELECT version_num FROM alembic_version", database=empty.name) == "0003"


def test_only_an_owner_migrates(probe: ServiceDatabase) -> None:
    with pytest.raises(migrations.MigrationError, match="owner role"):
        migrations.run("probe", probe.app_url, "probe.migrations")


async def test_an_index_that_a_broken_run_left_is_built_again(
    probe: ServiceDatabase, postgres: Postgres
) -> None:
    postgres.run(
        """
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'notes_by_time'::regclass;
        UPDATE alembic_version SET version_num = '0001';
        """,
        database=probe.name,
    )
    await asyncio.to_thread(migrate, probe)
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'notes_by_time'::regclass"
    assert postgres.run(valid, database=probe.name) == "t"


async def test_a_revision_that_gets_no_lock_lets_others_pass_and_tries_again(
    empty: ServiceDatabase, postgres: Postgres
) -> None:
    await asyncio.to_thread(migrate, empty)
    owner = await asyncpg.connect(empty.owner_url)
    await owner.execute("DROP INDEX notes_by_time")
    await owner.execute("UPDATE alembic_version SET version_num = '0001'")
    blocking = owner.transaction()
    await blocking.start()
    await owner.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
    running = asyncio.create_task(asyncio.to_thread(migrate, empty))
    await asyncio.sleep(5)
    assert not running.done()
    await blocking.rollback()
    await running
    await owner.close()
    assert postgres.run("SELECT version_num FROM alembic_version", database=empty.name) == "0002"


def test_every_table_of_the_chassis_is_protected(probe: ServiceDatabase, postgres: Postgres) -> None:
    unprotected = postgres.run(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polwithcheck IS NOT NULL))
        """,
        database=probe.name,
    )
    assert unprotected == ""


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM outbox",
        "UPDATE outbox SET published_at = now()",
        "DELETE FROM inbox",
        "SELECT * FROM job_leases",
        "SELECT * FROM relay_state",
        "SELECT chassis_maintain_partitions()",
        "INSERT INTO outbox_default (tenant_id) VALUES (gen_random_uuid())",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
    ],
)
async def test_the_app_role_may_not(database: Database, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.fetch_one(statement)


async def test_a_definer_function_looks_across_tenants_and_nobody_else_owns_it(
    database: Database, tenant: UUID, probe: ServiceDatabase, postgres: Postgres
) -> None:
    async with database.transaction(tenant) as tx:
        raw = await tx.raw()
        await raw.execute(
            "INSERT INTO notes (tenant_id, id, version, text) VALUES ($1, $2, 1, 'x')", tenant, new_id()
        )
    row = await database.fetch_one("SELECT tenant_of_note('x') AS tenant")
    assert row is not None
    assert row["tenant"] == tenant
    owners = "SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'tenant_of_note'"
    assert postgres.run(owners, database=probe.name) == "probe_definer"


def partitions(probe: ServiceDatabase, postgres: Postgres, table: str) -> list[str]:
    rows = postgres.run(
        f"SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = '{table}'::regclass ORDER BY 1",
        database=probe.name,
    )
    return rows.splitlines()


async def test_partitions_are_made_ahead_and_dropped_when_old(
    database: Database, probe: ServiceDatabase, postgres: Postgres
) -> None:
    today = datetime.now(UTC).date()
    for table, keep in (("outbox", 14), ("inbox", 15), ("idempotency_keys", 2)):
        expected = [f"{table}_p{today + timedelta(days=n):%Y%m%d}" for n in range(-1, 8)]
        assert partitions(probe, postgres, table) == [f"{table}_default", *expected]
        for age in (keep, keep + 1):
            day = today - timedelta(days=age)
            bounds = (day, day + timedelta(days=1))
            if table == "inbox":
                low, high = (lowest_id(datetime(b.year, b.month, b.day, tzinfo=UTC)) for b in bounds)
            else:
                low, high = bounds  # type: ignore[assignment]  # only written into the statement
            postgres.run(
                f"CREATE TABLE {table}_p{day:%Y%m%d} PARTITION OF {table} FOR VALUES FROM ('{low}') TO ('{high}');"
                f"ALTER TABLE {table}_p{day:%Y%m%d} OWNER TO probe_owner",
                database=probe.name,
            )
        postgres.run(f"DROP TABLE {table}_p{today + timedelta(days=7):%Y%m%d}", database=probe.name)
    assert await jobs.maintain_partitions(database) == 6
    for table, keep in (("outbox", 14), ("inbox", 15), ("idempotency_keys", 2)):
        names = partitions(probe, postgres, table)
        assert f"{table}_p{today - timedelta(days=keep):%Y%m%d}" in names
        assert f"{table}_p{today - timedelta(days=keep + 1):%Y%m%d}" not in names
        assert f"{table}_p{today + timedelta(days=7):%Y%m%d}" in names
    assert await jobs.maintain_partitions(database) == 0


async def test_an_event_that_is_not_published_is_never_dropped(
    database: Database, probe: ServiceDatabase, postgres: Postgres, tenant: UUID
) -> None:
    day = datetime.now(UTC).date() - timedelta(days=20)
    postgres.run(
        f"""
        CREATE TABLE outbox_p{day:%Y%m%d} PARTITION OF outbox FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}');
        ALTER TABLE outbox_p{day:%Y%m%d} OWNER TO probe_owner;
        INSERT INTO outbox (tenant_id, id, day, subject, aggregate_id, version, payload)
            VALUES ('{tenant}', '{uuid4()}', '{day}', 's', 'a', 1, '');
        INSERT INTO outbox (tenant_id, id, day, subject, aggregate_id, version, payload)
            VALUES ('{tenant}', '{uuid4()}', '{day - timedelta(days=9)}', 's', 'a', 1, '');
        """,
        database=probe.name,
    )
    await jobs.maintain_partitions(database)
    async with database.relay_connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM outbox") == 2
        await raw.execute("UPDATE outbox SET published_at = now()")
    await jobs.maintain_partitions(database)
    async with database.relay_connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM outbox") == 0


async def test_rows_in_the_default_partition_do_not_stop_the_making_of_others(
    database: Database, probe: ServiceDatabase, postgres: Postgres, tenant: UUID
) -> None:
    today = datetime.now(UTC).date()
    postgres.run(
        f"DROP TABLE outbox_p{today:%Y%m%d}, outbox_p{today + timedelta(days=1):%Y%m%d}", database=probe.name
    )
    async with database.transaction(tenant) as tx:
        await (await tx.raw()).execute(
            "INSERT INTO outbox (tenant_id, id, subject, aggregate_id, version, payload) VALUES ($1, $2, 's', 'a', 1, '')",
            tenant,
            new_id(),
        )
    assert await jobs.maintain_partitions(database) == 1
    assert f"outbox_p{today + timedelta(days=1):%Y%m%d}" in partitions(probe, postgres, "outbox")
    async with database.relay_connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM outbox") == 1


def test_an_unsafe_definer_function_is_refused(probe: ServiceDatabase) -> None:
    with pytest.raises(ValueError, match="search_path"):
        migrations.definer_function("CREATE FUNCTION f() RETURNS int SECURITY DEFINER AS '…'", "f", "")
