"""Transactions of the app role on a real PostgreSQL."""

import asyncio
from contextlib import AsyncExitStack, suppress
from uuid import UUID, uuid4

import asyncpg
import pytest
from probe.tables import Note
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from chassis.db import Database, check_version, get_for_update
from chassis.db.pool import Pool
from chassis.errors import NotFound, Stale, Unavailable
from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Postgres
from chassis.testing.waiting import eventually


async def note(database: Database, tenant: UUID, words: str = "hello") -> UUID:
    async with database.transaction(tenant) as tx:
        row = Note(text=words)
        tx.add(row)
        await tx.flush()
        return row.id


async def count(database: Database, tenant: UUID) -> int:
    async with database.transaction(tenant) as tx:
        return await tx.scalar(select(func.count()).select_from(Note)) or 0


async def test_a_row_gets_tenant_id_version_and_times(database: Database, tenant: UUID) -> None:
    async with database.transaction(tenant) as tx:
        row = Note(text="hello")
        tx.add(row)
        await tx.flush()
        assert (row.tenant_id, row.version) == (tenant, 1)
        assert row.id.version == 7
        assert row.created_at.tzinfo is not None


async def test_another_tenant_sees_nothing(database: Database, tenant: UUID) -> None:
    id_ = await note(database, tenant)
    async with database.transaction(uuid4()) as tx:
        assert await tx.scalar(select(func.count()).select_from(Note)) == 0
        assert (await tx.execute(update(Note).values(text="mine"))).rowcount == 0
        with pytest.raises(NotFound, match="note"):
            await get_for_update(tx, Note, id_)


async def test_a_row_of_another_tenant_cannot_be_written(database: Database, tenant: UUID) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(tenant) as tx:
            tx.add(Note(tenant_id=uuid4(), text="foreign"))


async def test_an_exception_rolls_back(database: Database, tenant: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(tenant) as tx:
            tx.add(Note(text="lost"))
            await tx.flush()
            raise ZeroDivisionError
    assert await count(database, tenant) == 0


async def test_a_cancelled_transaction_leaves_nothing_to_the_next_user(
    database: Database, tenant: UUID
) -> None:
    async def dawdle() -> None:
        async with database.transaction(tenant) as tx:
            tx.add(Note(text="lost"))
            await tx.execute(text("SELECT pg_sleep(10)"))

    tasks = [asyncio.create_task(dawdle()) for _ in range(4)]
    await asyncio.sleep(0.3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    rows = await asyncio.gather(*(database.fetch_one("SELECT text FROM notes") for _ in range(8)))
    assert rows == [None] * 8
    assert await count(database, tenant) == 0


async def test_the_tenant_never_sticks_to_a_connection(database: Database) -> None:
    tenants = [uuid4() for _ in range(20)]
    for tenant in tenants:
        await note(database, tenant, str(tenant))

    at_once = asyncio.Semaphore(12)

    async def look(number: int) -> None:
        async with at_once:
            await look_as(number, tenants[number % len(tenants)])

    async def look_as(number: int, tenant: UUID) -> None:
        if number % 7 == 0:
            assert await database.fetch_one("SELECT text FROM notes") is None
            return
        try:
            async with asyncio.timeout(0.0005 if number % 11 == 0 else 60):
                async with database.transaction(tenant) as tx:
                    assert list(await tx.scalars(select(Note.text))) == [str(tenant)]
                    if number % 5 == 0:
                        raise ZeroDivisionError
        except (TimeoutError, ZeroDivisionError):
            return

    await asyncio.gather(*(look(number) for number in range(1000)))


async def test_the_relay_role_does_not_see_tables_of_tenants(database: Database, tenant: UUID) -> None:
    await note(database, tenant)
    async with database.relay_connection() as raw:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.fetch("SELECT * FROM notes")


async def test_each_changing_flush_adds_one_to_the_version(database: Database, tenant: UUID) -> None:
    id_ = await note(database, tenant)
    async with database.transaction(tenant) as tx:
        row = await get_for_update(tx, Note, id_)
        before = row.updated_at
        row.text = "changed"
        await tx.flush()
        assert (row.version, row.updated_at > before) == (2, True)
        row.version += 1
        await tx.flush()
        assert row.version == 3


async def test_a_lost_update_is_stale(database: Database, tenant: UUID) -> None:
    id_ = await note(database, tenant)
    async with database.transaction(tenant) as tx:
        row = await tx.get(Note, id_)
        assert row is not None
        async with database.transaction(tenant) as other:
            await other.execute(update(Note).values(version=Note.version + 1))
        row.text = "late"
        with pytest.raises(Exception, match="expected to update 1 row"):
            await tx.flush()
    with pytest.raises(Stale):
        check_version(Note(version=2), 1)
    check_version(Note(version=2), None)


async def test_a_savepoint_lets_go_on_after_a_unique_violation(database: Database, tenant: UUID) -> None:
    await note(database, tenant)
    async with database.transaction(tenant) as tx:
        tx.add(Note(text="kept"))
        with pytest.raises(IntegrityError):
            async with tx.session.begin_nested():
                tx.add(Note(text="hello"))
                await tx.flush()
    assert await count(database, tenant) == 2


async def test_a_swallowed_failure_is_no_success(database: Database, tenant: UUID) -> None:
    with pytest.raises(RuntimeError, match="rolled back"):
        async with database.transaction(tenant) as tx:
            raw = await tx.raw()
            with pytest.raises(asyncpg.DivisionByZeroError):
                await raw.execute("SELECT 1/0")


async def test_what_waits_for_the_commit_runs_once_and_only_then(database: Database, tenant: UUID) -> None:
    heard: list[str] = []

    def tell() -> None:
        heard.append("committed")

    async with database.transaction(tenant) as tx:
        tx.after_commit(tell)
        tx.after_commit(tell)
        assert heard == []
    assert heard == ["committed"]
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(tenant) as tx:
            tx.after_commit(tell)
            raise ZeroDivisionError
    assert heard == ["committed"]


async def test_closed_connections_are_replaced_unasked(
    database: Database, tenant: UUID, postgres: Postgres, probe: ServiceDatabase
) -> None:
    await asyncio.gather(*(note(database, tenant, str(n)) for n in range(4)))
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{probe.name}'")
    await asyncio.sleep(0.1)
    assert await count(database, tenant) == 4


async def test_who_waits_for_a_connection_gets_it_before_who_asks_later(probe: ServiceDatabase) -> None:
    database = Database(probe.app_url, probe.relay_url, pool_size=1)
    served: list[str] = []

    async def ask(name: str, times: int) -> None:
        for _ in range(times):
            await database.fetch_one("SELECT 1")
            served.append(name)

    await asyncio.gather(ask("greedy", 20), ask("patient", 1))
    await database.close()
    assert served.index("patient") <= 1


async def test_connections_that_nothing_needed_of_late_are_closed(
    probe: ServiceDatabase, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Pool(probe.app_url, 6, "shrinking")

    def served() -> list[str]:
        sql = "SELECT pid FROM pg_stat_activity WHERE application_name = 'shrinking' ORDER BY backend_start"
        return postgres.run(sql).split()

    async def use(number: int) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(number):
                await stack.enter_async_context(pool.connection())

    try:
        await use(5)
        pool.close_spare()
        assert len(served()) == 5, "as many as were in use at once since the last look"
        await use(2)
        async with pool.connection():
            pool.close_spare()
            await eventually(lambda: len(served()) == 2)
        two = served()
        await use(2)
        pool.close_spare()
        assert served() == two, "what is needed is not made anew"
        await use(6)
        assert len(served()) == 6
    finally:
        await pool.close()

    monkeypatch.setattr("chassis.db.pool._SPARE_SECONDS", 0.1)
    pool = Pool(probe.app_url, 6, "shrinking")
    try:
        await use(4)
        await eventually(lambda: len(served()) == 1)
        await use(3)
        await eventually(lambda: len(served()) == 1)
    finally:
        await pool.close()


async def test_no_database_is_unavailable(tenant: UUID) -> None:
    nowhere = Database("postgresql://a:b@127.0.0.1:1/none", "postgresql://a:b@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        async with nowhere.transaction(tenant):
            pass
    with pytest.raises(Unavailable):
        await nowhere.fetch_one("SELECT 1")
    await nowhere.close()


@pytest.mark.parametrize("way", ["transaction", "fetch_one", "relay", "relay_connection"])
async def test_a_database_that_lets_nobody_in_is_unavailable_by_every_way(
    probe: ServiceDatabase, tenant: UUID, way: str
) -> None:
    """As while it starts up: the server answers and refuses the session."""
    nowhere = probe.name + "_not_there"
    database = Database(
        probe.app_url.replace(probe.name, nowhere), probe.relay_url.replace(probe.name, nowhere)
    )
    try:
        with pytest.raises(Unavailable) as refused:
            match way:
                case "transaction":
                    async with database.transaction(tenant):
                        pass
                case "fetch_one":
                    await database.fetch_one("SELECT 1")
                case "relay":
                    async with database.relay():
                        pass
                case _:
                    async with database.relay_connection():
                        pass
        assert refused.value.reason == "DATABASE_UNAVAILABLE"
    finally:
        await database.close()


async def test_while_a_password_is_changed_the_old_and_the_new_one_are_tried(postgres: Postgres) -> None:
    def url(password: str) -> str:
        return postgres.database_url("postgres", "rotated", password)

    postgres.run("CREATE ROLE rotated LOGIN PASSWORD 'old'")
    both, old = (
        Database(f"{url('new')} {url('old')}", url("old")),
        Database(url("old"), url("old")),
    )
    try:
        for database in (both, old):
            assert await database.fetch_one("SELECT 1") is not None
        postgres.run("ALTER ROLE rotated PASSWORD 'new'")
        assert await old.fetch_one("SELECT 1") is not None, "connections stay"
        postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'")

        async def answers() -> bool:
            # The connections that were ended are noticed when they are used.
            with suppress(Unavailable):
                return await both.fetch_one("SELECT 1") is not None
            return False

        await eventually(answers)
        await asyncio.gather(*(both.fetch_one("SELECT pg_sleep(0.05)") for _ in range(6)))
        with pytest.raises(Unavailable):
            await Database(url("old"), url("old")).fetch_one("SELECT 1")
    finally:
        await both.close()
        await old.close()
        postgres.run("DROP ROLE rotated")


async def test_a_row_is_looked_up_by_its_key_in_a_small_table(
    database: Database, probe: ServiceDatabase, tenant: UUID
) -> None:
    """The plan is kept while the table grows."""
    async with database.transaction(tenant) as tx:
        for number in range(100):
            tx.add(Note(text=f"{number:0300}"))
    owner = await asyncpg.connect(probe.owner_url)
    try:
        await owner.execute("ANALYZE notes")
    finally:
        await owner.close()
    async with database.transaction(tenant) as tx:
        plan = (await tx.execute(text(f"EXPLAIN SELECT 1 FROM notes WHERE id = '{uuid4()}'"))).scalars()
        assert "Seq Scan" not in "\n".join(plan)
