import asyncpg

from chassis.testing.servers import Nats, Postgres


async def test_the_postgresql_of_the_tests_answers(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    try:
        assert await connection.fetchval("SELECT lower('ŻÓŁW')") == "żółw"
    finally:
        await connection.close()


async def test_the_nats_of_the_tests_has_jetstream(nats: Nats) -> None:
    from nats import connect  # noqa: PLC0415 - the fixture has the module's name

    client = await connect(nats.url)
    try:
        info = await client.jetstream().account_info()
        assert info.streams == 0
    finally:
        await client.close()
