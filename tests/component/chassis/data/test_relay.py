"""The relay between a real PostgreSQL and a real NATS."""

import asyncio
import shutil
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from probe.events import NoteWritten

from chassis import outbox
from chassis.backlog import backlog
from chassis.db import Database, Databases
from chassis.messaging import Client, stream_of
from chassis.outbox.relay import Relay
from chassis.testing.servers import Postgres
from embedded.nats import NatsServer

STREAM = stream_of("probe")


async def publish(database: Database, tenant: UUID, count: int, aggregate: str = "a") -> list[UUID]:
    async with database.transaction(tenant) as tx:
        return [
            outbox.add(tx, NoteWritten(text=str(n)), aggregate_id=aggregate, version=n) for n in range(count)
        ]


async def until_published(database: Database) -> None:
    async with asyncio.timeout(60):
        while (await backlog(database)).unpublished:
            await asyncio.sleep(0.05)


async def messages(nats: Client) -> list[Msg]:
    """All that the stream holds."""
    js = nats.jetstream()
    info = await js.stream_info(STREAM)
    if not info.state.messages:
        return []
    consumer = await js.pull_subscribe("", stream=STREAM, config=ConsumerConfig(inactive_threshold=5))
    found: list[Msg] = []
    while len(found) < info.state.messages:
        found += await consumer.fetch(info.state.messages, timeout=5)
    return found


async def test_events_leave_with_their_headers(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    (event_id,) = await publish(database, tenant, 1, "thing")
    running(Relay("probe", Databases([database]), nats))
    await until_published(database)
    (message,) = await messages(nats)
    assert message.subject == "deskmesh.probe.v1.NoteWritten"
    headers = message.headers or {}
    assert headers["Nats-Msg-Id"] == headers["ce-id"] == str(event_id)
    assert headers["deskmesh-tenant"] == str(tenant)
    assert headers["deskmesh-aggregate"] == "thing"
    assert headers["deskmesh-version"] == "0"
    assert headers["ce-type"] == message.subject
    assert headers["ce-specversion"] == "1.0"


async def test_the_relay_is_woken_by_a_commit(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    running(Relay("probe", Databases([database]), nats))
    await publish(database, tenant, 1)
    await until_published(database)
    heard = asyncio.Event()

    async def hear(_: Msg) -> None:
        heard.set()

    await nats.subscribe("deskmesh.probe.v1.>", cb=hear)
    await nats.flush()
    loop = asyncio.get_running_loop()
    delays = []
    for n in range(5):
        await asyncio.sleep(0.15)
        heard.clear()
        before = loop.time()
        await publish(database, tenant, 1, str(n))
        await asyncio.wait_for(heard.wait(), 30)
        delays.append(loop.time() - before)
    assert min(delays) < 0.5, delays


async def test_versions_of_an_aggregate_go_out_in_order(
    database: Database, nats: Client, running: Callable[..., None]
) -> None:
    tenants = [uuid4() for _ in range(3)]
    for tenant in tenants:
        async with database.transaction(tenant) as tx:
            for n in reversed(range(300)):
                outbox.add(tx, NoteWritten(text="x"), aggregate_id=f"{tenant}{n % 7}", version=n)
    running(Relay("probe", Databases([database]), nats))
    await until_published(database)
    seen: dict[str, int] = {}
    found = await messages(nats)
    assert len(found) == 900
    for message in found:
        headers = message.headers or {}
        aggregate, version = headers["deskmesh-aggregate"], int(headers["deskmesh-version"])
        assert seen.get(aggregate, -1) < version
        seen[aggregate] = version


async def test_what_a_rolled_back_savepoint_published_stays(database: Database, tenant: UUID) -> None:
    async with database.transaction(tenant) as tx:
        outbox.add(tx, NoteWritten(text="kept"), aggregate_id="a", version=1)
        with pytest.raises(ZeroDivisionError):
            async with tx.session.begin_nested():
                outbox.add(tx, NoteWritten(text="dropped"), aggregate_id="a", version=2)
                async with tx.session.begin_nested():
                    outbox.add(tx, NoteWritten(text="dropped too"), aggregate_id="a", version=3)
                raise ZeroDivisionError
        outbox.add(tx, NoteWritten(text="kept"), aggregate_id="a", version=4)
    assert (await backlog(database)).unpublished == 2


async def test_an_event_that_is_too_large_is_refused_at_once(database: Database, tenant: UUID) -> None:
    with pytest.raises(ValueError, match="NoteWritten has"):
        async with database.transaction(tenant) as tx:
            outbox.add(tx, NoteWritten(text="x" * 1_000_000), aggregate_id="a", version=1)


async def test_a_wiped_nats_is_filled_again(
    database: Database, nats: Client, nats_server: NatsServer, tenant: UUID, running: Callable[..., None]
) -> None:
    running(Relay("probe", Databases([database]), nats))
    first = await publish(database, tenant, 250)
    await until_published(database)
    nats_server.stop()
    shutil.rmtree(nats_server.store)
    second = await publish(database, tenant, 10, "b")
    nats_server.start()
    nats_server.wait_ready()
    await until_published(database)
    async with asyncio.timeout(60):
        while len(await messages(nats)) < 260:
            await asyncio.sleep(0.1)
    assert {m.headers["Nats-Msg-Id"] for m in await messages(nats) if m.headers} == {
        str(id_) for id_ in first + second
    }


async def test_a_stream_that_lost_its_end_is_filled_again(
    database: Database, nats: Client, tenant: UUID, postgres: Postgres, running: Callable[..., None]
) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(Relay("probe", Databases([database]), nats).run(stop))
    await publish(database, tenant, 20)
    await until_published(database)
    stop.set()
    await task
    async with database.relay_connection() as raw:
        await raw.execute("UPDATE relay_state SET last_sequence = 25")
    running(Relay("probe", Databases([database]), nats))
    async with asyncio.timeout(60):
        while (await nats.jetstream().stream_info(STREAM)).state.first_seq != 1 or not await _refilled(
            database
        ):
            await asyncio.sleep(0.1)
    await until_published(database)
    assert len(await messages(nats)) == 20


async def _refilled(database: Database) -> bool:
    async with database.relay_connection() as raw:
        return bool(await raw.fetchval("SELECT last_sequence = 20 FROM relay_state"))


async def test_what_was_left_days_ago_is_published_as_well(
    database: Database,
    nats: Client,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.outbox.relay._CHECK_SECONDS", 0.5)
    leave = (
        "INSERT INTO outbox (tenant_id, id, day, subject, aggregate_id, version, payload)"
        " VALUES ($1, $2, current_date - 5, 'deskmesh.probe.v1.NoteWritten', 'a', $3, '')"
    )
    for version in range(2):
        async with database.transaction(tenant) as tx:
            await (await tx.raw()).execute(leave, tenant, uuid4(), version)
        if version == 0:
            running(Relay("probe", Databases([database]), nats))
        await until_published(database)
    assert len(await messages(nats)) == 2


async def test_two_relays_publish_each_event_once(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    for _ in range(2):
        running(Relay("probe", Databases([database]), nats))
    for n in range(20):
        await publish(database, tenant, 10, str(n))
        await asyncio.sleep(0.02)
    await until_published(database)
    assert len(await messages(nats)) == 200
